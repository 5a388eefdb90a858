/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/identify.h"
#include "rehearse/rehearsal.h"
#include "unit.h"
#include "wire_run.h"

#include <glob.h>
#include <stdio.h>

static struct scenario scenario;
static struct wire_run run;

#define EVERYBODY                                                                                  \
	"for 1 day\nseed 11\nport 25 is blocked from day 1.9\n"                                    \
	"class devices\n 30 lines\n on 90 % of days a burst of 30 mails 10 seconds apart\n"        \
	" to 1 fixed server\n unanswered .3\n"                                                     \
	"class six\n 20 lines, over IPv6 with a new address every 1 hour\n mails 100 a day\n"      \
	" to U(1,2) fixed servers\n unanswered .1, greylisted .1, refused .1\n retries\n"          \
	"class shared\n 40 lines, behind CGNAT with 2048 ports each\n mails 100 a day\n"           \
	" on for 3 hours a day\n to Zipf(50, 1) networks\n unanswered .1, refused .2\n"            \
	"class submitters\n 10 lines, port 587\n mails 100 a day\n to 1 fixed server\n"            \
	"class zombies\n 2 lines, zombies\n mails 300 an hour\n to Zipf(20000, 1.05) networks\n"   \
	" unanswered .2, refused .65\n"

static void
play(const char *text)
{
	struct fail fail;

	if (scenario_parse(&scenario, text_of(text), "text", &fail) < 0)
		fail_msg("%s: %s", fail.where, fail.what);
	wire_run_begin(&run, &scenario, 0);
	while (wire_run_minute(&run))
		;
}

/* By their ends, and then by time. */
static int
compare_ends(const void *left, const void *right)
{
	const struct observation *a = left, *b = right;
	int r = memcmp(&a->client, &b->client, sizeof(a->client));

	if (r == 0)
		r = memcmp(&a->server, &b->server, sizeof(a->server));
	if (r == 0)
		r = a->client_port - b->client_port;
	if (r == 0)
		r = a->server_port - b->server_port;
	if (r == 0)
		r = (a->time.us > b->time.us) - (a->time.us < b->time.us);
	return r;
}

/* What was told as a receiver can hear it: inside addresses, milliseconds. */
static void
sort_both(void)
{
	for (size_t i = 0; i < run.told.count; i++) {
		run.told.o[i].client = wire_client(run.wire, &run.told.o[i]);
		run.told.o[i].time.us -= run.told.o[i].time.us % 1000;
	}
	qsort(run.told.o, run.told.count, sizeof(*run.told.o), compare_ends);
	qsort(run.heard.o, run.heard.count, sizeof(*run.heard.o), compare_ends);
}

static void
assert_same_ends(const struct observation *told, const struct observation *heard)
{
	assert_memory_equal(&told->client, &heard->client, sizeof(told->client));
	assert_memory_equal(&told->server, &heard->server, sizeof(told->server));
	assert_int_equal(told->client_port, heard->client_port);
	assert_int_equal(told->server_port, heard->server_port);
}

static struct wire_counts
total(void)
{
	struct wire_counts sum = {.twins = 0};

	for (unsigned i = 0; i < wire_exporters(run.wire); i++) {
		struct wire_exporter exporter;

		wire_exporter(run.wire, i, &exporter);
		sum.sent.datagrams += exporter.counts.sent.datagrams;
		sum.sent.records += exporter.counts.sent.records;
		sum.sent.options += exporter.counts.sent.options;
		sum.mail_records += exporter.counts.mail_records;
		sum.twins += exporter.counts.twins;
		sum.background += exporter.counts.background;
		sum.bindings += exporter.counts.bindings;
		sum.connections += exporter.counts.connections;
		sum.unseen += exporter.counts.unseen;
	}
	return sum;
}

