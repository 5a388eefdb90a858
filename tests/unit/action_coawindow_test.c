/* SPDX-License-Identifier: BSD-2-Clause */
/* The window of identifiers by itself, and under a storm: orders to NASes behind a network that loses, doubles and
 * turns the order of datagrams, and that answer or do not, or not with what they were asked for. */
#include "action/coatimers.h"
#include "action/coawindow.h"
#include "base/random.h"
#include "coa_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static void
ports_come_in_turn_and_what_was_used_least_recently_first(void **state)
{
	struct coa_window window;
	struct wall when;

	coa_window_init(&window, 3);
	for (int i = 0; i < 768; i++) {
		int place = coa_window_take(&window, NOW, 0, &when);

		assert_int_equal(coa_place_port((unsigned)place), i % 3);
		assert_int_equal(coa_place_identifier((unsigned)place), i / 3);
	}
	assert_int_equal(coa_window_take(&window, NOW, 0, &when), -EBUSY);
	coa_window_give(&window, 700);
	coa_window_give(&window, 5);
	assert_int_equal(coa_window_take(&window, NOW, 0, &when), 700);
	assert_int_equal(coa_window_take(&window, NOW, 0, &when), 5);
	assert_int_equal(coa_window_take(&window, NOW, 0, &when), -EBUSY);
	coa_window_done(&window);
	(void)state;
}

static void
a_place_rests_until_the_nas_has_forgotten_it(void **state)
{
	struct coa_window window;
	struct wall when = {0};

	coa_window_init(&window, 1);
	for (unsigned i = 0; i < 256; i++) {
		assert_int_equal(coa_window_take(&window, NOW, 1000, &when), i);
		window.places[i].is_used = true;
		window.places[i].sent = after(NOW, i);
		coa_window_give(&window, i);
	}
	assert_int_equal(coa_window_take(&window, after(NOW, 999), 1000, &when), -EAGAIN);
	assert_int_equal(when.us, NOW.us + 1000);
	assert_int_equal(coa_window_take(&window, after(NOW, 1000), 1000, &when), 0);
	assert_int_equal(coa_window_take(&window, after(NOW, 1000), 1000, &when), -EAGAIN);
	coa_window_done(&window);
	(void)state;
}

static void
timers_come_in_the_order_of_their_times(void **state)
{
	enum { THINGS = 500 };
	struct coa_timers timers;
	struct random random;
	int64_t due[THINGS] = {0}, last = 0;
	uint32_t thing;
	size_t count = 0;

	random_seed(&random, 1);
	coa_timers_init(&timers, THINGS);
	for (int i = 0; i < 5000; i++) {
		thing = (uint32_t)random_below(&random, THINGS);
		due[thing] = (int64_t)random_below(&random, 1000) + 1;
		if (random_below(&random, 4) == 0) {
			due[thing] = 0;
			coa_timers_remove(&timers, thing);
		} else {
			coa_timers_set(&timers, thing, (struct wall){due[thing]});
		}
	}
	for (int i = 0; i < THINGS; i++)
		count += due[i] != 0;
	assert_int_equal(timers.count, count);
	while (timers.count > 0) {
		struct wall first = coa_timers_first(&timers);

		assert_false(coa_timers_take(&timers, (struct wall){first.us - 1}, &thing));
		assert_true(coa_timers_take(&timers, first, &thing));
		assert_int_equal(due[thing], first.us);
		assert_true(first.us >= last);
		last = first.us;
		due[thing] = 0;
		count--;
	}
	assert_int_equal(count, 0);
	assert_int_equal(coa_timers_first(&timers).us, INT64_MAX);
	coa_timers_done(&timers);
	(void)state;
}

enum { NASES = 3, PORTS = 2, ORDERS = 3000, FLYING_MOST = 4096, SESSIONS = 200 };

/* How long a datagram may take. */
#define SLOWEST (20 * WALL_SECOND)

/* A datagram on its way. */
struct datagram {
	struct wall at;
	uint32_t nas;
	unsigned port;
	bool is_answer;
	size_t length;
	uint8_t bytes[128];
};

/* Of an identifier: what the client has under way there, and what the NAS remembers of it. */
struct place {
	uint64_t order; /* 0: none */
	uint8_t request[128];
	struct wall first; /* when this came, with its answer */
	size_t length;
	uint8_t seen[128];
	size_t answered;
	uint8_t answer[128];
};

struct storm {
	struct coa *coa;
	struct radius_key *key;
	struct random random;
	struct wall now;
	int64_t rest;
	struct datagram flying[FLYING_MOST];
	size_t count;
	struct place place[NASES][PORTS][256];
	uint8_t ended[ORDERS + 1];
	uint8_t asked[ORDERS + 1];
	uint64_t last_of
		[SESSIONS]; /* the last order of a session that was sent for the first time */
	size_t ends;
};

