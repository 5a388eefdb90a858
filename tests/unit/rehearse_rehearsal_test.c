/* SPDX-License-Identifier: BSD-2-Clause */
#include "rehearse/curve.h"
#include "rehearse/rehearsal.h"
#include "rehearse/report.h"
#include "unit.h"

#include <stdlib.h>

static struct scenario scenario;

#define SERVERS                                                                                    \
	"class servers\n 50 lines\n mails 200 a day\n to Zipf(50, 1) networks\n refused .1\n"
#define DEVICES                                                                                    \
	"class devices\n 20 lines\n on 60 % of days a burst of 30 mails 10 seconds apart\n"        \
	" to 1 fixed server\n"
#define ZOMBIES                                                                                    \
	"class zombies\n 5 lines, zombies\n mails 600 an hour\n to Zipf(20000, 1.05) networks\n"   \
	" refused .65\n"

static void
parse(const char *text)
{
	struct fail fail;

	if (scenario_parse(&scenario, text_of(text), "text", &fail) < 0)
		fail_msg("%s: %s", fail.where, fail.what);
}

/* A mark over all observations of one class of lines, told by its block of addresses. */
struct seen {
	uint64_t mark;
	uint64_t count;
	uint64_t by_outcome[OUTCOME_COUNT];
};

static struct seen
watch(uint32_t first, uint32_t count)
{
	struct traffic *traffic = traffic_new(&scenario);
	const struct observation *o;
	struct seen seen = {.mark = 0};
	int64_t last = 0, n;

	while ((n = traffic_minute(traffic, &o)) >= 0) {
		for (int64_t i = 0; i < n; i++) {
			struct address from;
			bool is_wanted = false;

			assert_true(o[i].time.us >= last);
			last = o[i].time.us;
			for (uint32_t m = first; m < first + count && !is_wanted; m++) {
				(void)traffic_address(traffic, traffic_member(traffic, m), &from);
				is_wanted = address_equal(&from, &o[i].client);
			}
			if (!is_wanted)
				continue;
			seen.count++;
			seen.by_outcome[o[i].outcome]++;
			seen.mark = seen.mark * 31 + (uint64_t)o[i].time.us + o[i].outcome +
				o[i].server.byte[14];
		}
	}
	assert_true(last < traffic_now(traffic).us);
	traffic_free(traffic);
	return seen;
}

static void
the_same_seed_gives_the_same_traffic(void **state)
{
	struct seen a, b;

	parse("for 2 days\nseed 5\n" SERVERS);
	a = watch(0, 50);
	b = watch(0, 50);
	assert_true(a.count > 0);
	assert_true(a.mark == b.mark);
	parse("for 2 days\nseed 6\n" SERVERS);
	b = watch(0, 50);
	assert_true(a.mark != b.mark);
}

static void
another_class_changes_nothing_for_the_lines_there_are(void **state)
{
	struct seen a, b;

	parse("for 2 days\nseed 5\n" SERVERS);
	a = watch(0, 50);
	parse("for 2 days\nseed 5\n" DEVICES SERVERS ZOMBIES);
	b = watch(20, 50);
	assert_true(a.count == b.count);
	assert_true(a.mark == b.mark);
}

/* 50 lines, 200 a day, 10 days: 100,000 expected, with a deviation of 316. */
static void
rates_and_failures_are_those_of_the_scenario(void **state)
{
	struct seen seen;

	parse("for 10 days\nseed 3\n" SERVERS);
	seen = watch(0, 50);
	assert_in_range(seen.count, 98500, 101500);
	assert_in_range(seen.by_outcome[OUTCOME_REFUSED], 9500, 10500);
	assert_int_equal(seen.by_outcome[OUTCOME_FAILED], 0);
	assert_int_equal(
		seen.by_outcome[OUTCOME_REFUSED] + seen.by_outcome[OUTCOME_ACCEPTED], seen.count);
}

/* 11 hours whole and 13 at 8 %: 12.04 of 24. */
static void
office_hours_thin_the_night(void **state)
{
	struct seen seen;

	parse("for 10 days\nseed 3\n" SERVERS " in office hours\n");
	seen = watch(0, 50);
	assert_in_range(seen.count, 49000, 51300);
}

static void
an_outage_of_the_network_fails_everything_in_its_time(void **state)
{
	struct seen seen;

	parse("for 2 days\nseed 3\nthe network is down from day 2 at 06:00 for 12 hours\n" SERVERS);
	seen = watch(0, 50);
	assert_in_range(seen.by_outcome[OUTCOME_FAILED], 4650, 5350);
}

