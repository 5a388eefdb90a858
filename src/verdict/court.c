/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/meterchannel.h"
#include "evidence/reportchannel.h"
#include "verdict/courtstate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The histogram of e-d-BH: sixteen bins to the nat from the floor up; what is above counts in the last. */
#define BIN_WIDTH (1.0 / 16)
#define BINS      COURT_BINS
/* After long silence epochs are closed by the hour: nothing but decay happens in between. */
#define LONG_GAP (6 * WALL_HOUR)
/* A watched line is looked at in one epoch of so many: it is below every threshold until it sends again,
 * and there may be tens of thousands. */
#define WATCH_EPOCHS 64U
/* What another channel told of a line holds so long, if neither it nor the line is heard of any more. */
#define TOLD_US WALL_DAY
/* So many lines ahead memory is asked for. */
#define AHEAD 16

void
court_defaults(struct court_settings *settings)
{
	*settings = (struct court_settings){
		.weight = {[CHANNEL_FLOW] = .4,
			[CHANNEL_RELAY] = .25,
			[CHANNEL_REPORT] = .2,
			[CHANNEL_DNS] = .1,
			[CHANNEL_METER] = .05},
		.watch = 6.9,
		.suspect = 9.2,
		.floor = 11.5,
		.error_rate = .05,
		.patience = 1,
		.epoch_us = WALL_MINUTE,
		.leave = .5,
		.leave_us = WALL_DAY,
		.probation_us = 14 * WALL_DAY,
	};
}

static void close_evicted(void *context, uint32_t index, struct wall now);

struct court *
court_new(const struct court_settings *settings, size_t lines_most, uint32_t parameters,
	struct flow_channel *flow)
{
	struct court *court = xcalloc(1, sizeof(*court));
	struct flow_guard guard = {
		.least = STATE_SUSPECT, .on_evict = close_evicted, .context = court};

	court->settings = *settings;
	court->flow = flow;
	court->lines_most = lines_most;
	court->parameters = parameters;
	court->standings = memory_map(lines_most, sizeof(*court->standings));
	court->states = memory_map(lines_most, sizeof(*court->states));
	court->watched.index = memory_map(lines_most, sizeof(uint32_t));
	court->held.index = memory_map(lines_most, sizeof(uint32_t));
	court->threshold = settings->floor;
	guard.ranks = court->states;
	flow_channel_guard(flow, &guard);
	return court;
}

struct court *
court_free(struct court *court)
{
	if (court == NULL)
		return NULL;
	flow_channel_guard(court->flow, NULL);
	memory_unmap(court->standings, court->lines_most, sizeof(*court->standings));
	memory_unmap(court->states, court->lines_most, sizeof(*court->states));
	memory_unmap(court->watched.index, court->lines_most, sizeof(uint32_t));
	memory_unmap(court->held.index, court->lines_most, sizeof(uint32_t));
	free(court->confirmations);
	free(court);
	return NULL;
}

void
court_listen(struct court *court, court_verdict on_verdict, court_verdict on_active, void *context)
{
	court->on_verdict = on_verdict;
	court->on_active = on_active;
	court->context = context;
}

/* ln of the weighted average of the channels' e-values; a silent channel's is 1. */
static float
fuse(const struct court *court, const float *channels)
{
	float most = 0, sum = 0;

	for (int c = 0; c < CHANNEL_COUNT; c++)
		most = channels[c] > most ? channels[c] : most;
	if (most <= 0)
		return 0;
	for (int c = 0; c < CHANNEL_COUNT; c++) {
		float below = channels[c] - most;

		/* What is e^-20 of the strongest does not show in a float. */
		if (below > -20)
			sum += (float)court->settings.weight[c] * (below < 0 ? expf(below) : 1);
	}
	return sum > 0 ? most + logf(sum) : 0;
}

