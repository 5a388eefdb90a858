/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/list/listsurge.h"
#include "unit.h"

#include <stdio.h>

#define MOST 200000

/* Two days; each list of a day is a run of addresses. */
struct day {
	struct sightingfile_list lists[4];
	size_t count;
	struct listings listings;
};

struct world {
	struct day before, now;
	struct sightingfile file;
};

static int
make(void **state)
{
	static struct world world;

	world = (struct world){.before = {.count = 0}};
	listings_init(&world.before.listings, MOST);
	listings_init(&world.now.listings, MOST);
	*state = &world;
	return 0;
}

static int
clean(void **state)
{
	struct world *world = *state;

	listings_done(&world->before.listings);
	listings_done(&world->now.listings);
	return 0;
}

static struct sightingfile_list *
add(struct day *day, const char *name, uint32_t first, uint32_t count)
{
	struct sightingfile_list *list = &day->lists[day->count];

	*list = (struct sightingfile_list){.listed = count};
	snprintf(list->name, sizeof(list->name), "%s", name);
	for (uint32_t i = 0; i < count; i++)
		listings_add4(&day->listings,
			&(struct listing4){.address = first + i, .list = (uint16_t)day->count});
	day->count++;
	return list;
}

static void
judge_day(const struct sightingfile *before, struct day *day)
{
	struct listsurge *known = before != NULL ? listsurge_new(before) : NULL;

	for (size_t i = 0; i < day->count; i++) {
		day->lists[i].named = (struct sightingfile_named){.addresses = 0};
		day->lists[i].fresh = 0;
	}
	listsurge_count(known, day->lists, &day->listings);
	listsurge_judge(known, day->lists, day->count);
	listsurge_free(known);
}

static void
judge(struct world *world)
{
	world->file = (struct sightingfile){.lists = world->before.lists,
		.list_count = world->before.count,
		.four = world->before.listings.four,
		.fours = world->before.listings.fours,
		.six = world->before.listings.six,
		.sixes = world->before.listings.sixes};
	/* What the lists of the day before name. */
	judge_day(NULL, &world->before);
	judge_day(&world->file, &world->now);
}

/* Nearly all: a few seem known. */
static void
is_about(uint64_t is, uint64_t expected)
{
	assert_in_range(is, expected - expected / 100, expected);
}

static void
a_list_of_more_than_three_times_as_many_explodes(void **state)
{
	struct world *world = *state;

	add(&world->before, "a", 0, 2000);
	add(&world->before, "b", 100000, 40000);
	add(&world->now, "a", 0, 6001);
	add(&world->now, "b", 110000, 50000);
	judge(world);
	assert_true(world->now.lists[0].is_surging);
	assert_int_equal(world->now.lists[0].before.addresses, 2000);
	is_about(world->now.lists[0].fresh, 4001);
	assert_false(world->now.lists[1].is_surging);
	assert_int_equal(world->now.lists[1].before.addresses, 40000);
	is_about(world->now.lists[1].fresh, 20000);
}

static void
three_times_as_many_do_not(void **state)
{
	struct world *world = *state;

	add(&world->before, "a", 0, 2000);
	add(&world->before, "b", 100000, 40000);
	add(&world->now, "a", 0, 6000);
	add(&world->now, "b", 110000, 50000);
	judge(world);
	assert_false(world->now.lists[0].is_surging);
}

static void
nor_does_a_small_list_that_is_a_little_larger(void **state)
{
	struct world *world = *state;

	add(&world->before, "a", 0, 10);
	add(&world->now, "a", 0, 1009);
	judge(world);
	assert_false(world->now.lists[0].is_surging);
	world->now.count = 0;
	world->now.listings.fours = 0;
	add(&world->now, "a", 0, 1010);
	judge(world);
	assert_true(world->now.lists[0].is_surging);
}

static void
a_list_that_brings_most_of_what_is_new_and_more_than_it_had_explodes(void **state)
{
	struct world *world = *state;

	add(&world->before, "a", 0, 5000);
	add(&world->before, "b", 100000, 5000);
	/* Of 8600 that are new it has 5600, which are 65 per cent. */
	add(&world->now, "a", 2000, 8600);
	add(&world->now, "b", 103000, 5000);
	judge(world);
	assert_true(world->now.lists[0].is_surging);
	assert_false(world->now.lists[1].is_surging);
}

static void
most_of_what_is_new_alone_is_a_usual_day(void **state)
{
	struct world *world = *state;

	add(&world->before, "a", 0, 15000);
	add(&world->before, "b", 100000, 5000);
	add(&world->now, "a", 12000, 16500);
	add(&world->now, "b", 101000, 5000);
	judge(world);
	is_about(world->now.lists[0].fresh, 13500);
	assert_false(world->now.lists[0].is_surging);
}

static void
what_another_list_had_is_not_new(void **state)
{
	struct world *world = *state;

	add(&world->before, "a", 0, 5000);
	add(&world->before, "b", 10000, 10000);
	add(&world->now, "a", 10000, 10000);
	add(&world->now, "b", 10000, 10000);
	judge(world);
	assert_int_equal(world->now.lists[0].fresh, 0);
	assert_false(world->now.lists[0].is_surging);
}

static void
a_list_that_was_not_there_before_does_not_explode(void **state)
{
	struct world *world = *state;

	add(&world->before, "a", 0, 2000);
	add(&world->now, "a", 0, 2000);
	add(&world->now, "b", 100000, 50000);
	judge(world);
	assert_false(world->now.lists[1].is_surging);
	assert_int_equal(world->now.lists[1].before.addresses, 0);
	is_about(world->now.lists[1].fresh, 50000);
}

