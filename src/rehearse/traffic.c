/* SPDX-License-Identifier: BSD-2-Clause */
#include "rehearse/traffic.h"

#include "base/hash.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#define SECOND INT64_C(1000000)
#define MINUTE (60 * SECOND)
#define NOBODY UINT32_MAX
#define RADIX  9

/* Ports of a client that has an address of its own, from 32768 on. */
#define OWN_PORTS 16384

/* Inside addresses: 10.0.0.0/8, or a /56 each of 2001:db8::/32, or ports of 198.18.0.0/15. */
#define INSIDE_V4    UINT32_C(0x0a000000)
#define INSIDE_CGNAT UINT32_C(0xc6120000)
#define INSIDE_BITS  24

/* RFC 5321 s4.5.4.1: twice in the first hour, then every two or three hours, for five days. */
#define RETRY_SOON  (30 * MINUTE)
#define RETRY_LATER (150 * MINUTE)
#define RETRY_TRIES 50

/* A mail that waits to be tried again. */
struct retry {
	int64_t at;
	uint32_t member;
	uint32_t network;
	uint32_t link;
	uint8_t tries;
	bool is_greylisted;
};

struct traffic {
	const struct scenario *scenario;
	struct kind kind[SCENARIO_CLASSES_MOST];
	struct member *member;
	uint32_t members;
	uint32_t *mailers; /* by minute: the first member that mails in it */
	uint32_t *waiting; /* by minute: the first retry */
	struct retry *retry;
	uint32_t retries;
	uint32_t retries_size;
	uint32_t retry_free;
	int64_t minute;
	int64_t minutes;
	int64_t blocked_from;
	int64_t outage_from;
	int64_t outage_until;
	double seen_share[OUTCOME_COUNT];
	struct observation *made;
	struct observation *sorted;
	uint64_t *key;
	uint64_t *spare;
	size_t count;
	size_t size;
	struct traffic_counts counts;
};

static int64_t
microseconds(double seconds)
{
	return seconds < 0 ? INT64_MAX : (int64_t)(seconds * 1e6);
}

/* Packets from client to server of one connection, for what sampling sees of it. */
static void
set_sampling(struct traffic *traffic)
{
	static const double packets[OUTCOME_COUNT] = {[OUTCOME_ACCEPTED] = 20,
		[OUTCOME_REFUSED] = 8,
		[OUTCOME_FAILED] = 3,
		[OUTCOME_BLOCKED] = 3,
		[OUTCOME_UNKNOWN] = 8};

	for (unsigned i = 0; i < OUTCOME_COUNT; i++)
		traffic->seen_share[i] = 1 - pow(1 - 1.0 / traffic->scenario->sampling, packets[i]);
}

static void
calendar_add(struct traffic *traffic, uint32_t index)
{
	struct member *member = &traffic->member[index];
	int64_t minute = member->next / MINUTE;

	if (member->next >= member->end || minute >= traffic->minutes)
		return;
	member->link = traffic->mailers[minute];
	traffic->mailers[minute] = index;
}

/* Blocks of addresses are powers of two and aligned, so that one prefix covers a class. */
static uint32_t
place_block(uint32_t *next, uint32_t count)
{
	uint32_t size = 1, at;

	while (size < count)
		size *= 2;
	at = (*next + size - 1) & ~(size - 1);
	*next = at + size;
	return at;
}

static uint32_t
cgnat_lines(const struct class *class)
{
	return (65536 - 1024) / class->cgnat_ports;
}

static void
place_classes(struct traffic *traffic)
{
	uint32_t v4 = 256, v6 = 256, shared = 0;

	for (unsigned i = 0; i < traffic->scenario->class_count; i++) {
		struct kind *kind = &traffic->kind[i];

		if (kind->class->host >= 0)
			continue;
		if (kind->class->cgnat_ports > 0)
			kind->address =
				place_block(&shared, kind->count / cgnat_lines(kind->class) + 1);
		else
			kind->address = place_block(
				kind->class->flags & CLASS_IPV6 ? &v6 : &v4, kind->count);
	}
}

