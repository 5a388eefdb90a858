/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/random.h"
#include "judge_bench.h"
#include "rehearse/traffic.h"

#include <math.h>
#include <sys/prctl.h>

/* Lines of which every fourth spams, outages, sampled flows, and mail that comes in. */
static struct observation
some_mail(struct random *random, unsigned number)
{
	uint32_t which = (uint32_t)random_below(random, 60);
	bool zombie = which % 4 == 0, outage = number % 2000 > 1900;
	uint32_t network = (uint32_t)random_below(random, zombie ? 5000 : 20);
	double fails = outage ? .9 : zombie ? .7 : .1;
	struct observation mail = {
		.time = {START + number * 20 * WALL_SECOND},
		.client = address_from_v4(0xc0000200 + which),
		.server = address_from_v4(0x01000000 + network * 256),
		.sampling = which == 7 ? 100 : 1,
		.client_port = 40000,
		.server_port = 25,
		.outcome = (uint8_t)(random_unit(random) < fails
				? (outage ? OUTCOME_FAILED : random_below(random, OUTCOME_COUNT))
				: OUTCOME_ACCEPTED),
	};

	if (random_below(random, 8) == 0) {
		mail.client = address_from_v4(0x02000000 + network * 256);
		mail.server = address_from_v4(0xc0000200 + which % 10);
	}
	/* Long enough asleep for cases to close. */
	mail.time.us += number / 5000 * 9 * WALL_DAY;
	return mail;
}

static void
check_same(const struct bench *a, const struct bench *b)
{
	struct judge_counts of_a = judge_counts(a->judge), of_b = judge_counts(b->judge);

	assert_int_equal(a->said->count, b->said->count);
	for (size_t i = 0; i < a->said->count; i++)
		assert_true(a->said->sum[i] == b->said->sum[i]);
	assert_memory_equal(&of_a, &of_b, sizeof(of_a));
}

#define TAKEN 20000

/* The same at many places where a judge may die, whether or not lines give way. */
static void
a_judge_that_was_killed_says_what_it_would_have_said(void **state)
{
	static const size_t most[] = {1000, 20, 3};
	static struct observation mails[TAKEN];
	struct random random;

	random_seed(&random, 5);
	for (unsigned i = 0; i < TAKEN; i++)
		mails[i] = some_mail(&random, i);
	for (size_t m = 0; m < sizeof(most) / sizeof(*most); m++) {
		struct bench whole, killed;
		struct judge_counts counts;
		size_t kills = 0;

		init_bench(&whole, most[m]);
		init_bench(&killed, most[m]);
		start(&whole);
		start(&killed);
		take(&whole, mails, TAKEN);
		for (size_t at = 0; at < TAKEN; kills++) {
			/* At each step where many are found. */
			size_t portion = at > 600 && at < 1100 ? 1 : 1 + random_below(&random, 400);

			portion = portion < TAKEN - at ? portion : TAKEN - at;
			take(&killed, mails + at, portion);
			at += portion;
			save(&killed);
			restore(&killed);
		}
		assert_true(kills > 180);
		check_same(&whole, &killed);
		counts = judge_counts(whole.judge);
		assert_true(whole.said->count > (most[m] < 20 ? 10 : 100));
		assert_true(counts.frozen > 100);
		assert_true((counts.evicted > 0) == (most[m] < 60));
		done_bench(&whole);
		done_bench(&killed);
	}
}

static const char town[] =
	"network of 2000 lines\nfor 2 days\nseed 3\n"
	"class servers\n 20 lines\n mails 200 a day\n to Zipf(50, 1) networks\n refused .1\n"
	"class households\n 60 lines\n mails U(5,40) a day, in office hours\n"
	" to U(1,2) fixed servers\n unanswered .01\n"
	"class zombies\n 5 lines, zombies\n mails 600 an hour\n to Zipf(20000, 1.05) networks\n"
	" refused .65\n";

static void
rehearse(struct bench *bench, const struct scenario *scenario, unsigned minutes)
{
	struct traffic *traffic = traffic_new(scenario);
	const struct observation *observations;
	unsigned minute = 0;
	int64_t count;

	assert_int_equal(traffic_identify(traffic, bench->lines, NULL), 0);
	start(bench);
	while ((count = traffic_minute(traffic, &observations)) >= 0) {
		take(bench, observations, (size_t)count);
		judge_advance(bench->judge, traffic_now(traffic));
		if (minutes == 0 || ++minute % minutes != 0)
			continue;
		save(bench);
		restore(bench);
	}
	traffic_free(traffic);
}

