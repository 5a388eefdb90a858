/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/random.h"
#include "source/observation.h"
#include "unit.h"
#include "verdict/court.h"
#include "verdict/explain.h"
#include "verdict/parameters.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define START (INT64_C(15000) * WALL_DAY)

struct bench {
	struct parameters parameters;
	struct flow_channel *flow;
	struct court *court;
	struct verdict verdicts[64];
	size_t count;
	struct verdict active; /* the last that goes on */
	size_t actives;
	struct wall now;
};

static void
keep(void *context, const struct verdict *verdict)
{
	struct bench *bench = context;

	assert_true(bench->count < 64);
	bench->verdicts[bench->count++] = *verdict;
}

static void
keep_active(void *context, const struct verdict *verdict)
{
	struct bench *bench = context;

	assert_int_equal(verdict->from, verdict->to);
	bench->active = *verdict;
	bench->actives++;
}

static void
open_bench(struct bench *bench)
{
	bench->flow = flow_channel_new(&bench->parameters.flow, 1);
	bench->court = court_new(&bench->parameters.court, bench->parameters.flow.lines_most,
		parameters_version(&bench->parameters), bench->flow);
	court_listen(bench->court, keep, keep_active, bench);
	bench->now.us = START;
}

static struct bench *
new_bench(void)
{
	struct bench *bench = xcalloc(1, sizeof(*bench));

	parameters_defaults(&bench->parameters);
	open_bench(bench);
	return bench;
}

static void
free_bench(struct bench *bench)
{
	court_free(bench->court);
	flow_channel_free(bench->flow);
	free(bench);
}

static void
attempt(struct bench *bench, uint64_t pseudonym, unsigned network, enum outcome outcome)
{
	struct sighting sighting = {
		.time = bench->now,
		.line = {.pseudonym = pseudonym},
		.other = address_from_v4(0x01000000 + network * 256),
		.sampling = 1,
		.outcome = (uint8_t)outcome,
	};
	struct contact contact = flow_channel_contact(bench->flow, &sighting);
	struct evidence evidence;

	court_advance(bench->court, bench->now);
	flow_channel_take(bench->flow, &contact, &evidence);
	court_take(bench->court, &evidence);
}

static void
spam(struct bench *bench, uint64_t pseudonym, unsigned contacts)
{
	for (unsigned i = 0; i < contacts; i++) {
		bench->now.us += WALL_SECOND;
		attempt(bench, pseudonym, i, OUTCOME_REFUSED);
	}
}

static void
pass(struct bench *bench, double days)
{
	bench->now.us += (int64_t)(days * (double)WALL_DAY);
	court_advance(bench->court, bench->now);
}

static enum state
state_of(const struct bench *bench, uint64_t pseudonym)
{
	return (enum state)court_standing(
		bench->court, (uint32_t)flow_channel_find(bench->flow, pseudonym))
		->state;
}

static void
states_rise_one_after_the_other(void **state)
{
	struct bench *bench = new_bench();

	spam(bench, 1, 30);
	assert_int_equal(bench->count, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(bench->verdicts[i].from, i);
		assert_int_equal(bench->verdicts[i].to, i + 1);
	}
	assert_true(bench->verdicts[2].score >= bench->verdicts[2].threshold);
	assert_true(bench->verdicts[2].facts.contacts < 13);
	assert_int_equal(court_highest(bench->court)[STATE_CONFIRMED], 1);
	free_bench(bench);
}

static void
a_score_just_below_the_floor_confirms_nobody(void **state)
{
	struct bench *bench = xcalloc(1, sizeof(*bench));

	parameters_defaults(&bench->parameters);
	bench->parameters.court.floor = 31.2; /* the ceiling of 32 times the weight is 31.08 */
	open_bench(bench);
	spam(bench, 1, 200);
	assert_int_equal(state_of(bench, 1), STATE_SUSPECT);
	free_bench(bench);
}