static void
a_block_of_port_25_is_seen_from_its_day_on(void **state)
{
	struct seen seen;

	parse("for 2 days\nseed 3\nport 25 is blocked from day 2\n" SERVERS);
	seen = watch(0, 50);
	assert_in_range(seen.by_outcome[OUTCOME_BLOCKED], 9500, 10500);
	parse("for 2 days\nseed 3\nport 25 is blocked from day 2\n" SERVERS " port 587\n");
	seen = watch(0, 50);
	assert_int_equal(seen.by_outcome[OUTCOME_BLOCKED], 0);
	parse("for 2 days\nseed 3\nport 25 is blocked silently from day 1.5\n" SERVERS);
	seen = watch(0, 50);
	assert_in_range(seen.by_outcome[OUTCOME_FAILED], 14400, 15600);
}

/* Greylisted mail is tried again after half an hour and passes: as many more attempts as were greylisted. */
static void
retries_bring_greylisted_mail_through(void **state)
{
	struct seen without, with;

	parse("for 5 days\nseed 3\n" SERVERS " greylisted .2\n refused 0\n");
	without = watch(0, 50);
	parse("for 5 days\nseed 3\n" SERVERS " greylisted .2\n refused 0\n retries\n");
	with = watch(0, 50);
	assert_true(with.by_outcome[OUTCOME_REFUSED] == without.by_outcome[OUTCOME_REFUSED]);
	assert_in_range(with.count, without.count + without.by_outcome[OUTCOME_REFUSED] * 98 / 100,
		without.count + without.by_outcome[OUTCOME_REFUSED]);
}

/* 3 packets of a failure, 20 of an accepted mail: one in ten shows 27 % and 88 %. */
static void
sampling_loses_failures_first(void **state)
{
	struct seen seen;

	parse("for 10 days\nseed 3\nsampled 1 in 10\n" SERVERS " unanswered .5\n refused 0\n");
	seen = watch(0, 50);
	assert_in_range(seen.by_outcome[OUTCOME_FAILED], 13000, 14100);
	assert_in_range(seen.by_outcome[OUTCOME_UNKNOWN], 43000, 44900);
}

static void
lines_over_ipv6_and_behind_cgnat_are_told_apart(void **state)
{
	struct line lines[60];
	struct lines *identity;
	struct traffic *traffic;
	struct fail fail;

	parse("class a\n 20 lines, over IPv6 with a new address every 1 day\n mails 9 a day\n"
	      " to 1 fixed server\n"
	      "class b\n 40 lines, behind CGNAT with 4096 ports each\n mails 9 a day\n"
	      " to 1 fixed server\n");
	traffic = traffic_new(&scenario);
	identity = lines_new(&LINES_DEFAULTS);
	assert_int_equal(traffic_identify(traffic, identity, &fail), 0);
	for (uint32_t i = 0; i < 60; i++) {
		struct address address;
		uint16_t port = traffic_address(traffic, traffic_member(traffic, i), &address);

		assert_int_equal(address_is_v4(&address), i >= 20);
		assert_int_equal(lines_find(identity, &address, port, &lines[i]), 0);
		for (uint32_t j = 0; j < i; j++)
			assert_true(lines[i].pseudonym != lines[j].pseudonym);
	}
	lines_free(identity);
	traffic_free(traffic);
}

static struct rehearsal *
rehearse(const char *text, unsigned judges)
{
	struct parameters points[CURVE_POINTS];
	struct rehearsal *rehearsal;
	struct fail fail;

	parse(text);
	curve_parameters(&scenario.parameters, points);
	if (judges == 1)
		points[0] = scenario.parameters;
	if (rehearsal_new(&rehearsal, &scenario, points, judges, &fail) < 0)
		fail_msg("%s", fail.what);
	rehearsal_run(rehearsal, NULL, NULL);
	return rehearsal;
}

static void
zombies_are_counted_as_found_and_honest_lines_are_not(void **state)
{
	struct rehearsal *rehearsal = rehearse("for 1 day\nseed 2\n" SERVERS ZOMBIES, 1);
	const struct tally *tally = rehearsal_tally(rehearsal, 0);
	struct tally_class servers, zombies;
	struct buffer text;

	tally_class(tally, 0, &servers);
	tally_class(tally, 1, &zombies);
	assert_int_equal(servers.lines, 50);
	assert_int_equal(tally_at_least(&servers, STATE_CONFIRMED), 0);
	assert_int_equal(tally_at_least(&zombies, STATE_CONFIRMED), 5);
	assert_int_equal(tally_false(tally), 0);
	assert_true(zombies.median.seconds > 0 && zombies.median.seconds <= zombies.most.seconds);
	assert_true(tally_quantile(tally, 1, .5) == zombies.median.seconds);
	assert_true(zombies.median.contacts >= 5 && zombies.median.contacts < 200);
	assert_true(zombies.median.attempts >= zombies.median.contacts);
	assert_int_equal(zombies.flagged[NAIVE_CONNECTIONS], 5);
	assert_non_null(tally_example(tally));
	buffer_init(&text, 1 << 16);
	report_example(rehearsal, &text);
	assert_non_null(strstr(buffer_string(&text), "confirmed"));
	buffer_done(&text);
	rehearsal_free(rehearsal);
}