/* The score as far as it may confirm: others at least give the half. */
static double
confirming(const struct court *court, const struct standing *standing)
{
	float others[CHANNEL_COUNT];
	double most;

	if (standing->channels[CHANNEL_METER] <= 0)
		return (double)standing->score;
	memcpy(others, standing->channels, sizeof(others));
	others[CHANNEL_METER] = 0;
	most = (double)fuse(court, others) + M_LN2;
	return (double)standing->score < most ? (double)standing->score : most;
}

struct verdict
court_verdict_of(const struct court *court, uint32_t index, struct wall now)
{
	const struct standing *standing = &court->standings[index];
	struct verdict verdict = {
		.time = now,
		.index = index,
		.parameters = court->parameters,
		.from = standing->state,
		.to = standing->state,
		.highest = standing->highest,
		.score = standing->score,
		.threshold = (float)court->threshold,
		.active_lines = court->active_lines,
		.facts = flow_channel_facts(court->flow, index, now),
	};
	struct evidence evidence = flow_channel_score(court->flow, index, now);

	memcpy(verdict.channels, standing->channels, sizeof(verdict.channels));
	verdict.channels[CHANNEL_FLOW] = evidence.score;
	verdict.score = fuse(court, verdict.channels);
	verdict.line = evidence.line;
	verdict.role = verdict.facts.role;
	return verdict;
}

static void
keep_confirmation(struct court *court, struct standing *standing, const struct verdict *verdict)
{
	if (standing->confirmation != 0)
		return;
	if (court->confirmation_count == court->confirmation_room) {
		court->confirmation_room =
			court->confirmation_room ? court->confirmation_room * 2 : 64;
		court->confirmations = xrealloc(court->confirmations,
			court->confirmation_room * sizeof(*court->confirmations));
	}
	court->confirmations[court->confirmation_count++] = *verdict;
	standing->confirmation = (uint32_t)court->confirmation_count;
}

void
court_note_highest(
	struct court *court, struct standing *standing, enum state state, struct wall now)
{
	if (state > STATE_QUARANTINE || state <= (enum state)standing->highest)
		return;
	if (standing->highest != STATE_CLEAR)
		court->highest[standing->highest]--;
	court->highest[state]++;
	standing->highest = (uint8_t)state;
	standing->highest_at = now;
}

struct roster *
court_roster(struct court *court, enum state state)
{
	if (state == STATE_CLEAR)
		return NULL;
	return state == STATE_WATCH ? &court->watched : &court->held;
}

/* Puts the line into the roster of a state; the last one takes the place that it leaves. */
void
court_enlist(struct court *court, uint32_t index, enum state to)
{
	struct standing *standing = &court->standings[index];
	struct roster *before = court_roster(court, (enum state)standing->state);
	struct roster *after = court_roster(court, to);

	standing->state = court->states[index] = (uint8_t)to;
	if (before == after)
		return;
	if (before != NULL) {
		uint32_t last = before->index[--before->count];

		before->index[standing->place] = last;
		court->standings[last].place = standing->place;
	}
	if (after != NULL) {
		standing->place = (uint32_t)after->count;
		after->index[after->count++] = index;
	}
}

static void
move(struct court *court, uint32_t index, enum state to, struct wall now)
{
	struct standing *standing = &court->standings[index];
	enum state from = (enum state)standing->state;
	struct verdict verdict;

	court_enlist(court, index, to);
	standing->entered = now;
	standing->quiet = (struct wall){0};
	court_note_highest(court, standing, to, now);
	if (to < STATE_CONFIRMED && court->on_verdict == NULL)
		return;
	verdict = court_verdict_of(court, index, now);
	verdict.from = (uint8_t)from;
	if (to == STATE_CONFIRMED)
		keep_confirmation(court, standing, &verdict);
	if (court->on_verdict != NULL)
		court->on_verdict(court->context, &verdict);
}