static void
a_rehearsed_town_is_judged_the_same_with_kills_in_between(void **state)
{
	static struct scenario scenario;
	struct fail fail = {0};
	struct bench whole, killed;

	assert_int_equal(scenario_parse(&scenario, text_of(town), "town", &fail), 0);
	init_bench(&whole, 1000);
	init_bench(&killed, 1000);
	rehearse(&whole, &scenario, 0);
	rehearse(&killed, &scenario, 37);
	check_same(&whole, &killed);
	assert_true(judge_counts(whole.judge).by_highest[STATE_CONFIRMED] >= 4);
	done_bench(&whole);
	done_bench(&killed);
}

/* A judge with lines in all states, a server, and lines that gave way. */
static void
fill(struct bench *bench, unsigned count)
{
	struct random random;

	random_seed(&random, 5);
	for (unsigned i = 0; i < count; i++) {
		struct observation mail = some_mail(&random, i);

		take(bench, &mail, 1);
		bench->now = mail.time;
	}
}

static void
what_is_restored_is_saved_as_it_was(void **state)
{
	struct memory_stream first;
	struct bench bench;

	init_bench(&bench, 30);
	start(&bench);
	fill(&bench, 4000);
	save(&bench);
	first = bench.stream;
	bench.stream = (struct memory_stream){0};
	save(&bench);
	assert_int_equal(first.size, bench.stream.size);
	assert_memory_equal(first.bytes, bench.stream.bytes, first.size);
	restore(&bench);
	save(&bench);
	assert_int_equal(first.size, bench.stream.size);
	assert_memory_equal(first.bytes, bench.stream.bytes, first.size);
	memory_done(&first);
	done_bench(&bench);
}

static void
a_fresh_judge_can_be_saved_and_restored(void **state)
{
	struct bench bench;

	init_bench(&bench, 30);
	start(&bench);
	save(&bench);
	restore(&bench);
	spam(&bench, 1, 30);
	assert_int_equal(state_of(&bench, 1), STATE_CONFIRMED);
	done_bench(&bench);
}

static void
any_damage_is_refused_with_a_text(void **state)
{
	struct bench bench;
	struct fail fail;

	init_bench(&bench, 12);
	start(&bench);
	fill(&bench, 2000);
	save(&bench);
	for (size_t at = 0; at < bench.stream.size; at += 13) {
		int r;

		fail = (struct fail){0};
		bench.stream.bytes[at] ^= 0x10;
		r = try_restore(&bench, &fail);
		assert_true(r == -EBADMSG || r == -ENOTSUP || r == -ENOSPC);
		assert_true(fail.what[0] != '\0' && fail.hint[0] != '\0');
		bench.stream.bytes[at] ^= 0x10;
	}
	assert_int_equal(try_restore(&bench, &fail), 0);
	done_bench(&bench);
}

static void
check_line(void *context, const struct judge_line *line)
{
	const struct flow_facts *facts = &line->now.facts;

	assert_true(isfinite(line->now.score) && isfinite(facts->rate));
	assert_true(isfinite(facts->failure) && isfinite(facts->expected_a_day));
	assert_true(facts->contacts_bad <= facts->contacts && facts->contacts <= facts->attempts);
	if (line->confirmed != NULL)
		assert_true(line->confirmed->line == line->now.line);
	++*(uint64_t *)context;
}

