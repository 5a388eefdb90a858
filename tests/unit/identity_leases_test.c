/* SPDX-License-Identifier: BSD-2-Clause */
/* One rule of leases.h a test; identity_leasefind_test holds all of them together against a model. */
#include "identity/leasefind.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define NOW       INT64_C(1700000000)
#define TOLERANCE 120
#define HOUR      3600

static const struct hash_key key = {
	{3, 141, 59, 26, 53, 58, 97, 93, 238, 46, 26, 43, 38, 32, 79, 50}};

struct bench {
	struct leases leases;
	struct leases_settings settings;
	void *memory;
};

static struct wall
wall(int64_t at)
{
	return (struct wall){at * WALL_SECOND};
}

static struct bench
new_bench_of(size_t most)
{
	struct bench bench = {.settings = LEASES_DEFAULTS};
	size_t bytes;

	bench.settings.leases_most = most;
	bench.settings.nas_most = 16;
	bench.settings.key = key;
	bytes = leases_bytes(&bench.settings);
	bench.memory = aligned_alloc(64, bytes);
	assert_non_null(bench.memory);
	memset(bench.memory, 0, bytes);
	assert_int_equal(leases_make(&bench.leases, &bench.settings, bench.memory, bytes), 0);
	leases_tick(&bench.leases, wall(NOW));
	return bench;
}

static struct bench
new_bench(void)
{
	return new_bench_of(10000);
}

static void
free_bench(struct bench *bench)
{
	free(bench->memory);
}

static struct line_name
name_of(const char *text, uint16_t low, uint16_t high)
{
	struct line_name name = {.low = low, .high = high};
	struct prefix prefix;

	assert_int_equal(prefix_parse(text_of(text), &prefix), 0);
	name.address = prefix.address;
	name.length = prefix.length;
	return name;
}

/* A session of a line on an address, at NAS 1; session 0: DHCP. */
static struct lease
lease_of(const char *name, uint64_t who, uint64_t session)
{
	return (struct lease){.name = name_of(name, 0, 0),
		.line = {.pseudonym = who},
		.nas = 1,
		.session = session};
}

static struct lease
block_of(const char *name, uint16_t low, uint16_t high, uint64_t who)
{
	return (struct lease){
		.name = name_of(name, low, high), .line = {.pseudonym = who}, .session = who};
}

static void
start(struct bench *bench, struct lease lease, int64_t at, int64_t life)
{
	assert_int_equal(leases_start(&bench->leases, &lease, wall(at), wall(at + life)), 0);
}

static void
interim(struct bench *bench, struct lease lease, int64_t at, int64_t life)
{
	assert_int_equal(leases_interim(&bench->leases, &lease, wall(at), wall(at + life)), 0);
}

static void
stop(struct bench *bench, struct lease lease, int64_t at)
{
	assert_int_equal(leases_stop(&bench->leases, &lease, wall(at), wall(0)), 0);
}

static int
find(const struct bench *bench, const char *text, uint16_t port, int64_t at,
	struct lease_holder *ret)
{
	struct address address;

	*ret = (struct lease_holder){0};
	assert_int_equal(address_parse(text_of(text), &address), 0);
	return leasefind_holder(&bench->leases, &address, port, wall(at), ret);
}

/* The line that surely held it; 0: nobody is known; or the error. */
static int
who(const struct bench *bench, const char *text, uint16_t port, int64_t at)
{
	struct lease_holder holder;
	int r = find(bench, text, port, at, &holder);

	return r == 0 ? (int)holder.line.pseudonym : r == -ENOENT ? 0 : r;
}

static struct leases_counts
counts(const struct bench *bench)
{
	return leases_counts(&bench->leases);
}

static void
a_line_has_its_address_from_start_to_stop(void **state)
{
	struct bench bench = new_bench();
	struct lease lease = lease_of("192.0.2.7", 5, 100);

	lease.line.role = ROLE_BUSINESS;
	start(&bench, lease, NOW - HOUR, 2 * HOUR);
	stop(&bench, lease, NOW - 60);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW - HOUR), 5);
	assert_int_equal(who(&bench, "192.0.2.7", 4711, NOW - 61), 5);
	assert_int_equal(who(&bench, "192.0.2.8", 0, NOW - 61), 0);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW - 60 + TOLERANCE), 0);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW - HOUR - TOLERANCE - 1), 0);
	struct lease_holder holder;
	assert_int_equal(find(&bench, "192.0.2.7", 0, NOW - 100, &holder), 0);
	assert_int_equal(holder.line.role, ROLE_BUSINESS);
	free_bench(&bench);
}