/* Orders have their number as Acct-Session-Id. */
static size_t
attributes_of(uint64_t order, uint8_t into[16])
{
	int length = snprintf((char *)into + 2, 14, "%08llu", (unsigned long long)order);

	into[0] = RADIUS_ACCT_SESSION_ID;
	into[1] = (uint8_t)(length + 2);
	return (size_t)length + 2;
}

static uint64_t
order_in(const uint8_t *bytes, size_t length)
{
	struct text text = {(const char *)bytes + length - 8, 8};
	uint64_t order = 0;

	assert_int_equal(text_parse_u64(text, ORDERS, &order), 0);
	return order;
}

static bool
happens(struct storm *storm, unsigned percent)
{
	return random_below(&storm->random, 100) < percent;
}

/* On its way: lost, once, or twice, and late in any order. */
static void throw(struct storm * storm, const struct datagram *datagram)
{
	int copies = happens(storm, 25) ? 0 : happens(storm, 15) ? 2 : 1;

	for (int i = 0; i < copies && storm->count < FLYING_MOST; i++) {
		struct datagram *thrown = &storm->flying[storm->count++];
		int64_t most = happens(storm, 10) ? SLOWEST : WALL_SECOND;

		*thrown = *datagram;
		thrown->at.us =
			storm->now.us + (int64_t)random_below(&storm->random, (uint64_t)most);
	}
}

static void
see_request(struct storm *storm, const struct coa_event *event)
{
	struct place *place = &storm->place[event->nas][event->port][event->bytes[1]];
	uint64_t order = order_in(event->bytes, event->length);
	struct datagram datagram = {
		.nas = event->nas, .port = event->port, .length = event->length};

	assert_in_range(order, 1, ORDERS);
	assert_in_range(event->length, 1, sizeof(datagram.bytes));
	assert_int_equal(storm->ended[order], 0);
	/* Never two requests under way with the same identifier at the same port of the same NAS. */
	assert_true(place->order == 0 || place->order == order);
	if (place->order == 0) {
		uint64_t session = order % SESSIONS;

		/* In the order in which they were given. */
		assert_true(storm->last_of[session] <= order);
		storm->last_of[session] = order;
	} else {
		assert_memory_equal(place->request, event->bytes, event->length);
	}
	place->order = order;
	memcpy(place->request, event->bytes, event->length);
	memcpy(datagram.bytes, event->bytes, event->length);
	throw(storm, &datagram);
}

/* It was given up: its place is free from now on. */
static void
forget_place(struct storm *storm, uint64_t order)
{
	struct place *places = &storm->place[0][0][0];

	for (size_t i = 0; i < sizeof(storm->place) / sizeof(*places); i++) {
		if (places[i].order == order)
			places[i].order = 0;
	}
}

static void
see_told(struct storm *storm, const struct coa_event *event)
{
	uint64_t order = event->order;

	assert_in_range(order, 1, ORDERS);
	assert_int_equal(storm->ended[order], 0);
	if (event->stage == COA_SILENT)
		forget_place(storm, order);
	if (event->stage == COA_ASKED) {
		assert_int_equal(storm->asked[order], 0);
		storm->asked[order] = 1;
		if (happens(storm, 80))
			assert_int_equal(coa_shown(storm->coa, order), 0);
		return;
	}
	assert_true(event->stage != COA_UNSHOWN || storm->asked[order]);
	storm->ended[order] = 1;
	storm->ends++;
}

/* What a NAS makes of a new request: no answer at all, or one of some. */
static void
decide(struct storm *storm, struct place *place)
{
	static const uint32_t causes[] = {503, 506, 401, 505, CAUSE_NONE};
	uint8_t answer[RADIUS_MOST];

	place->answered = 0;
	if (happens(storm, 10))
		return;
	/* For some it never has resources. */
	if (order_in(place->seen, place->length) % 50 == 0)
		place->answered =
			answer_to(storm->key, place->seen, RADIUS_COA_NAK, 506, 0, answer);
	else if (happens(storm, 30))
		place->answered = answer_to(storm->key, place->seen, RADIUS_COA_NAK,
			causes[random_below(&storm->random, 5)], 0, answer);
	else
		place->answered =
			answer_to(storm->key, place->seen, RADIUS_COA_ACK, CAUSE_NONE, 0, answer);
	memcpy(place->answer, answer, place->answered);
}

/* A strict NAS (RFC 5176 s2.3): the same request gets the same answer, and no other one has that identifier within the
 * time that it remembers. */
static void
come_to_nas(struct storm *storm, const struct datagram *datagram)
{
	struct place *place = &storm->place[datagram->nas][datagram->port][datagram->bytes[1]];
	struct datagram back = *datagram;

	if (place->length != datagram->length ||
		memcmp(place->seen, datagram->bytes, datagram->length) != 0) {
		assert_true(place->length == 0 || storm->rest == 0 ||
			storm->now.us - place->first.us >= storm->rest - SLOWEST);
		place->first = storm->now;
		place->length = datagram->length;
		memcpy(place->seen, datagram->bytes, datagram->length);
		decide(storm, place);
	}
	if (place->answered == 0)
		return;
	back.is_answer = true;
	back.length = place->answered;
	memcpy(back.bytes, place->answer, back.length);
	throw(storm, &back);
}

