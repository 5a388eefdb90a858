/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/deciding.h"

#include "ledger/inside.h"

#include <errno.h>
#include <stdio.h>

static int
find_case(struct ledger *ledger, uint64_t number, struct ledger_case *ret, struct fail *fail)
{
	struct query query = {.key = number, .most = 1};
	int r = ledger->store->ops->cases(
		ledger->store, CASES_NUMBER, &query, ledger_take_case, ret, fail);

	if (r < 0 || (r == 1 && wall_is_none(ret->closed)))
		return r;
	if (r == 1)
		fail_what(fail, "case %llu is closed", (unsigned long long)number);
	else
		fail_what(fail, "there is no case %llu", (unsigned long long)number);
	fail_hint(fail, "nobody is held without an open case: lazaret cases --open");
	return -ESRCH;
}

/* That it holds is said only where something makes it so. */
static int
check_done(const struct ledger *ledger, unsigned kind, struct fail *fail)
{
	if (!ledger->plans || (ledger->planning.plan.undone >> kind & 1) == 0)
		return 0;
	fail_what(fail, "nothing here makes %s hold, so it would only be written down",
		measure_names[kind]);
	fail_hint(fail,
		"set contain.nftables on the router of the lines, or name routers: "
		"lazaret.yaml(5)");
	return -EOPNOTSUPP;
}

/* May anything be done to it at all? */
static int
check_line(struct ledger *ledger, const struct ledger_case *of, enum measure_kind kind,
	struct fail *fail)
{
	struct exception never;
	int r = ledger_find_exception(ledger, EXCEPTION_NEVER, of->line, &never, fail);

	if (r == 0) {
		fail_what(fail, "the line is never acted upon: %s", never.reason);
		fail_hint(fail, "undo that first: lazaret never ADDRESS --undo");
		return -EPERM;
	}
	if (r != -ENOENT)
		return r;
	if (ledger_line_of(ledger, of).is_gone) {
		fail_what(fail, "what the line is called is no line of the own network any more");
		fail_hint(fail,
			"its prefix was removed from network.table, is leased now, or has lines "
			"of another length: put it back, or release the case");
		return -EPERM;
	}
	if (of->role != ROLE_ACCOUNT || kind == MEASURE_LIMIT)
		return check_done(ledger, kind, fail);
	fail_what(fail, "this is an account of a mail server, and no line that could be held");
	fail_hint(fail, "limit it: lazaret account NAME limit RULE");
	return -EINVAL;
}

struct search {
	uint8_t kind;
	struct measure *found;
};

static int
search(void *context, const struct measure *row)
{
	struct search *search = context;

	if (row->kind != search->kind)
		return 0;
	*search->found = *row;
	return 1;
}

/* 1 and what holds of the kind; 0: nothing does. */
static int
find_held(struct ledger *ledger, uint64_t line, enum measure_kind kind, struct measure *ret,
	struct fail *fail)
{
	struct search of = {.kind = (uint8_t)kind, .found = ret};

	return ledger->store->ops->measures(
		ledger->store, MEASURES_LINE_HELD, line, search, &of, fail);
}

/* In force from now on: the step of its case first. */
static int
enforce(struct ledger *ledger, struct ledger_case *of, struct measure *measure, struct text reason,
	struct fail *fail)
{
	int r = ledger_end_objection(ledger, of->line, "decided", fail);

	if (r >= 0 && measure->kind == MEASURE_QUARANTINE && of->state != STATE_QUARANTINE)
		r = ledger_put_state(
			ledger, of, STATE_QUARANTINE, "held by a person", reason, fail);
	measure->mode = MEASURE_ENFORCE;
	measure->braked = false;
	snprintf(measure->reason, sizeof(measure->reason), "%.*s", (int)reason.length, reason.at);
	return r < 0 ? r : ledger_add_measure(ledger, measure, fail);
}

