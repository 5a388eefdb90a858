/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/planning.h"

#include "ledger/inside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define YEAR_US (365 * WALL_DAY)

void
ledger_plan(struct ledger *ledger, const struct planning *planning)
{
	ledger->plans = true;
	ledger->planning = *planning;
}

uint8_t
ledger_open_in_quarantine(const struct ledger *ledger)
{
	return ledger->planning.open;
}

void
ledger_set_lines(struct ledger *ledger, planning_line_of line_of, void *context)
{
	ledger->line_of = line_of;
	ledger->line_context = context;
}

struct planning_line
ledger_line_of(const struct ledger *ledger, const struct ledger_case *of)
{
	struct planning_line line = {.role = ROLE_COUNT};

	if (ledger->line_of != NULL)
		line = ledger->line_of(ledger->line_context, of, ledger->now);
	/* As a verdict has found out, or the settings say now, whatever is the more careful. */
	if (!plan_may_hold(of->role) || line.role >= ROLE_COUNT)
		line.role = of->role;
	return line;
}

void
planning_count(struct planning_waits *waits, const struct measure *measure, int by)
{
	if (measure->mode != MEASURE_PROPOSE)
		return;
	waits->proposed += by;
	waits->braked += measure->braked ? by : 0;
}

struct holding {
	struct measure of[MEASURE_KINDS];
	struct plan_facts facts;
	bool unheld
		[MEASURE_KINDS]; /* the last that was enforced ended within a day, as nothing holds it */
	uint64_t undone[MEASURE_KINDS]; /* the last step of the case by then; 0: it was not */
};

static int
take_held(void *context, const struct measure *row)
{
	struct holding *holding = context;

	holding->of[row->kind] = *row;
	holding->facts.held[row->kind] = (struct plan_held){
		.holds = true,
		.by_program = strcmp(row->actor, LEDGER_PROGRAM) == 0,
		.braked = row->braked,
		.mode = row->mode,
		.begun = row->begun,
		.until.us = wall_is_none(row->until) ? 0 : row->until.us,
	};
	return 0;
}

static bool
is_quarantine(const struct measure *row)
{
	return row->kind == MEASURE_QUARANTINE && row->mode == MEASURE_ENFORCE;
}

static bool
is_unheld(const struct measure *row, struct wall now)
{
	return !wall_is_none(row->ended) && (row->why == END_LINE || row->why == END_BACKEND) &&
		now.us - row->ended.us < WALL_DAY;
}

/* It was in quarantine, and not by a mistake: whoever was is held sooner the next time. What became another measure is
 * that one. */
static bool
was_held(const struct measure *row)
{
	return is_quarantine(row) && !wall_is_none(row->ended) && row->why != END_UNDONE &&
		row->why != END_NEVER && row->why != END_MODE;
}

struct past {
	struct wall since;
	struct wall now;
	uint64_t of_case;
	struct holding *holding;
};

/* All of a line, by number: what began after it was undone is not undone any more. */
static int
take_past(void *context, const struct measure *row)
{
	struct past *past = context;

	past->holding->facts.before += was_held(row) && row->begun.us >= past->since.us;
	if (row->of_case != past->of_case)
		return 0;
	past->holding->undone[row->kind] =
		!wall_is_none(row->ended) && row->why == END_UNDONE ? row->step : 0;
	if (row->mode == MEASURE_ENFORCE)
		past->holding->unheld[row->kind] = is_unheld(row, past->now);
	return 0;
}

/* A step to something worse ends it. */
static int
take_worse(void *context, const struct transition *row)
{
	struct holding *holding = context;

	for (int kind = 0; kind < MEASURE_KINDS; kind++) {
		if (row->number > holding->undone[kind] &&
			state_gravity[row->to] > state_gravity[row->from])
			holding->undone[kind] = 0;
	}
	return 0;
}

static int
find_undone(struct ledger *ledger, uint64_t of_case, struct holding *holding, struct fail *fail)
{
	bool any = false;
	int r = 0;

	for (int kind = 0; kind < MEASURE_KINDS; kind++)
		any = any || holding->undone[kind] != 0;
	/* Few have one. */
	if (any)
		r = ledger->store->ops->transitions(
			ledger->store, TRANSITIONS_CASE, of_case, take_worse, holding, fail);
	for (int kind = 0; kind < MEASURE_KINDS; kind++)
		holding->facts.is_undone[kind] = holding->undone[kind] != 0;
	return r;
}

