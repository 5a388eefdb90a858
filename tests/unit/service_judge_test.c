/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/random.h"
#include "service/judge.h"
#include "unit.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

#define START (INT64_C(15000) * WALL_DAY)

static struct address
address(const char *text)
{
	struct address a;

	assert_int_equal(address_parse(text_of(text), &a), 0);
	return a;
}

static struct lines *
new_lines(const char *inside)
{
	struct lines_settings settings = LINES_DEFAULTS;
	struct lines *lines;

	settings.names_most = 1000;
	lines = lines_new(&settings);
	if (inside != NULL) {
		struct lines_prefix prefix = {.role = ROLE_RESIDENTIAL};

		assert_int_equal(prefix_parse(text_of(inside), &prefix.prefix), 0);
		assert_int_equal(lines_add(lines, &prefix, NULL), 0);
	}
	return lines;
}

static struct judge *
new_judge(struct lines *lines, court_verdict on_verdict, void *context)
{
	struct judge_settings settings;

	judge_defaults(&settings);
	settings.parameters.flow.lines_most = 1000;
	settings.seed = 9;
	settings.on_verdict = on_verdict;
	settings.context = context;
	return judge_new(&settings, lines);
}

static struct observation
mail(const char *client, struct address server, uint16_t port, double seconds, enum outcome outcome)
{
	return (struct observation){
		.time = {START + (int64_t)(seconds * 1e6)},
		.client = address(client),
		.server = server,
		.sampling = 1,
		.client_port = 40000,
		.server_port = port,
		.outcome = (uint8_t)outcome,
	};
}

static void
only_our_own_lines_are_judged(void **state)
{
	struct lines *lines = new_lines("192.0.2.0/24");
	struct judge *judge = new_judge(lines, NULL, NULL);
	struct judge_counts counts;

	for (unsigned i = 0; i < 50; i++) {
		struct observation out = mail(
			"192.0.2.7", address_from_v4(0x01000000 + i * 256), 25, i, OUTCOME_FAILED);
		struct observation other = mail("198.51.100.7",
			address_from_v4(0x01000000 + i * 256), 25, i, OUTCOME_FAILED);

		judge_take(judge, &out, 1);
		judge_take(judge, &other, 1);
	}
	counts = judge_counts(judge);
	assert_int_equal(counts.lines, 1);
	assert_int_equal(counts.outside, 50);
	assert_int_equal(counts.by_highest[STATE_CONFIRMED], 1);
	judge_free(judge);
	lines_free(lines);
}

static void
submission_to_our_own_servers_is_no_contact(void **state)
{
	struct lines *lines = new_lines("192.0.2.0/24");
	struct judge *judge = new_judge(lines, NULL, NULL);
	struct observation own = mail("192.0.2.7", address("192.0.2.25"), 587, 0, OUTCOME_ACCEPTED);
	struct observation foreign =
		mail("192.0.2.7", address("203.0.113.5"), 587, 1, OUTCOME_ACCEPTED);

	judge_take(judge, &own, 1);
	assert_int_equal(judge_counts(judge).submissions, 1);
	assert_int_equal(judge_counts(judge).lines, 0);
	judge_take(judge, &foreign, 1);
	assert_int_equal(judge_counts(judge).lines, 1);
	judge_free(judge);
	lines_free(lines);
}

static void
a_line_that_accepts_mail_from_many_becomes_a_server(void **state)
{
	struct lines *lines = new_lines("192.0.2.0/24");
	struct judge *judge = new_judge(lines, NULL, NULL);
	struct address server = address("192.0.2.7");
	struct judge_line found;
	struct line line;

	assert_int_equal(lines_find(lines, &server, 0, &line), 0);
	for (unsigned i = 0; i < 100; i++) {
		char client[32];
		struct observation in, out;

		snprintf(client, sizeof(client), "198.51.%u.9", i);
		in = mail(client, server, 25, i * 8640.0, OUTCOME_ACCEPTED);
		out = mail("192.0.2.7", address_from_v4(0x01000000), 25, i * 8640.0 + 1,
			OUTCOME_ACCEPTED);
		judge_take(judge, &in, 1);
		judge_take(judge, &out, 1);
	}
	assert_int_equal(judge_find(judge, line.pseudonym, &found), 0);
	assert_int_equal(found.now.role, ROLE_MAIL_SERVER);
	assert_in_range(found.now.facts.sources, 80, 120);
	judge_free(judge);
	lines_free(lines);
}

#define TAKEN 20000

/* What a judge said, as a sum of all its bytes that mean something, and how much of it. */
struct log {
	uint64_t sum;
	size_t count;
	size_t servers; /* of it, about lines judged as mail servers */
};

static void
add_bytes(struct log *log, const void *bytes, size_t size)
{
	log->sum = hash_fast(bytes, size, log->sum);
}

