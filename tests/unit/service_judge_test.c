/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/random.h"
#include "service/judge.h"
#include "unit.h"

#include <errno.h>
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

struct log {
	struct verdict verdict[256];
	size_t count;
};

static void
keep(void *context, const struct verdict *verdict)
{
	struct log *log = context;

	assert_true(log->count < 256);
	log->verdict[log->count++] = *verdict;
}

/* A verdict rests on what came before it, never on how the observations were handed in. */
static void
batches_do_not_change_verdicts(void **state)
{
	static struct observation observations[5000];
	static struct log one, many;
	struct lines *lines = new_lines(NULL);
	struct judge *a = new_judge(lines, keep, &one), *b = new_judge(lines, keep, &many);
	struct random random;

	random_seed(&random, 3);
	for (size_t i = 0; i < 5000; i++) {
		char client[32];
		uint64_t which = random_below(&random, 40);

		snprintf(client, sizeof(client), "192.0.2.%u", (unsigned)which);
		observations[i] = mail(client,
			address_from_v4(0x01000000 + (uint32_t)random_below(&random, 200) * 256),
			25, (double)i, which < 5 ? OUTCOME_FAILED : OUTCOME_ACCEPTED);
	}
	for (size_t i = 0; i < 5000; i++)
		judge_take(a, &observations[i], 1);
	judge_take(b, observations, 5000);
	assert_true(one.count > 10);
	assert_int_equal(one.count, many.count);
	for (size_t i = 0; i < one.count; i++) {
		const struct verdict *x = &one.verdict[i], *y = &many.verdict[i];

		assert_true(x->time.us == y->time.us && x->line == y->line);
		assert_true(x->from == y->from && x->to == y->to && x->highest == y->highest);
		assert_true(x->score == y->score && x->threshold == y->threshold);
		assert_true(x->active_lines == y->active_lines);
		assert_true(x->facts.contacts == y->facts.contacts);
		assert_true(x->facts.attempts == y->facts.attempts);
		assert_true(x->facts.rate == y->facts.rate && x->facts.failure == y->facts.failure);
	}
	judge_free(a);
	judge_free(b);
	lines_free(lines);
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
		cmocka_unit_test(batches_do_not_change_verdicts),
		cmocka_unit_test(bindings_are_no_mail),
		cmocka_unit_test(a_line_that_never_sent_is_not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