struct counted {
	const char *actor; /* of whom only; NULL: of all */
	uint8_t kind;
	uint64_t most;
	uint64_t count;
};

/* A wave that a person began is his decision: what programs began counts. */
static int
count_lately(void *context, const struct measure *row)
{
	struct counted *counted = context;

	counted->count += row->kind == counted->kind && row->mode == MEASURE_ENFORCE &&
		strcmp(row->actor, counted->actor) == 0;
	return counted->count >= counted->most;
}

static int
count_held(void *context, const struct measure *row)
{
	struct counted *counted = context;

	counted->count += is_quarantine(row);
	return counted->count >= counted->most;
}

uint8_t
ledger_brakes(const struct ledger *ledger)
{
	return ledger->brakes;
}

/* 1: as many of the kind as are allowed began within an hour, by a program. */
static int
look_lately(struct ledger *ledger, enum measure_kind kind, uint64_t most, struct fail *fail)
{
	struct counted lately = {.actor = ledger->actor, .kind = (uint8_t)kind, .most = most};
	uint64_t since = (uint64_t)(ledger->now.us - WALL_HOUR);
	int r = most == 0 ? 0
			  : ledger->store->ops->measures(ledger->store, MEASURES_SINCE, since,
				    count_lately, &lately, fail);

	return r < 0 ? r : most > 0 && lately.count >= most;
}

static int
look_held(struct ledger *ledger, uint64_t most, struct fail *fail)
{
	struct counted held = {.most = most};
	int r = most == 0 ? 0
			  : ledger->store->ops->measures(
				    ledger->store, MEASURES_HELD, 0, count_held, &held, fail);

	return r < 0 ? r : most > 0 && held.count >= most;
}

int
ledger_look_brake(struct ledger *ledger, struct fail *fail)
{
	const struct planning *planning = &ledger->planning;
	int blocks = look_lately(ledger, MEASURE_BLOCK25, planning->blocks_an_hour, fail);
	int holds = blocks < 0 ? blocks
			       : look_lately(ledger, MEASURE_QUARANTINE, planning->an_hour, fail);

	if (holds == 0)
		holds = look_held(ledger, planning->at_once, fail);
	if (holds < 0)
		return holds;
	ledger->brakes = (uint8_t)(blocks << MEASURE_BLOCK25 | holds << MEASURE_QUARANTINE);
	return 0;
}

struct harming {
	uint64_t connections; /* by the step before */
	struct wall seen;
	uint32_t harm;
};

/* Of a confirmation: since the line was first seen, or since the step before, whatever is more. */
static int
take_harm(void *context, const struct transition *row)
{
	struct harming *harming = context;
	struct verdict verdict;
	const struct flow_facts *facts = &verdict.facts;
	uint32_t since;

	if (transition_is_decided(row) || transition_decode(row, &verdict) < 0)
		return 0;
	if (row->to == STATE_CONFIRMED) {
		harming->harm =
			plan_harm(facts->attempts, facts->last_seen.us - facts->first_seen.us);
		since = facts->attempts > harming->connections && harming->seen.us != 0
			? plan_harm(facts->attempts - harming->connections,
				  facts->last_seen.us - harming->seen.us)
			: 0;
		if (since > harming->harm)
			harming->harm = since;
	}
	harming->connections = facts->attempts;
	harming->seen = facts->last_seen;
	return 0;
}

static int
find_harm(struct ledger *ledger, uint64_t of_case, struct plan_facts *facts, struct fail *fail)
{
	struct harming harming = {.harm = 0};
	int r = 0;

	if (plan_asks_harm(&ledger->planning.plan, facts, ledger->now))
		r = ledger->store->ops->transitions(
			ledger->store, TRANSITIONS_CASE, of_case, take_harm, &harming, fail);
	facts->harm = harming.harm;
	return r;
}

static int
is_excepted(struct ledger *ledger, enum exception_kind kind, uint64_t line, bool *ret,
	struct fail *fail)
{
	int r = ledger_find_exception(ledger, kind, line, NULL, fail);

	*ret = r == 0;
	return r == -ENOENT ? 0 : r;
}