static void
outside_but_within_the_tolerance_it_is_doubtful(void **state)
{
	struct bench bench = new_bench();
	struct lease lease = lease_of("192.0.2.7", 5, 100);
	struct lease_holder holder;

	start(&bench, lease, NOW - HOUR, 2 * HOUR);
	stop(&bench, lease, NOW - 600);
	assert_int_equal(find(&bench, "192.0.2.7", 0, NOW - 600, &holder), -EAGAIN);
	assert_int_equal(holder.line.pseudonym, 5);
	assert_int_equal(holder.other.pseudonym, 0);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW - 601 + TOLERANCE), -EAGAIN);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW - 600 + TOLERANCE), 0);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW - HOUR - TOLERANCE), -EAGAIN);
	free_bench(&bench);
}

static void
near_a_change_of_holder_both_are_candidates(void **state)
{
	struct bench bench = new_bench();
	struct lease_holder holder;

	start(&bench, lease_of("192.0.2.7", 5, 100), NOW - 2 * HOUR, 3 * HOUR);
	start(&bench, lease_of("192.0.2.7", 6, 101), NOW - HOUR, 2 * HOUR);
	assert_int_equal(find(&bench, "192.0.2.7", 0, NOW - HOUR - 1, &holder), -EAGAIN);
	assert_int_equal(holder.line.pseudonym, 5);
	assert_int_equal(holder.other.pseudonym, 6);
	assert_int_equal(find(&bench, "192.0.2.7", 0, NOW - HOUR, &holder), -EAGAIN);
	assert_int_equal(holder.line.pseudonym, 6);
	assert_int_equal(holder.other.pseudonym, 5);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW - HOUR - TOLERANCE - 1), 5);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW - HOUR + TOLERANCE), 6);
	assert_int_equal(counts(&bench).displaced, 1);
	free_bench(&bench);
}

static void
another_session_of_the_same_line_is_no_change_of_holder(void **state)
{
	struct bench bench = new_bench();

	start(&bench, lease_of("192.0.2.7", 5, 100), NOW - 2 * HOUR, 3 * HOUR);
	start(&bench, lease_of("192.0.2.7", 5, 101), NOW - HOUR, 2 * HOUR);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW - HOUR), 5);
	free_bench(&bench);
}

static void
a_lost_stop_ends_with_the_lifetime_and_the_tolerance(void **state)
{
	struct bench bench = new_bench();

	start(&bench, lease_of("192.0.2.7", 5, 100), NOW - 2 * HOUR, HOUR);
	for (int round = 0; round < 2; round++) {
		assert_int_equal(who(&bench, "192.0.2.7", 0, NOW - HOUR + TOLERANCE - 1), 5);
		assert_int_equal(who(&bench, "192.0.2.7", 0, NOW - HOUR + TOLERANCE), 0);
		assert_int_equal(counts(&bench).lapsed, round);
		leases_tick(&bench.leases, wall(NOW));
	}
	assert_int_equal(counts(&bench).open, 0);
	assert_int_equal(counts(&bench).ended, 1);
	free_bench(&bench);
}

static void
a_session_that_speaks_again_held_on_all_the_time(void **state)
{
	struct bench bench = new_bench();

	start(&bench, lease_of("192.0.2.7", 5, 100), NOW - 3 * HOUR, HOUR);
	start(&bench, lease_of("192.0.2.8", 5, 0), NOW - 3 * HOUR, HOUR);
	leases_tick(&bench.leases, wall(NOW));
	interim(&bench, lease_of("192.0.2.7", 5, 100), NOW - HOUR, 2 * HOUR);
	/* Nobody knows that of DHCP. */
	start(&bench, lease_of("192.0.2.8", 5, 0), NOW - HOUR, 2 * HOUR);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW - HOUR - HOUR / 2), 5);
	assert_int_equal(who(&bench, "192.0.2.8", 0, NOW - HOUR - HOUR / 2), 0);
	assert_int_equal(who(&bench, "192.0.2.8", 0, NOW), 5);
	free_bench(&bench);
}

static void
one_that_lapsed_is_open_again_when_it_is_told_late_that_it_lives(void **state)
{
	struct bench bench = new_bench();
	struct lease lease = lease_of("192.0.2.7", 5, 0);
	struct lease_held held[2];

	start(&bench, lease, NOW - 3 * HOUR, HOUR);
	leases_tick(&bench.leases, wall(NOW));
	assert_int_equal(leasefind_held(&bench.leases, 5, wall(NOW), held, 2), 0);
	start(&bench, lease, NOW - 2 * HOUR - 60, 9 * HOUR);
	assert_int_equal(leasefind_held(&bench.leases, 5, wall(NOW), held, 2), 1);
	assert_true(held[0].from.us == (NOW - 3 * HOUR) * WALL_SECOND);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW - HOUR), 5);
	assert_int_equal(counts(&bench).open, 1);
	assert_int_equal(counts(&bench).ended, 0);
	/* What stood for it before goes with its time. */
	leases_tick(&bench.leases, wall(NOW + 300 * HOUR));
	leases_tick(&bench.leases, wall(NOW + 300 * HOUR));
	assert_int_equal(counts(&bench).open + counts(&bench).ended, 0);
	free_bench(&bench);
}

