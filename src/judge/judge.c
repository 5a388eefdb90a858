/* SPDX-License-Identifier: BSD-2-Clause */
#include "judge/judge.h"

#include "evidence/meterchannel.h"
#include "source/observation.h"

#include <errno.h>
#include <stdlib.h>

/* Contacts whose memory is asked for at once: enough to keep the memory busy, few enough to stay in the
 * first cache. */
#define BATCH 32
/* One is filled and its slots asked for, one's records are, and one is taken. */
#define BATCHES 3
/* Of a channel elsewhere: more is not believed. */
#define SCORE_MOST 1000

/* A sighting that is no contact. It may change the role under which later contacts are judged, or end an epoch, so
 * it is taken in its place among them. */
struct aside {
	const struct sighting *sighting;
	struct wall time;
	size_t before; /* contact of the batch */
};

struct batch {
	struct contact contact[BATCH];
	const struct sighting *sighting[BATCH]; /* of each contact */
	struct aside aside[BATCH];
	size_t count;
	size_t asides;
};

struct judge {
	struct judge_settings settings;
	struct flow_channel *flow;
	struct court *court;
	struct wall now;
	struct judge_counts counts;
	uint32_t parameters;
	bool has_let_go; /* perhaps a line is on probation */
	uint64_t before_release;
	struct batch batches[BATCHES]; /* empty between two calls */
};

void
judge_defaults(struct judge_settings *settings)
{
	*settings = (struct judge_settings){0};
	parameters_defaults(&settings->parameters);
}

struct judge *
judge_new(const struct judge_settings *settings)
{
	const struct parameters *parameters = &settings->parameters;
	struct judge *judge = xcalloc(1, sizeof(*judge));

	judge->settings = *settings;
	judge->parameters = parameters_version(parameters);
	judge->flow = flow_channel_new(&parameters->flow, settings->seed);
	judge->court = court_new(
		&parameters->court, parameters->flow.lines_most, judge->parameters, judge->flow);
	court_listen(judge->court, settings->on_verdict, settings->on_active, settings->context);
	return judge;
}

struct judge *
judge_free(struct judge *judge)
{
	if (judge == NULL)
		return NULL;
	court_free(judge->court);
	flow_channel_free(judge->flow);
	free(judge);
	return NULL;
}

/* Whether a channel could have given it; numbers that are none are neither above nor below. */
static bool
is_score(const struct sighting *sighting)
{
	const struct sighting_told *told = &sighting->told;
	bool is_meter = sighting->channel == CHANNEL_METER;
	float most = is_meter ? METER_CEILING : SCORE_MOST;

	if (!is_meter &&
		((uint64_t)told->accepted + told->unknown + told->refused > told->recipients ||
			told->domains > told->recipients))
		return false;
	return sighting->channel < CHANNEL_COUNT && sighting->channel != CHANNEL_FLOW &&
		sighting->score >= 0 && sighting->score <= most && sighting->watch >= 0 &&
		sighting->watch <= most;
}

/* Whether it could be none that identity/ hands on. */
static bool
is_strange(const struct sighting *sighting)
{
	if (sighting->kind == SIGHTING_CLOCK)
		return false;
	if (sighting->kind == SIGHTING_SCORE && !is_score(sighting))
		return true;
	return sighting->kind >= SIGHTING_COUNT || sighting->line.pseudonym == 0 ||
		sighting->line.role >= ROLE_COUNT || sighting->outcome >= OUTCOME_COUNT;
}

/* Adds a sighting to a batch that has room. */
static void
add_sighting(struct judge *judge, struct batch *batch, const struct sighting *sighting)
{
	if (is_strange(sighting)) {
		judge->counts.strange++;
		return;
	}
	if (sighting->time.us > judge->now.us)
		judge->now = sighting->time;
	if (sighting->kind != SIGHTING_CONTACT) {
		batch->aside[batch->asides++] = (struct aside){
			.sighting = sighting,
			.time = judge->now,
			.before = batch->count,
		};
		return;
	}
	batch->sighting[batch->count] = sighting;
	batch->contact[batch->count] = flow_channel_contact(judge->flow, sighting);
	batch->contact[batch->count++].time = judge->now;
}

