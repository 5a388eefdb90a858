/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/capture/connection.h"

#include "base/hash.h"
#include "base/table.h"
#include "source/capture/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Timers are kept in a ring of seconds; none is set further ahead than the ring is long. */
#define RING       128
#define AHEAD_MOST (RING - 2)
#define NOBODY     UINT32_MAX

/* How many are looked at to find one that gives way. */
#define SAMPLE 16

enum connection_state {
	HAS_SYN = 1 << 0,
	HAS_SYN_ACK = 1 << 1,
	IS_OPEN = 1 << 2, /* the client has acknowledged, or somebody sent data */
	CLIENT_CLOSED = 1 << 3,
	SERVER_CLOSED = 1 << 4,
	CLIENT_RESET = 1 << 5,
	SERVER_RESET = 1 << 6,
	CLIENT_SEEN = 1 << 7,
	SERVER_SEEN = 1 << 8,
	IS_TOLD = 1 << 9,
	IS_CUT = 1 << 10,  /* the beginning is missing */
	NO_MAIL = 1 << 11, /* the mail port is the initiator's own: remembered to be left alone */
	IN_USE = 1 << 12,
};

#define ENDED (CLIENT_CLOSED | SERVER_CLOSED | CLIENT_RESET | SERVER_RESET)

struct connection {
	uint64_t key;
	struct wall start;
	struct wall last;
	struct address client;
	struct address server;
	uint16_t client_port;
	uint16_t server_port;
	uint16_t state; /* enum connection_state */
	uint16_t due;   /* place in the ring */
	uint32_t previous;
	uint32_t next;         /* in its place of the ring, or of the free ones */
	uint32_t initial;      /* the client's initial sequence number */
	uint32_t client_bytes; /* of his IP packets; saturates */
	struct stream from_client;
	struct stream from_server;
	struct smtp smtp;
};

struct connections {
	struct intake *intake;
	struct table table;
	struct connection *all;
	struct stream_pool *pool;
	size_t most;
	uint64_t seed;
	struct wall now;  /* the latest time of all packets */
	struct wall here; /* this packet's own, which may be a little earlier */
	int64_t second;   /* the ring has been served up to it */
	struct wall lost; /* packets were lost, last at this time */
	bool has_time;
	bool has_lost;
	uint32_t fresh; /* entries from here on were never used */
	uint32_t free;
	uint32_t hand;    /* where the last sample ended */
	uint32_t flushed; /* at the end of the recording: entries before this one are done */
	uint32_t left;    /* observations that may still come out because of time */
	uint32_t ring[RING];
};

struct connections *
connections_new(size_t most, struct intake *intake)
{
	struct connections *c = xcalloc(1, sizeof(*c));
	struct hash_key key;

	must(most > 0 && most < NOBODY);
	hash_key_random(&key);
	memcpy(&c->seed, key.byte, sizeof(c->seed));
	c->intake = intake;
	c->most = most;
	c->all = memory_map(most, sizeof(*c->all));
	c->pool = stream_pool_new();
	c->free = NOBODY;
	c->left = CONNECTION_PORTION;
	for (size_t i = 0; i < RING; i++)
		c->ring[i] = NOBODY;
	table_init(&c->table, most);
	return c;
}

struct connections *
connections_free(struct connections *c)
{
	if (c == NULL)
		return NULL;
	table_done(&c->table);
	memory_unmap(c->all, c->most, sizeof(*c->all));
	stream_pool_free(c->pool);
	free(c);
	return NULL;
}

static void
disarm(struct connections *c, struct connection *one)
{
	if (one->previous != NOBODY)
		c->all[one->previous].next = one->next;
	else
		c->ring[one->due] = one->next;
	if (one->next != NOBODY)
		c->all[one->next].previous = one->previous;
}

static void
arm(struct connections *c, struct connection *one, int64_t after_us)
{
	/* Never the place that is being served, which is the next one. */
	int64_t seconds = after_us / WALL_SECOND + 2;
	uint32_t index = (uint32_t)(one - c->all);

	if (seconds > AHEAD_MOST)
		seconds = AHEAD_MOST;
	one->due = (uint16_t)((uint64_t)(c->second + seconds) % RING);
	one->previous = NOBODY;
	one->next = c->ring[one->due];
	if (one->next != NOBODY)
		c->all[one->next].previous = index;
	c->ring[one->due] = index;
}

