/* SPDX-License-Identifier: BSD-2-Clause */
#include "desk/statusreport.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#define NOW ((struct wall){INT64_C(1700000000) * WALL_SECOND})

struct world {
	struct status_process process[5];
	struct status_exporters exporters;
	const struct status_exporters *pointer;
	struct status_view view;
	struct rates rates;
	struct losses losses; /* as the parent sees them */
	struct buffer text;
};

static int
begin(void **state)
{
	static const enum counter_owner owners[] = {
		OWNER_PARENT, OWNER_RECEIVER, OWNER_JUDGE, OWNER_KEEPER, OWNER_DESK};
	struct world *world = memory_map(1, sizeof(*world));

	for (int i = 0; i < 5; i++)
		world->process[i] = (struct status_process){.pid = 10 + (uint64_t)i,
			.owner = (uint8_t)owners[i],
			.is_ready = 1,
			.started = {NOW.us - WALL_HOUR},
			.beat_us = WALL_HOUR,
			.sandbox = "seccomp"};
	world->process[3].value[COUNT_LEDGER_WORKS] = 1;
	world->pointer = &world->exporters;
	world->view = (struct status_view){.processes = world->process,
		.process_count = 5,
		.exporters = &world->pointer,
		.receivers = 1,
		.now = NOW,
		.steady_us = WALL_HOUR,
		.version = "1.2.3"};
	buffer_init(&world->text, STATUS_REPORT);
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

static void
pass(struct world *world, int64_t us)
{
	world->view.now.us += us;
	world->view.steady_us += us;
	for (int i = 0; i < 5; i++)
		world->process[i].beat_us = world->view.steady_us;
	if (losses_grew(&world->losses, &world->view))
		world->process[0].last_loss = world->view.now;
	rates_sample(&world->rates, &world->view);
}

static const char *
report(struct world *world, bool is_json, bool all)
{
	buffer_clear(&world->text);
	status_report(&world->view, &world->rates, is_json, all, &world->text);
	return buffer_string(&world->text);
}

static void
assert_starts(const char *text, const char *with)
{
	if (strncmp(text, with, strlen(with)) != 0)
		print_error("%.300s\n", text);
	assert_int_equal(strncmp(text, with, strlen(with)), 0);
}

static void
assert_has(const char *text, const char *what)
{
	if (strstr(text, what) == NULL)
		print_error("\"%s\" is not in: %.600s\n", what, text);
	assert_non_null(strstr(text, what));
}

static void
three_lines_say_that_all_is_well(void **state)
{
	const char *text;

	pass(*state, 0);
	pass(*state, 1000);
	text = report(*state, false, false);
	assert_starts(text,
		"All is well.\nVersion 1.2.3, running since 2023-11-14T21:13:20.000Z "
		"(60 min); a second: 0 datagrams, 0 records, 0 of them mail.\n"
		"Nothing was lost.\n");
}

static void
the_first_line_names_what_is_wrong(void **state)
{
	struct world *world = *state;

	pass(world, 0);
	world->process[2].pid = 0;
	assert_starts(report(world, false, false), "NOT WELL: judge 0 is not running.\n");
	world->process[2].pid = 12;
	world->process[2].is_ready = 0;
	assert_starts(report(world, false, false), "NOT WELL: judge 0 is not ready.\n");
	world->process[2].is_ready = 1;
	world->process[2].beat_us -= WALL_MINUTE;
	assert_starts(
		report(world, false, false), "NOT WELL: judge 0 has shown no life for 60 s.\n");
	world->process[2].beat_us += WALL_MINUTE;
	snprintf(world->process[2].trouble, STATUS_TEXT, "the disk is\nfull");
	world->process[3].value[COUNT_LEDGER_WORKS] = 0;
	assert_starts(report(world, false, false),
		"NOT WELL: judge 0: the disk is?full; the ledger cannot be written.\n");
	/* Not twice. */
	world->process[2].trouble[0] = '\0';
	snprintf(world->process[3].trouble, STATUS_TEXT, "the ledger cannot be written: why");
	assert_starts(report(world, false, false),
		"NOT WELL: keeper: the ledger cannot be written: why.\n");
}

/* As when the disk hangs. */
static void
what_a_keeper_that_hangs_had_said_is_told_as_old(void **state)
{
	struct world *world = *state;
	const char *text;

	pass(world, 0);
	world->process[3].value[COUNT_OPEN_CASES] = 7;
	world->process[3].beat_us -= 5 * WALL_SECOND;
	text = report(world, false, false);
	assert_starts(text, "All is well.\n");
	assert_has(text, "\nThe ledger works; 7 cases are open.\n");
	world->process[3].beat_us -= 3 * WALL_SECOND;
	text = report(world, false, false);
	assert_starts(text, "NOT WELL: keeper has shown no life for 8 s.\n");
	assert_has(text, "\nkeeper              13  hangs  ");
	assert_has(text, "\nThe keeper hangs; 8 s ago the ledger worked, and 7 cases were open.\n");
	assert_null(strstr(text, "The ledger works"));
	assert_has(report(world, true, false), "\"trouble\":\"has shown no life for 8 s\"}");
}

static void
a_reload_that_was_refused_is_a_trouble_with_its_time(void **state)
{
	struct world *world = *state;

	pass(world, 0);
	world->process[0].reload = NOW;
	assert_starts(report(world, false, false),
		"NOT WELL: the last reload, at 2023-11-14T22:13:20.000Z, was refused: the log "
		"says why.\n");
	assert_starts(report(world, true, false),
		"{\"type\":\"status\",\"well\":false,\"trouble\":\"the last reload, at ");
	world->process[0].reload = (struct wall){0};
	assert_starts(report(world, false, false), "All is well.\n");
}

static void
one_that_is_replaced_is_no_trouble_unless_it_stays_away(void **state)
{
	struct world *world = *state;
	struct status_process *judge = &world->process[2], *keeper = &world->process[3];
	const char *text;

	pass(world, 0);
	judge->pid = 0;
	judge->awaited_us = world->view.steady_us - 1;
	keeper->is_ready = 0;
	keeper->value[COUNT_LEDGER_WORKS] = 0;
	keeper->awaited_us = world->view.steady_us - 9 * WALL_SECOND;
	text = report(world, false, false);
	assert_starts(text, "All is well.\n");
	assert_has(text, "\njudge 0              0  starting");
	assert_has(text, "\nkeeper              13  starting");
	pass(world, 2 * WALL_SECOND);
	text = report(world, false, false);
	assert_starts(text, "NOT WELL: keeper is not ready.\n");
	pass(world, 9 * WALL_SECOND);
	text = report(world, false, false);
	assert_starts(text, "NOT WELL: judge 0 is not running; keeper is not ready.");
	assert_has(text, "\njudge 0              0  ended");
	/* What stands in shared memory may be any number. */
	judge->awaited_us = INT64_MAX;
	assert_starts(report(world, false, false), "NOT WELL: judge 0 is not running; keeper is");
	judge->awaited_us = INT64_MIN;
	assert_starts(report(world, false, false), "NOT WELL: judge 0 is not running; keeper is");
	/* It hides nothing of one that works. */
	*judge = (struct status_process){.pid = 12,
		.owner = OWNER_JUDGE,
		.is_ready = 1,
		.started = NOW,
		.awaited_us = world->view.steady_us,
		.trouble = "no room"};
	assert_starts(report(world, false, false), "NOT WELL: judge 0: no room; keeper");
}

static void
what_the_kernel_has_for_a_moment_is_not_told(void **state)
{
	struct world *world = *state;
	static struct status_process process[2] = {
		{.owner = OWNER_PARENT, .pid = 1}, {.owner = OWNER_ACTOR, .pid = 2}};

	process[0].value[COUNT_KERNEL_COUNTS] = 1;
	process[1].value[COUNT_BLOCKED] = 7;
	world->view.processes = process;
	world->view.process_count = 2;
	for (int i = 0; i < RATE_SECONDS; i++)
		rates_sample(&world->rates, &world->view);
	assert_null(strstr(report(world, false, false), "In the kernel"));
	rates_sample(&world->rates, &world->view);
	assert_has(report(world, false, false), "In the kernel they are not the same");
	process[0].value[COUNT_KERNEL_BLOCKED] = 7;
	rates_sample(&world->rates, &world->view);
	process[0].value[COUNT_KERNEL_BLOCKED] = 6;
	rates_sample(&world->rates, &world->view);
	assert_null(strstr(report(world, false, false), "In the kernel"));
}

static void
rates_are_those_of_the_last_ten_seconds(void **state)
{
	struct world *world = *state;

	world->process[1].value[COUNT_RECORDS] = 1000000;
	for (int i = 0; i < 30; i++) {
		world->process[1].value[COUNT_RECORDS] += i < 15 ? 100000 : 240;
		world->process[1].value[COUNT_MAIL_RECORDS] += 12;
		pass(world, WALL_SECOND);
	}
	assert_has(report(world, false, false), "0 datagrams, 240 records, 12 of them mail.");
}

static void
what_was_lost_is_told_and_soon_no_trouble_any_more(void **state)
{
	struct world *world = *state;
	const char *text;

	pass(world, 0);
	assert_has(report(world, true, false), "\"last_loss\":null");
	world->process[1].value[COUNT_KERNEL_DROPS] = 7;
	pass(world, WALL_SECOND);
	text = report(world, false, false);
	assert_starts(text, "NOT WELL: something was lost in the last 10 minutes.\n");
	assert_has(text, "7 datagrams, because the buffer of a socket was full; last 0 s ago.\n");
	pass(world, 11 * WALL_MINUTE);
	text = report(world, false, false);
	assert_starts(text, "All is well.\n");
	assert_has(text, "; last 11 min ago.\n");
}

static void
who_began_without_what_was_saved_is_told_for_a_day(void **state)
{
	struct world *world = *state;

	pass(world, 0);
	world->process[2].refused = NOW;
	world->process[4] = world->process[2];
	world->process[4].number = 1;
	world->process[4].refused.us -= WALL_HOUR;
	assert_starts(report(world, false, false),
		"NOT WELL: 2 judges began on 2023-11-14T22:13:20.000Z without the saved state, "
		"which could not be used: what was seen of lines without a case is forgotten "
		"(told for a day, or until what was put aside as judges/*.refused is gone).\n");
	pass(world, 23 * WALL_HOUR + 1);
	world->process[1].refused = world->view.now;
	assert_starts(report(world, false, false), "NOT WELL: 1 judge began on 2023-11-14T22:");
	assert_has(report(world, false, false), "; 1 receiver began on 2023-11-15T21:");
	pass(world, WALL_HOUR);
	assert_starts(report(world, false, false), "NOT WELL: 1 receiver began on 2023-11-15T21:");
	world->process[1].refused.us = 0;
	assert_starts(report(world, false, false), "All is well.\n");
}

/* Of what passes it knows nothing yet. */
static void
a_desk_that_takes_the_place_of_another_knows_of_its_losses(void **state)
{
	struct world *world = *state;
	const char *text;

	pass(world, 0);
	world->process[1].value[COUNT_SIGHTINGS_REFUSED] = 5;
	world->process[1].value[COUNT_RECORDS] = 5000;
	pass(world, WALL_SECOND);
	pass(world, WALL_MINUTE);
	world->rates = (struct rates){.count = 0};
	rates_sample(&world->rates, &world->view);
	text = report(world, false, false);
	assert_starts(text, "NOT WELL: something was lost in the last 10 minutes.\n");
	assert_has(text, "(61 min); how much passes is not known yet.\n");
	assert_has(text, "; last 60 s ago.\n");
	text = report(world, true, false);
	assert_has(text,
		"\"rates\":{\"datagrams\":null,\"records\":null,\"mail_records\":null},"
		"\"last_loss\":\"2023-11-14T22:13:21.000Z\"");
	buffer_clear(&world->text);
	status_line(&world->view, &world->rates, &world->text);
	assert_has(buffer_string(&world->text), " 0 cases open.");
}

/* Each of these means that evidence is not whole. */
static void
a_limit_that_costs_evidence_is_told_as_a_loss(void **state)
{
	static const struct {
		enum counter what;
		int process;
		const char *text;
	} limits[] = {
		{COUNT_HELD_LOST, 1, "3 sets of data, because their template did not"},
		{COUNT_FILTER_STALE, 1, "3 datagrams, because a template of the kernel's filter"},
		{COUNT_FILTER_ODD, 1, "3 datagrams, because the kernel's filter handed on what"},
		{COUNT_JOIN_FORCED, 1, "3 halves of connections, because too many waited"},
		{COUNT_STRANGE, 2, "3 sightings, because they made no sense"},
	};
	struct world *world = *state;

	pass(world, 0);
	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
		const char *text;

		assert_starts(report(world, false, false), "All is well.\n");
		world->process[limits[i].process].value[limits[i].what] = 3;
		pass(world, WALL_SECOND);
		text = report(world, false, false);
		assert_starts(text, "NOT WELL: something was lost in the last 10 minutes.\n");
		assert_has(text, limits[i].text);
		pass(world, 11 * WALL_MINUTE);
	}
}

