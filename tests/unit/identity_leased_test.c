/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/identify.h"
#include "identity/lines.h"
#include "unit.h"

#include <errno.h>
#include <stdlib.h>

#define BEGIN INT64_C(1700000000)

static struct lines *lines;
static struct leased leased;
static struct natmap map;
static void *memory;

static struct wall
second(int64_t s)
{
	return (struct wall){(BEGIN + s) * WALL_SECOND};
}

static struct address
address_of(const char *text)
{
	struct address address;

	assert_int_equal(address_parse(text_of(text), &address), 0);
	return address;
}

static void
add(const char *prefix, uint8_t role, bool is_leased)
{
	struct lines_prefix row = {.role = role, .is_leased = is_leased};
	struct fail fail;

	assert_int_equal(prefix_parse(text_of(prefix), &row.prefix), 0);
	assert_int_equal(lines_add(lines, &row, &fail), 0);
}

static void
start(const char *address, uint64_t line, uint8_t role, int64_t s)
{
	struct lease lease = {.name = {.address = address_of(address), .length = 128},
		.line = {.pseudonym = line, .role = role},
		.session = line};

	(void)leases_tick(&leased.leases, second(s));
	assert_int_equal(leases_start(&leased.leases, &lease, second(s), second(s + 86400)), 0);
}

static int
setup(void **state)
{
	struct leases_settings settings = LEASES_DEFAULTS;
	struct lines_settings of = LINES_DEFAULTS;
	struct fail fail;
	size_t bytes;

	settings.leases_most = 100;
	bytes = (leases_bytes(&settings) + 63) / 64 * 64;
	memory = aligned_alloc(64, bytes);
	memset(memory, 0, bytes);
	leased = (struct leased){.has_leases = true, .tolerance_seconds = 120};
	assert_int_equal(leases_make(&leased.leases, &settings, memory, bytes), 0);
	assert_int_equal(
		natmap_parse(TEXT("100.64.0.0/24 198.51.100.0/30 ports 512"), &map, &fail), 0);
	leased.maps = &map;
	leased.map_count = 1;
	of.key = (struct hash_key){{3}};
	lines = lines_new(&of);
	lines_set_leased(lines, &leased);
	add("192.0.2.0/24", ROLE_BUSINESS, true);
	add("203.0.113.0/24", ROLE_RESIDENTIAL, false);
	add("198.51.100.0/24", ROLE_SHARED, true);
	return 0;
}

static int
teardown(void **state)
{
	lines_free(lines);
	free(memory);
	return 0;
}

static int
find(const char *address, uint16_t port, int64_t s, struct line *ret)
{
	struct address at = address_of(address);
	struct line_name name;

	return lines_find_at(lines, &at, port, second(s), ret, &name);
}

static void
the_line_of_a_leased_address_is_who_held_it_then_with_the_role_of_the_prefix(void **state)
{
	struct line line;

	start("192.0.2.7", 11, ROLE_RESIDENTIAL, 1000);
	start("192.0.2.7", 12, ROLE_PROTECTED, 5000);
	assert_int_equal(find("192.0.2.7", 0, 3000, &line), 0);
	assert_int_equal(line.pseudonym, 11);
	assert_int_equal(line.role, ROLE_BUSINESS);
	assert_int_equal(find("192.0.2.7", 0, 6000, &line), 0);
	assert_int_equal(line.pseudonym, 12);
	assert_int_equal(line.role, ROLE_PROTECTED);
}

static void
a_doubtful_time_and_an_address_of_nobody_give_no_line_and_are_counted(void **state)
{
	struct line line;

	start("192.0.2.7", 11, ROLE_RESIDENTIAL, 1000);
	start("192.0.2.7", 12, ROLE_RESIDENTIAL, 5000);
	assert_int_equal(find("192.0.2.7", 0, 5060, &line), -ENODATA);
	assert_int_equal(find("192.0.2.8", 0, 5000, &line), -ENODATA);
	assert_int_equal(find("10.0.0.1", 0, 5000, &line), -ENOENT);
	assert_int_equal(leased.counts.doubtful, 1);
	assert_int_equal(leased.counts.unknown, 1);
	assert_int_equal(leased.counts.found, 0);
}

