/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/intake.h"

#include "base/hash.h"
#include "base/table.h"
#include "source/flowjoin.h"
#include "source/recordtime.h"
#include "source/told.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Routers cut what lasts longer than their active timeout (mostly one minute, seldom more than five) into
 * several records. A connection that was answered and has not ended may be one of those; and what an
 * application log tells comes minutes before the record of its connection. Both wait this much longer. */
#define WAIT_LONGER (5 * WALL_MINUTE)

/* A jump of record time counts as this part of the time that records wait for each other. */
#define JUMP_PART 8

/* Observations between the reader and the taker. Readers put in some hundreds before they are asked again;
 * more than this at once is a mistake of theirs and is counted as skipped. */
#define READY_MOST 65536

/* A begin further back than this, seen live, is no begin but a wrong clock. */
#define OLDEST_LIVE WALL_DAY

/* Of the table: few wait at a time, where both directions come soon after each other. */
#define SLOTS_FIRST 4096

/* Records whose memory is asked for before they are taken. */
#define SOON 16U
#define NONE UINT32_MAX

enum {
	QUEUE_USUAL,
	QUEUE_LONGER, /* more records may come late */
	QUEUE_COUNT
};

/* A connection that may have more records to come. */
struct waiting {
	struct flow flow;
	struct wall until[2]; /* what was seen of forward and reverse ends here */
	uint64_t key;
	struct wall due; /* comes out when intake.passed is here */
	uint32_t older;
	uint32_t younger; /* also chains the free ones */
	uint8_t queue;    /* index of intake.queues */
	bool is_redated;  /* its own clock was not believed */
};

struct queue {
	uint32_t oldest;
	uint32_t youngest;
};

/* A record that waits for its memory, live only. */
struct soon {
	struct flow flow;
	uint64_t key;
	bool is_redated;
};

struct intake {
	struct intake_settings settings;
	struct intake_counts counts;
	const struct decode_visitor *visitor;
	struct intake_feeder feeder;
	uint64_t secret[5];
	struct recordtime time;
	/* Record time since the begin, without its jumps; live, the receiver's clock. */
	struct wall passed;
	struct table table; /* keyed hash of the connection -> index of a waiting one */
	struct waiting *waiting;
	uint32_t used; /* of waiting, ever */
	uint32_t free;
	struct queue queues[QUEUE_COUNT]; /* each in the order of due */
	struct told_set told;             /* live only: what came out at once */
	bool flushing;
	struct soon soon[SOON]; /* a ring */
	size_t soon_first;
	size_t soon_count;
	struct observation *ready; /* a ring */
	size_t ready_first;
	size_t ready_count;
	struct intake_error *errors;
	size_t error_count;
};

struct intake *
intake_new(const struct intake_settings *settings)
{
	struct intake *intake = xcalloc(1, sizeof(*intake));

	intake->settings = *settings;
	if (intake->settings.join_most == 0)
		intake->settings.join_most = 1;
	if (intake->settings.join_most > NONE / 2)
		intake->settings.join_most = NONE / 2;
	hash_words_random(intake->secret, sizeof(intake->secret) / sizeof(*intake->secret));
	table_init_small(&intake->table, intake->settings.join_most, SLOTS_FIRST);
	intake->waiting = memory_map(intake->settings.join_most, sizeof(*intake->waiting));
	memory_keep(intake->waiting, intake->settings.join_most, sizeof(*intake->waiting));
	/* Without a life nothing is remembered; of files nothing is told. */
	told_init(&intake->told, intake->settings.live ? intake->settings.join_most : 1,
		intake->settings.join_us > 0 ? intake->settings.join_us : 1);
	intake->free = NONE;
	for (int i = 0; i < QUEUE_COUNT; i++)
		intake->queues[i] = (struct queue){.oldest = NONE, .youngest = NONE};
	intake->ready = memory_map(READY_MOST, sizeof(*intake->ready));
	memory_keep(intake->ready, READY_MOST, sizeof(*intake->ready));
	intake->errors = xcalloc(settings->errors_most, sizeof(*intake->errors));
	return intake;
}

struct intake *
intake_free(struct intake *intake)
{
	if (intake == NULL)
		return NULL;
	if (intake->feeder.feeder != NULL)
		intake->feeder.free(intake->feeder.feeder);
	table_done(&intake->table);
	told_done(&intake->told);
	memory_unmap(intake->waiting, intake->settings.join_most, sizeof(*intake->waiting));
	memory_unmap(intake->ready, READY_MOST, sizeof(*intake->ready));
	free(intake->errors);
	free(intake);
	return NULL;
}