/* They change nothing of what is known. */
static void
a_limit_that_costs_none_is_a_figure_and_no_trouble(void **state)
{
	static const enum counter limits[] = {COUNT_DISPLACED, COUNT_UNFOLLOWED,
		COUNT_TEMPLATES_REFUSED, COUNT_JOIN_FORGOTTEN, COUNT_SERVERS_REFUSED};
	struct world *world = *state;

	pass(world, 0);
	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
		char figure[80];

		world->process[counter_rows[limits[i]].owner == OWNER_JUDGE ? 2 : 1]
			.value[limits[i]] = 40 + i;
		pass(world, WALL_SECOND);
		snprintf(figure, sizeof(figure), "\"%s\":%zu,", counter_rows[limits[i]].name,
			40 + i);
		assert_has(report(world, true, false), figure);
		assert_starts(report(world, false, false), "All is well.\n");
	}
}

static void
exporters_are_listed_with_their_habits(void **state)
{
	struct world *world = *state;
	const char *text;

	world->exporters.count = 30;
	for (uint32_t i = 0; i < 30; i++)
		world->exporters.exporter[i] =
			(struct status_exporter){.address = address_from_v4(0xc6336401U + i),
				.version = 10,
				.records = 100 + i,
				.mail_records = 25,
				.sampling = i == 29 ? 100 : i == 28,
				.lost = i == 29 ? 43 : 0,
				.clock_off_us = i == 28 ? 90 * WALL_MINUTE : -2000000,
				.seen = {NOW.us - WALL_MINUTE}};
	pass(world, 0);
	text = report(world, false, false);
	assert_has(text, "198.51.100.30 ");
	assert_has(text, " 25.00  1 in 100        -2 s  60 s ago\n");
	assert_has(text, "unsampled");
	assert_has(text, "not told");
	assert_has(text, "  +90 min  ");
	assert_has(text, "and 10 more: lazaret status --exporters\n");
	assert_null(strstr(text, "198.51.100.1 "));
	assert_has(report(world, false, true), "198.51.100.1 ");
}