static void
rearm(struct connections *c, struct connection *one, int64_t after_us)
{
	disarm(c, one);
	arm(c, one, after_us);
}

/* The same as flow records of it would tell. */
static int
outcome_by_size(const struct connection *one)
{
	if (one->client_bytes >= FLOW_ACCEPTED_BYTES)
		return OUTCOME_ACCEPTED;
	return (one->state & (CLIENT_SEEN | IS_CUT)) == CLIENT_SEEN ? OUTCOME_REFUSED
								    : OUTCOME_UNKNOWN;
}

/* What the packets tell; waited: how long a SYN must have waited to have failed. */
static int
outcome_by_packets(const struct connections *c, const struct connection *one, int64_t waited)
{
	int outcome;

	if ((one->state & (HAS_SYN_ACK | IS_OPEN)) == 0) {
		if ((one->state & (CLIENT_RESET | SERVER_RESET)) != 0)
			return OUTCOME_FAILED;
		return c->now.us - one->start.us >= waited ? OUTCOME_FAILED : OUTCOME_UNKNOWN;
	}
	if ((one->state & IS_OPEN) == 0)
		return (one->state & (CLIENT_RESET | SERVER_RESET)) != 0 ? OUTCOME_FAILED
									 : OUTCOME_UNKNOWN;
	outcome = smtp_outcome(
		&one->smtp, (one->state & CLIENT_SEEN) != 0, (one->state & SERVER_SEEN) != 0);
	if (outcome == OUTCOME_ACCEPTED && smtp_content_refused(&one->smtp))
		outcome = outcome_by_size(one);
	if (outcome == OUTCOME_REFUSED && (one->state & ENDED) == 0)
		return OUTCOME_UNKNOWN;
	return outcome;
}

/* Were packets lost while it was open, or as long before? It is open until it is told. */
static bool
is_lossy(const struct connections *c, const struct connection *one, int64_t before)
{
	return c->has_lost && c->lost.us >= one->start.us - before;
}

/* What is known of it now. The answer, or the message, may be what was lost: then nothing speaks against the client. */
static int
outcome_of(const struct connections *c, const struct connection *one, int64_t waited)
{
	int outcome = outcome_by_packets(c, one, waited);

	return outcome != OUTCOME_ACCEPTED && is_lossy(c, one, 0) ? OUTCOME_UNKNOWN : outcome;
}

/* A SYN and no more. */
static bool
is_unanswered(const struct connection *one)
{
	return (one->state & (HAS_SYN_ACK | IS_OPEN)) == 0;
}

static uint8_t
saturate(uint16_t count)
{
	return count < UINT8_MAX ? (uint8_t)count : UINT8_MAX;
}

static void
tell(struct connections *c, struct connection *one, int64_t waited)
{
	struct observation observation = {
		.time = one->start,
		.client = one->client,
		.server = one->server,
		.sampling = 1,
		.client_port = one->client_port,
		.server_port = one->server_port,
		.kind = OBSERVATION_MAIL,
	};
	int64_t milliseconds = (one->last.us - one->start.us) / 1000;

	if ((one->state & IS_TOLD) != 0)
		return;
	one->state |= IS_TOLD;
	/* The server first: what it replied decides how the client's bytes are read. */
	stream_flush(c->pool, &one->from_server, &one->smtp);
	stream_flush(c->pool, &one->from_client, &one->smtp);
	observation.outcome = (uint8_t)outcome_of(c, one, waited);
	observation.recipients = saturate(one->smtp.recipients);
	observation.refusals = saturate(one->smtp.refusals);
	if (milliseconds > 0)
		observation.duration_ms =
			milliseconds < UINT32_MAX ? (uint32_t)milliseconds : UINT32_MAX;
	if ((one->smtp.seen & SMTP_TLS) != 0 && (one->state & IS_OPEN) != 0)
		observation.flags |= OBSERVATION_STARTTLS;
	if ((one->state & IS_CUT) != 0)
		observation.flags |= OBSERVATION_CUT;
	if (is_lossy(c, one, CONNECTION_LOSS))
		observation.flags |= OBSERVATION_INCOMPLETE;
	/* A SYN that nobody answered has both its sides in it. */
	if (observation.outcome != OUTCOME_FAILED && !(is_unanswered(one) && is_lossy(c, one, 0)) &&
		(one->state & (CLIENT_SEEN | SERVER_SEEN)) != (CLIENT_SEEN | SERVER_SEEN))
		observation.flags |= OBSERVATION_ONE_SIDED;
	intake_observation(c->intake, &observation);
	if (c->left > 0)
		c->left--;
}