static void
infected_lines_count_as_zombies_and_not_as_what_they_were(void **state)
{
	struct rehearsal *rehearsal = rehearse(
		"for 2 days\nseed 2\n" SERVERS ZOMBIES " on the lines of servers, from day 2\n", 1);
	const struct tally *tally = rehearsal_tally(rehearsal, 0);
	struct tally_class servers, zombies;

	tally_class(tally, 0, &servers);
	tally_class(tally, 1, &zombies);
	assert_int_equal(servers.lines, 45);
	assert_int_equal(zombies.lines, 5);
	assert_int_equal(tally_at_least(&zombies, STATE_CONFIRMED), 5);
	assert_true(zombies.most.seconds < 86400);
	rehearsal_free(rehearsal);
}

static void
expectations_hold_or_do_not(void **state)
{
	static const bool holds[] = {true, true, false, true, true, false, true, false};
	struct rehearsal *rehearsal =
		rehearse("for 1 day\nseed 2\n" SERVERS ZOMBIES "expect no confirmed in servers\n"
			 "expect all confirmed in zombies within 1 hour median\n"
			 "expect all confirmed in zombies within 1 second median\n"
			 "expect no false confirmations\n"
			 "expect at least 3 confirmed in zombies\n"
			 "expect at most 50 % confirmed in zombies\n"
			 "expect at least 90 % flagged for connections in zombies\n"
			 "expect all released in zombies\n",
			1);
	struct buffer found;

	buffer_init(&found, 4096);
	for (unsigned i = 0; i < 8; i++)
		assert_int_equal(rehearsal_expect(rehearsal, rehearsal_tally(rehearsal, 0),
					 &scenario.expect[i], &found),
			holds[i]);
	buffer_clear(&found);
	assert_int_equal(report_expectations(rehearsal, "made.scenario", &found), 3);
	assert_non_null(strstr(buffer_string(&found), "made.scenario:"));
	buffer_done(&found);
	rehearsal_free(rehearsal);
}

/* A higher floor or a higher theta0 can only come later. */
static void
the_curve_is_in_order(void **state)
{
	struct rehearsal *rehearsal = rehearse("for 1 day\nseed 2\n" SERVERS ZOMBIES, CURVE_POINTS);
	double seconds[CURVE_POINTS];
	struct buffer text;

	for (unsigned i = 0; i < CURVE_POINTS; i++) {
		struct tally_class zombies;

		tally_class(rehearsal_tally(rehearsal, i), 1, &zombies);
		seconds[i] = zombies.median.seconds;
		if (i % 3 != 0)
			assert_true(seconds[i] >= seconds[i - 1]);
		if (i >= 3)
			assert_true(seconds[i] >= seconds[i - 3]);
	}
	buffer_init(&text, 1 << 16);
	curve_report(rehearsal, false, &text);
	assert_non_null(strstr(buffer_string(&text), "| 0.3 | 16.1 |"));
	buffer_done(&text);
	rehearsal_free(rehearsal);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_seed_gives_the_same_traffic),
		cmocka_unit_test(another_class_changes_nothing_for_the_lines_there_are),
		cmocka_unit_test(rates_and_failures_are_those_of_the_scenario),
		cmocka_unit_test(office_hours_thin_the_night),
		cmocka_unit_test(an_outage_of_the_network_fails_everything_in_its_time),
		cmocka_unit_test(a_block_of_port_25_is_seen_from_its_day_on),
		cmocka_unit_test(retries_bring_greylisted_mail_through),
		cmocka_unit_test(sampling_loses_failures_first),
		cmocka_unit_test(lines_over_ipv6_and_behind_cgnat_are_told_apart),
		cmocka_unit_test(zombies_are_counted_as_found_and_honest_lines_are_not),
		cmocka_unit_test(infected_lines_count_as_zombies_and_not_as_what_they_were),
		cmocka_unit_test(expectations_hold_or_do_not),
		cmocka_unit_test(the_curve_is_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