/* Its clock is that of a recording, and of no use to compare with ours. */
static void
where_time_is_that_of_the_records_no_clock_is_off(void **state)
{
	struct world *world = *state;

	pass(world, 0);
	world->exporters.count = 1;
	world->exporters.exporter[0] = (struct status_exporter){.address = address_from_v4(1),
		.version = 9,
		.is_timeless = 1,
		.sampling = 1,
		.clock_off_us = -178 * WALL_DAY,
		.seen = NOW};
	assert_has(report(world, false, false), "  unsampled          -  0 s ago\n");
	assert_has(report(world, true, false), "\"clock_off\":null,");
	world->exporters.exporter[0].is_timeless = 0;
	assert_has(report(world, false, false), "  unsampled     -178 d  0 s ago\n");
}

static void
who_is_new_is_shown_where_all_are_asked_for(void **state)
{
	struct world *world = *state;
	const char *text;

	pass(world, 0);
	world->exporters.count = 1;
	world->exporters.exporter[0] = (struct status_exporter){
		.address = address_from_v4(0xc6336402U), .version = 9, .is_new = 1, .records = 900};
	text = report(world, false, false);
	assert_has(text, "No exporter sends as yet; new: 1, see lazaret status --exporters\n");
	assert_null(strstr(text, "198.51.100.2"));
	world->exporters.count = 2;
	world->exporters.exporter[1] = (struct status_exporter){
		.address = address_from_v4(0xc6336401U), .version = 9, .records = 10};
	text = report(world, false, false);
	assert_has(text, "198.51.100.1 ");
	assert_has(text, "and 1 that are new: lazaret status --exporters\n");
	assert_null(strstr(text, "198.51.100.2"));
	text = report(world, false, true);
	assert_has(text, " ago, new\n");
	assert_true(strstr(text, "198.51.100.1 ") < strstr(text, "198.51.100.2 "));
	text = report(world, true, false);
	assert_has(text, "\"exporter_count\":1,\"exporters_new\":1,");
	assert_null(strstr(text, "198.51.100.2"));
	assert_has(report(world, true, true), "\"new\":true,");
}