static int
choose_end(const struct ledger *ledger, struct wall *until, struct fail *fail)
{
	const struct plan_settings defaults = PLAN_DEFAULTS;
	int64_t most =
		(ledger->plans ? &ledger->planning.plan : &defaults)->most_us[MEASURE_QUARANTINE];
	char text[WALL_TEXT];

	if (wall_is_none(*until) && most > 0)
		until->us = ledger->now.us + most;
	if (most > 0)
		ledger_cut_day(until, (struct wall){ledger->now.us + most});
	if (wall_is_none(*until) ||
		(until->us > ledger->now.us && (most == 0 || until->us <= ledger->now.us + most)))
		return 0;
	if (until->us <= ledger->now.us) {
		fail_what(fail, "that day is over");
	} else {
		fail_what(fail, "nobody is held for so long: until %.10s at the latest",
			wall_format((struct wall){ledger->now.us + most}, text));
		fail_hint(fail, "contain.quarantine-most sets how long");
	}
	return -EINVAL;
}

static int
hold(struct ledger *ledger, uint64_t of_case, struct text reason, struct measure *measure,
	struct fail *fail)
{
	struct ledger_case of;
	struct measure held;
	int r = find_case(ledger, of_case, &of, fail);

	if (r >= 0)
		r = check_line(ledger, &of, MEASURE_QUARANTINE, fail);
	if (r >= 0)
		r = choose_end(ledger, &measure->until, fail);
	if (r >= 0)
		r = find_held(ledger, of.line, MEASURE_QUARANTINE, &held, fail);
	if (r == 1 && held.mode == MEASURE_ENFORCE) {
		fail_what(fail, "the line is in quarantine already: measure %llu",
			(unsigned long long)held.number);
		fail_hint(fail, "lazaret release lets it go");
		return -EEXIST;
	}
	if (r == 1)
		r = ledger_end_measure(ledger, &held, END_MODE, TEXT(""), fail);
	if (r < 0)
		return r;
	measure->of_case = of.number;
	measure->line = of.line;
	measure->kind = MEASURE_QUARANTINE;
	snprintf(measure->ground, sizeof(measure->ground), "%s",
		ledger->planning.ground[MEASURE_QUARANTINE]);
	return enforce(ledger, &of, measure, reason, fail);
}

int
ledger_quarantine(struct ledger *ledger, uint64_t of_case, struct wall until, struct text reason,
	struct measure *ret, struct fail *fail)
{
	int r = ledger_begin(ledger, fail);

	*ret = (struct measure){.until = until};
	if (r < 0)
		return r;
	r = hold(ledger, of_case, reason, ret, fail);
	return ledger_end(ledger, r < 0 ? r : 0, fail);
}

struct heir {
	const struct measure *of;
	struct measure *found;
};

static int
take_heir(void *context, const struct measure *row)
{
	struct heir *heir = context;

	if (row->kind != heir->of->kind || row->number <= heir->of->number)
		return 0;
	*heir->found = *row;
	return 1;
}

/* 1 and what a measure became that ended for another mode; 0: it became none. */
static int
find_heir(struct ledger *ledger, const struct measure *of, struct measure *ret, struct fail *fail)
{
	struct heir heir = {.of = of, .found = ret};

	if (wall_is_none(of->ended) || of->why != END_MODE)
		return 0;
	return ledger->store->ops->measures(
		ledger->store, MEASURES_CASE, of->of_case, take_heir, &heir, fail);
}