struct traffic *
traffic_new(const struct scenario *scenario)
{
	struct traffic *traffic = xcalloc(1, sizeof(*traffic));

	traffic->scenario = scenario;
	traffic->minutes = (int64_t)ceil(scenario->days * 1440);
	traffic->blocked_from = microseconds(scenario->blocked_from);
	traffic->outage_from = microseconds(scenario->outage_from);
	traffic->outage_until = scenario->outage_from < 0
		? INT64_MAX
		: microseconds(scenario->outage_from + scenario->outage_length);
	traffic->retry_free = NOBODY;
	set_sampling(traffic);
	for (unsigned i = 0; i < scenario->class_count; i++) {
		kind_init(&traffic->kind[i], &scenario->class[i]);
		traffic->kind[i].first = traffic->members;
		traffic->kind[i].count = scenario_class_lines(scenario, &scenario->class[i]);
		traffic->members += traffic->kind[i].count;
	}
	place_classes(traffic);
	traffic->member = memory_map(traffic->members, sizeof(*traffic->member));
	traffic->mailers = xcalloc((unsigned long)traffic->minutes, sizeof(uint32_t));
	traffic->waiting = xcalloc((unsigned long)traffic->minutes, sizeof(uint32_t));
	memset(traffic->mailers, 0xff, (size_t)traffic->minutes * sizeof(uint32_t));
	memset(traffic->waiting, 0xff, (size_t)traffic->minutes * sizeof(uint32_t));
	for (unsigned i = 0; i < scenario->class_count; i++) {
		const struct kind *kind = &traffic->kind[i];

		for (uint32_t n = 0; n < kind->count; n++) {
			member_init(&traffic->member[kind->first + n], kind, scenario->seed, n);
			traffic->member[kind->first + n].kind = (uint16_t)i;
			calendar_add(traffic, kind->first + n);
		}
	}
	return traffic;
}

struct traffic *
traffic_free(struct traffic *traffic)
{
	if (traffic == NULL)
		return NULL;
	memory_unmap(traffic->member, traffic->members, sizeof(*traffic->member));
	free(traffic->mailers);
	free(traffic->waiting);
	free(traffic->retry);
	free(traffic->made);
	free(traffic->sorted);
	free(traffic->key);
	free(traffic->spare);
	free(traffic);
	return NULL;
}

/* Room for one more observation of this minute. */
static bool
has_room(struct traffic *traffic)
{
	if (traffic->count < traffic->size)
		return true;
	if (traffic->size == TRAFFIC_MINUTE_MOST) {
		traffic->counts.left_out++;
		return false;
	}
	traffic->size = traffic->size ? traffic->size * 2 : 4096;
	traffic->made = xrealloc(traffic->made, traffic->size * sizeof(*traffic->made));
	traffic->sorted = xrealloc(traffic->sorted, traffic->size * sizeof(*traffic->sorted));
	traffic->key = xrealloc(traffic->key, traffic->size * sizeof(*traffic->key));
	traffic->spare = xrealloc(traffic->spare, traffic->size * sizeof(*traffic->spare));
	return true;
}

static uint32_t
shared_port(const struct class *class, const struct member *member)
{
	uint32_t first = 1024 / class->cgnat_ports;

	if (1024 % class->cgnat_ports != 0)
		first++;
	return (first + member->number % cgnat_lines(class)) * class->cgnat_ports;
}

/* The inside address at this time and the first of the ports that are the line's; returns the port. */
static uint16_t
address_at(
	const struct traffic *traffic, const struct member *member, int64_t at, struct address *ret)
{
	const struct kind *kind = &traffic->kind[member->kind];
	uint64_t life = 0, interface;

	if (kind->class->host >= 0)
		kind = &traffic->kind[kind->class->host];
	if (kind->class->cgnat_ports > 0) {
		*ret = address_from_v4(
			INSIDE_CGNAT + kind->address + member->number / cgnat_lines(kind->class));
		return (uint16_t)shared_port(kind->class, member);
	}
	if (!(kind->class->flags & CLASS_IPV6)) {
		*ret = address_from_v4(INSIDE_V4 + kind->address + member->number);
		return 32768;
	}
	if (kind->renumber > 0)
		life = (uint64_t)(at / kind->renumber);
	interface = hash_mix(member->salt + life);
	*ret = (struct address){.byte = {0x20, 0x01, 0x0d, 0xb8}};
	for (int i = 0; i < 3; i++)
		ret->byte[4 + i] = (uint8_t)((kind->address + member->number) >> (16 - 8 * i));
	/* Two networks in each home, so that a line is more than one /64. */
	ret->byte[7] = interface & 1;
	memcpy(ret->byte + 8, &interface, 8);
	return 32768;
}