static void
a_lifetime_that_ends_before_it_begins_is_none(void **state)
{
	struct bench bench = new_bench();

	start(&bench, lease_of("192.0.2.7", 5, 100), NOW - HOUR, -600);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW - HOUR), 5);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW - HOUR + TOLERANCE), 0);
	free_bench(&bench);
}

static void
a_stop_without_a_start_makes_the_interval_that_it_tells(void **state)
{
	struct bench bench = new_bench();
	struct lease lease = lease_of("192.0.2.7", 5, 100);

	assert_int_equal(leases_stop(&bench.leases, &lease, wall(NOW), wall(NOW - HOUR)), 0);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW - HOUR), 5);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW - 1), 5);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW), -EAGAIN);
	assert_int_equal(counts(&bench).stop_unknown, 1);
	assert_int_equal(counts(&bench).open, 0);
	free_bench(&bench);
}

static void
a_stop_that_comes_before_its_start_ends_it_nevertheless(void **state)
{
	struct bench bench = new_bench();
	struct lease lease = lease_of("192.0.2.7", 5, 100);

	stop(&bench, lease, NOW - HOUR);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW - HOUR), -EAGAIN);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW - 2 * HOUR), 0);
	start(&bench, lease, NOW - 3 * HOUR, 24 * HOUR);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW - 2 * HOUR), 5);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW), 0);
	free_bench(&bench);
}

static void
a_stray_stop_takes_nothing_from_who_holds_it(void **state)
{
	struct bench bench = new_bench();

	start(&bench, lease_of("192.0.2.7", 5, 100), NOW - 2 * HOUR, 3 * HOUR);
	stop(&bench, lease_of("192.0.2.7", 6, 200), NOW - HOUR);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW - HOUR), 5);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW), 5);
	assert_int_equal(counts(&bench).stop_unknown, 1);
	free_bench(&bench);
}

static void
what_is_said_twice_changes_nothing(void **state)
{
	struct bench bench = new_bench();
	struct lease lease = lease_of("192.0.2.7", 5, 100);

	for (int i = 0; i < 3; i++)
		start(&bench, lease, NOW - HOUR, HOUR);
	for (int i = 0; i < 3; i++)
		stop(&bench, lease, NOW - 600);
	stop(&bench, lease, NOW - 300);
	interim(&bench, lease, NOW - 200, HOUR);
	assert_int_equal(counts(&bench).repeated, 6);
	assert_int_equal(counts(&bench).open + counts(&bench).ended, 1);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW - 601), 5);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW), 0);
	free_bench(&bench);
}

static void
a_start_that_comes_late_stands_where_its_time_is(void **state)
{
	struct bench bench = new_bench();

	start(&bench, lease_of("192.0.2.7", 6, 101), NOW - HOUR, 2 * HOUR);
	start(&bench, lease_of("192.0.2.7", 5, 100), NOW - 3 * HOUR, 9 * HOUR);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW - 2 * HOUR), 5);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW), 6);
	/* Its Stop, later still, does not reach into the other's time. */
	stop(&bench, lease_of("192.0.2.7", 5, 100), NOW - 600);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW - 600), 6);
	free_bench(&bench);
}

static void
an_interim_before_its_start_begins_it_earlier(void **state)
{
	struct bench bench = new_bench();
	struct lease lease = lease_of("192.0.2.7", 5, 100);

	interim(&bench, lease, NOW - HOUR, 2 * HOUR);
	assert_int_equal(counts(&bench).start_unknown, 1);
	start(&bench, lease, NOW - 3 * HOUR, HOUR);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW - 3 * HOUR), 5);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW), 5);
	assert_int_equal(counts(&bench).open, 1);
	free_bench(&bench);
}

static void
a_session_that_was_displaced_and_still_speaks_makes_both_disputed(void **state)
{
	struct bench bench = new_bench();
	struct lease a = lease_of("192.0.2.7", 5, 100), b = lease_of("192.0.2.7", 6, 101);

	start(&bench, a, NOW - 5 * HOUR, 9 * HOUR);
	start(&bench, b, NOW - 3 * HOUR, 9 * HOUR);
	/* It had not heard of it yet. */
	interim(&bench, a, NOW - 3 * HOUR + TOLERANCE, HOUR);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW - 2 * HOUR), 6);
	interim(&bench, a, NOW - HOUR, HOUR);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW - 4 * HOUR), 5);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW - 2 * HOUR), -EAGAIN);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW - HOUR / 2), -EAGAIN);
	assert_int_equal(counts(&bench).disputed, 1);
	free_bench(&bench);
}