const struct intake_settings *
intake_settings(const struct intake *intake)
{
	return &intake->settings;
}

void
intake_decode(struct intake *intake, const struct decode_visitor *visitor)
{
	intake->visitor = visitor;
}

const struct decode_visitor *
intake_visitor(const struct intake *intake)
{
	return intake->visitor;
}

void
intake_error(struct intake *intake, const char *file, uint64_t offset, const char *format, ...)
{
	struct intake_error *error;
	va_list args;

	intake->counts.errors++;
	if (intake->error_count >= intake->settings.errors_most)
		return;
	error = &intake->errors[intake->error_count++];
	error->offset = offset;
	snprintf(error->file, sizeof(error->file), "%s", file);
	va_start(args, format);
	vsnprintf(error->what, sizeof(error->what), format, args);
	va_end(args);
}

const struct intake_error *
intake_errors(const struct intake *intake, size_t *count)
{
	*count = intake->error_count;
	return intake->errors;
}

void
intake_forget_errors(struct intake *intake)
{
	intake->error_count = 0;
}

static void
put_ready(struct intake *intake, const struct observation *observation)
{
	size_t at = (intake->ready_first + intake->ready_count) % READY_MOST;

	if (intake->ready_count == READY_MOST) {
		intake->counts.skipped_records++;
		return;
	}
	if (observation->kind != OBSERVATION_MAIL)
		intake->counts.bindings++;
	intake->ready[at] = *observation;
	intake->ready_count++;
}

/* Live: can the begin of something be meant? */
static bool
is_credible(const struct intake *intake, struct wall start)
{
	return start.us <= wall_later(intake->passed, INTAKE_APART).us &&
		start.us >= wall_later(intake->passed, -OLDEST_LIVE).us;
}

/* Of the two ends of a connection, is the source the lower one? */
static bool
source_is_low(const struct flow *flow)
{
	const uint8_t *source = flow->source.byte, *destination = flow->destination.byte;

	if (bytes_u64(source) != bytes_u64(destination))
		return bytes_u64(source) < bytes_u64(destination);
	if (bytes_u64(source + 8) != bytes_u64(destination + 8))
		return bytes_u64(source + 8) < bytes_u64(destination + 8);
	return flow->source_port <= flow->destination_port;
}

static uint64_t
end_key(const uint64_t secret[4], const struct address *address, uint16_t port)
{
	return hash_fold(hash_fold_16(address->byte, secret) ^ secret[2], port ^ secret[3]);
}

/* The same number for both directions of a connection. The ports of a busy pair follow each other: without the last
 * fold the lowest bits would take few values for one in some hundred pairs. */
static uint64_t
connection_key(const struct intake *intake, const struct flow *flow)
{
	uint64_t ends = end_key(intake->secret, &flow->source, flow->source_port) +
		end_key(intake->secret, &flow->destination, flow->destination_port);

	return hash_fold(ends, intake->secret[4] | 1);
}

static void
queue_add(struct intake *intake, uint8_t number, uint32_t at)
{
	struct queue *queue = &intake->queues[number];
	struct waiting *waiting = &intake->waiting[at];

	waiting->queue = number;
	waiting->older = queue->youngest;
	waiting->younger = NONE;
	if (queue->youngest != NONE)
		intake->waiting[queue->youngest].younger = at;
	else
		queue->oldest = at;
	queue->youngest = at;
}

static void
queue_remove(struct intake *intake, uint32_t at)
{
	struct waiting *waiting = &intake->waiting[at];
	struct queue *queue = &intake->queues[waiting->queue];

	if (waiting->older != NONE)
		intake->waiting[waiting->older].younger = waiting->younger;
	else
		queue->oldest = waiting->younger;
	if (waiting->younger != NONE)
		intake->waiting[waiting->younger].older = waiting->older;
	else
		queue->youngest = waiting->older;
}

/* Frees the place at `at`. What stood there is read before the next one comes. */
static void
leave(struct intake *intake, uint32_t at)
{
	struct waiting *waiting = &intake->waiting[at];
	struct table_slot *slot = table_find(&intake->table, waiting->key);

	queue_remove(intake, at);
	if (slot != NULL && slot->value == at)
		table_remove(&intake->table, slot);
	waiting->younger = intake->free;
	intake->free = at;
}

/* What waits at `at` has all that will come: makes it an observation, and frees its place. */
static void
complete(struct intake *intake, uint32_t at)
{
	const struct waiting *waiting = &intake->waiting[at];
	struct observation observation;

	leave(intake, at);
	if (flow_observe(&waiting->flow, &observation) == 0) {
		put_ready(intake, &observation);
	} else {
		intake->counts.skipped_records++;
		intake->counts.unclear_records++;
	}
}