static void
forget(struct connections *c, struct connection *one)
{
	struct table_slot *slot = table_find(&c->table, one->key);

	stream_drop(c->pool, &one->from_client);
	stream_drop(c->pool, &one->from_server);
	if (slot != NULL)
		table_remove(&c->table, slot);
	disarm(c, one);
	one->state = 0;
	one->next = c->free;
	c->free = (uint32_t)(one - c->all);
}

/* An observation in its full length would come too late for others: see "When" in the header. */
static bool
is_time_to_tell(const struct connections *c, const struct connection *one)
{
	int64_t age = c->now.us - one->start.us, silent = c->now.us - one->last.us;
	int outcome = outcome_of(c, one, CONNECTION_ANSWER);

	/* Before now: the clock was set back, and there were too many to let them all out at once. */
	if (outcome == OUTCOME_FAILED || age >= CONNECTION_TELL || age < -CONNECTION_JUMP)
		return true;
	if ((one->state & ENDED) != 0)
		return silent >= CONNECTION_LINGER;
	if (is_unanswered(one))
		return age >= CONNECTION_SETTLE;
	return outcome == OUTCOME_ACCEPTED && age >= CONNECTION_SETTLE;
}

static void
on_due(struct connections *c, struct connection *one)
{
	int64_t silent = c->now.us - one->last.us;
	bool over = (one->state & ENDED) != 0 || is_unanswered(one);

	if ((one->state & IS_TOLD) == 0 && is_time_to_tell(c, one))
		tell(c, one, CONNECTION_ANSWER);
	if ((one->state & IS_TOLD) == 0)
		rearm(c, one, (one->state & ENDED) != 0 ? CONNECTION_LINGER : CONNECTION_ANSWER);
	else if (silent >= (over ? CONNECTION_CLOSED : CONNECTION_IDLE))
		forget(c, one);
	else
		rearm(c, one, (over ? CONNECTION_CLOSED : CONNECTION_IDLE) - silent);
}

/* The ring up to now, or until enough came out: the rest is served with the next packets. Whatever is armed
 * anew lies ahead of where this stands. */
static void
serve(struct connections *c, struct wall time)
{
	int64_t target = time.us / WALL_SECOND;

	c->now = time;
	if (target - c->second > RING)
		c->second = target - RING;
	while (c->second < target) {
		uint32_t *first = &c->ring[(uint64_t)(c->second + 1) % RING];

		while (*first != NOBODY && c->left > 0)
			on_due(c, &c->all[*first]);
		if (*first != NOBODY)
			break;
		c->second++;
	}
}

/* The clock was set back: all that is known comes out, or as much as may. */
static void
drain(struct connections *c)
{
	for (size_t i = 0; i < RING; i++) {
		while (c->ring[i] != NOBODY && c->left > 0) {
			struct connection *one = &c->all[c->ring[i]];

			tell(c, one, CONNECTION_ANSWER_LAST);
			forget(c, one);
		}
	}
}

bool
connections_flush(struct connections *c)
{
	c->left = CONNECTION_PORTION;
	for (; c->flushed < c->fresh && c->left > 0; c->flushed++) {
		struct connection *one = &c->all[c->flushed];

		if ((one->state & IN_USE) != 0)
			tell(c, one, CONNECTION_ANSWER_LAST);
	}
	return c->flushed < c->fresh;
}

static void
set_time(struct connections *c, struct wall time)
{
	if (!c->has_time || time.us < c->now.us - CONNECTION_JUMP) {
		drain(c);
		/* Of the clock as it was before; but a loss may be known before the first packet is read. */
		c->has_lost = c->has_lost && !c->has_time;
		c->has_time = true;
		c->now = time;
		c->second = time.us / WALL_SECOND;
	} else if (time.us > c->now.us) {
		c->now = time;
		if (time.us / WALL_SECOND > c->second)
			serve(c, time);
	}
}

void
connections_clock(struct connections *c, struct wall time)
{
	c->left = CONNECTION_PORTION;
	if (c->has_time)
		set_time(c, time);
}

void
connections_lost(struct connections *c, struct wall time)
{
	if (!c->has_lost || time.us > c->lost.us)
		c->lost = time;
	c->has_lost = true;
}