static void
a_restart_of_a_nas_ends_its_sessions_also_those_told_later(void **state)
{
	struct bench bench = new_bench();
	struct lease other = lease_of("192.0.2.9", 7, 300);

	other.nas = 2;
	start(&bench, lease_of("192.0.2.7", 5, 100), NOW - 3 * HOUR, 9 * HOUR);
	start(&bench, other, NOW - 3 * HOUR, 9 * HOUR);
	leases_forget_nas(&bench.leases, 1, wall(NOW - 2 * HOUR));
	leases_forget_nas(&bench.leases, 1, wall(NOW - 2 * HOUR));
	start(&bench, lease_of("192.0.2.8", 6, 200), NOW - 3 * HOUR, 9 * HOUR);
	start(&bench, lease_of("192.0.2.10", 6, 201), NOW - 2 * HOUR, 9 * HOUR);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW - 2 * HOUR - 1), 5);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW - 2 * HOUR), -EAGAIN);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW - HOUR), 0);
	assert_int_equal(who(&bench, "192.0.2.8", 0, NOW - HOUR), 0);
	assert_int_equal(who(&bench, "192.0.2.9", 0, NOW - HOUR), 7);
	assert_int_equal(who(&bench, "192.0.2.10", 0, NOW - HOUR), 6);
	/* It went on after all: from then on. */
	interim(&bench, lease_of("192.0.2.7", 5, 100), NOW - HOUR, HOUR);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW - HOUR), 5);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW - HOUR - TOLERANCE - 1), 0);
	leases_tick(&bench.leases, wall(NOW));
	assert_int_equal(counts(&bench).restarted, 2);
	free_bench(&bench);
}

static void
a_nas_that_restarts_without_end_keeps_what_each_restart_ended(void **state)
{
	struct bench bench = new_bench();

	for (int i = 0; i < 40; i++) {
		char text[32];

		snprintf(text, sizeof(text), "192.0.2.%d", i);
		start(&bench, lease_of(text, 5, 100 + (uint64_t)i), NOW - 5 * HOUR + i * 300,
			24 * HOUR);
		leases_forget_nas(&bench.leases, 1, wall(NOW - 5 * HOUR + i * 300 + 200));
	}
	for (int i = 0; i < 40; i++) {
		char text[32];

		snprintf(text, sizeof(text), "192.0.2.%d", i);
		assert_int_equal(who(&bench, text, 0, NOW - 5 * HOUR + i * 300 + 199), 5);
		assert_int_equal(who(&bench, text, 0, NOW - 5 * HOUR + i * 300 + 320), 0);
	}
	free_bench(&bench);
}

static void
a_shared_address_gives_a_line_only_with_a_port_of_a_block(void **state)
{
	struct bench bench = new_bench();

	start(&bench, block_of("203.0.113.1", 1024, 2047, 5), NOW - HOUR, 2 * HOUR);
	start(&bench, block_of("203.0.113.1", 2048, 3071, 6), NOW - HOUR, 2 * HOUR);
	start(&bench, block_of("203.0.113.1", 5000, 5999, 7), NOW - HOUR, 2 * HOUR);
	assert_int_equal(who(&bench, "203.0.113.1", 1024, NOW), 5);
	assert_int_equal(who(&bench, "203.0.113.1", 2047, NOW), 5);
	assert_int_equal(who(&bench, "203.0.113.1", 2048, NOW), 6);
	assert_int_equal(who(&bench, "203.0.113.1", 5999, NOW), 7);
	assert_int_equal(who(&bench, "203.0.113.1", 6000, NOW), -ENOTUNIQ);
	assert_int_equal(who(&bench, "203.0.113.1", 0, NOW), -ENOTUNIQ);
	assert_int_equal(who(&bench, "203.0.113.2", 0, NOW), 0);
	/* Nor if somebody says that he has all of it. */
	start(&bench, lease_of("203.0.113.1", 9, 900), NOW - HOUR, 2 * HOUR);
	assert_int_equal(who(&bench, "203.0.113.1", 0, NOW), -ENOTUNIQ);
	assert_int_equal(who(&bench, "203.0.113.1", 1024, NOW), -EAGAIN);
	free_bench(&bench);
}