static void
a_prefix_that_is_not_leased_has_lines_by_address_as_ever(void **state)
{
	struct address address = address_of("203.0.113.9");
	struct line one, other;

	assert_int_equal(find("203.0.113.9", 0, 0, &one), 0);
	assert_int_equal(lines_find(lines, &address, 0, &other), 0);
	assert_int_equal(one.pseudonym, other.pseudonym);
	lines_set_leased(lines, NULL);
	assert_int_equal(find("192.0.2.7", 0, 0, &one), 0);
	assert_int_equal(one.role, ROLE_BUSINESS);
}

static void
behind_a_translator_the_line_is_who_leased_the_inside_address(void **state)
{
	struct address inside = address_of("100.64.0.2");
	struct line_name outside;
	struct line line;

	assert_int_equal(natmap_outside(&map, &inside, &outside), 0);
	start("100.64.0.2", 21, ROLE_RESIDENTIAL, 1000);
	leased.now = second(2000);
	{
		char text[ADDRESS_TEXT];

		address_format(&outside.address, text);
		assert_int_equal(find(text, outside.low + 5, 2000, &line), 0);
		assert_int_equal(line.pseudonym, 21);
		assert_int_equal(line.role, ROLE_RESIDENTIAL);
		assert_int_equal(find(text, 0, 2000, &line), -ENODATA);
		assert_int_equal(leased.counts.shared, 1);
		/* Where inside addresses are not leased each is a line of its own. */
		add("100.64.0.0/10", ROLE_RESIDENTIAL, false);
		assert_int_equal(find(text, outside.low + 5, 2000, &line), 0);
		assert_true(line.pseudonym != 21);
	}
}

/* Both stand in the file; a record is judged by that of its time. */
static void
after_a_change_of_the_translator_records_of_before_are_judged_by_the_old_map(void **state)
{
	static struct natmap maps[2];
	struct line line;
	struct fail fail;

	/* The change is at second 4000. */
	assert_int_equal(natmap_parse(TEXT("100.64.0.0/24 198.51.100.0/30 ports 512 "
					   "until 2023-11-14T23:20:00Z"),
				 &maps[0], &fail),
		0);
	assert_int_equal(natmap_parse(TEXT("100.64.0.0/24 198.51.100.0/30 ports 256 "
					   "from 2023-11-14T23:20:00Z"),
				 &maps[1], &fail),
		0);
	leased.maps = maps;
	leased.map_count = 2;
	start("100.64.0.2", 22, ROLE_RESIDENTIAL, 1000);
	start("100.64.0.4", 24, ROLE_RESIDENTIAL, 1000);
	/* The third block of 512 ports, the fifth of 256. */
	assert_int_equal(find("198.51.100.0", 2048, 3879, &line), 0);
	assert_int_equal(line.pseudonym, 22);
	assert_int_equal(find("198.51.100.0", 2048, 3880, &line), -ENODATA);
	assert_int_equal(find("198.51.100.0", 2048, 4120, &line), -ENODATA);
	assert_int_equal(leased.counts.doubtful, 2);
	assert_int_equal(find("198.51.100.0", 2048, 4121, &line), 0);
	assert_int_equal(line.pseudonym, 24);
}

static void
mail_of_an_address_that_is_nobodys_is_no_contact(void **state)
{
	struct observation observation = {.kind = OBSERVATION_MAIL,
		.time = second(2000),
		.client = address_of("192.0.2.7"),
		.server = address_of("8.8.8.8"),
		.client_port = 4000,
		.server_port = 25};
	struct sighting sighting[IDENTIFY_EACH];
	struct identify_counts counts = {0};

	assert_int_equal(identify(lines, &observation, 1, sighting, NULL, NULL, &counts), 0);
	assert_int_equal(counts.nobodys, 1);
	assert_int_equal(counts.outside, 0);
	start("192.0.2.7", 11, ROLE_RESIDENTIAL, 1000);
	assert_int_equal(identify(lines, &observation, 1, sighting, NULL, NULL, &counts), 1);
	assert_int_equal(sighting[0].line.pseudonym, 11);
	assert_int_equal(sighting[0].kind, SIGHTING_CONTACT);
}

#define BATCH (3 * IDENTIFY_TOGETHER + 5)