/* The state that the scores alone ask for. */
static enum state
asked_state(const struct court *court, const struct standing *standing)
{
	double confirms = confirming(court, standing);

	if (confirms >= court->threshold ||
		(standing->state == STATE_PROBATION &&
			confirms >= court->threshold * court->settings.leave))
		return STATE_CONFIRMED;
	if (standing->state == STATE_PROBATION)
		return STATE_PROBATION;
	if ((double)standing->score >= court->settings.suspect)
		return STATE_SUSPECT;
	return (double)standing->watch >= court->settings.watch ? STATE_WATCH : STATE_CLEAR;
}

/* Are the scores low enough to leave the present state? */
static bool
is_quiet(const struct court *court, const struct standing *standing)
{
	const struct court_settings *settings = &court->settings;

	switch ((enum state)standing->state) {
	case STATE_CLEAR:
	case STATE_QUARANTINE: /* only a person or the case's end releases */
	case STATE_PROBATION:
	case STATE_COUNT:
		return false;
	case STATE_WATCH:
		return (double)standing->watch < settings->leave * settings->watch;
	case STATE_SUSPECT:
		return (double)standing->score < settings->leave * settings->suspect;
	case STATE_CONFIRMED:
		return confirming(court, standing) < settings->leave * settings->floor;
	}
	return false;
}

static enum state
state_below(const struct court *court, const struct standing *standing)
{
	if (standing->state == STATE_CONFIRMED)
		return STATE_PROBATION;
	if (standing->state == STATE_SUSPECT &&
		(double)standing->watch >= court->settings.leave * court->settings.watch)
		return STATE_WATCH;
	return STATE_CLEAR;
}

static void
decide(struct court *court, uint32_t index, struct wall now)
{
	struct standing *standing = &court->standings[index];
	enum state asked = asked_state(court, standing);
	bool rises = standing->state == STATE_PROBATION ? asked == STATE_CONFIRMED
							: asked > (enum state)standing->state;

	if (rises) {
		move(court, index, asked, now);
	} else if (standing->state == STATE_PROBATION) {
		if (now.us - standing->entered.us >= court->settings.probation_us)
			move(court, index, STATE_CLEAR, now);
	} else if (!is_quiet(court, standing)) {
		standing->quiet = (struct wall){0};
	} else if (standing->quiet.us == 0) {
		/* One that was resumed may have entered later than what is taken again now. */
		standing->quiet = now.us > standing->entered.us ? now : standing->entered;
	} else if (now.us - standing->quiet.us >= court->settings.leave_us) {
		move(court, index, state_below(court, standing), now);
	}
}

static void
hold(struct court *court, const struct evidence *evidence)
{
	struct standing *standing = &court->standings[evidence->index];

	standing->watch = evidence->watch;
	for (int c = 0; c < CHANNEL_COUNT; c++) {
		if (c != evidence->channel && standing->channels[c] > standing->watch)
			standing->watch = standing->channels[c];
	}
	standing->role = evidence->role;
	/* Most that are watched have no score. */
	if (evidence->score == standing->channels[evidence->channel])
		return;
	standing->channels[evidence->channel] = evidence->score;
	standing->score = fuse(court, standing->channels);
}

/* The last confirmation takes the place of one that nobody can ask for any more. */
static void
drop_confirmation(struct court *court, uint32_t number)
{
	const struct verdict *last;

	if (number == 0)
		return;
	last = &court->confirmations[--court->confirmation_count];
	court->standings[last->index].confirmation = number;
	court->confirmations[number - 1] = *last;
}

void
court_put(struct court *court, uint32_t index, enum state state, struct wall now)
{
	struct standing *standing = &court->standings[index];

	must(state != STATE_CLEAR && state < STATE_COUNT);
	if (state == STATE_PROBATION) {
		flow_channel_settle(court->flow, index, now);
		memset(standing->channels, 0, sizeof(standing->channels));
		standing->watch = 0;
		standing->score = fuse(court, standing->channels);
	}
	if (standing->state == state)
		return;
	court_enlist(court, index, state);
	standing->entered = now;
	standing->quiet = (struct wall){0};
	court_note_highest(
		court, standing, state == STATE_PROBATION ? STATE_CONFIRMED : state, now);
}