static void
an_address_whose_line_is_shared_gives_no_line(void **state)
{
	struct bench bench = new_bench();
	struct lease lease = lease_of("203.0.113.1", 5, 0);

	lease.line.role = ROLE_SHARED;
	assert_int_equal(leases_start(&bench.leases, &lease, wall(NOW - HOUR), LEASES_FOREVER), 0);
	assert_int_equal(who(&bench, "203.0.113.1", 0, NOW), -ENOTUNIQ);
	assert_int_equal(who(&bench, "203.0.113.1", 1024, NOW), -ENOTUNIQ);
	start(&bench, block_of("203.0.113.1", 1024, 2047, 6), NOW - HOUR, 2 * HOUR);
	assert_int_equal(who(&bench, "203.0.113.1", 1024, NOW), 6);
	free_bench(&bench);
}

static void
each_size_of_block_is_found_at_its_first_and_last_port(void **state)
{
	struct bench bench = new_bench();
	uint64_t line = 1;

	for (unsigned size = 1; size <= 40000; size = size * 2 + line % 3, line++) {
		char text[32];
		uint16_t low = (uint16_t)(1000 + line * 7), high = (uint16_t)(low + size - 1);

		snprintf(text, sizeof(text), "203.0.113.%u", (unsigned)line);
		start(&bench, block_of(text, low, high, line), NOW - HOUR, 2 * HOUR);
		assert_int_equal(who(&bench, text, low, NOW), line);
		assert_int_equal(who(&bench, text, high, NOW), line);
		assert_int_equal(who(&bench, text, (uint16_t)(low - 1), NOW), -ENOTUNIQ);
		assert_int_equal(who(&bench, text, (uint16_t)(high + 1), NOW), -ENOTUNIQ);
	}
	free_bench(&bench);
}

static void
prefixes_of_ipv6_are_found_by_any_address_in_them(void **state)
{
	struct bench bench = new_bench();

	start(&bench, lease_of("2001:db8:1:200::/56", 5, 1), NOW - HOUR, 2 * HOUR);
	start(&bench, lease_of("2001:db8:2::/48", 6, 2), NOW - HOUR, 2 * HOUR);
	start(&bench, lease_of("2001:db8:3:4::/64", 7, 3), NOW - HOUR, 2 * HOUR);
	assert_int_equal(who(&bench, "2001:db8:1:2ff::1", 0, NOW), 5);
	assert_int_equal(who(&bench, "2001:db8:1:300::1", 0, NOW), 0);
	assert_int_equal(who(&bench, "2001:db8:2:ffff::1", 0, NOW), 6);
	assert_int_equal(who(&bench, "2001:db8:3:4:5:6:7:8", 25, NOW), 7);
	assert_int_equal(who(&bench, "2001:db8:3:5::", 0, NOW), 0);
	/* One inside another, of another line: neither is sure. */
	start(&bench, lease_of("2001:db8:2:7::/64", 8, 4), NOW - HOUR, 2 * HOUR);
	assert_int_equal(who(&bench, "2001:db8:2:7::1", 0, NOW), -EAGAIN);
	/* Of the same line it is the line's. */
	start(&bench, lease_of("2001:db8:2:8::/64", 6, 5), NOW - HOUR, 2 * HOUR);
	assert_int_equal(who(&bench, "2001:db8:2:8::1", 0, NOW), 6);
	free_bench(&bench);
}

static void
a_stop_of_the_session_ends_all_that_the_line_holds_by_it(void **state)
{
	struct bench bench = new_bench();
	struct lease_held held[8];

	start(&bench, lease_of("192.0.2.7", 5, 100), NOW - HOUR, 2 * HOUR);
	start(&bench, lease_of("2001:db8:1:200::/56", 5, 100), NOW - HOUR, 2 * HOUR);
	start(&bench, lease_of("192.0.2.8", 5, 101), NOW - HOUR, 2 * HOUR);
	assert_int_equal(leases_stop_session(&bench.leases, 5, 100, wall(NOW - 600)), 2);
	assert_int_equal(leases_stop_session(&bench.leases, 5, 100, wall(NOW - 600)), 0);
	assert_int_equal(leases_stop_session(&bench.leases, 6, 100, wall(NOW - 600)), 0);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW), 0);
	assert_int_equal(who(&bench, "2001:db8:1:200::", 0, NOW - 601), 5);
	assert_int_equal(leasefind_held(&bench.leases, 5, wall(NOW), held, 8), 1);
	assert_int_equal(counts(&bench).stop_unknown, 2);
	free_bench(&bench);
}

static void
a_name_that_is_vacant_is_no_longer_held_by_anybody(void **state)
{
	struct bench bench = new_bench();
	struct lease lease = lease_of("192.0.2.7", 5, 0);

	assert_int_equal(leases_vacate(&bench.leases, &lease.name, wall(NOW - HOUR)), 0);
	start(&bench, lease, NOW - HOUR, 9 * HOUR);
	assert_int_equal(leases_vacate(&bench.leases, &lease.name, wall(NOW - 2 * HOUR)), 0);
	assert_int_equal(counts(&bench).repeated, 2);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW), 5);
	assert_int_equal(leases_vacate(&bench.leases, &lease.name, wall(NOW - 600)), 0);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW - 601), 5);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW), 0);
	free_bench(&bench);
}