/* The table is full: of some, the one that was silent for longest gives way. */
static void
make_room(struct connections *c)
{
	struct connection *oldest = NULL;

	for (int i = 0; i < SAMPLE; i++) {
		struct connection *one = &c->all[c->hand];

		c->hand = (uint32_t)((c->hand + 1) % c->most);
		if ((one->state & IN_USE) == 0)
			continue;
		if (oldest == NULL || one->last.us < oldest->last.us)
			oldest = one;
	}
	if (oldest == NULL)
		return;
	if ((oldest->state & IS_TOLD) == 0) {
		intake_counts(c->intake)->join_forced++;
		tell(c, oldest, CONNECTION_ANSWER);
	}
	forget(c, oldest);
}

/* Both ends in an order that does not depend on the direction. */
static uint64_t
key_of(const struct connections *c, const struct frame *frame)
{
	uint8_t ends[2][18] = {{0}};
	struct address source = frame_source(frame), destination = frame_destination(frame);
	int order = memcmp(&source, &destination, sizeof(source));
	int first = order != 0 ? order > 0 : frame->source_port > frame->destination_port;

	memcpy(ends[first], source.byte, 16);
	memcpy(ends[first] + 16, &frame->source_port, 2);
	memcpy(ends[!first], destination.byte, 16);
	memcpy(ends[!first] + 16, &frame->destination_port, 2);
	return hash_fast(ends, sizeof(ends), c->seed);
}

static struct connection *
take_entry(struct connections *c)
{
	struct connection *one;

	if (c->free == NOBODY && c->fresh >= c->most)
		make_room(c);
	if (c->free != NOBODY) {
		one = &c->all[c->free];
		c->free = one->next;
	} else if (c->fresh < c->most) {
		one = &c->all[c->fresh++];
	} else {
		return NULL;
	}
	return one;
}

static struct connection *
add(struct connections *c, uint64_t key, const struct frame *frame, bool source_opened, bool cut)
{
	struct connection *one = take_entry(c);
	struct table_slot *slot;

	if (one == NULL || table_add(&c->table, key, &slot) < 0)
		return NULL;
	*one = (struct connection){.key = key, .start = c->here, .last = c->here};
	one->client = source_opened ? frame_source(frame) : frame_destination(frame);
	one->server = source_opened ? frame_destination(frame) : frame_source(frame);
	one->client_port = source_opened ? frame->source_port : frame->destination_port;
	one->server_port = source_opened ? frame->destination_port : frame->source_port;
	one->state = IN_USE | (cut ? IS_CUT : 0);
	one->from_server.is_server = true;
	if (!is_mail_port(one->server_port))
		one->state |= NO_MAIL | IS_TOLD;
	smtp_init(&one->smtp, one->server_port == 465, cut);
	slot->value = (uint32_t)(one - c->all);
	arm(c, one, CONNECTION_ANSWER);
	return one;
}

/* An RST that answers a SYN nobody recorded (RFC 9293 s3.5.2: sequence number 0, with ACK). */
static bool
is_bare_refusal(const struct frame *frame)
{
	return (frame->tcp_flags & (TCP_RST | TCP_ACK | TCP_SYN)) == (TCP_RST | TCP_ACK) &&
		frame->sequence == 0 && frame->wire == 0 && is_mail_port(frame->source_port);
}

/* Port 2525 may be the client's own: beside a port that no client has it tells nothing. */
static bool
is_server_end(uint16_t port, uint16_t other)
{
	return is_mail_port(port) && !is_mail_port(other) && (port < 1024 || other >= 1024);
}

/* A connection that begins with this packet, as far as the recording goes; NULL if it says nothing. */
static struct connection *
begin(struct connections *c, uint64_t key, const struct frame *frame)
{
	bool syn = (frame->tcp_flags & TCP_SYN) != 0, ack = (frame->tcp_flags & TCP_ACK) != 0;
	bool to_client = is_server_end(frame->source_port, frame->destination_port);
	bool to_server = is_server_end(frame->destination_port, frame->source_port);

	if (syn && (frame->tcp_flags & (TCP_RST | TCP_FIN)) == 0)
		return add(c, key, frame, !ack, false);
	if (frame->wire == 0 && !is_bare_refusal(frame))
		return NULL;
	if (!to_client && !to_server) {
		intake_counts(c->intake)->skipped_records++;
		intake_counts(c->intake)->unclear_records++;
		return NULL;
	}
	return add(c, key, frame, to_server, !is_bare_refusal(frame));
}