/* The waiting one that is due first, or NONE. */
static uint32_t
first_due(const struct intake *intake)
{
	uint32_t first = NONE;

	for (int i = 0; i < QUEUE_COUNT; i++) {
		uint32_t at = intake->queues[i].oldest;

		if (at != NONE &&
			(first == NONE ||
				intake->waiting[at].due.us < intake->waiting[first].due.us))
			first = at;
	}
	return first;
}

/* All places are taken: the one that is due first comes out too early. */
static void
make_room(struct intake *intake)
{
	intake->counts.join_forced++;
	complete(intake, first_due(intake));
}

/* May more records of this connection come later than the other direction does? */
static bool
waits_longer(const struct flow *flow)
{
	uint8_t flags = flow->forward.tcp_flags | flow->reverse.tcp_flags;

	if (flow_is_detail(flow))
		return true;
	if (!(flow->known & FLOW_TCP_FLAGS) || !(flags & TCP_ACK) || (flags & (TCP_FIN | TCP_RST)))
		return false;
	/* Shorter than the shortest active timeout that makes sense: it ended, and the end was lost. */
	return flow->end.us >= wall_later(flow->start, WALL_MINUTE / 2).us;
}

/* Record time passes. Where it jumps, records of two clocks may stand side by side (two exporters, files
 * put together): those that wait lose only a part of their time. */
static void
pass_time(struct intake *intake, struct wall wall)
{
	struct wall before = intake->time.now;
	bool first = !intake->time.started;
	int64_t step;

	if (!recordtime_see(&intake->time, wall) || first || intake->time.now.us < before.us)
		return;
	if (__builtin_sub_overflow(intake->time.now.us, before.us, &step) || step > RECORDTIME_JUMP)
		step = intake->settings.join_us / JUMP_PART;
	intake->passed = wall_later(intake->passed, step);
}

static void
enqueue(struct intake *intake, uint32_t at)
{
	struct waiting *waiting = &intake->waiting[at];
	bool longer = waits_longer(&waiting->flow);

	waiting->due =
		wall_later(intake->passed, intake->settings.join_us + (longer ? WAIT_LONGER : 0));
	queue_add(intake, longer ? QUEUE_LONGER : QUEUE_USUAL, at);
}

/* Live: puts a record where the receiver's clock allows it to be. True if its own clock is wrong. */
static bool
redate(struct intake *intake, struct flow *flow)
{
	struct wall now = intake->passed;
	int64_t lasted;

	if (is_credible(intake, flow->start)) {
		if (flow->start.us > now.us)
			flow->start = now;
		if (flow->end.us > now.us)
			flow->end = now;
		return false;
	}
	intake->counts.clock_records++;
	if (__builtin_sub_overflow(flow->end.us, flow->start.us, &lasted) || lasted < 0 ||
		lasted > OLDEST_LIVE)
		lasted = 0;
	flow->end = now;
	flow->start = wall_later(now, -lasted);
	return true;
}

/* Live: what is over comes out, and is remembered. */
static void
tell_if_over(struct intake *intake, uint32_t at)
{
	struct waiting *waiting = &intake->waiting[at];
	const struct flow *flow = &waiting->flow;
	uint8_t all = flow->forward.tcp_flags & flow->reverse.tcp_flags;
	struct observation observation;
	struct told told;

	/* Where it is not clear who opened, another record may tell. */
	if (!flow_is_over(flow) || flow_observe(flow, &observation) < 0)
		return;
	put_ready(intake, &observation);
	told = (struct told){
		.end = flow->end,
		.source_is_low = source_is_low(flow),
		.has_fin = {flow->forward.tcp_flags & TCP_FIN, flow->reverse.tcp_flags & TCP_FIN},
		.was_open = (all & TCP_SYN) && (all & TCP_ACK),
		.is_redated = waiting->is_redated,
	};
	told_add(&intake->told, waiting->key, &told);
	intake->counts.told_forgotten = intake->told.forgotten;
	leave(intake, at);
}

/* Is the record of the next connection between the same ports? A client that was not let in tries again
 * from the same port: that is one attempt. */
static bool
is_next_connection(const struct waiting *waiting, const struct flow *record, bool is_reverse)
{
	int side = is_reverse ? 1 : 0;
	uint8_t was = side ? waiting->flow.reverse.tcp_flags : waiting->flow.forward.tcp_flags;
	uint8_t is = side ? record->reverse.tcp_flags : record->forward.tcp_flags;
	bool ended = (was & TCP_FIN) || ((was & TCP_RST) && (was & TCP_ACK) && (was & TCP_SYN));

	return ended && (is & TCP_SYN) && record->start.us > waiting->until[side].us;
}