/* One datagram that anybody forged is no reason to wake somebody up. */
static void
who_is_new_and_does_not_say_whether_he_samples_is_no_trouble(void **state)
{
	struct world *world = *state;

	pass(world, 0);
	world->exporters.count = 1;
	world->exporters.exporter[0] = (struct status_exporter){.address = address_from_v4(1),
		.version = 9,
		.is_new = 1,
		.records = 1,
		.mail_records = 1};
	assert_starts(report(world, false, false), "All is well.\n");
	world->exporters.exporter[0].is_new = 0;
	assert_starts(report(world, false, false),
		"NOT WELL: 1 exporter does not say whether it samples:");
}

static void
json_has_all_that_is_known_of_an_exporter(void **state)
{
	struct world *world = *state;

	pass(world, 0);
	world->exporters.count = 2;
	world->exporters.exporter[0] = (struct status_exporter){
		.address = address_from_v4(0xc6336401U),
		.domain = 3,
		.port = 4000,
		.version = 10,
		.seen = NOW,
		.datagrams = 1,
		.records = 2,
		.mail_records = 3,
		.lost = 4,
		.late = 5,
		.duplicates = 6,
		.restarts = 7,
		.malformed = 8,
		.templates = 9,
		.sampling = 10,
		.clock_off_us = 1500000,
	};
	/* The other session of it was seen later. */
	world->exporters.exporter[1] = world->exporters.exporter[0];
	world->exporters.exporter[1].port = 4001;
	world->exporters.exporter[1].is_tcp = 1;
	world->exporters.exporter[1].seen.us += WALL_SECOND;
	assert_has(report(world, true, true),
		"{\"exporter\":\"198.51.100.1\",\"port\":4001,\"transport\":\"tcp\",\"domain\":3,"
		"\"version\":\"IPFIX\",\"new\":false,\"datagrams\":2,\"records\":4,"
		"\"mail_records\":6,\"lost\":8,\"late\":10,\"duplicates\":12,\"restarts\":14,"
		"\"malformed\":16,\"templates\":18,\"sampling\":10,\"clock_off\":1.500,"
		"\"seen\":\"2023-11-14T22:13:21.000Z\"}]");
}