/* Everything that was sent was understood, and nothing is counted that was not sent. */
static void
assert_nothing_lost(void)
{
	const struct export_counts *export_ = export_counts(run.exporters);
	const struct intake_counts *intake = intake_counts(run.intake);
	struct wire_counts sent = total();

	assert_int_equal(intake->errors, 0);
	assert_int_equal(intake->skipped_records, 0);
	assert_int_equal(intake->skipped_bytes, 0);
	assert_int_equal(intake->unclear_records, 0);
	assert_int_equal(intake->lost_records, 0);
	assert_int_equal(intake->join_forced, 0);
	assert_int_equal(export_->malformed, 0);
	assert_int_equal(export_->restarts, 0);
	assert_int_equal(export_->gaps, 0);
	assert_int_equal(export_->late, 0);
	assert_int_equal(export_->duplicates, 0);
	assert_int_equal(export_->held, 0);
	assert_int_equal(export_->templates_changed, 0);
	assert_int_equal(export_->templates_expired, 0);
	assert_int_equal(export_->datagrams, sent.sent.datagrams);
	assert_int_equal(export_->twins, sent.twins);
	assert_int_equal(export_->options, sent.sent.options);
	assert_int_equal(intake->records, sent.sent.records + sent.sent.options);
	assert_int_equal(intake->mail_records, sent.mail_records - sent.twins);
	assert_int_equal(intake->bindings, sent.bindings);
	assert_int_equal(sent.sent.records, sent.mail_records + sent.background + sent.bindings);
	assert_int_equal(sent.connections + sent.unseen, run.told.count);
	assert_int_equal(wire_left_out(run.wire), 0);
}

static void
assert_all_heard(void)
{
	assert_nothing_lost();
	sort_both();
	assert_int_equal(run.heard.count, run.told.count);
	for (size_t i = 0; i < run.told.count; i++) {
		assert_same_ends(&run.told.o[i], &run.heard.o[i]);
		assert_int_equal(run.told.o[i].outcome, run.heard.o[i].outcome);
		assert_int_equal(run.told.o[i].time.us, run.heard.o[i].time.us);
		assert_int_equal(run.heard.o[i].sampling, 1);
	}
}

static void
netflow_and_ipfix_tell_every_connection_as_it_was(void **state)
{
	unsigned by_outcome[OUTCOME_COUNT] = {0};
	struct wire_exporter exporter;
	struct wire_counts sent;

	play(EVERYBODY);
	sent = total();
	assert_all_heard();
	assert_int_equal(sent.unseen, 0);
	for (size_t i = 0; i < run.told.count; i++)
		by_outcome[run.told.o[i].outcome]++;
	assert_true(by_outcome[OUTCOME_ACCEPTED] > 1000);
	assert_true(by_outcome[OUTCOME_REFUSED] > 1000);
	assert_true(by_outcome[OUTCOME_FAILED] > 1000);
	assert_true(by_outcome[OUTCOME_BLOCKED] > 1000);
	assert_true(sent.twins > 1000);
	/* 97 of 100 are no mail. */
	assert_in_range(sent.background, sent.mail_records * 32, sent.mail_records * 33);
	for (unsigned i = 0; i < wire_exporters(run.wire); i++) {
		wire_exporter(run.wire, i, &exporter);
		assert_true(exporter.is_nat || exporter.counts.connections > 100);
	}
	wire_run_done(&run);
}

static void
each_dialect_alone_tells_it_too(void **state)
{
	static const char *const exporters[] = {"3 netflow9", "2 ipfix", "2 ipfix-biflow",
		"2 netflow9 at both interfaces", "2 ipfix at both interfaces"};

	for (size_t i = 0; i < sizeof(exporters) / sizeof(*exporters); i++) {
		char text[2048];

		snprintf(text, sizeof(text), "exported by %s\n30 %% of records are no mail\n%s",
			exporters[i], EVERYBODY);
		play(text);
		assert_all_heard();
		wire_run_done(&run);
	}
}