/* The index is another line's now: what was held goes, its counts stay. */
void
court_forget(struct court *court, uint32_t index)
{
	court_enlist(court, index, STATE_CLEAR);
	drop_confirmation(court, court->standings[index].confirmation);
	court->standings[index] = (struct standing){0};
}

/* The line gives way to another at the channel's ceiling: a case that was open has nobody left to close it. */
static void
close_evicted(void *context, uint32_t index, struct wall now)
{
	struct court *court = context;
	const struct standing *standing = &court->standings[index];

	if (standing->state == STATE_CLEAR || standing->highest < STATE_SUSPECT)
		return;
	/* One that was resumed may have entered its state later. */
	move(court, index, STATE_CLEAR, now.us > standing->entered.us ? now : standing->entered);
}

void
court_take(struct court *court, const struct evidence *evidence)
{
	if (evidence->is_new_line)
		court_forget(court, evidence->index);
	if (!evidence->is_first_contact)
		return;
	if (court->states[evidence->index] == STATE_CLEAR &&
		(double)evidence->watch < court->settings.watch)
		return;
	hold(court, evidence);
	decide(court, evidence->index, evidence->time);
}

/* The threshold of e-d-BH from the histogram: the largest k whose k-th largest value reaches
 * ln(N P / (q k)); below that, what one line alone would need. */
static double
find_threshold(const struct court *court)
{
	const struct court_settings *settings = &court->settings;
	double need = log(fmax(court->active_lines, 1) * settings->patience / settings->error_rate);
	double threshold = need;
	uint64_t k = 0;

	for (int bin = BINS - 1; bin >= 0; bin--) {
		if (court->bins[bin] == 0)
			continue;
		k += court->bins[bin];
		if (settings->floor + bin * BIN_WIDTH >= need - log((double)k))
			threshold = need - log((double)k);
	}
	return fmax(threshold, settings->floor);
}

static bool
is_told_of(int channel)
{
	return channel != CHANNEL_FLOW && channel != CHANNEL_REPORT;
}

/* Only flows are scored anew here; who tells of other channels may have gone. Reports are of days before, and fade. */
static void
forget_told(struct court *court, uint32_t index, struct wall now)
{
	struct standing *standing = &court->standings[index];
	bool is_told = false;

	for (int c = 0; c < CHANNEL_COUNT; c++)
		is_told = is_told || (is_told_of(c) && standing->channels[c] > 0);
	if (!is_told || now.us - flow_channel_seen(court->flow, index).us < TOLD_US)
		return;
	for (int c = 0; c < CHANNEL_COUNT; c++) {
		if (is_told_of(c))
			standing->channels[c] = 0;
	}
	standing->watch =
		fmaxf(standing->channels[CHANNEL_FLOW], standing->channels[CHANNEL_REPORT]);
	standing->score = fuse(court, standing->channels);
}

/* What was told is as of then; so long ago. */
static void
fade_told(struct court *court, struct standing *standing, double us)
{
	float *meter = &standing->channels[CHANNEL_METER];
	float *report = &standing->channels[CHANNEL_REPORT];
	float fade = METER_FADE * (float)(us / (double)WALL_DAY);

	if (*meter <= 0 && *report <= 0)
		return;
	*meter = *meter > fade ? *meter - fade : 0;
	*report *= (float)exp2(-us / (double)REPORT_HALF_LIFE_US);
	if (*report < REPORT_LEAST)
		*report = 0;
	standing->score = fuse(court, standing->channels);
}

/* Holds every step-th of the roster, from first on, at its evidence of now, and counts who is above the floor. */
static void
refresh(struct court *court, const struct roster *roster, size_t first, size_t step,
	struct wall now)
{
	/* Each was looked at so many epochs ago. */
	double told_us = (double)step * (double)(now.us - court->epoch.us);