static void
json_says_the_same(void **state)
{
	struct world *world = *state;
	const char *text;

	world->process[2].pid = 0;
	pass(world, 0);
	text = report(world, true, false);
	assert_starts(text,
		"{\"type\":\"status\",\"well\":false,\"trouble\":\"judge 0 is not "
		"running\",\"version\":\"1.2.3\",");
	assert_has(text, "\"trouble\":\"is not running\"}");
	assert_has(text, "\"exporters\":[]}\n");
}

static void
numbers_that_cannot_be_are_no_harm(void **state)
{
	struct world *world = *state;

	memset(world->process, 0xff, sizeof(world->process));
	for (int i = 0; i < 5; i++)
		world->process[i].owner = (uint8_t)i;
	world->process[0].beat_us = INT64_MIN;
	world->process[1].started.us = INT64_MIN;
	world->exporters.count = 2;
	memset(world->exporters.exporter, 0xff, 2 * sizeof(*world->exporters.exporter));
	world->exporters.exporter[0].seen.us = INT64_MIN;
	rates_sample(&world->rates, &world->view);
	assert_starts(report(world, false, true), "NOT WELL: ");
	assert_starts(report(world, true, true), "{\"type\":\"status\",\"well\":false");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

static void
one_line_says_what_is_wrong_and_what_passes(void **state)
{
	struct world *world = *state;

	rates_sample(&world->rates, &world->view);
	world->process[1].value[COUNT_RECORDS] = 240;
	world->process[1].value[COUNT_MAIL_RECORDS] = 10;
	world->process[3].value[COUNT_OPEN_CASES] = 1;
	pass(world, WALL_SECOND);
	status_line(&world->view, &world->rates, &world->text);
	assert_string_equal(buffer_string(&world->text),
		"All is well. 1 case open; a second: 240 records, 10 of them mail.");
	buffer_clear(&world->text);
	snprintf(world->process[2].trouble, STATUS_TEXT, "the snapshot cannot be written");
	status_line(&world->view, &world->rates, &world->text);
	assert_non_null(strstr(buffer_string(&world->text), "NOT WELL: judge"));
	assert_non_null(
		strstr(buffer_string(&world->text), ": the snapshot cannot be written. 1 "));
}

static void
the_share_of_the_kernels_filter_is_told_where_there_is_one(void **state)
{
	struct world *world = *state;

	pass(world, WALL_SECOND);
	assert_null(strstr(report(world, false, false), "filter"));
	snprintf(world->process[0].filter, sizeof(world->process[0].filter), "eth0 (native)");
	world->process[1].value[COUNT_DATAGRAMS] = 200;
	world->process[1].value[COUNT_FILTER_DATAGRAMS] = 150;
	assert_non_null(strstr(report(world, false, false),
		"\nThe kernel's filter reads 75 % of datagrams on eth0 (native).\n"));
	assert_non_null(strstr(report(world, true, false), "\"filter\":\"eth0 (native)\""));
}

static void
what_is_known_of_leased_addresses_is_told_where_there_is_a_registrar(void **state)
{
	struct world *world = *state;

	pass(world, WALL_SECOND);
	assert_null(strstr(report(world, false, false), "leased"));
	world->process[4].owner = OWNER_REGISTRAR;
	world->process[4].value[COUNT_LEASES_OPEN] = 1;
	world->process[4].value[COUNT_LEASES_ENDED] = 2;
	assert_non_null(strstr(report(world, false, false),
		"\nLines hold 1 leased address; 2 leases that have ended are remembered.\n"));
	world->process[1].value[COUNT_LEASED_FOUND] = 30;
	world->process[1].value[COUNT_LEASED_DOUBTFUL] = 10;
	world->process[1].value[COUNT_LEASED_UNKNOWN] = 7;
	assert_non_null(strstr(report(world, false, false),
		"30 mail records from leased addresses, and not of 17 (doubtful 10, nobody "
		"known 7, shared 0, asked too early 0).\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_known_of_leased_addresses_is_told_where_there_is_a_registrar),
		TEST(three_lines_say_that_all_is_well),
		TEST(the_first_line_names_what_is_wrong),
		TEST(what_a_keeper_that_hangs_had_said_is_told_as_old),
		TEST(a_reload_that_was_refused_is_a_trouble_with_its_time),
		TEST(one_that_is_replaced_is_no_trouble_unless_it_stays_away),
		TEST(what_the_kernel_has_for_a_moment_is_not_told),
		TEST(rates_are_those_of_the_last_ten_seconds),
		TEST(what_was_lost_is_told_and_soon_no_trouble_any_more),
		TEST(who_began_without_what_was_saved_is_told_for_a_day),
		TEST(a_desk_that_takes_the_place_of_another_knows_of_its_losses),
		TEST(a_limit_that_costs_evidence_is_told_as_a_loss),
		TEST(a_limit_that_costs_none_is_a_figure_and_no_trouble),
		TEST(exporters_are_listed_with_their_habits),
		TEST(where_time_is_that_of_the_records_no_clock_is_off),
		TEST(who_is_new_is_shown_where_all_are_asked_for),
		TEST(who_is_new_and_does_not_say_whether_he_samples_is_no_trouble),
		TEST(json_has_all_that_is_known_of_an_exporter),
		TEST(json_says_the_same),
		TEST(numbers_that_cannot_be_are_no_harm),
		TEST(one_line_says_what_is_wrong_and_what_passes),
		TEST(the_share_of_the_kernels_filter_is_told_where_there_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