static int
find_proposal(struct ledger *ledger, uint64_t number, struct measure *ret, struct fail *fail)
{
	struct measure heir;
	int r = ledger_measure(ledger, number, ret, fail);

	if (r < 0 && r != -ENOENT)
		return r;
	if (r == 0 && wall_is_none(ret->ended) && ret->mode == MEASURE_PROPOSE)
		return 0;
	if (r == 0 && find_heir(ledger, ret, &heir, fail) == 1)
		fail_what(fail, "no proposal %llu waits: it became measure %llu (%s)",
			(unsigned long long)number, (unsigned long long)heir.number,
			measure_modes[heir.mode]);
	else if (r == 0 && wall_is_none(ret->ended))
		fail_what(fail, "measure %llu is no proposal: its mode is %s",
			(unsigned long long)number, measure_modes[ret->mode]);
	else
		fail_what(fail, "no proposal %llu waits", (unsigned long long)number);
	fail_hint(fail, "lazaret measures --proposed lists those that do");
	return -ESRCH;
}

static int
confirm(struct ledger *ledger, uint64_t number, struct text reason, struct measure *ret,
	struct fail *fail)
{
	struct ledger_case of;
	int r = find_proposal(ledger, number, ret, fail);

	if (r >= 0)
		r = find_case(ledger, ret->of_case, &of, fail);
	if (r >= 0)
		r = check_line(ledger, &of, (enum measure_kind)ret->kind, fail);
	if (r >= 0)
		r = ledger_end_measure(ledger, ret, END_MODE, TEXT(""), fail);
	return r < 0 ? r : enforce(ledger, &of, ret, reason, fail);
}

int
ledger_confirm(struct ledger *ledger, uint64_t number, struct text reason, struct measure *ret,
	struct fail *fail)
{
	int r = ledger_begin(ledger, fail);

	if (r < 0)
		return r;
	r = confirm(ledger, number, reason, ret, fail);
	return ledger_end(ledger, r < 0 ? r : 0, fail);
}

struct of_line {
	size_t count;
	struct measure held[MEASURE_KINDS];
};

static int
collect(void *context, const struct measure *row)
{
	struct of_line *of = context;

	of->held[of->count++] = *row;
	/* A line has one of a kind. */
	return of->count == MEASURE_KINDS;
}

int
ledger_release_inside(struct ledger *ledger, uint64_t of_case, enum measure_end why,
	struct text reason, struct fail *fail)
{
	struct of_line holding = {.count = 0};
	struct ledger_case of;
	int r = find_case(ledger, of_case, &of, fail);

	if (r >= 0)
		r = ledger->store->ops->measures(
			ledger->store, MEASURES_LINE_HELD, of.line, collect, &holding, fail);
	if (r >= 0)
		r = ledger_end_objection(ledger, of.line, "decided", fail);
	if (r < 0)
		return r;
	if (of.state == STATE_PROBATION && holding.count == 0) {
		fail_what(fail, "nothing holds of the line, and it is on probation already");
		return -EALREADY;
	}
	if (of.state != STATE_PROBATION)
		r = ledger_put_state(ledger, &of, STATE_PROBATION, "let go", reason, fail);
	for (size_t i = 0; i < holding.count && r >= 0; i++)
		r = ledger_end_measure(ledger, &holding.held[i], why, reason, fail);
	return r < 0 ? r : (int)holding.count;
}

int
ledger_release(struct ledger *ledger, uint64_t of_case, enum measure_end why, struct text reason,
	struct fail *fail)
{
	int r = ledger_begin(ledger, fail);

	if (r < 0)
		return r;
	return ledger_end(ledger, ledger_release_inside(ledger, of_case, why, reason, fail), fail);
}

/* The state must ask for it, or the next review would end it. */
static enum state
state_for(enum measure_kind kind)
{
	return kind == MEASURE_QUARANTINE ? STATE_QUARANTINE
		: kind == MEASURE_BLOCK25 ? STATE_CONFIRMED
					  : STATE_SUSPECT;
}

static bool
was_ended_by_person(const struct measure *measure)
{
	return measure->why == END_HELPDESK || measure->why == END_CUSTOMER ||
		measure->why == END_ALL || measure->why == END_UNDONE ||
		measure->why == END_OBJECTION;
}