static void
silence_leads_through_probation_to_clear(void **state)
{
	struct bench *bench = new_bench();

	spam(bench, 1, 30);
	pass(bench, 2);
	assert_int_equal(state_of(bench, 1), STATE_CONFIRMED);
	pass(bench, 10);
	assert_int_equal(state_of(bench, 1), STATE_PROBATION);
	pass(bench, 15);
	assert_int_equal(state_of(bench, 1), STATE_CLEAR);
	assert_int_equal(court_highest(bench->court)[STATE_CONFIRMED], 1);
	assert_non_null(court_confirmation(bench->court, 0));
	/* It may all begin again, and is counted once. */
	for (unsigned i = 500; i < 530; i++)
		attempt(bench, 1, i, OUTCOME_FAILED);
	assert_int_equal(state_of(bench, 1), STATE_CONFIRMED);
	assert_int_equal(court_highest(bench->court)[STATE_CONFIRMED], 1);
	free_bench(bench);
}

static void
on_probation_half_the_evidence_confirms(void **state)
{
	struct bench *bench = new_bench();
	unsigned needed = 0;

	spam(bench, 1, 30);
	pass(bench, 12);
	assert_int_equal(state_of(bench, 1), STATE_PROBATION);
	/* The old failures have not faded wholly either. */
	while (state_of(bench, 1) != STATE_CONFIRMED && needed < 50)
		attempt(bench, 1, 1000 + needed++, OUTCOME_FAILED);
	assert_in_range(needed, 1, 7);
	free_bench(bench);
}

static void
who_is_let_go_begins_anew_and_is_found_again(void **state)
{
	struct bench *bench = new_bench();
	uint32_t index;

	(void)state;
	spam(bench, 1, 30);
	assert_int_equal(state_of(bench, 1), STATE_CONFIRMED);
	index = (uint32_t)flow_channel_find(bench->flow, 1);
	bench->count = 0;
	court_put(bench->court, index, STATE_PROBATION, bench->now);
	assert_int_equal(state_of(bench, 1), STATE_PROBATION);
	assert_true(court_standing(bench->court, index)->score <= 0);
	/* One contact after it confirms nobody, and who put it there wrote it down. */
	spam(bench, 1, 1);
	assert_int_equal(bench->count, 0);
	/* It goes on, in networks where it was not before. */
	for (unsigned i = 0; i < 30; i++) {
		bench->now.us += WALL_SECOND;
		attempt(bench, 1, 1000 + i, OUTCOME_REFUSED);
	}
	assert_int_equal(bench->count, 1);
	assert_int_equal(bench->verdicts[0].from, STATE_PROBATION);
	assert_int_equal(bench->verdicts[0].to, STATE_CONFIRMED);
	/* Half of the threshold was enough. */
	assert_true(bench->verdicts[0].score < (float)bench->parameters.court.floor);
	free_bench(bench);
}

static void
a_quarantine_ends_by_a_decision_only(void **state)
{
	struct bench *bench = new_bench();
	uint32_t index;

	(void)state;
	spam(bench, 1, 30);
	index = (uint32_t)flow_channel_find(bench->flow, 1);
	court_put(bench->court, index, STATE_QUARANTINE, bench->now);
	bench->count = 0;
	pass(bench, 200);
	assert_int_equal(state_of(bench, 1), STATE_QUARANTINE);
	assert_int_equal(court_highest(bench->court)[STATE_QUARANTINE], 1);
	court_put(bench->court, index, STATE_PROBATION, bench->now);
	assert_int_equal(bench->count, 0);
	pass(bench, 90);
	assert_int_equal(state_of(bench, 1), STATE_CLEAR);
	assert_int_equal(bench->count, 1);
	assert_int_equal(bench->verdicts[0].from, STATE_PROBATION);
	free_bench(bench);
}

static void
a_jump_of_decades_is_no_work_and_clears(void **state)
{
	struct bench *bench = new_bench();

	spam(bench, 1, 30);
	pass(bench, 365 * 27);
	assert_int_equal(state_of(bench, 1), STATE_CLEAR);
	free_bench(bench);
}