/* How many ports the member takes one after the other, so that no connection is like one shortly before. */
static uint32_t
ports_of(const struct traffic *traffic, const struct member *member)
{
	const struct class *class = traffic->kind[member->kind].class;

	if (class->host >= 0)
		class = traffic->kind[class->host].class;
	return class->cgnat_ports > 0 ? class->cgnat_ports : OWN_PORTS;
}

static struct address
server_address(uint32_t network, bool is_v6)
{
	struct address address = {.byte = {0x2a, 0x00, [15] = 0x25}};

	if (!is_v6)
		return address_from_v4((UINT32_C(16) << 24) + (network << 8) + 25);
	address.byte[2] = (uint8_t)(network >> 16);
	address.byte[3] = (uint8_t)(network >> 8);
	address.byte[5] = (uint8_t)network;
	return address;
}

/* What a sampling exporter keeps of a connection: false if nothing. */
static bool
is_sampled(struct traffic *traffic, struct member *member, uint8_t *outcome)
{
	if (random_unit(&member->random) >= traffic->seen_share[*outcome])
		return false;
	/* One packet of a few: a lone SYN looks like a failure, anything else says nothing. */
	if (*outcome != OUTCOME_FAILED)
		*outcome = OUTCOME_UNKNOWN;
	return true;
}

static void
emit(struct traffic *traffic, uint32_t index, int64_t at, uint32_t network, uint8_t outcome)
{
	struct member *member = &traffic->member[index];
	const struct class *class = traffic->kind[member->kind].class;
	struct observation *o;
	bool is_v6;

	traffic->counts.attempts++;
	member->attempts++;
	if (at < member->first_attempt)
		member->first_attempt = at;
	if (traffic->scenario->sampling > 1 && !is_sampled(traffic, member, &outcome))
		return;
	if (!has_room(traffic))
		return;
	naive_see(&member->naive, (uint32_t)(at / SECOND), network,
		outcome != OUTCOME_ACCEPTED && outcome != OUTCOME_UNKNOWN);
	traffic->counts.seen++;
	traffic->key[traffic->count] =
		(uint64_t)(at - traffic->minute * MINUTE) << 32 | traffic->count;
	o = &traffic->made[traffic->count++];
	*o = (struct observation){.time = {traffic->scenario->start.us + at},
		.sampling = traffic->scenario->sampling,
		.duration_ms = outcome == OUTCOME_FAILED ? 3000 : 1200,
		.server_port = class->port,
		.kind = OBSERVATION_MAIL,
		.outcome = outcome,
		.recipients = outcome == OUTCOME_ACCEPTED || outcome == OUTCOME_REFUSED,
		.refusals = outcome == OUTCOME_REFUSED};
	o->client_port = address_at(traffic, member, at, &o->client);
	o->client_port = (uint16_t)(o->client_port + member->attempts % ports_of(traffic, member));
	/* From one mail port to another nobody could tell who was the client. */
	o->client_port += is_mail_port(o->client_port);
	is_v6 = !address_is_v4(&o->client);
	o->server = server_address(network, is_v6);
}

static uint32_t
retry_take(struct traffic *traffic)
{
	uint32_t index = traffic->retry_free;

	if (index != NOBODY) {
		traffic->retry_free = traffic->retry[index].link;
		return index;
	}
	if (traffic->retries == TRAFFIC_RETRIES_MOST) {
		traffic->counts.left_out++;
		return NOBODY;
	}
	if (traffic->retries == traffic->retries_size) {
		traffic->retries_size = traffic->retries_size ? traffic->retries_size * 2 : 1024;
		traffic->retry =
			xrealloc(traffic->retry, traffic->retries_size * sizeof(*traffic->retry));
	}
	return traffic->retries++;
}

/* Puts a mail back into the queue, until the honest sender gives up. */
static void
try_again(struct traffic *traffic, uint32_t member, int64_t at, uint32_t network, uint8_t tries,
	bool is_greylisted)
{
	int64_t next = at + (tries < 2 ? RETRY_SOON : RETRY_LATER);
	uint32_t index;

	if (tries >= RETRY_TRIES || next / MINUTE >= traffic->minutes)
		return;
	index = retry_take(traffic);
	if (index == NOBODY)
		return;
	traffic->retry[index] = (struct retry){.at = next,
		.member = member,
		.network = network,
		.tries = (uint8_t)(tries + 1),
		.is_greylisted = is_greylisted,
		.link = traffic->waiting[next / MINUTE]};
	traffic->waiting[next / MINUTE] = index;
}