/* Damage that the checksum does not show: what is let in may be wrong, and must do no harm. */
static void
what_passes_for_a_snapshot_upsets_nobody(void **state)
{
	static const uint8_t values[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
	unsigned refused = 0, taken = 0;
	struct memory_stream kept;
	struct bench bench;
	struct fail fail;

	init_bench(&bench, 12);
	bench.settings.parameters.flow.filter_blocks = 1;
	start(&bench);
	fill(&bench, 2000);
	save(&bench);
	kept = bench.stream;
	for (size_t at = 0; at < kept.size - HASH_STREAM_SIZE; at += 11) {
		uint64_t held = 0, was;

		bench.stream = (struct memory_stream){0};
		assert_int_equal(memory_write(&bench.stream, kept.bytes, kept.size), 0);
		memcpy(&was, bench.stream.bytes + at, sizeof(was));
		memset(bench.stream.bytes + at, values[at % 5], at % 3 == 0 ? 8 : 1);
		memory_sign(&bench.stream);
		if (try_restore(&bench, &fail) < 0) {
			refused++;
		} else {
			taken++;
			for (uint32_t host = 0; host < 20; host++)
				attempt(&bench, host, host, (enum outcome)(host % OUTCOME_COUNT));
			spam(&bench, 1, 30);
			judge_advance(bench.judge, (struct wall){bench.now.us + 40 * WALL_DAY});
			judge_each(bench.judge, STATE_CLEAR, check_line, &held);
			assert_int_equal(held, 12);
			save(&bench);
			restore(&bench);
			bench.said->count = 0;
		}
		memory_done(&bench.stream);
	}
	assert_true(refused > 100 && taken > 100);
	memory_done(&kept);
	done_bench(&bench);
}

static void
more_lines_than_there_may_be_are_refused(void **state)
{
	struct fail fail = {0};
	struct bench bench;

	init_bench(&bench, 60);
	start(&bench);
	fill(&bench, 4000);
	save(&bench);
	bench.settings.parameters.flow.lines_most = 59;
	assert_int_equal(try_restore(&bench, &fail), -ENOSPC);
	assert_non_null(strstr(fail.what, "60 lines"));
	bench.settings.parameters.flow.lines_most = 61;
	assert_int_equal(try_restore(&bench, &fail), 0);
	done_bench(&bench);
}

static void
other_parameters_judge_what_was_held_before(void **state)
{
	struct judge_line line;
	struct bench bench;
	uint32_t before;

	init_bench(&bench, 60);
	start(&bench);
	spam(&bench, 1, 30);
	before = bench.said->last.parameters;
	save(&bench);
	bench.settings.parameters.court.leave_us = 2 * WALL_DAY;
	bench.settings.parameters.flow.outage_window_us *= 2;
	bench.settings.parameters.flow.ceiling = 12;
	restore(&bench);
	assert_int_equal(state_of(&bench, 1), STATE_CONFIRMED);
	assert_int_equal(judge_find(bench.judge, line_of(&bench, 1), &line), 0);
	assert_int_equal(line.confirmed->parameters, before);
	assert_true(line.now.parameters != before && line.now.facts.rate <= 12);
	assert_int_equal(line.now.facts.contacts, 30);
	bench.said->count = 0;
	for (int hour = 0; hour < 24 * 40 && bench.said->count == 0; hour++)
		pass(&bench, 1 / 24.0);
	assert_int_equal(bench.said->last.to, STATE_PROBATION);
	assert_int_equal(bench.said->last.parameters, line.now.parameters);
	done_bench(&bench);
}

/* Known networks stay known in smaller sketches; larger ones cannot be had from small ones. */
static void
sketches_fold_to_the_size_that_is_asked_for_now(void **state)
{
	static const unsigned sizes[][2] = {{8, 64}, {32, 64}, {2, 1024}, {1, 128}, {4096, 65536}};
	struct bench bench;
	struct judge_line line;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		init_bench(&bench, 60);
		bench.settings.parameters.flow.filter_blocks = 32;
		bench.settings.parameters.flow.distinct_registers = 1024;
		start(&bench);
		spam(&bench, 1, 30);
		spam(&bench, 2, 10);
		save(&bench);
		bench.settings.parameters.flow.filter_blocks = sizes[i][0];
		bench.settings.parameters.flow.distinct_registers = sizes[i][1];
		restore(&bench);
		spam(&bench, 1, 30);
		spam(&bench, 2, 10);
		spam(&bench, 3, 30);
		assert_int_equal(judge_find(bench.judge, line_of(&bench, 1), &line), 0);
		assert_int_equal(line.now.facts.contacts, 30);
		assert_in_range(line.now.facts.addresses, 30, 40);
		assert_int_equal(judge_find(bench.judge, line_of(&bench, 2), &line), 0);
		assert_int_equal(line.now.facts.contacts, 10);
		assert_int_equal(state_of(&bench, 3), STATE_CONFIRMED);
		save(&bench);
		restore(&bench);
		done_bench(&bench);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_judge_that_was_killed_says_what_it_would_have_said),
		cmocka_unit_test(a_rehearsed_town_is_judged_the_same_with_kills_in_between),
		cmocka_unit_test(what_is_restored_is_saved_as_it_was),
		cmocka_unit_test(a_fresh_judge_can_be_saved_and_restored),
		cmocka_unit_test(any_damage_is_refused_with_a_text),
		cmocka_unit_test(what_passes_for_a_snapshot_upsets_nobody),
		cmocka_unit_test(more_lines_than_there_may_be_are_refused),
		cmocka_unit_test(other_parameters_judge_what_was_held_before),
		cmocka_unit_test(sketches_fold_to_the_size_that_is_asked_for_now),
	};

	/* Hundreds of judges, of whose tables little is touched. */
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