/* The NAT tells each block before the first flow in it, and its end when it was idle or all is over. */
static void
a_nat_tells_the_blocks_of_ports(void **state)
{
	size_t opened = 0, closed = 0;

	play(EVERYBODY);
	assert_true(run.bound.count >= 80);
	for (size_t i = 0; i < run.bound.count; i++) {
		const struct observation *b = &run.bound.o[i];
		bool found = false;

		assert_int_equal(b->server_port, b->client_port + 2047);
		if (b->kind == OBSERVATION_BINDING_CLOSE) {
			closed++;
			continue;
		}
		opened++;
		for (size_t k = 0; k < run.told.count && !found; k++) {
			const struct observation *o = &run.told.o[k];
			struct address inside = wire_client(run.wire, o);

			found = o->time.us / 1000 == b->time.us / 1000 &&
				address_equal(&o->client, &b->server) &&
				o->client_port >= b->client_port &&
				o->client_port <= b->server_port &&
				address_equal(&inside, &b->client);
		}
		assert_true(found);
	}
	assert_true(opened > 40);
	assert_int_equal(opened, closed);
	wire_run_done(&run);
}

/* Each packet comes as a sample: with all of them the outcome is the same. When it began is known by the
 * second, as the time is that of the datagram. */
static void
sflow_of_all_packets_tells_every_outcome(void **state)
{
	play("exported by 3 sflow\n" EVERYBODY);
	assert_nothing_lost();
	sort_both();
	assert_int_equal(run.heard.count, run.told.count);
	for (size_t i = 0; i < run.told.count; i++) {
		int64_t later = run.heard.o[i].time.us - run.told.o[i].time.us;

		assert_same_ends(&run.told.o[i], &run.heard.o[i]);
		assert_int_equal(run.told.o[i].outcome, run.heard.o[i].outcome);
		assert_true(later >= 0 && later <= WALL_SECOND);
	}
	wire_run_done(&run);
}

/* Which of the connections were heard: all are among those that were told, and in that order. */
static void
assert_some_heard(uint32_t sampling)
{
	struct wire_counts sent = total();
	size_t told = 0;

	assert_nothing_lost();
	sort_both();
	assert_int_equal(run.heard.count, sent.connections);
	assert_true(sent.unseen > 0);
	for (size_t i = 0; i < run.heard.count; i++, told++) {
		const struct observation *heard = &run.heard.o[i];

		while (told < run.told.count &&
			(compare_ends(&run.told.o[told],
				 &(struct observation){.client = heard->client,
					 .server = heard->server,
					 .client_port = heard->client_port,
					 .server_port = heard->server_port,
					 .time = run.told.o[told].time}) != 0 ||
				run.told.o[told].time.us < heard->time.us - 5 * WALL_SECOND))
			told++;
		assert_true(told < run.told.count);
		assert_in_range(heard->time.us - run.told.o[told].time.us, 0, 5 * WALL_SECOND);
		assert_int_equal(heard->sampling, sampling);
		if (run.told.o[told].outcome == OUTCOME_BLOCKED)
			assert_int_equal(heard->outcome, OUTCOME_BLOCKED);
		else
			assert_int_equal(heard->outcome, OUTCOME_UNKNOWN);
	}
}

static void
sampling_is_told_and_leaves_out_packets(void **state)
{
	static const char *const exporters[] = {"netflow9", "ipfix", "ipfix-biflow", "sflow"};

	for (size_t i = 0; i < sizeof(exporters) / sizeof(*exporters); i++) {
		char text[2048];

		snprintf(text, sizeof(text), "exported by 2 %s sampled 1 in 10\n%s", exporters[i],
			EVERYBODY);
		play(text);
		assert_some_heard(10);
		wire_run_done(&run);
	}
	/* Sampling of the network is that of all exporters that have none of their own. */
	play("sampled 1 in 5\nexported by 1 netflow9\n" EVERYBODY);
	assert_some_heard(5);
	wire_run_done(&run);
}