static int
begin_again(struct ledger *ledger, struct ledger_case *of, struct measure *measure,
	struct text reason, struct fail *fail)
{
	enum state to = state_for((enum measure_kind)measure->kind);
	bool is_quarantine = measure->kind == MEASURE_QUARANTINE;
	struct measure heir;
	int r = find_heir(ledger, measure, &heir, fail);

	if (r < 0)
		return r;
	if (r == 1) {
		fail_what(fail, "measure %llu ended (%s): it became measure %llu",
			(unsigned long long)measure->number, measure_ends[measure->why],
			(unsigned long long)heir.number);
		fail_hint(
			fail, "lazaret undo %llu takes that back", (unsigned long long)heir.number);
		return -EPERM;
	}
	if (!was_ended_by_person(measure) ||
		(!wall_is_none(measure->until) && measure->until.us <= ledger->now.us)) {
		fail_what(fail, "measure %llu ended (%s) and does not begin again so",
			(unsigned long long)measure->number,
			was_ended_by_person(measure) ? "its time is over"
						     : measure_ends[measure->why]);
		fail_hint(fail,
			"what a person ended within its time does; "
			"lazaret quarantine holds a line");
		return -EPERM;
	}
	r = check_line(ledger, of, (enum measure_kind)measure->kind, fail);
	if (r >= 0)
		r = ledger_end_objection(ledger, of->line, "decided", fail);
	if (r < 0)
		return r;
	if (is_quarantine && measure->mode != MEASURE_ENFORCE)
		to = STATE_CONFIRMED;
	if (state_gravity[of->state] < state_gravity[to])
		r = ledger_put_state(ledger, of, to, "held again", reason, fail);
	*measure = (struct measure){
		.of_case = of->number,
		.line = of->line,
		.kind = measure->kind,
		.mode = measure->mode,
		.until = measure->until,
	};
	snprintf(measure->ground, sizeof(measure->ground), "%s",
		ledger->planning.ground[measure->kind]);
	snprintf(measure->reason, sizeof(measure->reason), "%.*s", (int)reason.length, reason.at);
	return r < 0 ? r : ledger_add_measure(ledger, measure, fail);
}

static int
take_back(struct ledger *ledger, struct ledger_case *of, struct measure *measure,
	struct text reason, struct fail *fail)
{
	enum state before;
	int r = 0;

	if (measure->kind == MEASURE_QUARANTINE && of->state == STATE_QUARANTINE) {
		r = ledger_state_before(ledger, of, &before, fail);
		if (r >= 0)
			r = ledger_put_state(ledger, of, before, "taken back", reason, fail);
	}
	return r < 0 ? r : ledger_end_measure(ledger, measure, END_UNDONE, reason, fail);
}

static int
undo(struct ledger *ledger, uint64_t number, struct text reason, struct measure *ret,
	struct fail *fail)
{
	struct ledger_case of;
	int r = ledger_measure(ledger, number, ret, fail);

	if (r == -ENOENT) {
		fail_what(fail, "there is no measure %llu", (unsigned long long)number);
		fail_hint(fail, "lazaret measures --all lists them");
	}
	if (r >= 0)
		r = find_case(ledger, ret->of_case, &of, fail);
	if (r < 0)
		return r;
	if (wall_is_none(ret->ended)) {
		r = take_back(ledger, &of, ret, reason, fail);
		return r < 0 ? r : 0;
	}
	r = begin_again(ledger, &of, ret, reason, fail);
	return r < 0 ? r : 1;
}

int
ledger_undo(struct ledger *ledger, uint64_t number, struct text reason, struct measure *ret,
	struct fail *fail)
{
	int r = ledger_begin(ledger, fail);

	if (r < 0)
		return r;
	return ledger_end(ledger, undo(ledger, number, reason, ret, fail), fail);
}

int
ledger_each_measure_after(struct ledger *ledger, uint64_t after, visit_measure visit, void *context,
	struct fail *fail)
{
	return ledger->store->ops->measures(
		ledger->store, MEASURES_ALL, after, visit, context, fail);
}