static void
keep(void *context, const struct verdict *verdict)
{
	const struct flow_facts *facts = &verdict->facts;
	const uint64_t whole[] = {(uint64_t)verdict->time.us, verdict->line, verdict->index,
		verdict->from, verdict->to, verdict->highest, verdict->role, verdict->active_lines,
		(uint64_t)facts->first_seen.us, (uint64_t)facts->last_seen.us, facts->attempts,
		facts->failed, facts->refused, facts->accepted, facts->contacts,
		facts->contacts_bad, facts->networks, facts->addresses, facts->sources, facts->role,
		facts->sampled, facts->frozen};
	const float real[] = {verdict->score, verdict->threshold, facts->rate, facts->failure,
		facts->chances, facts->expected_a_day};
	struct log *log = context;

	for (size_t i = 0; i < sizeof(real) / sizeof(*real); i++)
		assert_true(isfinite(real[i]));
	add_bytes(log, whole, sizeof(whole));
	add_bytes(log, real, sizeof(real));
	add_bytes(log, verdict->channels, sizeof(verdict->channels));
	log->count++;
	log->servers += verdict->role == ROLE_MAIL_SERVER;
}

/* Residential lines of which every fourth spams, with mail coming in for some of them. */
static struct observation
some_mail(struct random *random, double seconds)
{
	uint32_t which = (uint32_t)random_below(random, 60);
	uint32_t network = (uint32_t)random_below(random, which % 4 == 0 ? 5000 : 20);
	struct observation mail = {
		.time = {START + (int64_t)(seconds * 1e6)},
		.client = address_from_v4(0xc0000200 + which),
		.server = address_from_v4(0x01000000 + network * 256),
		.sampling = 1,
		.client_port = 40000,
		.server_port = 25,
		.outcome = (uint8_t)(random_unit(random) < (which % 4 == 0 ? .7 : .1)
				? random_below(random, OUTCOME_COUNT)
				: OUTCOME_ACCEPTED),
	};

	if (random_below(random, 8) == 0) {
		mail.client = address_from_v4(0x02000000 + network * 256);
		mail.server = address_from_v4(0xc0000200 + which % 10);
	}
	return mail;
}

/* Gives all to a new judge in portions. */
static struct log
judge_in_portions(const struct observation *observations, size_t lines_most, size_t portion)
{
	struct lines *lines = new_lines("192.0.2.0/24");
	struct judge_settings settings;
	struct judge_counts counts;
	struct log log = {0};
	struct judge *judge;

	judge_defaults(&settings);
	settings.parameters.flow.lines_most = lines_most;
	settings.parameters.flow.server_us = WALL_HOUR;
	settings.on_verdict = keep;
	settings.context = &log;
	judge = judge_new(&settings, lines);
	for (size_t i = 0; i < TAKEN; i += portion)
		judge_take(judge, observations + i, portion < TAKEN - i ? portion : TAKEN - i);
	counts = judge_counts(judge);
	add_bytes(&log, &counts, sizeof(counts));
	assert_true((counts.evicted > 0) == (lines_most < 60));
	judge_free(judge);
	lines_free(lines);
	return log;
}

/* A verdict rests on what came before it, never on how the observations were handed in: also where lines
 * give way and become servers while a batch is on its way. */
static void
portions_do_not_change_verdicts(void **state)
{
	static const size_t most[] = {1000, 20, 1}, portions[] = {7, 1000, TAKEN};
	static struct observation observations[TAKEN];
	struct random random;

	random_seed(&random, 3);
	for (size_t i = 0; i < TAKEN; i++)
		observations[i] = some_mail(&random, (double)i * 5);
	for (size_t m = 0; m < sizeof(most) / sizeof(*most); m++) {
		struct log one = judge_in_portions(observations, most[m], 1);

		assert_true(most[m] == 1 || one.count > 40);
		assert_true(most[m] == 1 || one.servers > 0);
		for (size_t p = 0; p < sizeof(portions) / sizeof(*portions); p++) {
			struct log many = judge_in_portions(observations, most[m], portions[p]);

			assert_int_equal(one.count, many.count);
			assert_true(one.sum == many.sum);
		}
	}
}

/* A time like no recording's, or a little later than the last. */
static struct wall
any_time(struct random *random, bool is_far)
{
	static const int64_t far[] = {
		0, 1, -1, -WALL_DAY, INT64_MIN, INT64_MIN / 2, INT64_MAX / 2, INT64_MAX};

	if (is_far && random_below(random, 500) == 0)
		return (struct wall){far[random_below(random, sizeof(far) / sizeof(*far))]};
	return (struct wall){random_below(random, 2)
			? START + (int64_t)random_below(random, 1U << 30)
			: (int64_t)random_below(random, 1U << 30)};
}

static struct address
any_address(struct random *random)
{
	struct address v6 = {.byte = {0x20, 0x01, 0x0d, 0xb8}};

	switch (random_below(random, 3)) {
	case 0:
		return address_from_v4(0xc0000200 + (uint32_t)random_below(random, 256));
	case 1:
		return address_from_v4((uint32_t)random_below(random, 2000) << 8);
	default:
		v6.byte[6] = (uint8_t)random_below(random, 3);
		v6.byte[15] = (uint8_t)random_below(random, 3);
		return v6;
	}
}