/* Live, what came out or waits came within the last minutes on the receiver's clock, so a record that is much
 * later by its own clock is not later but of another clock. */
static bool
is_soon_after(const struct intake *intake, const struct flow *record, struct wall end)
{
	return record->start.us > wall_later(end, INTAKE_APART).us &&
		record->start.us <= wall_later(end, intake->settings.join_us + WAIT_LONGER).us;
}

/* is_next_connection, live. */
static bool
is_next_live(const struct intake *intake, const struct waiting *waiting, const struct flow *record,
	bool is_reverse, bool is_redated)
{
	uint8_t was =
		is_reverse ? waiting->flow.reverse.tcp_flags : waiting->flow.forward.tcp_flags;
	uint8_t is = is_reverse ? record->reverse.tcp_flags : record->forward.tcp_flags;

	return (was & TCP_FIN) && (is & TCP_SYN) && is_redated == waiting->is_redated &&
		is_soon_after(intake, record, waiting->until[is_reverse]);
}

/* Is it the first record of the next connection between the ends of one that came out? */
static bool
is_next_told(const struct intake *intake, const struct told *told, const struct flow *flow,
	bool is_redated)
{
	bool same = told->source_is_low == source_is_low(flow);
	/* A record of both sides tells of the same direction in its other half. */
	bool other = !same && ((flow->known & FLOW_BOTH_SIDES) || flow_is_detail(flow));
	uint8_t is = other ? flow->reverse.tcp_flags : flow->forward.tcp_flags;
	/* An RST ends what both have acknowledged; where it answered a SYN, the next is another try. */
	bool ended = told->has_fin[!same && !other] || told->was_open;

	return ended && (is & TCP_SYN) && is_redated == told->is_redated &&
		is_soon_after(intake, flow, told->end);
}

static bool
is_near(const struct intake *intake, const struct flow *flow, const struct flow *record)
{
	int64_t gap = intake->settings.join_us;

	/* Messages of one connection may be minutes apart. */
	if (flow_is_detail(flow) || flow_is_detail(record))
		gap += WAIT_LONGER;
	return record->start.us <= wall_later(flow->end, gap).us &&
		flow->start.us <= wall_later(record->end, gap).us;
}

static uint32_t
wait_anew(struct intake *intake, const struct flow *flow, uint64_t key, bool is_redated)
{
	struct waiting *waiting;
	struct table_slot *slot;
	uint32_t at;

	if (intake->free == NONE && intake->used >= intake->settings.join_most)
		make_room(intake);
	at = intake->free;
	if (at != NONE)
		intake->free = intake->waiting[at].younger;
	else
		at = intake->used++;
	/* Each field by itself; queue_add and enqueue write the rest. */
	waiting = &intake->waiting[at];
	waiting->flow = *flow;
	waiting->key = key;
	waiting->is_redated = is_redated;
	if (waiting->flow.end.us < flow->start.us)
		waiting->flow.end = flow->start;
	waiting->until[0] = waiting->until[1] = waiting->flow.end;
	must(table_add(&intake->table, key, &slot) >= 0);
	slot->value = at;
	enqueue(intake, at);
	return at;
}

/* Is it a record of the connection that waits at `at`? Then it is merged into it. */
static bool
join(struct intake *intake, uint32_t at, const struct flow *flow, bool is_redated)
{
	struct waiting *waiting = &intake->waiting[at];
	bool same = address_equal(&waiting->flow.source, &flow->source) &&
		waiting->flow.source_port == flow->source_port;
	bool is_reverse = !same && !(flow->known & FLOW_BOTH_SIDES) && !flow_is_detail(flow);
	struct flow record = same ? *flow : flow_turned(flow);
	bool is_recent;

	if (waiting->due.us <= intake->passed.us)
		return false;
	/* Live, what came within join_us is near, whatever the clocks of two exporters say. */
	is_recent = intake->settings.live &&
		(waiting->queue != QUEUE_LONGER ||
			wall_later(waiting->due, -WAIT_LONGER).us > intake->passed.us);
	if (!is_recent && !is_near(intake, &waiting->flow, &record))
		return false;
	if (intake->settings.live ? is_next_live(intake, waiting, &record, is_reverse, is_redated)
				  : is_next_connection(waiting, &record, is_reverse))
		return false;
	queue_remove(intake, at);
	flow_add(&waiting->flow, waiting->until, &record, is_reverse);
	enqueue(intake, at);
	if (intake->settings.live)
		tell_if_over(intake, at);
	return true;
}

