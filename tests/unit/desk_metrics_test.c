/* SPDX-License-Identifier: BSD-2-Clause */
#include "desk/metrics.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

struct world {
	struct status_process process[STATUS_PROCESSES];
	struct status_exporters exporters[2];
	const struct status_exporters *pointers[3];
	struct status_rings rings[4];
	struct status_view view;
	struct buffer text;
};

static int
begin(void **state)
{
	struct world *world = memory_map(1, sizeof(*world));

	world->pointers[0] = &world->exporters[0];
	world->pointers[1] = NULL;
	world->pointers[2] = &world->exporters[1];
	world->view = (struct status_view){.processes = world->process,
		.process_count = STATUS_PROCESSES,
		.exporters = world->pointers,
		.receivers = 3,
		.rings = world->rings,
		.ring_count = 4,
		.version = "1.2.3"};
	buffer_init(&world->text, METRICS_BYTES);
	*state = world;
	return 0;
}

static int
end(void **state)
{
	struct world *world = *state;

	buffer_done(&world->text);
	memory_unmap(world, 1, sizeof(*world));
	return 0;
}

static const char *
format(struct world *world)
{
	buffer_clear(&world->text);
	metrics_format(&world->view, &world->text);
	assert_false(world->text.failed);
	return buffer_string(&world->text);
}

static void
assert_has(const char *text, const char *what)
{
	if (strstr(text, what) == NULL)
		print_error("not there: %s\n", what);
	assert_non_null(strstr(text, what));
}

static size_t
count_of(const char *text, const char *what)
{
	size_t count = 0;

	for (; (text = strstr(text, what)) != NULL; text++)
		count++;
	return count;
}

static void
each_row_is_a_family_even_when_nothing_runs(void **state)
{
	const char *text = format(*state);

	for (int i = 0; i < COUNTERS; i++) {
		char type[160];

		snprintf(type, sizeof(type), "# TYPE lazaret_%s %s\n", counter_rows[i].name,
			counter_rows[i].kind == KIND_COUNTER ? "counter" : "gauge");
		assert_int_equal(count_of(text, type), 1);
	}
	assert_has(text, "lazaret_build_info{version=\"1.2.3\"} 1\n");
	assert_has(text, "# UNIT lazaret_snapshot_timestamp_seconds seconds\n");
}

static void
processes_are_told_apart_and_outlive_themselves(void **state)
{
	struct world *world = *state;
	const char *text;

	world->process[3] =
		(struct status_process){.owner = OWNER_JUDGE, .number = 1, .started = {5000000}};
	world->process[3].value[COUNT_VERDICTS] = 12;
	world->process[1] = (struct status_process){
		.pid = 7, .owner = OWNER_JUDGE, .number = 0, .is_ready = 1, .started = {1000000}};
	/* The same process twice, and one that cannot be. */
	world->process[4] = world->process[1];
	world->process[5] = (struct status_process){.pid = 9, .owner = OWNER_COUNT};
	text = format(world);
	assert_has(text,
		"lazaret_verdicts_total{judge=\"0\"} 0\n"
		"lazaret_verdicts_total{judge=\"1\"} 12\n");
	assert_has(text,
		"lazaret_process_up{process=\"judge\",number=\"0\"} 1\n"
		"lazaret_process_up{process=\"judge\",number=\"1\"} 0\n");
	assert_has(text, "lazaret_process_start_time_seconds{process=\"judge\",number=\"1\"} 5\n");
	assert_int_equal(count_of(text, "lazaret_process_ready{"), 2);
}

static void
sessions_of_one_exporter_are_one_row(void **state)
{
	struct world *world = *state;
	struct status_exporter one = {.address = address_from_v4(0xc6336401U),
		.domain = 3,
		.version = 9,
		.records = 10,
		.lost = 1,
		.sampling = 100};
	const char *text;

	world->exporters[0].count = 1;
	world->exporters[0].exporter[0] = one;
	one.port = 9;
	world->exporters[1].count = 2;
	world->exporters[1].exporter[0] = one;
	one.domain = 4;
	world->exporters[1].exporter[1] = one;
	text = format(world);
	assert_has(text,
		"lazaret_exporter_records{exporter=\"198.51.100.1\",domain=\"3\","
		"version=\"NetFlow v9\"} 20\n");
	assert_has(text,
		"lazaret_exporter_lost_records{exporter=\"198.51.100.1\",domain=\"4\","
		"version=\"NetFlow v9\"} 1\n");
	assert_has(text, "lazaret_exporters 2\n");
}

static void
the_busiest_have_names_and_the_others_are_summed(void **state)
{
	struct world *world = *state;
	const char *text;

	world->exporters[0].count = 300;
	for (uint32_t i = 0; i < 300; i++)
		world->exporters[0].exporter[i] =
			(struct status_exporter){.address = address_from_v4(0xc6120000U + i),
				.version = 10,
				.records = i < 100 ? 1 : 1000};
	text = format(world);
	assert_int_equal(
		count_of(text, "lazaret_exporter_records{exporter=\"198."), METRICS_EXPORTERS);
	assert_has(text,
		"lazaret_exporter_records{exporter=\"other\",domain=\"\",version=\"\"} 100\n");
	assert_null(strstr(text, "lazaret_exporter_sampling{exporter=\"other\""));
}

/* Anybody can send one datagram, a customer's host too: his address is no metric. */
static void
who_is_new_is_counted_and_not_named(void **state)
{
	struct world *world = *state;
	const char *text;

	world->exporters[0].count = 300;
	for (uint32_t i = 0; i < 300; i++)
		world->exporters[0].exporter[i] =
			(struct status_exporter){.address = address_from_v4(0xc6120000U + i),
				.version = 10,
				.is_new = i < 295,
				.records = 1000};
	text = format(world);
	assert_int_equal(count_of(text, "lazaret_exporter_records{exporter="), 5);
	assert_null(strstr(text, "198.18.0.7\""));
	assert_null(strstr(text, "exporter=\"other\""));
	assert_has(text, "lazaret_exporter_records{exporter=\"198.18.1.40\"");
	assert_has(text, "lazaret_exporters 5\n");
	assert_has(text, "lazaret_exporters_new 295\n");
}

static void
rings_in_use_say_what_waits(void **state)
{
	struct world *world = *state;
	const char *text;

	world->rings[1] = (struct status_rings){.waiting = 3, .room = 100};
	world->rings[3] = (struct status_rings){.waiting = 4, .room = 50};
	text = format(world);
	assert_has(text,
		"lazaret_ring_waiting{ring=\"sightings\",judge=\"1\"} 3\n"
		"lazaret_ring_waiting{ring=\"verdicts\",judge=\"1\"} 4\n# TYPE");
	assert_int_equal(count_of(text, "lazaret_ring_room{"), 2);
}

static void
a_count_that_cannot_be_is_cut(void **state)
{
	struct world *world = *state;

	world->exporters[0].count = UINT64_MAX;
	for (uint32_t i = 0; i < STATUS_EXPORTERS; i++)
		world->exporters[0].exporter[i].domain = i;
	assert_has(format(world), "lazaret_exporters 8192\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_row_is_a_family_even_when_nothing_runs),
		TEST(processes_are_told_apart_and_outlive_themselves),
		TEST(sessions_of_one_exporter_are_one_row),
		TEST(the_busiest_have_names_and_the_others_are_summed),
		TEST(who_is_new_is_counted_and_not_named),
		TEST(rings_in_use_say_what_waits),
		TEST(a_count_that_cannot_be_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