static void
times_can_be_shifted(void **state)
{
	const int64_t shift = 86400 * WALL_SECOND * 40 + 17 * WALL_SECOND;
	struct fail fail;

	assert_int_equal(scenario_parse(&scenario, text_of(EVERYBODY), "text", &fail), 0);
	scenario.days = 0.25;
	wire_run_begin(&run, &scenario, shift);
	while (wire_run_minute(&run))
		;
	for (size_t i = 0; i < run.told.count; i++)
		run.told.o[i].time.us += shift;
	assert_all_heard();
	wire_run_done(&run);
}

/* The first hours of each scenario that there is, over the usual exporters. */
static void
every_scenario_goes_over_the_wire(void **state)
{
	const char *root = getenv("LAZARET_SOURCE");
	char pattern[512];
	struct fail fail;
	glob_t found;

	if (root == NULL) {
		print_message("LAZARET_SOURCE is unset\n");
		skip();
	}
	snprintf(pattern, sizeof(pattern), "%s/tests/scenario/*.scenario", root);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	assert_true(found.gl_pathc >= 13);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		if (scenario_read(&scenario, found.gl_pathv[i], &fail) < 0)
			fail_msg("%s: %s", fail.where, fail.what);
		scenario.days = 0.4;
		scenario.background = 0.2;
		wire_run_begin(&run, &scenario, 0);
		while (wire_run_minute(&run))
			;
		assert_true(run.told.count > 0);
		if (scenario.sampling == 1)
			assert_all_heard();
		else
			assert_some_heard(scenario.sampling);
		wire_run_done(&run);
	}
	globfree(&found);
}

static int
compare_times(const void *left, const void *right)
{
	const struct observation *a = left, *b = right;

	if (a->time.us != b->time.us)
		return a->time.us < b->time.us ? -1 : 1;
	return compare_ends(a, b);
}

static void
take_heard(struct judge *judge, const struct lines *lines, const struct observation *heard,
	size_t count)
{
	struct sighting sightings[2 * IDENTIFY_EACH];
	struct identify_counts counts = {0};

	for (size_t i = 0; i < count; i++)
		judge_take(judge, sightings,
			identify(lines, heard + i, 1, sightings, NULL, NULL, &counts));
}

/* A judge of what the receiver hears: at once, or when all is over and in order of time. */
static struct judge *
judge_heard(struct lines *lines, bool in_order)
{
	struct judge_settings settings;
	struct wall now = scenario.start;
	struct judge *judge;
	size_t taken = 0;

	judge_defaults(&settings);
	settings.parameters = scenario.parameters;
	settings.seed = scenario.seed;
	judge = judge_new(&settings);
	while (wire_run_minute(&run)) {
		if (in_order)
			continue;
		take_heard(judge, lines, run.heard.o + taken, run.heard.count - taken);
		taken = run.heard.count;
		judge_advance(judge, traffic_now(run.traffic));
	}
	if (in_order)
		qsort(run.heard.o, run.heard.count, sizeof(*run.heard.o), compare_times);
	while (in_order && taken < run.heard.count) {
		size_t first = taken;

		now.us += WALL_MINUTE;
		while (taken < run.heard.count && run.heard.o[taken].time.us < now.us)
			taken++;
		take_heard(judge, lines, run.heard.o + first, taken - first);
		judge_advance(judge, now);
	}
	take_heard(judge, lines, run.heard.o + taken, run.heard.count - taken);
	judge_advance(judge, traffic_now(run.traffic));
	return judge;
}

struct agreement {
	unsigned lines;
	unsigned confirmed;
	unsigned contacts_differ; /* of the confirmed */
};