/* What exporters, or reports, tell late of a line that was let go meanwhile is nothing new. */
static bool
is_before_release(struct judge *judge, const struct sighting *sighting)
{
	const struct standing *standing;
	int64_t index;

	if (!judge->has_let_go)
		return false;
	index = flow_channel_find(judge->flow, sighting->line.pseudonym);
	if (index < 0)
		return false;
	standing = court_standing(judge->court, (uint32_t)index);
	if (standing->state != STATE_PROBATION || sighting->time.us >= standing->entered.us)
		return false;
	judge->before_release++;
	return true;
}

static void
take_contact(struct judge *judge, const struct contact *contact, const struct sighting *sighting)
{
	struct evidence evidence;

	court_advance(judge->court, contact->time);
	if (is_before_release(judge, sighting))
		return;
	flow_channel_take(judge->flow, contact, &evidence);
	if (evidence.is_new_line) {
		judge->counts.lines++;
		if (judge->settings.on_line != NULL)
			judge->settings.on_line(judge->settings.context, sighting);
	}
	court_take(judge->court, &evidence);
}

/* The meter goes on with what the kernel keeps of a line for minutes: what it saw before the line was let go counts no
 * more. An actor that begins counts from one, while what is held has faded and is still more. */
static bool
is_old_meter(struct judge *judge, const struct sighting *sighting, uint32_t index)
{
	const struct standing *standing = court_standing(judge->court, index);

	return is_before_release(judge, sighting) ||
		sighting->score < standing->channels[CHANNEL_METER];
}

/* A channel elsewhere has computed it. What reports say is of when the line did it, not of when they are told: it was
 * not seen since. */
static void
take_score(struct judge *judge, const struct sighting *sighting, struct wall time)
{
	bool made, is_report = sighting->channel == CHANNEL_REPORT;
	struct wall seen = is_report && sighting->time.us < time.us ? sighting->time : time;
	struct evidence evidence = {
		.time = time,
		.line = sighting->line.pseudonym,
		.index = flow_channel_know(judge->flow, &sighting->line, seen, time, &made),
		.score = sighting->score,
		.watch = sighting->watch,
		.channel = sighting->channel,
		.role = sighting->line.role,
		.is_first_contact = 1,
	};

	evidence.is_new_line = made;
	judge->counts.lines += made;
	if (made && judge->settings.on_line != NULL)
		judge->settings.on_line(judge->settings.context, sighting);
	court_advance(judge->court, time);
	if ((sighting->channel == CHANNEL_METER && is_old_meter(judge, sighting, evidence.index)) ||
		(sighting->channel == CHANNEL_REPORT && is_before_release(judge, sighting)))
		return;
	if (sighting->channel != CHANNEL_METER)
		flow_channel_tell(judge->flow, evidence.index, &sighting->told, seen);
	else if (!flow_channel_meter(judge->flow, evidence.index, &sighting->metered, time))
		evidence.score = evidence.watch = 0;
	court_take(judge->court, &evidence);
}

static void
take_aside(struct judge *judge, const struct aside *aside)
{
	if (aside->sighting->kind == SIGHTING_CLOCK)
		court_advance(judge->court, aside->time);
	else if (aside->sighting->kind == SIGHTING_SCORE)
		take_score(judge, aside->sighting, aside->time);
	else
		flow_channel_inbound(judge->flow, aside->sighting, aside->time);
}

/* All of a batch, one after the other; only its memory is asked for together. */
static void
take_batch(struct judge *judge, struct batch *batch)
{
	const struct aside *aside = batch->aside, *end = aside + batch->asides;

	for (size_t i = 0; i <= batch->count; i++) {
		for (; aside < end && aside->before == i; aside++)
			take_aside(judge, aside);
		if (i < batch->count)
			take_contact(judge, &batch->contact[i], batch->sighting[i]);
	}
	batch->count = batch->asides = 0;
}