/* With N lines active, the first alarm needs ln(N / q), the k-th together with the others ln(N / (q k)). */
static void
the_threshold_follows_e_d_bh(void **state)
{
	struct bench *bench = xcalloc(1, sizeof(*bench));
	const double need = log(10000 / .001);

	parameters_defaults(&bench->parameters);
	bench->parameters.court.error_rate = .001;
	open_bench(bench);
	for (uint64_t line = 1; line <= 10000; line++)
		attempt(bench, line, 1, OUTCOME_ACCEPTED);
	pass(bench, 2.0 / 1440);
	assert_true(fabs(court_threshold(bench->court) - need) < .01);
	for (uint64_t line = 1; line <= 10; line++)
		spam(bench, line, 30);
	pass(bench, 2.0 / 1440);
	assert_true(fabs(court_threshold(bench->court) - (need - log(10))) < .01);
	for (uint64_t line = 11; line <= 200 && bench->count < 60; line++)
		bench->count = 0, spam(bench, line, 30);
	pass(bench, 2.0 / 1440);
	assert_true(court_threshold(bench->court) <= bench->parameters.court.floor);
	free_bench(bench);
}

static void
an_index_given_to_another_line_starts_clear(void **state)
{
	struct bench *bench = xcalloc(1, sizeof(*bench));

	parameters_defaults(&bench->parameters);
	bench->parameters.flow.lines_most = 1;
	open_bench(bench);
	spam(bench, 1, 30);
	assert_int_equal(court_standing(bench->court, 0)->state, STATE_CONFIRMED);
	bench->count = 0;
	attempt(bench, 2, 1, OUTCOME_ACCEPTED);
	/* The other's case is closed, with what was known of it to the last. */
	assert_int_equal(bench->count, 1);
	assert_int_equal(bench->verdicts[0].line, 1);
	assert_int_equal(bench->verdicts[0].from, STATE_CONFIRMED);
	assert_int_equal(bench->verdicts[0].to, STATE_CLEAR);
	assert_int_equal(bench->verdicts[0].facts.contacts, 30);
	assert_true(bench->verdicts[0].time.us == bench->now.us);
	assert_int_equal(court_standing(bench->court, 0)->state, STATE_CLEAR);
	pass(bench, 1);
	assert_int_equal(court_highest(bench->court)[STATE_CONFIRMED], 1);
	free_bench(bench);
}

#define CROWD      300
#define CROWD_HELD 120

/* A line that was only watched has no case: nobody needs to hear that it gave way. */
static void
a_watched_line_gives_way_in_silence(void **state)
{
	struct bench *bench = xcalloc(1, sizeof(*bench));

	parameters_defaults(&bench->parameters);
	bench->parameters.flow.lines_most = 1;
	open_bench(bench);
	for (unsigned i = 0; bench->count == 0; i++)
		attempt(bench, 1, i, OUTCOME_ACCEPTED);
	assert_int_equal(state_of(bench, 1), STATE_WATCH);
	attempt(bench, 2, 1, OUTCOME_ACCEPTED);
	assert_int_equal(bench->count, 1);
	free_bench(bench);
}

/* However old its evidence is, and however many others there are to look at. */
static void
whoever_is_held_gives_way_last(void **state)
{
	const uint64_t most = 1000, zombies = 15;
	struct bench *bench = xcalloc(1, sizeof(*bench));

	parameters_defaults(&bench->parameters);
	bench->parameters.flow.lines_most = most;
	bench->parameters.flow.half_life_us = WALL_DAY / 2;
	open_bench(bench);
	for (uint64_t line = 1; line <= zombies; line++)
		spam(bench, line, 30);
	pass(bench, 10);
	for (uint64_t line = 1; line <= zombies; line++)
		assert_int_equal(state_of(bench, line), STATE_PROBATION);
	bench->count = 0;
	/* Each of them has more evidence at the moment than those that are on probation. */
	for (uint64_t line = 100; line < 100 + 3 * most; line++)
		attempt(bench, line, 1, OUTCOME_REFUSED);
	assert_true(flow_channel_evicted(bench->flow) > most);
	for (uint64_t line = 1; line <= zombies; line++)
		assert_int_equal(state_of(bench, line), STATE_PROBATION);
	assert_int_equal(bench->count, 0);
	free_bench(bench);
}