static struct agreement
compare_judges(
	const struct rehearsal *rehearsal, const struct judge *judge, const struct lines *lines)
{
	struct agreement agreement = {.lines = 0};

	for (uint32_t i = 0; i < traffic_members(run.traffic); i++) {
		struct observation from = {.time = scenario.start};
		struct judge_line a = {.confirmed = NULL}, b = {.confirmed = NULL};
		struct line direct, wired;
		int r;

		from.client_port =
			traffic_address(run.traffic, traffic_member(run.traffic, i), &from.client);
		r = lines_find(rehearsal_lines(rehearsal), &from.client, from.client_port, &direct);
		assert_int_equal(r, 0);
		from.client = wire_client(run.wire, &from);
		assert_int_equal(lines_find(lines, &from.client, from.client_port, &wired), 0);
		r = judge_find(rehearsal_judge(rehearsal, 0), direct.pseudonym, &a);
		assert_int_equal(judge_find(judge, wired.pseudonym, &b), r);
		if (r < 0)
			continue;
		agreement.lines++;
		assert_int_equal(a.now.to, b.now.to);
		assert_int_equal(a.now.highest, b.now.highest);
		assert_int_equal(a.now.facts.attempts, b.now.facts.attempts);
		assert_int_equal(a.confirmed == NULL, b.confirmed == NULL);
		if (a.confirmed == NULL)
			continue;
		agreement.confirmed++;
		agreement.contacts_differ +=
			a.confirmed->facts.contacts != b.confirmed->facts.contacts;
	}
	return agreement;
}

static struct agreement
rehearse_both_ways(bool in_order)
{
	struct lines_settings settings = LINES_DEFAULTS;
	struct agreement agreement;
	struct rehearsal *rehearsal;
	struct judge *judge;
	struct lines *lines;
	struct fail fail;
	int r;

	assert_int_equal(scenario_builtin(&scenario, "small-town", &fail), 0);
	scenario.background = 0.5;
	r = rehearsal_new(&rehearsal, &scenario, &scenario.parameters, 1, &fail);
	assert_int_equal(r, 0);
	rehearsal_run(rehearsal, NULL, NULL);
	wire_run_begin(&run, &scenario, 0);
	memcpy(settings.key.byte, &scenario.seed, sizeof(scenario.seed));
	lines = lines_new(&settings);
	assert_int_equal(wire_identify(run.wire, lines, &fail), 0);
	judge = judge_heard(lines, in_order);
	assert_nothing_lost();
	assert_int_equal(run.heard.count, run.told.count);
	agreement = compare_judges(rehearsal, judge, lines);
	judge_free(judge);
	lines_free(lines);
	wire_run_done(&run);
	rehearsal_free(rehearsal);
	return agreement;
}

static void
the_same_lines_are_judged_the_same_over_the_wire(void **state)
{
	struct agreement agreement = rehearse_both_ways(true);

	assert_true(agreement.lines > 200);
	assert_true(agreement.confirmed >= 5);
	assert_int_equal(agreement.contacts_differ, 0);
}

/* A receiver hands out a connection when it is complete, so connections that were open at the same time may
 * change places. The states are the same; which contact it was that confirmed a line may differ. */
static void
the_order_in_which_connections_end_changes_no_state(void **state)
{
	struct agreement agreement = rehearse_both_ways(false);

	assert_true(agreement.confirmed >= 5);
	assert_true(agreement.contacts_differ <= 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(netflow_and_ipfix_tell_every_connection_as_it_was),
		cmocka_unit_test(each_dialect_alone_tells_it_too),
		cmocka_unit_test(a_nat_tells_the_blocks_of_ports),
		cmocka_unit_test(sflow_of_all_packets_tells_every_outcome),
		cmocka_unit_test(sampling_is_told_and_leaves_out_packets),
		cmocka_unit_test(times_can_be_shifted),
		cmocka_unit_test(every_scenario_goes_over_the_wire),
		cmocka_unit_test(the_same_lines_are_judged_the_same_over_the_wire),
		cmocka_unit_test(the_order_in_which_connections_end_changes_no_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