/* The batch was filled: each of the last three goes a step on, and the first of them is taken. */
static void
step(struct judge *judge, size_t filled)
{
	static const enum flow_round rounds[] = {
		FLOW_ROUND_SLOT, FLOW_ROUND_RECORD, FLOW_ROUND_FIRST};

	for (size_t age = 0; age < BATCHES; age++) {
		struct batch *batch = &judge->batches[(filled + BATCHES - age) % BATCHES];

		flow_channel_prefetch(judge->flow, batch->contact, batch->count, rounds[age]);
	}
	take_batch(judge, &judge->batches[(filled + 1) % BATCHES]);
}

void
judge_take(struct judge *judge, const struct sighting *sightings, size_t count)
{
	size_t filling = 0;

	judge->counts.sightings += count;
	for (size_t i = 0; i < count; i++) {
		struct batch *batch = &judge->batches[filling % BATCHES];

		add_sighting(judge, batch, &sightings[i]);
		if (batch->count == BATCH || batch->asides == BATCH)
			step(judge, filling++);
	}
	for (size_t i = 0; i < BATCHES; i++)
		step(judge, filling++);
}

void
judge_advance(struct judge *judge, struct wall now)
{
	if (now.us > judge->now.us)
		judge->now = now;
	court_advance(judge->court, judge->now);
}

uint32_t
judge_parameters(const struct judge *judge)
{
	return judge->parameters;
}

static void
fill_line(const struct judge *judge, uint32_t index, struct judge_line *ret)
{
	*ret = (struct judge_line){
		.now = court_verdict_of(judge->court, index, judge->now),
		.confirmed = court_confirmation(judge->court, index),
		.highest_at = court_standing(judge->court, index)->highest_at,
	};
}

void
judge_each(const struct judge *judge, enum state least, judge_visit visit, void *context)
{
	uint32_t lines = flow_channel_lines(judge->flow);
	struct judge_line line;

	for (uint32_t index = 0; index < lines; index++) {
		if (court_standing(judge->court, index)->highest < least)
			continue;
		fill_line(judge, index, &line);
		visit(context, &line);
	}
}

uint32_t
judge_each_from(const struct judge *judge, uint32_t from, uint32_t most, enum state least,
	judge_visit_some visit, void *context)
{
	uint32_t lines = flow_channel_lines(judge->flow);
	struct judge_line line;

	for (uint32_t index = from; index < lines; index++) {
		if (index - from >= most)
			return index;
		if (court_standing(judge->court, index)->highest < least)
			continue;
		fill_line(judge, index, &line);
		if (!visit(context, &line))
			return index;
	}
	return 0;
}

int
judge_find(const struct judge *judge, uint64_t pseudonym, struct judge_line *ret)
{
	int64_t index = flow_channel_find(judge->flow, pseudonym);

	if (index < 0)
		return -ENOENT;
	fill_line(judge, (uint32_t)index, ret);
	return 0;
}

struct wall
judge_now(const struct judge *judge)
{
	return judge->now;
}

struct judge_counts
judge_counts(const struct judge *judge)
{
	const uint64_t *frozen = flow_channel_frozen(judge->flow);
	struct judge_counts counts = judge->counts;

	counts.evicted = flow_channel_evicted(judge->flow);
	memcpy(counts.by_highest, court_highest(judge->court), sizeof(counts.by_highest));
	counts.by_highest[STATE_CLEAR] = counts.lines;
	for (int state = STATE_WATCH; state < STATE_COUNT; state++)
		counts.by_highest[STATE_CLEAR] -= counts.by_highest[state];
	for (int reason = FREEZE_BLOCKED; reason < FREEZE_COUNT; reason++)
		counts.frozen += frozen[reason];
	return counts;
}