/* Nobody but lines that are held: one of them goes, and the others stay. */
static void
where_all_are_held_one_gives_way(void **state)
{
	struct bench *bench = xcalloc(1, sizeof(*bench));

	parameters_defaults(&bench->parameters);
	bench->parameters.flow.lines_most = 5;
	open_bench(bench);
	for (uint64_t line = 1; line <= 5; line++)
		spam(bench, line, 30);
	bench->count = 0;
	attempt(bench, 6, 1, OUTCOME_ACCEPTED);
	assert_int_equal(bench->count, 1);
	assert_int_equal(bench->verdicts[0].to, STATE_CLEAR);
	attempt(bench, 7, 1, OUTCOME_ACCEPTED);
	assert_int_equal(bench->count, 1);
	assert_true(flow_channel_find(bench->flow, 6) < 0);
	free_bench(bench);
}

/* What a court must have said of each line before. One that was only watched may have given way unheard. */
struct crowd {
	struct bench *bench;
	uint8_t state[CROWD + 1];
	uint64_t confirmed;
};

static void
follow(void *context, const struct verdict *verdict)
{
	struct crowd *crowd = context;
	uint8_t *state = &crowd->state[verdict->line];

	assert_true(verdict->line >= 1 && verdict->line <= CROWD);
	assert_true(
		verdict->from == *state || (verdict->from == STATE_CLEAR && *state == STATE_WATCH));
	assert_true(verdict->from != verdict->to);
	*state = verdict->to;
	crowd->confirmed += verdict->to == STATE_CONFIRMED;
}

/* What the court holds of all that it looks at, counted the slow way: the threshold, and whose first
 * confirmation is whose. */
static void
check_crowd(const struct crowd *crowd)
{
	const struct bench *bench = crowd->bench;
	const struct court_settings *settings = &bench->parameters.court;
	uint32_t active = court_verdict_of(bench->court, 0, bench->now).active_lines;
	double need = log(fmax(active, 1) / settings->error_rate), threshold = need;
	uint32_t count = flow_channel_lines(bench->flow);

	for (uint32_t i = 0; i < count; i++) {
		const struct verdict *confirmation = court_confirmation(bench->court, i);
		double score = (double)court_standing(bench->court, i)->score, bin;
		unsigned k = 0;

		if (confirmation != NULL)
			assert_true(confirmation->line ==
				flow_channel_score(bench->flow, i, bench->now).line);
		if (court_standing(bench->court, i)->state == STATE_CLEAR ||
			score < settings->floor)
			continue;
		bin = settings->floor + floor((score - settings->floor) * 16) / 16;
		for (uint32_t j = 0; j < count; j++)
			k += court_standing(bench->court, j)->state != STATE_CLEAR &&
				(double)court_standing(bench->court, j)->score >= bin;
		if (bin >= need - log(k))
			threshold = fmin(threshold, need - log(k));
	}
	assert_true(fabs(court_threshold(bench->court) - fmax(threshold, settings->floor)) < 1e-9);
}