static void
a_line_tells_what_it_holds_now(void **state)
{
	struct bench bench = new_bench();
	struct lease block = block_of("203.0.113.1", 1024, 2047, 5);
	struct lease_held held[8];
	char text[LINE_NAME];

	start(&bench, lease_of("192.0.2.7", 5, 100), NOW - 3 * HOUR, 9 * HOUR);
	start(&bench, lease_of("192.0.2.7", 6, 101), NOW - 2 * HOUR, 9 * HOUR);
	start(&bench, lease_of("192.0.2.8", 5, 102), NOW - 2 * HOUR, 9 * HOUR);
	start(&bench, lease_of("2001:db8:1:200::/56", 5, 102), NOW - HOUR, 9 * HOUR);
	start(&bench, lease_of("192.0.2.9", 5, 103), NOW - 3 * HOUR, HOUR);
	start(&bench, block, NOW - 600, 9 * HOUR);
	assert_int_equal(leasefind_held(&bench.leases, 5, wall(NOW), held, 8), 3);
	assert_string_equal(line_name_format(&held[0].name, text), "203.0.113.1:1024-2047");
	assert_string_equal(line_name_format(&held[1].name, text), "2001:db8:1:200::/56");
	assert_string_equal(line_name_format(&held[2].name, text), "192.0.2.8");
	assert_true(held[2].from.us == (NOW - 2 * HOUR) * WALL_SECOND);
	assert_true(held[2].until.us == (NOW + 7 * HOUR) * WALL_SECOND);
	assert_int_equal(leasefind_held(&bench.leases, 5, wall(NOW), held, 2), 2);
	assert_int_equal(leasefind_held(&bench.leases, 7, wall(NOW), held, 8), 0);
	free_bench(&bench);
}

static void
of_a_line_that_holds_too_much_the_oldest_is_only_found_forward(void **state)
{
	struct bench bench = new_bench();
	struct lease_held held[LEASES_LINE + 8];
	char text[32];

	for (int i = 0; i < LEASES_LINE + 5; i++) {
		snprintf(text, sizeof(text), "192.0.2.%d", i);
		start(&bench, lease_of(text, 5, 100), NOW - HOUR + i, 9 * HOUR);
	}
	assert_int_equal(
		leasefind_held(&bench.leases, 5, wall(NOW), held, LEASES_LINE + 8), LEASES_LINE);
	assert_int_equal(counts(&bench).line_full, 5);
	assert_int_equal(who(&bench, "192.0.2.0", 0, NOW), 5);
	stop(&bench, lease_of("192.0.2.0", 5, 100), NOW - 600);
	assert_int_equal(who(&bench, "192.0.2.0", 0, NOW), 0);
	assert_int_equal(leases_stop_session(&bench.leases, 5, 100, wall(NOW)), LEASES_LINE);
	free_bench(&bench);
}

static void
where_all_is_taken_the_oldest_history_gives_way(void **state)
{
	struct bench bench = new_bench_of(100);
	char text[32];

	for (int i = 0; i < 300; i++) {
		snprintf(text, sizeof(text), "10.0.%d.%d", i / 256, i % 256);
		start(&bench, lease_of(text, 1 + (uint64_t)i, 7), NOW - 5 * HOUR + i, 9 * HOUR);
		stop(&bench, lease_of(text, 1 + (uint64_t)i, 7), NOW - 4 * HOUR + i);
	}
	assert_int_equal(counts(&bench).gave_way, 200);
	assert_int_equal(counts(&bench).ended, 100);
	assert_int_equal(who(&bench, "10.0.0.199", 0, NOW - 4 * HOUR), 0);
	assert_int_equal(who(&bench, "10.0.0.200", 0, NOW - 4 * HOUR), 201);
	/* What is open does not. */
	for (int i = 0; i < 150; i++) {
		struct lease lease;

		snprintf(text, sizeof(text), "10.1.0.%d", i);
		lease = lease_of(text, 1000 + (uint64_t)i, 7);
		assert_int_equal(leases_start(&bench.leases, &lease, wall(NOW), wall(NOW + HOUR)),
			i < 100 ? 0 : -ENOSPC);
	}
	assert_int_equal(counts(&bench).refused, 50);
	assert_int_equal(counts(&bench).ended, 0);
	assert_int_equal(who(&bench, "10.1.0.0", 0, NOW), 1000);
	free_bench(&bench);
}