static void
one_that_exploded_stays_so_until_it_is_accepted(void **state)
{
	struct world *world = *state;
	struct sightingfile_list *list;

	list = add(&world->before, "a", 0, 50000);
	list->is_surging = 1;
	list->before.addresses = 2000;
	add(&world->now, "a", 0, 50000);
	judge(world);
	assert_true(world->now.lists[0].is_surging);
	assert_int_equal(world->now.lists[0].before.addresses, 2000);
	is_about(world->now.lists[0].fresh, 50000);
	listsurge_accept(&world->now.lists[0]);
	assert_false(world->now.lists[0].is_surging);
	/* Then it is the yardstick. */
	world->before.lists[0] = world->now.lists[0];
	judge(world);
	assert_false(world->now.lists[0].is_surging);
	assert_int_equal(world->now.lists[0].before.addresses, 50000);
}

static void
a_list_of_less_than_a_third_is_shrunk(void **state)
{
	struct world *world = *state;

	add(&world->before, "a", 0, 3000);
	add(&world->before, "b", 10000, 999);
	add(&world->now, "a", 0, 1000);
	add(&world->now, "b", 10000, 1);
	judge(world);
	assert_false(listsurge_is_shrunk(&world->now.lists[0]));
	assert_false(listsurge_is_shrunk(&world->now.lists[1]));
	world->now.lists[0].before.networks = 3000;
	world->now.lists[0].named.networks = 1000;
	assert_false(listsurge_is_shrunk(&world->now.lists[0]));
	world->now.lists[0].named.networks = 999;
	assert_true(listsurge_is_shrunk(&world->now.lists[0]));
	world->now.lists[0].named.networks = 1000;
	world->now.lists[0].named.addresses = 999;
	assert_true(listsurge_is_shrunk(&world->now.lists[0]));
}

static void
networks_of_ipv6_count_as_addresses_do(void **state)
{
	struct world *world = *state;

	add(&world->before, "a", 0, 1000);
	listings_add6(&world->before.listings, &(struct listing6){.network = 1});
	add(&world->now, "a", 0, 1000);
	listings_add6(&world->now.listings, &(struct listing6){.network = 1});
	listings_add6(&world->now.listings, &(struct listing6){.network = 2});
	judge(world);
	assert_int_equal(world->now.lists[0].fresh, 1);
	assert_int_equal(world->now.lists[0].before.networks, 1);
	assert_int_equal(world->now.lists[0].named.networks, 2);
	assert_false(world->now.lists[0].is_surging);
	for (uint32_t i = 0; i < 1000; i++)
		listings_add6(&world->now.listings, &(struct listing6){.network = 3 + i});
	judge(world);
	assert_true(world->now.lists[0].is_surging);
	is_about(world->now.lists[0].fresh, 1001);
	judge(world);
	is_about(world->now.lists[0].fresh, 1001);
}

static void
ranges_count_with_all_that_is_in_them(void **state)
{
	struct world *world = *state;

	add(&world->before, "a", 0, 1000);
	add(&world->now, "a", 0, 1000);
	listings_add_range4(&world->now.listings,
		&(struct listedrange4){.low = 0x14000000, .high = 0x14ffffff});
	judge(world);
	assert_int_equal(world->now.lists[0].named.addresses, 1000 + (1 << 24));
	assert_true(world->now.lists[0].is_surging);
	world->now.listings.ranges4_count = 0;
	listings_add_range6(&world->now.listings, &(struct listedrange6){.low = 0, .high = 998});
	judge(world);
	assert_false(world->now.lists[0].is_surging);
	listings_add_range6(&world->now.listings, &(struct listedrange6){.low = 7, .high = 7});
	judge(world);
	assert_int_equal(world->now.lists[0].named.networks, 1000);
	assert_true(world->now.lists[0].is_surging);
	listings_add_range6(
		&world->now.listings, &(struct listedrange6){.low = 0, .high = UINT64_MAX - 1});
	judge(world);
	assert_int_equal(world->now.lists[0].named.networks, UINT64_MAX);
}

static void
a_day_on_which_it_was_empty_is_no_yardstick(void **state)
{
	struct world *world = *state;

	add(&world->before, "a", 0, 0)->before.addresses = 2000;
	add(&world->now, "a", 0, 7000);
	judge(world);
	assert_int_equal(world->now.lists[0].before.addresses, 2000);
	assert_true(world->now.lists[0].is_surging);
}

static void
without_sightings_before_nothing_is_said(void **state)
{
	struct world *world = *state;

	add(&world->now, "a", 0, 50000);
	judge_day(NULL, &world->now);
	assert_int_equal(world->now.lists[0].named.addresses, 50000);
	assert_int_equal(world->now.lists[0].before.addresses, 0);
	assert_int_equal(world->now.lists[0].fresh, 0);
	assert_false(world->now.lists[0].is_surging);
}

#define surge_test(f) cmocka_unit_test_setup_teardown(f, make, clean)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		surge_test(a_list_of_more_than_three_times_as_many_explodes),
		surge_test(three_times_as_many_do_not),
		surge_test(nor_does_a_small_list_that_is_a_little_larger),
		surge_test(a_list_that_brings_most_of_what_is_new_and_more_than_it_had_explodes),
		surge_test(most_of_what_is_new_alone_is_a_usual_day),
		surge_test(what_another_list_had_is_not_new),
		surge_test(a_list_that_was_not_there_before_does_not_explode),
		surge_test(one_that_exploded_stays_so_until_it_is_accepted),
		surge_test(a_list_of_less_than_a_third_is_shrunk),
		surge_test(networks_of_ipv6_count_as_addresses_do),
		surge_test(ranges_count_with_all_that_is_in_them),
		surge_test(a_day_on_which_it_was_empty_is_no_yardstick),
		surge_test(without_sightings_before_nothing_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