/* Hundreds rise and fall, and give way to each other: each that is held is looked at in every epoch. */
static void
whoever_is_held_is_looked_at(void **state)
{
	struct crowd crowd = {.bench = xcalloc(1, sizeof(*crowd.bench))};
	struct bench *bench = crowd.bench;
	unsigned network = 0, checked = 0;
	struct random random;

	parameters_defaults(&bench->parameters);
	bench->parameters.flow.lines_most = CROWD_HELD;
	bench->parameters.court.error_rate = 1e-6;
	open_bench(bench);
	court_listen(bench->court, follow, NULL, &crowd);
	random_seed(&random, 23);
	for (unsigned i = 0; i < 1500; i++) {
		uint64_t line = 1 + random_below(&random, i % 500 < 350 ? CROWD / 3 : CROWD);
		unsigned contacts = (unsigned)random_below(&random, 25);
		enum outcome outcome = line % 5 == 0 ? OUTCOME_ACCEPTED : OUTCOME_REFUSED;

		while (contacts-- > 0)
			attempt(bench, line, network++, outcome);
		pass(bench, random_below(&random, 100) == 0 ? 3 : .02);
		/* Shortly after an epoch, and before any other evidence. */
		bench->now.us += WALL_MINUTE;
		court_advance(bench->court, bench->now);
		if (i % 7 == 0)
			check_crowd(&crowd), checked++;
	}
	assert_true(crowd.confirmed > 100 && checked > 200);
	assert_true(flow_channel_evicted(bench->flow) > 100);
	for (unsigned day = 0; day < 90; day++)
		pass(bench, 1);
	for (uint32_t i = 0; i < flow_channel_lines(bench->flow); i++)
		assert_int_equal(court_standing(bench->court, i)->state, STATE_CLEAR);
	free_bench(bench);
}

static void
who_goes_on_is_told_of_in_each_epoch(void **state)
{
	struct bench *bench = new_bench();
	struct wall last;

	spam(bench, 1, 30);
	last = bench->now;
	spam(bench, 2, 3);
	pass(bench, 1.0 / 1440);
	assert_int_equal(bench->actives, 1);
	assert_int_equal(bench->active.line, 1);
	assert_int_equal(bench->active.to, STATE_CONFIRMED);
	assert_int_equal(bench->active.facts.last_seen.us, last.us);
	/* Nothing; mail to a network that it knows; and one that is new. */
	pass(bench, 1);
	assert_int_equal(bench->actives, 1);
	attempt(bench, 1, 0, OUTCOME_ACCEPTED);
	pass(bench, 1.0 / 1440);
	assert_int_equal(bench->actives, 1);
	attempt(bench, 1, 1000, OUTCOME_REFUSED);
	last = bench->now;
	pass(bench, 1.0 / 1440);
	assert_int_equal(bench->actives, 2);
	assert_int_equal(bench->active.facts.last_seen.us, last.us);
	/* Also in quarantine, and who was let go and has sent one since. */
	court_put(bench->court, 0, STATE_QUARANTINE, bench->now);
	attempt(bench, 1, 1001, OUTCOME_REFUSED);
	pass(bench, 1.0 / 1440);
	assert_int_equal(bench->active.to, STATE_QUARANTINE);
	court_put(bench->court, 0, STATE_PROBATION, bench->now);
	pass(bench, 1.0 / 24);
	assert_int_equal(bench->actives, 3);
	attempt(bench, 1, 1002, OUTCOME_REFUSED);
	pass(bench, 1.0 / 1440);
	assert_int_equal(bench->actives, 4);
	assert_int_equal(bench->active.to, STATE_PROBATION);
	free_bench(bench);
}

#define MANY (COURT_ACTIVE_MOST + COURT_ACTIVE_MOST / 2)

static void
count_active(void *context, const struct verdict *verdict)
{
	unsigned *times = context;

	times[verdict->line]++;
}

static void
drop(void *context, const struct verdict *verdict)
{
}

/* Of more than fit into an epoch each has its turn, and no more than one. */
static void
of_many_who_go_on_each_is_told_of(void **state)
{
	struct bench *bench = new_bench();
	static unsigned times[MANY + 1];

	court_listen(bench->court, drop, count_active, times);
	for (unsigned i = 0; i < 30; i++) {
		for (uint64_t line = 1; line <= MANY; line++)
			attempt(bench, line, (unsigned)line * 40 + i, OUTCOME_REFUSED);
		bench->now.us += WALL_SECOND;
	}
	bench->now.us += WALL_MINUTE - bench->now.us % WALL_MINUTE;
	court_advance(bench->court, bench->now);
	memset(times, 0, sizeof(times));
	for (unsigned turn = 0; turn < 2; turn++) {
		for (uint64_t line = 1; line <= MANY; line++)
			attempt(bench, line, 100000 + (unsigned)line * 4 + turn, OUTCOME_REFUSED);
		pass(bench, 1.0 / 1440);
	}
	for (uint64_t line = 1; line <= MANY; line++) {
		assert_int_equal(state_of(bench, line), STATE_CONFIRMED);
		assert_int_equal(times[line], 1);
	}
	free_bench(bench);
}