	for (size_t i = first; i < roster->count; i += step) {
		size_t ahead = i + AHEAD * step;
		struct evidence evidence;
		double above;

		if (ahead < roster->count) {
			flow_channel_prefetch_line(court->flow, roster->index[ahead]);
			__builtin_prefetch(&court->standings[roster->index[ahead]]);
		}
		evidence = flow_channel_score(court->flow, roster->index[i], now);
		fade_told(court, &court->standings[roster->index[i]], told_us);
		hold(court, &evidence);
		forget_told(court, roster->index[i], now);
		above = confirming(court, &court->standings[roster->index[i]]) -
			court->settings.floor;
		if (above >= 0)
			court->bins[above < (BINS - 1) * BIN_WIDTH ? (int)(above / BIN_WIDTH)
								   : BINS - 1]++;
	}
}

/* From the end to the beginning: whoever takes the place of one that leaves stood behind it, and has had his
 * turn or is of another slice. */
static void
decide_all(struct court *court, const struct roster *roster, size_t first, size_t step,
	struct wall now)
{
	size_t turns = roster->count > first ? (roster->count - first + step - 1) / step : 0;

	while (turns-- > 0) {
		/* One that left may have made the roster shorter. */
		if (first + turns * step < roster->count)
			decide(court, roster->index[first + turns * step], now);
	}
}

/* Who has a case that is seen, and sent since his last turn. */
static void
tell_active(struct court *court, struct wall now)
{
	size_t turns = 1 + court->held.count / COURT_ACTIVE_MOST;
	int64_t since = now.us - (int64_t)turns * (now.us - court->epoch.us);

	for (size_t i = 0; i < court->held.count; i++) {
		uint32_t index = court->held.index[i];
		struct verdict verdict;
		struct wall at;

		if (index % turns != court->epochs % turns ||
			state_gravity[court->states[index]] < state_gravity[STATE_PROBATION])
			continue;
		at = flow_channel_suspect_at(court->flow, index);
		if (at.us <= since)
			continue;
		verdict = court_verdict_of(court, index, now);
		verdict.facts.last_seen = at;
		court->on_active(court->context, &verdict);
	}
}

static void
close_epoch(struct court *court, struct wall now)
{
	size_t slice = court->epochs % WATCH_EPOCHS;

	memset(court->bins, 0, sizeof(court->bins));
	refresh(court, &court->held, 0, 1, now);
	refresh(court, &court->watched, slice, WATCH_EPOCHS, now);
	court->active_lines = flow_channel_active(court->flow, now);
	court->threshold = find_threshold(court);
	decide_all(court, &court->held, 0, 1, now);
	decide_all(court, &court->watched, slice, WATCH_EPOCHS, now);
	if (court->on_active != NULL)
		tell_active(court, now);
	court->epoch = now;
	court->epochs++;
}

void
court_advance(struct court *court, struct wall now)
{
	if (court->epoch.us == 0) {
		court->epoch = now;
		return;
	}
	while (now.us - court->epoch.us >= court->settings.epoch_us) {
		int64_t gap = now.us - court->epoch.us, step = court->settings.epoch_us;

		if (gap > LONG_GAP && step < WALL_HOUR)
			step = WALL_HOUR;
		/* Nobody is held: nothing but the time and N can change. */
		if (court->watched.count + court->held.count == 0)
			step = gap;
		close_epoch(court, (struct wall){court->epoch.us + step});
	}
}

const struct standing *
court_standing(const struct court *court, uint32_t index)
{
	return &court->standings[index];
}

const struct verdict *
court_confirmation(const struct court *court, uint32_t index)
{
	uint32_t number = court->standings[index].confirmation;

	return number ? &court->confirmations[number - 1] : NULL;
}

const uint64_t *
court_highest(const struct court *court)
{
	return court->highest;
}

double
court_threshold(const struct court *court)
{
	return court->threshold;
}