static bool
is_from_client(const struct connection *one, const struct frame *frame)
{
	struct address source = frame_source(frame);

	return frame->source_port == one->client_port && address_equal(&source, &one->client);
}

/* A SYN that cannot belong to the connection that is known under its ends. */
static bool
is_new_attempt(const struct connection *one, const struct frame *frame, bool from_client)
{
	if ((frame->tcp_flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)) != TCP_SYN)
		return false;
	if (!from_client)
		return (one->state & ENDED) != 0;
	if ((one->state & HAS_SYN) != 0)
		return one->initial != frame->sequence;
	/* Known only from the server's side: the SYN may just have come late. */
	return (one->state & ENDED) != 0 || (one->state & IS_CUT) != 0;
}

static void
on_handshake(struct connection *one, const struct frame *frame, bool from_client)
{
	struct stream *stream = from_client ? &one->from_client : &one->from_server;

	if (from_client) {
		one->state |= HAS_SYN;
		one->initial = frame->sequence;
	} else {
		one->state |= HAS_SYN_ACK;
	}
	if (!stream->known) {
		stream->known = true;
		stream->next = frame->sequence + 1;
	}
}

static void
on_flags(struct connections *c, struct connection *one, const struct frame *frame, bool from_client)
{
	uint16_t before = one->state & ENDED;

	if ((frame->tcp_flags & TCP_SYN) != 0)
		on_handshake(one, frame, from_client);
	if ((frame->wire > 0 && (frame->tcp_flags & TCP_SYN) == 0) ||
		(from_client && (frame->tcp_flags & (TCP_ACK | TCP_SYN | TCP_RST)) == TCP_ACK))
		one->state |= IS_OPEN;
	if ((frame->tcp_flags & TCP_FIN) != 0)
		one->state |= from_client ? CLIENT_CLOSED : SERVER_CLOSED;
	if ((frame->tcp_flags & TCP_RST) != 0)
		one->state |= from_client ? CLIENT_RESET : SERVER_RESET;
	if ((one->state & IS_TOLD) != 0)
		return;
	if ((one->state & IS_OPEN) == 0 && (one->state & (CLIENT_RESET | SERVER_RESET)) != 0) {
		tell(c, one, CONNECTION_ANSWER);
		rearm(c, one, CONNECTION_CLOSED);
	} else if (before == 0 && (one->state & ENDED) != 0) {
		rearm(c, one, CONNECTION_LINGER);
	}
}

static void
on_payload(
	struct connections *c, struct connection *one, const struct frame *frame, bool from_client)
{
	struct stream *own = from_client ? &one->from_client : &one->from_server;
	struct stream *other = from_client ? &one->from_server : &one->from_client;
	struct segment segment = {
		.sequence = frame->sequence + ((frame->tcp_flags & TCP_SYN) != 0),
		.acknowledged = frame->acknowledged,
		.captured = frame->captured,
		.wire = frame->wire,
		.payload = frame->payload,
	};

	if ((frame->tcp_flags & TCP_ACK) != 0)
		stream_acknowledge(c->pool, other, &one->smtp, frame->acknowledged);
	if (frame->wire > 0)
		stream_add(c->pool, own, &one->smtp, &segment);
}

void
connections_packet(struct connections *c, struct wall time, const struct frame *frame)
{
	struct connection *one;
	struct table_slot *slot;
	uint64_t key = key_of(c, frame);
	bool from_client;

	set_time(c, time);
	c->here = time;
	slot = table_find(&c->table, key);
	one = slot != NULL ? &c->all[slot->value] : begin(c, key, frame);
	if (one == NULL)
		return;
	from_client = is_from_client(one, frame);
	if (slot != NULL && is_new_attempt(one, frame, from_client)) {
		/* Whoever begins anew has given up waiting. */
		tell(c, one, 0);
		forget(c, one);
		one = begin(c, key, frame);
		if (one == NULL)
			return;
		from_client = is_from_client(one, frame);
	}
	if (one->last.us < time.us)
		one->last = time;
	one->state |= from_client ? CLIENT_SEEN : SERVER_SEEN;
	if ((one->state & NO_MAIL) != 0)
		return;
	if (from_client &&
		__builtin_add_overflow(one->client_bytes, frame->packet_wire, &one->client_bytes))
		one->client_bytes = UINT32_MAX;
	on_flags(c, one, frame, from_client);
	if ((one->state & IS_TOLD) == 0)
		on_payload(c, one, frame, from_client);
}