static void
an_explanation_names_what_counted(void **state)
{
	struct bench *bench = new_bench();
	struct verdict again;
	const struct verdict *verdict;
	struct buffer text;
	char version[40];

	spam(bench, 1, 30);
	verdict = &bench->verdicts[bench->count - 1];
	buffer_init(&text, 10000);
	explain_verdict(verdict, &bench->parameters, "192.0.2.7", &text);
	snprintf(version, sizeof(version), "parameters version %08x", verdict->parameters);
	assert_non_null(strstr(buffer_string(&text), "192.0.2.7 is confirmed as a spam zombie"));
	assert_non_null(strstr(buffer_string(&text), "9 attempts to deliver mail to 9 addresses"));
	assert_non_null(strstr(buffer_string(&text), "up to 2 new networks a day"));
	assert_non_null(strstr(buffer_string(&text), "of which the smaller counts, less 0.9"));
	assert_non_null(strstr(buffer_string(&text), "A line is confirmed at 11.5.\n"));
	assert_non_null(strstr(buffer_string(&text), "What would have cleared it: at most"));
	assert_non_null(strstr(buffer_string(&text), version));
	again = *verdict;
	again.from = STATE_PROBATION;
	buffer_clear(&text);
	explain_verdict(&again, &bench->parameters, "192.0.2.7", &text);
	assert_non_null(strstr(
		buffer_string(&text), "A line is confirmed at 11.5, one on probation at 5.8.\n"));
	assert_false(text.failed);
	buffer_done(&text);
	free_bench(bench);
}

/* What is said of a line as it is now. */
static const char *
said_of(struct bench *bench, uint64_t pseudonym, struct buffer *text)
{
	uint32_t index = (uint32_t)flow_channel_find(bench->flow, pseudonym);
	struct verdict verdict = court_verdict_of(bench->court, index, bench->now);

	buffer_clear(text);
	explain_verdict(&verdict, &bench->parameters, "192.0.2.7", text);
	assert_false(text->failed);
	return buffer_string(text);
}

/* What the router's meter tells of line 1. */
static void
meter(struct bench *bench, float score, float watch)
{
	const struct sighting_metered metered = {.rate = 20, .minutes = 30};
	struct line line = {.pseudonym = 1};
	struct evidence evidence = {.time = bench->now,
		.line = 1,
		.channel = CHANNEL_METER,
		.score = score,
		.watch = watch,
		.is_first_contact = 1};
	bool made;

	evidence.index = flow_channel_know(bench->flow, &line, bench->now, bench->now, &made);
	assert_true(flow_channel_meter(bench->flow, evidence.index, &metered, bench->now));
	court_take(bench->court, &evidence);
}

static void
an_explanation_says_what_the_meter_told_and_what_that_is_worth(void **state)
{
	struct bench *bench = new_bench();
	struct buffer text;
	const char *said;

	buffer_init(&text, 10000);
	meter(bench, 13.1F, 13.8F);
	said = said_of(bench, 1, &text);
	assert_non_null(strstr(said, "192.0.2.7 is suspected of sending spam"));
	assert_non_null(strstr(said, "No flows of its mail were seen.\n"));
	assert_non_null(strstr(said,
		"more than 20 new connections a minute to port 25, in spells of 30 minutes in "
		"all. "));
	assert_non_null(strstr(said,
		"That (meter) is evidence of 13.1 (natural logarithm), less "
		"3.0, "));
	assert_non_null(strstr(said, "alone it never does"));
	/* Of chances only what bounds them says something, and of flows there is nothing to say. */
	assert_null(strstr(said, "at most one in"));
	assert_null(strstr(said, "attempts to deliver"));
	assert_null(strstr(said, "What would have cleared it"));
	spam(bench, 1, 30);
	said = said_of(bench, 1, &text);
	assert_non_null(strstr(said, "30 attempts to deliver"));
	assert_non_null(strstr(said, "That (meter) is evidence of 13.1"));
	assert_non_null(strstr(said, "Of honest spells of mail at most one in more than"));
	buffer_done(&text);
	free_bench(bench);
	(void)state;
}