/* Each block has an address of its own, and so takes two slots. */
static void
slots_that_run_out_refuse_too(void **state)
{
	struct bench bench = new_bench_of(100);
	int taken = 0;

	for (int i = 0; i < 100; i++) {
		struct lease lease;
		char text[32];

		snprintf(text, sizeof(text), "203.0.113.%d", i);
		lease = block_of(text, 1024, 2047, 1 + (uint64_t)i);
		taken += leases_start(&bench.leases, &lease, wall(NOW), wall(NOW + HOUR)) == 0;
	}
	assert_in_range(taken, 50, 99);
	assert_int_equal(counts(&bench).refused, 100 - taken);
	for (int i = 0; i < taken; i++) {
		char text[32];

		snprintf(text, sizeof(text), "203.0.113.%d", i);
		assert_int_equal(who(&bench, text, 1500, NOW), 1 + i);
	}
	free_bench(&bench);
}

static void
of_one_name_only_so_much_history_is_kept(void **state)
{
	struct bench bench = new_bench();

	for (int i = 0; i < LEASES_HISTORY + 20; i++)
		start(&bench, lease_of("192.0.2.7", 1 + (uint64_t)i, 7), NOW - 99 * HOUR + i * 600,
			9 * HOUR);
	assert_int_equal(counts(&bench).history_full, 20);
	assert_int_equal(counts(&bench).open, 1);
	assert_int_equal(counts(&bench).ended, LEASES_HISTORY - 1);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW - 99 * HOUR + 300), 0);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW - 99 * HOUR + 20 * 600 + 300), 21);
	free_bench(&bench);
}

static void
history_goes_when_its_time_has_come_and_is_not_told_before_either(void **state)
{
	struct bench bench = new_bench();
	int64_t later = NOW + 168 * HOUR;

	start(&bench, lease_of("192.0.2.7", 5, 100), NOW - HOUR, 1000 * HOUR);
	start(&bench, block_of("203.0.113.1", 1024, 2047, 6), NOW - HOUR, 2 * HOUR);
	stop(&bench, block_of("203.0.113.1", 1024, 2047, 6), NOW);
	leases_tick(&bench.leases, wall(later));
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW - 1), 0);
	assert_int_equal(who(&bench, "192.0.2.7", 0, NOW), 5);
	assert_int_equal(counts(&bench).ended, 1);
	leases_tick(&bench.leases, wall(later + TOLERANCE + 1));
	assert_int_equal(counts(&bench).ended, 0);
	assert_int_equal(counts(&bench).open, 1);
	assert_int_equal(who(&bench, "203.0.113.1", 0, later), 0);
	assert_int_equal(who(&bench, "192.0.2.7", 0, later), 5);
	free_bench(&bench);
}

static void
nothing_of_an_interval_stays_in_the_memory(void **state)
{
	struct bench bench = new_bench_of(50);
	uint64_t pseudonym = UINT64_C(0x1122334455667788);
	size_t bytes = leases_bytes(&bench.settings);

	start(&bench, lease_of("192.0.2.7", pseudonym, 100), NOW - HOUR, HOUR);
	assert_non_null(memmem(bench.memory, bytes, &pseudonym, sizeof(pseudonym)));
	stop(&bench, lease_of("192.0.2.7", pseudonym, 100), NOW);
	leases_tick(&bench.leases, wall(NOW + 200 * HOUR));
	assert_null(memmem(bench.memory, bytes, &pseudonym, sizeof(pseudonym)));
	free_bench(&bench);
}

static void
what_cannot_be_is_refused_and_counted(void **state)
{
	struct bench bench = new_bench();
	struct lease lease = lease_of("192.0.2.7", 5, 100);

	assert_int_equal(
		leases_start(&bench.leases, &lease, wall(NOW + TOLERANCE + 1), wall(NOW + HOUR)),
		-ERANGE);
	assert_int_equal(
		leases_start(&bench.leases, &lease, wall(NOW + TOLERANCE), wall(NOW + HOUR)), 0);
	assert_int_equal(leases_stop_session(&bench.leases, 5, 100, wall(NOW + HOUR)), -ERANGE);
	leases_forget_nas(&bench.leases, 1, wall(NOW + HOUR));
	assert_int_equal(counts(&bench).future, 3);
	assert_int_equal(leases_interim(&bench.leases, &lease, wall(NOW - 300 * HOUR),
				 wall(NOW - 200 * HOUR)),
		-ERANGE);
	assert_int_equal(counts(&bench).old, 1);
	lease.name = name_of("2001:db8::1/128", 0, 0);
	assert_int_equal(leases_start(&bench.leases, &lease, wall(NOW), wall(NOW)), -EINVAL);
	lease.name = name_of("2001:db8::/47", 0, 0);
	assert_int_equal(leases_start(&bench.leases, &lease, wall(NOW), wall(NOW)), -EINVAL);
	lease.name = name_of("2001:db8::/56", 0, 0);
	lease.name.address.byte[15] = 1;
	assert_int_equal(leases_start(&bench.leases, &lease, wall(NOW), wall(NOW)), -EINVAL);
	lease.name = name_of("192.0.2.0", 2000, 1000);
	assert_int_equal(leases_start(&bench.leases, &lease, wall(NOW), wall(NOW)), -EINVAL);
	lease = lease_of("192.0.2.0", 0, 100);
	assert_int_equal(leases_start(&bench.leases, &lease, wall(NOW), wall(NOW)), -EINVAL);
	lease = lease_of("192.0.2.0", 5, 100);
	lease.line.role = ROLE_ACCOUNT;
	assert_int_equal(leases_start(&bench.leases, &lease, wall(NOW), wall(NOW)), -EINVAL);
	assert_int_equal(counts(&bench).misfits, 6);
	assert_int_equal(counts(&bench).open, 1);
	free_bench(&bench);
}