/* Is it the answer to what is under way there? */
static bool
answers(struct storm *storm, const struct place *place, const struct datagram *datagram)
{
	struct radius_packet packet;

	assert_int_equal(radius_read(datagram->bytes, datagram->length, &packet), RADIUS_NO_FAULT);
	return radius_check_response(storm->key, &packet, place->request + 4) == RADIUS_NO_FAULT;
}

static void
come(struct storm *storm, size_t at)
{
	struct datagram datagram = storm->flying[at];
	struct place *place = &storm->place[datagram.nas][datagram.port][datagram.bytes[1]];

	storm->flying[at] = storm->flying[--storm->count];
	if (!datagram.is_answer) {
		come_to_nas(storm, &datagram);
		return;
	}
	if (happens(storm, 5))
		datagram.bytes[random_below(&storm->random, datagram.length)] ^= 4;
	else if (answers(storm, place, &datagram))
		place->order = 0;
	coa_answer(storm->coa, datagram.nas, datagram.port, datagram.bytes, datagram.length,
		storm->now);
}

static void
work(struct storm *storm)
{
	struct coa_event event;

	while (coa_next(storm->coa, storm->now, &event) == 1) {
		if (event.is_told)
			see_told(storm, &event);
		else
			see_request(storm, &event);
	}
}

/* To the next datagram or timer; false: there is none. */
static bool
step(struct storm *storm)
{
	struct wall next = coa_due(storm->coa, storm->now);
	size_t at = storm->count;

	for (size_t i = 0; i < storm->count; i++) {
		if (storm->flying[i].at.us <= next.us) {
			next = storm->flying[i].at;
			at = i;
		}
	}
	if (next.us == INT64_MAX)
		return false;
	assert_true(next.us >= storm->now.us);
	storm->now = next;
	if (at < storm->count)
		come(storm, at);
	work(storm);
	return true;
}

static void
run_storm(uint64_t seed, int64_t rest)
{
	static struct storm storm;
	struct coa_settings settings = COA_DEFAULTS;
	const struct coa_counts *counts;
	uint64_t ends = 0;

	memset(&storm, 0, sizeof(storm));
	random_seed(&storm.random, seed);
	settings.ports = PORTS;
	settings.rest = rest;
	settings.seed = seed;
	settings.waiting_most = ORDERS;
	storm.coa = coa_new(&settings);
	storm.key = key_of(SECRET);
	storm.now = NOW;
	storm.rest = rest;
	for (int i = 0; i < NASES; i++) {
		struct coa_nas nas = {.key = storm.key, .rate = i == 0 ? 20 : 0};

		assert_int_equal(coa_add_nas(storm.coa, &nas), i);
	}
	for (uint64_t i = 1; i <= ORDERS; i++) {
		uint8_t bytes[16];
		struct coa_order order = {.id = i,
			.session = 1 + i % SESSIONS,
			.nas = (uint32_t)(i % SESSIONS % NASES),
			.attributes = bytes,
			.length = attributes_of(i, bytes)};

		assert_int_equal(coa_add(storm.coa, &order), 0);
		if (i % 7 == 0)
			(void)step(&storm);
	}
	work(&storm);
	while (step(&storm)) {
	}
	/* Each order has come to exactly one end. */
	assert_int_equal(storm.ends, ORDERS);
	assert_int_equal(coa_open(storm.coa), 0);
	counts = coa_counts(storm.coa);
	for (int i = COA_SHOWN; i < COA_STAGES; i++) {
		assert_true(counts->told[i] > 0);
		ends += counts->told[i];
	}
	assert_int_equal(ends, ORDERS);
	assert_true(counts->doubles > 0 && counts->retries > 0 && counts->laters > 0);
	assert_true(counts->faults[RADIUS_BAD_AUTHENTICATOR] > 0);
	(void)coa_free(storm.coa);
	(void)radius_key_free(storm.key);
}

static void
in_a_storm_each_order_ends_once_and_no_identifier_is_taken_twice(void **state)
{
	for (uint64_t seed = 1; seed <= 6; seed++)
		run_storm(seed, seed % 2 == 0 ? 300 * WALL_SECOND : 0);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ports_come_in_turn_and_what_was_used_least_recently_first),
		cmocka_unit_test(a_place_rests_until_the_nas_has_forgotten_it),
		cmocka_unit_test(timers_come_in_the_order_of_their_times),
		cmocka_unit_test(in_a_storm_each_order_ends_once_and_no_identifier_is_taken_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