static void
an_explanation_says_what_keeps_a_line_clear(void **state)
{
	struct bench *bench = new_bench();
	struct buffer text;
	const char *said;

	buffer_init(&text, 10000);
	attempt(bench, 1, 1, OUTCOME_ACCEPTED);
	said = said_of(bench, 1, &text);
	assert_non_null(strstr(said, "192.0.2.7 is clear: nothing is held against it"));
	assert_non_null(
		strstr(said, ": 1 attempt to deliver mail to 1 address in 1 network. 0 got"));
	assert_non_null(strstr(said, "0 were refused, 1 was accepted."));
	assert_non_null(strstr(said, "this one contacted 1.\n"));
	assert_non_null(strstr(said, "What keeps it clear: its new networks are too few"));
	assert_non_null(strstr(said, "; and none of its attempts failed.\n"));
	assert_null(strstr(said, "cleared"));

	attempt(bench, 2, 1, OUTCOME_REFUSED);
	attempt(bench, 2, 2, OUTCOME_ACCEPTED);
	said = said_of(bench, 2, &text);
	assert_non_null(strstr(said, "too few first contacts to tell; 1 of 2 failed"));

	attempt(bench, 4, 1, OUTCOME_ACCEPTED);
	attempt(bench, 4, 1, OUTCOME_FAILED);
	assert_non_null(
		strstr(said_of(bench, 4, &text), "; and no failure of a first contact counts"));

	/* A mailing list: new networks by the hundred, and nearly all of them take it. */
	for (unsigned i = 0; i < 300; i++) {
		bench->now.us += WALL_SECOND;
		attempt(bench, 3, i, i % 10 == 0 ? OUTCOME_REFUSED : OUTCOME_ACCEPTED);
	}
	said = said_of(bench, 3, &text);
	assert_non_null(strstr(said, "192.0.2.7 is watched"));
	assert_non_null(strstr(
		said, "What keeps it from being suspected: too few of its first contacts failed"));
	assert_null(strstr(said, "too far apart"));

	bench->parameters.court.weight[CHANNEL_FLOW] = 0;
	assert_non_null(strstr(said_of(bench, 1, &text), "flows do not count"));
	buffer_done(&text);
	free_bench(bench);
}

static void
an_explanation_says_times_as_people_do(void **state)
{
	static const struct {
		int64_t us;
		const char *said;
	} spans[] = {
		{0, "contacted 9 in 1 millisecond."},
		{1550, "contacted 9 in 2 milliseconds."},
		{WALL_SECOND, "contacted 9 in 1 second."},
		{46800000, "contacted 9 in 46.8 seconds."},
		{WALL_MINUTE * 119, "contacted 9 in 119 minutes."},
		{WALL_DAY, "contacted 9 in 24 hours."},
		{WALL_DAY * 1234, "contacted 9 in 1234 days."},
	};
	struct bench *bench = new_bench();
	struct verdict verdict;
	struct buffer text;

	spam(bench, 1, 30);
	verdict = bench->verdicts[bench->count - 1];
	buffer_init(&text, 10000);
	for (size_t i = 0; i < sizeof(spans) / sizeof(*spans); i++) {
		verdict.facts.last_seen.us = verdict.facts.first_seen.us + spans[i].us;
		buffer_clear(&text);
		explain_verdict(&verdict, &bench->parameters, "192.0.2.7", &text);
		assert_non_null(strstr(buffer_string(&text), spans[i].said));
	}
	buffer_done(&text);
	free_bench(bench);
}

