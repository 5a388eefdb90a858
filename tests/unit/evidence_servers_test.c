/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/hash.h"
#include "evidence/servers.h"
#include "unit.h"

static void
many_networks_over_a_long_time_make_a_server(void **state)
{
	struct servers servers;
	bool is_server = false;

	servers_init(&servers, 20, 7 * WALL_DAY);
	/* Many at once are not enough, nor is one over weeks. */
	for (uint64_t i = 0; i < 100; i++)
		is_server |= servers_add(&servers, 1, hash_mix(i), (struct wall){(int64_t)i});
	for (int64_t day = 0; day < 30; day++)
		is_server |= servers_add(&servers, 2, hash_mix(1), (struct wall){day * WALL_DAY});
	assert_false(is_server);
	assert_true(servers_add(&servers, 1, hash_mix(1), (struct wall){7 * WALL_DAY}));
	/* For ever. */
	assert_true(servers_is_server(&servers, 1));
	assert_false(servers_is_server(&servers, 2));
	assert_false(servers_is_server(&servers, 3));
	servers_done(&servers);
}

static void
sources_are_counted_about_right_and_never_less(void **state)
{
	struct servers servers;
	unsigned before = 0;

	servers_init(&servers, 20, 7 * WALL_DAY);
	assert_int_equal(servers_sources(&servers, 1), 0);
	for (uint64_t i = 1; i <= 20000; i++) {
		unsigned now;

		(void)servers_add(&servers, 1, hash_mix(i), (struct wall){0});
		now = servers_sources(&servers, 1);
		assert_true(now >= before && now <= 1000);
		if (i <= 200)
			assert_in_range(now, i - i / 5 - 1, i + i / 5 + 1);
		before = now;
	}
	assert_int_equal(before, 1000);
	servers_done(&servers);
}

static void
lines_that_find_no_room_are_counted_and_no_servers(void **state)
{
	struct servers servers;

	servers_init(&servers, 1, 0);
	for (uint64_t line = 1; line <= SERVERS_MOST; line++)
		assert_true(servers_add(&servers, line, 1, (struct wall){1}));
	assert_int_equal(servers.dropped, 0);
	for (int i = 0; i < 3; i++)
		assert_false(servers_add(&servers, SERVERS_MOST + 1, 1, (struct wall){1}));
	assert_false(servers_is_server(&servers, SERVERS_MOST + 1));
	assert_int_equal(servers.dropped, 3);
	servers_done(&servers);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_networks_over_a_long_time_make_a_server),
		cmocka_unit_test(sources_are_counted_about_right_and_never_less),
		cmocka_unit_test(lines_that_find_no_room_are_counted_and_no_servers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