/* All that the plan asks for. */
static int
gather(struct ledger *ledger, const struct ledger_case *of, struct holding *ret, struct fail *fail)
{
	const struct store_ops *ops = ledger->store->ops;
	const struct planning_line line = ledger_line_of(ledger, of);
	struct past past = {.since.us = ledger->now.us - YEAR_US,
		.now = ledger->now,
		.of_case = of->number,
		.holding = ret};
	int r;

	*ret = (struct holding){
		.facts = {.state = of->state, .role = line.role, .is_gone = line.is_gone}};
	ret->facts.is_paused = ledger->is_paused;
	r = ops->measures(ledger->store, MEASURES_LINE_HELD, of->line, take_held, ret, fail);
	if (r >= 0)
		r = ops->measures(ledger->store, MEASURES_LINE, of->line, take_past, &past, fail);
	if (r >= 0)
		r = find_undone(ledger, of->number, ret, fail);
	if (r >= 0)
		r = find_harm(ledger, of->number, &ret->facts, fail);
	if (r < 0)
		return r;
	r = is_excepted(ledger, EXCEPTION_NEVER, of->line, &ret->facts.is_never, fail);
	return r < 0
		? r
		: is_excepted(ledger, EXCEPTION_OBJECTION, of->line, &ret->facts.is_objected, fail);
}

static int
begin(struct ledger *ledger, const struct ledger_case *of, const struct plan_change *change,
	struct fail *fail)
{
	struct measure measure = {
		.of_case = of->number,
		.line = of->line,
		.kind = change->kind,
		.mode = change->mode,
		.braked = change->braked,
		.until = change->until.us == 0 ? WALL_NONE : change->until,
	};

	snprintf(measure.ground, sizeof(measure.ground), "%s",
		ledger->planning.ground[change->kind]);
	return ledger_add_measure(ledger, &measure, fail);
}

/* What a program begins that a brake is for, as bits. */
static uint8_t
begins_more(const struct plan_change *changes, unsigned count)
{
	uint8_t more = 0;

	for (unsigned i = 0; i < count; i++) {
		if (changes[i].begins && changes[i].kind != MEASURE_LIMIT &&
			changes[i].mode == MEASURE_ENFORCE)
			more |= (uint8_t)(1U << changes[i].kind);
	}
	return more;
}

/* Who is held in the garden is in quarantine, and on probation when a date let him go: the step is written before what
 * follows from it. */
static int
begin_held(struct ledger *ledger, struct ledger_case *of, const struct plan_change *change,
	struct fail *fail)
{
	int r = 0;

	if (change->kind == MEASURE_QUARANTINE && change->mode == MEASURE_ENFORCE &&
		of->state != STATE_QUARANTINE)
		r = ledger_put_state(ledger, of, STATE_QUARANTINE,
			change->harms ? "it does harm" : "it goes on", TEXT(""), fail);
	return r < 0 ? r : begin(ledger, of, change, fail);
}

static int
end_held(struct ledger *ledger, struct ledger_case *of, struct measure *measure,
	enum measure_end why, struct fail *fail)
{
	enum state to = STATE_PROBATION;
	int r = 0;

	if (is_quarantine(measure) && of->state == STATE_QUARANTINE && why != END_DATE)
		r = ledger_state_before(ledger, of, &to, fail);
	if (r >= 0 && measure->mode == MEASURE_ENFORCE &&
		(why == END_DATE || (is_quarantine(measure) && of->state == STATE_QUARANTINE)))
		r = ledger_put_state(ledger, of, to, measure_ends[why], TEXT(""), fail);
	return r < 0 ? r : ledger_end_measure(ledger, measure, why, TEXT(""), fail);
}

/* What is due, with the brake where it could be needed. */
static int
ask_plan(struct ledger *ledger, const struct ledger_case *of, struct holding *holding,
	struct plan_change changes[PLAN_CHANGES], struct fail *fail)
{
	const struct plan_settings *settings = &ledger->planning.plan;
	int r = gather(ledger, of, holding, fail);
	unsigned count;
	uint8_t more;