static void
parameters_survive_their_text(void **state)
{
	struct parameters one, two;
	struct buffer text;
	struct text rest;

	parameters_defaults(&one);
	one.flow.failure_honest = .3;
	one.court.floor = 16.1;
	one.flow.role[ROLE_MOBILE].blocked = true;
	buffer_init(&text, PARAMETERS_TEXT);
	parameters_format(&one, &text);
	assert_false(text.failed);
	parameters_defaults(&two);
	rest = (struct text){.at = text.at, .length = text.length};
	while (rest.length > 0) {
		struct text value = text_cut(&rest, '\n'), name = text_cut(&value, '=');

		assert_int_equal(parameters_set(&two, name, value, NULL), 0);
	}
	assert_int_equal(parameters_version(&one), parameters_version(&two));
	assert_true(two.flow.role[ROLE_MOBILE].blocked);
	parameters_defaults(&two);
	assert_int_not_equal(parameters_version(&one), parameters_version(&two));
	buffer_done(&text);
}

static void
parameters_out_of_range_are_refused(void **state)
{
	struct parameters parameters;
	struct fail fail = {0};

	parameters_defaults(&parameters);
	assert_int_equal(
		parameters_set(&parameters, TEXT("flow.failure-honest"), TEXT("1.5"), &fail),
		-ERANGE);
	assert_int_equal(parameters_set(&parameters, TEXT("flow.failure-honest"), TEXT("x"), &fail),
		-EINVAL);
	assert_int_equal(
		parameters_set(&parameters, TEXT("flow.floor"), TEXT("1"), &fail), -ENOENT);
	assert_non_null(strstr(fail.what, "flow.floor"));
	/* Tables are made of these: no value may get through that would stop them. */
	assert_int_equal(
		parameters_set(&parameters, TEXT("flow.filter-blocks"), TEXT("3"), &fail), -EINVAL);
	assert_int_equal(
		parameters_set(&parameters, TEXT("flow.distinct-registers"), TEXT("100"), &fail),
		-EINVAL);
	assert_int_equal(
		parameters_set(&parameters, TEXT("flow.filter-blocks"), TEXT("2.5"), &fail),
		-EINVAL);
	assert_int_equal(
		parameters_set(&parameters, TEXT("flow.filter-blocks"), TEXT("16"), &fail), 0);
	assert_int_equal(parameters.flow.filter_blocks, 16);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(states_rise_one_after_the_other),
		cmocka_unit_test(a_score_just_below_the_floor_confirms_nobody),
		cmocka_unit_test(silence_leads_through_probation_to_clear),
		cmocka_unit_test(on_probation_half_the_evidence_confirms),
		cmocka_unit_test(who_is_let_go_begins_anew_and_is_found_again),
		cmocka_unit_test(a_quarantine_ends_by_a_decision_only),
		cmocka_unit_test(a_jump_of_decades_is_no_work_and_clears),
		cmocka_unit_test(the_threshold_follows_e_d_bh),
		cmocka_unit_test(an_index_given_to_another_line_starts_clear),
		cmocka_unit_test(a_watched_line_gives_way_in_silence),
		cmocka_unit_test(whoever_is_held_gives_way_last),
		cmocka_unit_test(where_all_are_held_one_gives_way),
		cmocka_unit_test(whoever_is_held_is_looked_at),
		cmocka_unit_test(who_goes_on_is_told_of_in_each_epoch),
		cmocka_unit_test(of_many_who_go_on_each_is_told_of),
		cmocka_unit_test(an_explanation_names_what_counted),
		cmocka_unit_test(an_explanation_says_what_keeps_a_line_clear),
		cmocka_unit_test(an_explanation_says_what_the_meter_told_and_what_that_is_worth),
		cmocka_unit_test(an_explanation_says_times_as_people_do),
		cmocka_unit_test(parameters_survive_their_text),
		cmocka_unit_test(parameters_out_of_range_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