/* What is true for everybody, or for all mail of this line, at this time. */
static uint8_t
circumstances(struct traffic *traffic, struct member *member, int64_t at)
{
	const struct kind *kind = &traffic->kind[member->kind];

	if (at >= traffic->outage_from && at < traffic->outage_until)
		return OUTCOME_FAILED;
	if (at >= traffic->blocked_from && kind->class->port == 25)
		return traffic->scenario->blocked_silently ? OUTCOME_FAILED : OUTCOME_BLOCKED;
	if (member->is_dead || member_is_down(member, kind, at))
		return OUTCOME_FAILED;
	return OUTCOME_UNKNOWN;
}

static void
attempt(struct traffic *traffic, uint32_t index)
{
	struct member *member = &traffic->member[index];
	const struct kind *kind = &traffic->kind[member->kind];
	int64_t at = member->next, second = at / SECOND % 86400;
	bool is_greylisted = false;
	uint8_t outcome;
	uint32_t network;
	double chance;

	if (kind->quiet < 1 && (second < 8 * 3600 || second >= 19 * 3600) &&
		random_unit(&member->random) >= kind->quiet)
		return;
	network = member_network(member, kind);
	chance = random_unit(&member->random);
	outcome = circumstances(traffic, member, at);
	if (outcome == OUTCOME_UNKNOWN) {
		is_greylisted = chance >= member->unanswered && chance < member->greylisted;
		outcome = chance < member->unanswered ? OUTCOME_FAILED
			: chance < member->refused    ? OUTCOME_REFUSED
						      : OUTCOME_ACCEPTED;
	}
	emit(traffic, index, at, network, outcome);
	if ((kind->class->flags & CLASS_RETRIES) &&
		(is_greylisted || outcome == OUTCOME_FAILED || outcome == OUTCOME_BLOCKED))
		try_again(traffic, index, at, network, 0, is_greylisted);
}

/* A mail that was greylisted passes now; one that had no answer may have none again. */
static void
attempt_again(struct traffic *traffic, const struct retry *retry)
{
	struct member *member = &traffic->member[retry->member];
	uint8_t outcome = circumstances(traffic, member, retry->at);

	if (outcome == OUTCOME_UNKNOWN)
		outcome = !retry->is_greylisted &&
				random_unit(&member->random) < (double)member->unanswered
			? OUTCOME_FAILED
			: OUTCOME_ACCEPTED;
	emit(traffic, retry->member, retry->at, retry->network, outcome);
	if (outcome != OUTCOME_ACCEPTED)
		try_again(traffic, retry->member, retry->at, retry->network, retry->tries,
			retry->is_greylisted);
}

/* Stable, by the time inside the minute; a minute is less than 2^27 microseconds. */
static void
sort_keys(struct traffic *traffic)
{
	for (int pass = 0; pass < 3; pass++) {
		int shift = 32 + RADIX * pass;
		uint32_t at[1 << RADIX] = {0}, sum = 0;
		uint64_t *swap = traffic->key;

		for (size_t i = 0; i < traffic->count; i++)
			at[traffic->key[i] >> shift & ((1 << RADIX) - 1)]++;
		for (size_t i = 0; i < 1 << RADIX; i++) {
			uint32_t here = at[i];

			at[i] = sum;
			sum += here;
		}
		for (size_t i = 0; i < traffic->count; i++) {
			uint64_t key = traffic->key[i];

			traffic->spare[at[key >> shift & ((1 << RADIX) - 1)]++] = key;
		}
		traffic->key = traffic->spare;
		traffic->spare = swap;
	}
	for (size_t i = 0; i < traffic->count; i++)
		traffic->sorted[i] = traffic->made[(uint32_t)traffic->key[i]];
}