/* Of all prefixes and of none, on both sides, by a translator and without, at times that are sure and doubtful. */
static struct observation
any_observation(unsigned i)
{
	static const char *const addresses[] = {
		"192.0.2.7", "192.0.2.8", "203.0.113.9", "198.51.100.1", "8.8.8.8", "2001:db8::1"};
	static const uint16_t ports[] = {25, 587, 0, 4000};

	return (struct observation){
		.kind = i % 11 == 10 ? OBSERVATION_BINDING_OPEN : OBSERVATION_MAIL,
		.time = second(900 + i % 7 * 1000),
		.client = address_of(addresses[i % 6]),
		.server = address_of(addresses[i / 6 % 6]),
		.client_port = (uint16_t)(1024 + i * 37 % 1200),
		.server_port = ports[i % 4],
		.outcome = i % 3 == 0 ? OUTCOME_ACCEPTED : OUTCOME_REFUSED};
}

static void
a_batch_gives_the_sightings_and_counts_of_its_observations_one_by_one(void **state)
{
	struct observation observations[BATCH];
	struct sighting batch[BATCH * IDENTIFY_EACH], one[BATCH * IDENTIFY_EACH];
	struct identify_counts of_batch = {0}, of_one = {0};
	uint32_t origin[BATCH * IDENTIFY_EACH];
	struct leased_counts counted;
	size_t count, found = 0;

	start("192.0.2.7", 11, ROLE_RESIDENTIAL, 1000);
	start("192.0.2.7", 12, ROLE_RESIDENTIAL, 4950);
	start("100.64.0.1", 21, ROLE_RESIDENTIAL, 1000);
	start("100.64.0.2", 22, ROLE_RESIDENTIAL, 1000);
	add("100.64.0.0/10", ROLE_RESIDENTIAL, true);
	for (unsigned i = 0; i < BATCH; i++)
		observations[i] = any_observation(i);
	count = identify(lines, observations, BATCH, batch, origin, NULL, &of_batch);
	counted = leased.counts;
	leased.counts = (struct leased_counts){0};
	for (uint32_t i = 0; i < BATCH; i++) {
		size_t more =
			identify(lines, &observations[i], 1, one + found, NULL, NULL, &of_one);

		for (; more > 0; more--)
			assert_int_equal(origin[found++], i);
	}
	assert_int_equal(count, found);
	assert_memory_equal(batch, one, count * sizeof(*batch));
	assert_memory_equal(&of_batch, &of_one, sizeof(of_one));
	assert_memory_equal(&counted, &leased.counts, sizeof(counted));
	/* Of each kind something was there. */
	assert_true(counted.found > 10 && counted.doubtful > 2 && counted.unknown > 2 &&
		counted.shared > 2);
}

static void
while_the_writer_is_dead_there_is_no_answer_and_once_another_has_mended_it_there_is(void **state)
{
	struct line line;

	start("192.0.2.7", 11, ROLE_RESIDENTIAL, 1000);
	for (int turn = 0; turn < 2; turn++) {
		leasetable_begin(&leased.leases.table);
		for (int i = 0; i < 3; i++)
			assert_int_equal(find("192.0.2.7", 0, 2000, &line), -ENODATA);
		assert_int_equal(leased.counts.late, 3 * (turn + 1));
		leasetable_end(&leased.leases.table);
		assert_int_equal(find("192.0.2.7", 0, 2000, &line), 0);
	}
}

static void
a_person_who_names_a_leased_address_means_who_has_it_now(void **state)
{
	struct line line;
	struct fail fail;

	start("192.0.2.7", 11, ROLE_RESIDENTIAL, 1000);
	leased.now = second(2000);
	assert_int_equal(lines_parse(lines, TEXT("192.0.2.7"), &line, &fail), 0);
	assert_int_equal(line.pseudonym, 11);
	assert_int_equal(lines_parse(lines, TEXT("192.0.2.8"), &line, &fail), -EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			the_line_of_a_leased_address_is_who_held_it_then_with_the_role_of_the_prefix,
			setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_doubtful_time_and_an_address_of_nobody_give_no_line_and_are_counted,
			setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_prefix_that_is_not_leased_has_lines_by_address_as_ever, setup, teardown),
		cmocka_unit_test_setup_teardown(
			behind_a_translator_the_line_is_who_leased_the_inside_address, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			after_a_change_of_the_translator_records_of_before_are_judged_by_the_old_map,
			setup, teardown),
		cmocka_unit_test_setup_teardown(
			mail_of_an_address_that_is_nobodys_is_no_contact, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_batch_gives_the_sightings_and_counts_of_its_observations_one_by_one,
			setup, teardown),
		cmocka_unit_test_setup_teardown(
			while_the_writer_is_dead_there_is_no_answer_and_once_another_has_mended_it_there_is,
			setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_person_who_names_a_leased_address_means_who_has_it_now, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