/* Is it a record of a connection that came out? */
static bool
is_repeated(struct intake *intake, const struct flow *flow, uint64_t key, bool is_redated)
{
	struct told told;
	uint64_t *slot = told_find(&intake->told, key, &told);

	if (slot == NULL)
		return false;
	if (is_next_told(intake, &told, flow, is_redated)) {
		told_forget(slot);
		return false;
	}
	intake->counts.repeated_records++;
	return true;
}

static void
add_record(struct intake *intake, const struct flow *flow, uint64_t key, bool is_redated)
{
	const struct table_slot *slot = table_find(&intake->table, key);
	uint32_t at;

	if (slot != NULL) {
		at = slot->value;
		if (join(intake, at, flow, is_redated))
			return;
		complete(intake, at);
	} else if (intake->settings.live && is_repeated(intake, flow, key, is_redated)) {
		return;
	}
	at = wait_anew(intake, flow, key, is_redated);
	if (intake->settings.live)
		tell_if_over(intake, at);
}

static void
add_soonest(struct intake *intake)
{
	const struct soon *soon = &intake->soon[intake->soon_first % SOON];

	intake->soon_first++;
	intake->soon_count--;
	add_record(intake, &soon->flow, soon->key, soon->is_redated);
}

static void
add_all_soon(struct intake *intake)
{
	while (intake->soon_count > 0)
		add_soonest(intake);
}

/* Asks for the memory that the record will touch, and takes it when some more have come. */
static void
add_soon(struct intake *intake, const struct flow *flow)
{
	struct soon *soon;

	if (intake->soon_count == SOON)
		add_soonest(intake);
	soon = &intake->soon[(intake->soon_first + intake->soon_count++) % SOON];
	soon->flow = *flow;
	soon->is_redated = redate(intake, &soon->flow);
	soon->key = connection_key(intake, &soon->flow);
	table_prefetch(&intake->table, soon->key);
	told_prefetch(&intake->told, soon->key);
}

void
intake_observation(struct intake *intake, const struct observation *observation)
{
	struct observation redated;

	/* In the order in which they came. */
	add_all_soon(intake);
	if (intake->settings.live && observation->time.us != intake->passed.us) {
		redated = *observation;
		if (!is_credible(intake, observation->time)) {
			intake->counts.clock_records++;
			redated.time = intake->passed;
		} else if (observation->time.us > intake->passed.us) {
			redated.time = intake->passed;
		}
		observation = &redated;
	}
	put_ready(intake, observation);
}

struct intake_counts *
intake_counts(struct intake *intake)
{
	add_all_soon(intake);
	return &intake->counts;
}

void
intake_flow(struct intake *intake, const struct flow *flow)
{
	enum flow_opener opener = flow_opener(flow);

	/* From a mail port to another service: the port was a client's by chance. */
	if (!flow_is_mail(flow, opener))
		return;
	intake->counts.mail_records++;
	if (intake->settings.live) {
		add_soon(intake, flow);
		return;
	}
	pass_time(intake, flow->start);
	add_record(intake, flow, connection_key(intake, flow), false);
}

void
intake_advance(struct intake *intake, struct wall now)
{
	add_all_soon(intake);
	if (!intake->settings.live || now.us <= intake->passed.us)
		return;
	intake->passed = now;
	told_advance(&intake->told, now);
}

size_t
intake_take(struct intake *intake, struct observation *into, size_t room)
{
	size_t taken = 0;

	add_all_soon(intake);
	while (taken < room) {
		if (intake->ready_count == 0) {
			uint32_t at = first_due(intake);

			if (at == NONE ||
				(!intake->flushing &&
					intake->waiting[at].due.us > intake->passed.us))
				break;
			complete(intake, at);
			continue;
		}
		into[taken++] = intake->ready[intake->ready_first];
		intake->ready_first = (intake->ready_first + 1) % READY_MOST;
		/* From the same place again, which is still in the cache. */
		if (--intake->ready_count == 0)
			intake->ready_first = 0;
	}
	if (taken < room)
		intake->flushing = false;
	intake->counts.observations += taken;
	return taken;
}

void
intake_attach(struct intake *intake, const struct intake_feeder *feeder)
{
	must(intake->feeder.feeder == NULL);
	intake->feeder = *feeder;
}

void *
intake_feeder(const struct intake *intake)
{
	return intake->feeder.feeder;
}

void
intake_flush(struct intake *intake)
{
	if (intake->feeder.feeder != NULL)
		intake->feeder.flush(intake->feeder.feeder);
	intake->flushing = true;
}