	if (r < 0)
		return r;
	count = plan(settings, &holding->facts, ledger->now, changes);
	more = begins_more(changes, count);
	if (more == 0)
		return (int)count;
	if ((more & ~ledger->brakes) != 0)
		r = ledger_look_brake(ledger, fail);
	holding->facts.brakes = ledger->brakes;
	return r < 0 ? r : (int)plan(settings, &holding->facts, ledger->now, changes);
}

int
ledger_follow(struct ledger *ledger, const struct ledger_case *of, struct fail *fail)
{
	struct plan_change changes[PLAN_CHANGES];
	struct ledger_case changed = *of;
	struct holding holding;
	int count = ask_plan(ledger, of, &holding, changes, fail), done = 0, r = 0;

	for (int i = 0; i < count && r >= 0; i++, done++) {
		if (changes[i].begins)
			r = begin_held(ledger, &changed, &changes[i], fail);
		else
			r = end_held(ledger, &changed, &holding.of[changes[i].kind],
				(enum measure_end)changes[i].why, fail);
		/* Another state, and other things follow from it. */
		if (r >= 0 && !changes[i].begins && changed.state != of->state) {
			r = ledger_follow(ledger, &changed, fail);
			return r < 0 ? r : done + 1 + r;
		}
	}
	return count < 0 ? count : r < 0 ? r : done;
}

struct open {
	size_t count;
	struct ledger_case of[PLANNING_BATCH];
};

static int
collect(void *context, const struct ledger_case *row)
{
	struct open *open = context;

	open->of[open->count++] = *row;
	return open->count == PLANNING_BATCH;
}

static void
count_beyond(struct review *review, uint64_t of_case, const struct plan_facts *facts)
{
	for (int kind = 0; kind < MEASURE_KINDS; kind++) {
		const struct plan_held *held = &facts->held[kind];

		if (held->by_program || !plan_is_beyond(held, (enum measure_kind)kind, facts->role))
			continue;
		if (review->beyond++ == 0)
			review->first = of_case;
	}
}

static void
count_waiting(struct review *review, const struct holding *holding)
{
	for (int kind = 0; kind < MEASURE_KINDS; kind++) {
		if (holding->facts.held[kind].holds)
			planning_count(&review->waits, &holding->of[kind], 1);
	}
}

/* What is about to hold again, or is let go, is none. */
static void
count_unheld(struct review *review, const struct holding *holding,
	const struct plan_change *changes, unsigned count)
{
	bool is_unheld[MEASURE_KINDS];

	memcpy(is_unheld, holding->unheld, sizeof(is_unheld));
	for (unsigned i = 0; i < count; i++) {
		if (changes[i].begins && changes[i].mode == MEASURE_ENFORCE)
			is_unheld[changes[i].kind] = false;
	}
	for (int kind = 0; kind < MEASURE_KINDS; kind++)
		review->unheld += is_unheld[kind] && holding->facts.state != STATE_PROBATION;
}

/* Keeps those to whom something is to be done: mostly there are none, and nothing is written. */
static int
keep_due(struct ledger *ledger, struct open *open, struct review *review, struct fail *fail)
{
	struct plan_change changes[PLAN_CHANGES];
	struct holding holding;
	size_t due = 0;
	unsigned count;

	for (size_t i = 0; i < open->count; i++) {
		int r = gather(ledger, &open->of[i], &holding, fail);

		if (r < 0)
			return r;
		count_beyond(review, open->of[i].number, &holding.facts);
		review->objected += holding.facts.is_objected && !holding.facts.is_never;
		count = plan(&ledger->planning.plan, &holding.facts, ledger->now, changes);
		count_waiting(review, &holding);
		count_unheld(review, &holding, changes, count);
		if (count > 0)
			open->of[due++] = open->of[i];
	}
	open->count = due;
	return 0;
}

static int
follow_all(struct ledger *ledger, const struct open *open, struct fail *fail)
{
	int r = open->count > 0 ? ledger_begin(ledger, fail) : 0;

	if (r < 0 || open->count == 0)
		return r;
	for (size_t i = 0; i < open->count && r >= 0; i++)
		r = ledger_follow(ledger, &open->of[i], fail);
	return ledger_end(ledger, r < 0 ? r : 0, fail);
}

struct changed {
	struct ledger *ledger;
	struct review *review;
	struct open *open;
	size_t seen;
	struct fail *fail;
};