uint64_t
judge_servers_refused(const struct judge *judge)
{
	return flow_channel_servers_refused(judge->flow);
}

struct judge_saved {
	struct wall now;
	struct judge_counts counts;
};

static uint64_t
layout(void)
{
	static const size_t numbers[] = {
		sizeof(struct judge_saved), offsetof(struct judge_counts, lines), STATE_COUNT};

	return save_layout(numbers, sizeof(numbers) / sizeof(*numbers));
}

int
judge_save(const struct judge *judge, struct save *save)
{
	struct judge_saved saved = {judge->now, judge->counts};

	save_section(save, "judge", layout(), sizeof(saved));
	save_bytes(save, &saved, sizeof(saved));
	flow_channel_save(judge->flow, save);
	court_save(judge->court, save);
	return save_error(save);
}

int
judge_restore(struct judge *fresh, struct restore *restore, struct fail *fail)
{
	struct judge_saved saved;
	int r = restore_struct(restore, "judge", layout(), &saved, sizeof(saved), fail);

	if (r == 0 && !restore_is_time(saved.now))
		r = restore_damaged(restore, fail, "a time that cannot be");
	if (r == 0)
		r = flow_channel_restore(fresh->flow, restore, saved.now, fail);
	if (r == 0)
		r = court_restore(fresh->court, restore, saved.now, fail);
	if (r < 0)
		return r;
	if (saved.counts.lines !=
		flow_channel_lines(fresh->flow) + flow_channel_evicted(fresh->flow))
		return restore_damaged(restore, fail, "lines miscounted");
	fresh->now = saved.now;
	fresh->counts = saved.counts;
	fresh->has_let_go = true;
	return 0;
}

int
judge_resume(struct judge *judge, const struct resumed *resumed)
{
	uint32_t index;
	bool made;

	if (resumed->state == STATE_CLEAR || resumed->state >= STATE_COUNT ||
		resumed->highest >= STATE_COUNT || resumed->line.role >= ROLE_COUNT ||
		!restore_is_time(resumed->entered))
		return -EINVAL;
	index = flow_channel_know(judge->flow, &resumed->line, resumed->entered, judge->now, &made);
	if (made) {
		judge->counts.lines++;
		court_forget(judge->court, index);
	}
	judge->has_let_go = true;
	court_resume(judge->court, index, (enum state)resumed->state, (enum state)resumed->highest,
		resumed->entered);
	/* Of the same state it heard already, or knows by itself. */
	if (resumed->is_decided && court_standing(judge->court, index)->state != resumed->state)
		court_put(judge->court, index, (enum state)resumed->state,
			judge->now.us > 0 ? judge->now : resumed->entered);
	return 0;
}

int
judge_put(struct judge *judge, const struct line *line, enum state state)
{
	uint32_t index;
	bool made;

	if (state == STATE_CLEAR || state >= STATE_COUNT || line->role >= ROLE_COUNT)
		return -EINVAL;
	index = flow_channel_know(judge->flow, line, judge->now, judge->now, &made);
	if (made) {
		judge->counts.lines++;
		court_forget(judge->court, index);
	}
	court_put(judge->court, index, state, judge->now);
	judge->has_let_go = true;
	return 0;
}

uint64_t
judge_before_release(const struct judge *judge)
{
	return judge->before_release;
}

void
judge_each_missing(const struct judge *judge, court_verdict send, void *context)
{
	uint32_t lines = flow_channel_lines(judge->flow);

	for (uint32_t index = 0; index < lines; index++) {
		const struct standing *standing = court_standing(judge->court, index);
		struct verdict verdict;

		if (standing->state < STATE_SUSPECT || standing->is_resumed)
			continue;
		verdict = court_verdict_of(judge->court, index, judge->now);
		verdict.from = STATE_CLEAR;
		verdict.time = standing->entered;
		send(context, &verdict);
	}
}