int64_t
traffic_minute(struct traffic *traffic, const struct observation **ret)
{
	int64_t end = (traffic->minute + 1) * MINUTE;
	uint32_t index;

	if (traffic->minute == traffic->minutes)
		return -1;
	traffic->count = 0;
	index = traffic->mailers[traffic->minute];
	while (index != NOBODY) {
		struct member *member = &traffic->member[index];
		uint32_t link = member->link;

		if (link != NOBODY)
			__builtin_prefetch(&traffic->member[link]);
		while (member->next < end && member->next < member->end) {
			attempt(traffic, index);
			member_next(member, &traffic->kind[member->kind]);
		}
		calendar_add(traffic, index);
		index = link;
	}
	index = traffic->waiting[traffic->minute];
	while (index != NOBODY) {
		struct retry retry = traffic->retry[index];

		traffic->retry[index].link = traffic->retry_free;
		traffic->retry_free = index;
		attempt_again(traffic, &retry);
		index = retry.link;
	}
	if (traffic->count > 0)
		sort_keys(traffic);
	traffic->minute++;
	if (traffic->minute == traffic->minutes) {
		for (uint32_t i = 0; i < traffic->members; i++)
			naive_end(&traffic->member[i].naive);
	}
	*ret = traffic->sorted;
	return (int64_t)traffic->count;
}

struct wall
traffic_begin(const struct traffic *traffic)
{
	return traffic->scenario->start;
}

struct wall
traffic_now(const struct traffic *traffic)
{
	return (struct wall){traffic->scenario->start.us + traffic->minute * MINUTE};
}

/* The prefix of a class that is not like the lines of the whole network. */
static int
identify_class(
	const struct traffic *traffic, uint16_t index, struct lines *lines, struct fail *fail)
{
	const struct kind *kind = &traffic->kind[index];
	struct lines_prefix prefix = {.role = kind->class->role, .ports = kind->class->cgnat_ports};
	struct member first = {.kind = index};
	uint32_t size = kind->count;
	unsigned bits = 0;

	if (kind->class->cgnat_ports > 0)
		size = size / cgnat_lines(kind->class) + 1;
	while (UINT32_C(1) << bits < size)
		bits++;
	(void)address_at(traffic, &first, 0, &prefix.prefix.address);
	prefix.prefix.length = (uint8_t)(128 - bits);
	if (kind->class->flags & CLASS_IPV6)
		prefix.prefix.length = (uint8_t)(56 - bits);
	prefix.prefix.address = address_mask(&prefix.prefix.address, prefix.prefix.length);
	return lines_add(lines, &prefix, fail);
}

int
traffic_identify(const struct traffic *traffic, struct lines *lines, struct fail *fail)
{
	struct lines_prefix v4 = {
		.prefix = {.address = address_from_v4(INSIDE_V4), .length = 128 - INSIDE_BITS}};
	struct lines_prefix v6 = {
		.prefix = {.address = {.byte = {0x20, 0x01, 0x0d, 0xb8}}, .length = 32}};
	int r = lines_add(lines, &v4, fail);

	if (r == 0)
		r = lines_add(lines, &v6, fail);
	for (unsigned i = 0; i < traffic->scenario->class_count && r == 0; i++) {
		const struct class *class = traffic->kind[i].class;

		if (class->host < 0 && traffic->kind[i].count > 0 &&
			(class->role != ROLE_RESIDENTIAL || class->cgnat_ports > 0))
			r = identify_class(traffic, (uint16_t)i, lines, fail);
	}
	return r;
}

uint32_t
traffic_members(const struct traffic *traffic)
{
	return traffic->members;
}

const struct member *
traffic_member(const struct traffic *traffic, uint32_t index)
{
	return &traffic->member[index];
}

const struct class *
traffic_class(const struct traffic *traffic, const struct member *member)
{
	return traffic->kind[member->kind].class;
}

uint16_t
traffic_address(const struct traffic *traffic, const struct member *member, struct address *ret)
{
	return address_at(traffic, member, 0, ret);
}

bool
traffic_shared(const struct traffic *traffic, unsigned class, struct traffic_shared *ret)
{
	const struct kind *kind = &traffic->kind[class];
	struct member first = {.kind = (uint16_t) class};

	if (kind->class->host >= 0 || kind->class->cgnat_ports == 0 || kind->count == 0)
		return false;
	*ret = (struct traffic_shared){.lines = kind->count,
		.each = cgnat_lines(kind->class),
		.ports = kind->class->cgnat_ports,
		.role = kind->class->role};
	ret->first_port = address_at(traffic, &first, 0, &ret->first);
	return true;
}

struct traffic_counts
traffic_counts(const struct traffic *traffic)
{
	return traffic->counts;
}