static bool
is_collected(const struct open *open, uint64_t number)
{
	for (size_t i = 0; i < open->count; i++) {
		if (open->of[i].number == number)
			return true;
	}
	return false;
}

/* Those that nothing can hold any more, or whose lines have become such that no program may. */
static int
collect_changed(void *context, const struct measure *row)
{
	struct changed *changed = context;
	struct open *open = changed->open;
	struct query query = {.key = row->of_case, .most = 1};
	struct ledger *ledger = changed->ledger;
	struct ledger_case *of = &open->of[open->count];
	struct planning_line line;
	bool is_due, is_beyond;
	int r;

	if (changed->seen == PLANNING_HELD || open->count == PLANNING_BATCH)
		return 1;
	changed->seen++;
	changed->review->after = row->number;
	if (row->mode != MEASURE_ENFORCE)
		return 0;
	r = ledger->store->ops->cases(
		ledger->store, CASES_NUMBER, &query, ledger_take_case, of, changed->fail);
	if (r <= 0)
		return r;
	line = ledger_line_of(ledger, of);
	is_due = line.is_gone || (ledger->planning.plan.unheld >> row->kind & 1) != 0;
	is_beyond = !is_due && row->kind != MEASURE_LIMIT && plan_may_hold(of->role) &&
		!plan_may_hold(line.role);
	if (is_beyond && strcmp(row->actor, LEDGER_PROGRAM) != 0) {
		if (changed->review->beyond++ == 0)
			changed->review->first = of->number;
		return 0;
	}
	/* A case has several. */
	open->count += (is_due || is_beyond) && !is_collected(open, of->number);
	return 0;
}

int
ledger_review_roles(struct ledger *ledger, struct review *review, struct fail *fail)
{
	struct changed changed = {.ledger = ledger, .review = review, .fail = fail};
	int more, r;

	if (!ledger->plans || ledger->line_of == NULL)
		return 0;
	changed.open = xcalloc(1, sizeof(*changed.open));
	more = ledger_each_held(ledger, review->after, collect_changed, &changed, fail);
	r = more < 0 ? more : ledger_look_paused(ledger, fail);
	if (r >= 0)
		r = follow_all(ledger, changed.open, fail);
	free(changed.open);
	if (r < 0)
		return r;
	if (more == 0)
		review->after = 0;
	return more;
}

struct exempt {
	const struct ledger *ledger;
	uint64_t seen;
	uint64_t gone;
};

static int
count_exempt(void *context, const struct exception *row)
{
	struct exempt *exempt = context;

	exempt->gone += row->until.us > exempt->ledger->now.us &&
		ledger_exception_is_gone(exempt->ledger, row);
	return ++exempt->seen == PLANNING_EXEMPT;
}

/* Those that are over end, and of the others it is seen whether they are of lines. */
static int
review_exceptions(struct ledger *ledger, struct review *review, struct fail *fail)
{
	struct exempt exempt = {.ledger = ledger};
	int r = ledger_end_exceptions(ledger, fail);

	if (r >= 0)
		r = ledger_each_exception(ledger, EXCEPTION_EXEMPT, 0, count_exempt, &exempt, fail);
	review->exempt_gone = exempt.gone;
	return r;
}

int
ledger_review(struct ledger *ledger, struct review *review, struct fail *fail)
{
	struct query query = {.key = review->after, .most = PLANNING_BATCH};
	bool begins = review->after == 0;
	struct open *open;
	uint64_t last = 0;
	int r;

	if (!ledger->plans)
		return 0;
	open = xcalloc(1, sizeof(*open));
	r = begins ? review_exceptions(ledger, review, fail) : 0;
	if (r >= 0 && begins && ledger->brakes != 0)
		r = ledger_look_brake(ledger, fail);
	if (r >= 0)
		r = ledger_look_paused(ledger, fail);
	if (r >= 0)
		r = ledger->store->ops->cases(
			ledger->store, CASES_OPEN, &query, collect, open, fail);
	if (open->count == PLANNING_BATCH)
		last = open->of[open->count - 1].number;
	if (r >= 0)
		r = keep_due(ledger, open, review, fail);
	if (r >= 0)
		r = follow_all(ledger, open, fail);
	free(open);
	if (r < 0)
		return r;
	review->after = last;
	return last != 0;
}