static struct observation
anything(struct random *random, bool is_far)
{
	static const uint16_t ports[] = {25, 25, 25, 465, 587, 2525, 0, 65535};
	static const uint32_t samplings[] = {0, 1, 1, 1, 1, 2, 1000, UINT32_MAX};

	return (struct observation){
		.time = any_time(random, is_far),
		.client = any_address(random),
		.server = any_address(random),
		.sampling = samplings[random_below(random, 8)],
		.client_port = (uint16_t)random_u64(random),
		.server_port = ports[random_below(random, 8)],
		.kind = (uint8_t)(random_below(random, 20) == 0) * OBSERVATION_BINDING_OPEN,
		.outcome = (uint8_t)random_below(random, OUTCOME_COUNT),
	};
}

static void
check_line(void *context, const struct judge_line *line)
{
	const struct flow_facts *facts = &line->now.facts;

	/* ln .6, where flows weigh nothing. */
	assert_true(isfinite(line->now.score) && line->now.score > -.52F);
	assert_true(isfinite(facts->rate) && facts->rate >= 0);
	assert_true(isfinite(facts->failure) && facts->failure >= 0);
	assert_true(isfinite(facts->chances) && isfinite(facts->expected_a_day));
	assert_true(facts->contacts_bad <= facts->contacts && facts->contacts <= facts->attempts);
	assert_true(facts->networks <= facts->contacts && facts->addresses <= facts->attempts);
	assert_true(facts->failed + facts->refused + facts->accepted <= facts->attempts);
	if (line->confirmed != NULL)
		assert_true(line->confirmed->line == line->now.line);
	++*(uint64_t *)context;
}

/* One of each role, and one address for many. */
static struct lines *
mixed_lines(void)
{
	struct lines *lines = new_lines("2001:db8::/32");

	for (uint8_t role = 0; role < ROLE_COUNT; role++) {
		struct lines_prefix prefix = {
			.prefix = {address_from_v4(0xc0000200 + role * 32U), 128 - 5},
			.role = role,
			.ports = role == ROLE_SHARED ? 16384 : 0};

		assert_int_equal(lines_add(lines, &prefix, NULL), 0);
	}
	return lines;
}

static void
nothing_that_is_observed_upsets_the_judge(void **state)
{
	static const size_t most[] = {1, 3, 40, 1000};
	static struct observation observations[TAKEN];
	struct random random;

	random_seed(&random, 17);
	for (size_t round = 0; round < 8; round++) {
		struct lines *lines = mixed_lines();
		struct log log = {0};
		struct judge_settings settings;
		struct judge_counts counts;
		struct judge *judge;
		uint64_t held = 0;

		judge_defaults(&settings);
		settings.parameters.flow.lines_most = most[round % 4];
		settings.parameters.flow.filter_blocks = round % 2 ? 1 : 8;
		settings.parameters.flow.role[ROLE_MOBILE].blocked = true;
		settings.parameters.flow.outage_lines = 3;
		settings.parameters.court.weight[CHANNEL_FLOW] = round == 3 ? 0 : .4;
		settings.on_verdict = keep;
		settings.context = &log;
		judge = judge_new(&settings, lines);
		for (size_t i = 0; i < TAKEN; i++)
			observations[i] = anything(&random, round >= 4 && i > TAKEN / 2);
		judge_take(judge, observations, TAKEN);
		judge_each(judge, STATE_CLEAR, check_line, &held);
		counts = judge_counts(judge);
		assert_true(counts.observations == TAKEN);
		assert_true(held > 0 && held <= most[round % 4]);
		assert_true(counts.lines == held + counts.evicted);
		for (int s = STATE_CLEAR; s < STATE_COUNT; s++)
			assert_true(counts.by_highest[s] <= counts.lines);
		assert_true(log.count > 0);
		judge_free(judge);
		lines_free(lines);
	}
}

static void
bindings_are_no_mail(void **state)
{
	struct lines *lines = new_lines(NULL);
	struct judge *judge = new_judge(lines, NULL, NULL);
	struct observation binding =
		mail("192.0.2.7", address("203.0.113.5"), 2047, 0, OUTCOME_UNKNOWN);

	binding.kind = OBSERVATION_BINDING_OPEN;
	judge_take(judge, &binding, 1);
	assert_int_equal(judge_counts(judge).lines, 0);
	judge_free(judge);
	lines_free(lines);
}

static void
a_line_that_never_sent_is_not_found(void **state)
{
	struct lines *lines = new_lines(NULL);
	struct judge *judge = new_judge(lines, NULL, NULL);
	struct judge_line found;

	assert_int_equal(judge_find(judge, 12345, &found), -ENOENT);
	judge_free(judge);
	lines_free(lines);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_our_own_lines_are_judged),
		cmocka_unit_test(submission_to_our_own_servers_is_no_contact),
		cmocka_unit_test(a_line_that_accepts_mail_from_many_becomes_a_server),
		cmocka_unit_test(portions_do_not_change_verdicts),
		cmocka_unit_test(nothing_that_is_observed_upsets_the_judge),
		cmocka_unit_test(bindings_are_no_mail),
		cmocka_unit_test(a_line_that_never_sent_is_not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