static void
nases_that_are_too_many_are_counted_and_their_leases_kept(void **state)
{
	struct bench bench = new_bench();
	char text[32];

	for (int i = 0; i < 40; i++) {
		struct lease lease;

		snprintf(text, sizeof(text), "192.0.2.%d", i);
		lease = lease_of(text, 5, 100);
		lease.nas = 1000 + (uint64_t)i;
		start(&bench, lease, NOW - HOUR, 9 * HOUR);
	}
	assert_in_range(counts(&bench).nas_full, 20, 24);
	for (int i = 0; i < 40; i++)
		leases_forget_nas(&bench.leases, 1000 + (uint64_t)i, wall(NOW - HOUR / 2));
	assert_int_equal(who(&bench, "192.0.2.0", 0, NOW), 0);
	assert_int_equal(who(&bench, "192.0.2.39", 0, NOW), 5);
	free_bench(&bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_has_its_address_from_start_to_stop),
		cmocka_unit_test(outside_but_within_the_tolerance_it_is_doubtful),
		cmocka_unit_test(near_a_change_of_holder_both_are_candidates),
		cmocka_unit_test(another_session_of_the_same_line_is_no_change_of_holder),
		cmocka_unit_test(a_lost_stop_ends_with_the_lifetime_and_the_tolerance),
		cmocka_unit_test(a_session_that_speaks_again_held_on_all_the_time),
		cmocka_unit_test(one_that_lapsed_is_open_again_when_it_is_told_late_that_it_lives),
		cmocka_unit_test(a_lifetime_that_ends_before_it_begins_is_none),
		cmocka_unit_test(a_stop_without_a_start_makes_the_interval_that_it_tells),
		cmocka_unit_test(a_stop_that_comes_before_its_start_ends_it_nevertheless),
		cmocka_unit_test(a_stray_stop_takes_nothing_from_who_holds_it),
		cmocka_unit_test(what_is_said_twice_changes_nothing),
		cmocka_unit_test(a_start_that_comes_late_stands_where_its_time_is),
		cmocka_unit_test(an_interim_before_its_start_begins_it_earlier),
		cmocka_unit_test(a_session_that_was_displaced_and_still_speaks_makes_both_disputed),
		cmocka_unit_test(a_restart_of_a_nas_ends_its_sessions_also_those_told_later),
		cmocka_unit_test(a_nas_that_restarts_without_end_keeps_what_each_restart_ended),
		cmocka_unit_test(a_shared_address_gives_a_line_only_with_a_port_of_a_block),
		cmocka_unit_test(an_address_whose_line_is_shared_gives_no_line),
		cmocka_unit_test(each_size_of_block_is_found_at_its_first_and_last_port),
		cmocka_unit_test(prefixes_of_ipv6_are_found_by_any_address_in_them),
		cmocka_unit_test(a_stop_of_the_session_ends_all_that_the_line_holds_by_it),
		cmocka_unit_test(a_name_that_is_vacant_is_no_longer_held_by_anybody),
		cmocka_unit_test(a_line_tells_what_it_holds_now),
		cmocka_unit_test(of_a_line_that_holds_too_much_the_oldest_is_only_found_forward),
		cmocka_unit_test(where_all_is_taken_the_oldest_history_gives_way),
		cmocka_unit_test(slots_that_run_out_refuse_too),
		cmocka_unit_test(of_one_name_only_so_much_history_is_kept),
		cmocka_unit_test(history_goes_when_its_time_has_come_and_is_not_told_before_either),
		cmocka_unit_test(nothing_of_an_interval_stays_in_the_memory),
		cmocka_unit_test(what_cannot_be_is_refused_and_counted),
		cmocka_unit_test(nases_that_are_too_many_are_counted_and_their_leases_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
