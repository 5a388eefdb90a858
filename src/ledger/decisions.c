/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/inside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define META_PAUSED "paused"

struct steps {
	struct ledger_case derived;
	struct transition last;
	enum state before; /* quarantine was decided the last time */
	bool is_any;
};

static int
take_step(void *context, const struct transition *row)
{
	struct steps *steps = context;

	if (!steps->is_any)
		case_init(&steps->derived, row);
	steps->is_any = true;
	case_apply(&steps->derived, row);
	steps->last = *row;
	if (transition_is_decided(row) && row->to == STATE_QUARANTINE)
		steps->before = (enum state)row->from;
	return 0;
}

static int
read_steps(struct ledger *ledger, uint64_t of_case, struct steps *ret, struct fail *fail)
{
	int r;

	*ret = (struct steps){.before = STATE_CONFIRMED};
	r = ledger->store->ops->transitions(
		ledger->store, TRANSITIONS_CASE, of_case, take_step, ret, fail);
	if (r < 0 || ret->is_any)
		return r;
	fail_where(fail, "%s", ledger->where);
	fail_what(fail, "case %llu has no steps", (unsigned long long)of_case);
	fail_hint(fail, "see what was changed: lazaret cases --verify");
	return -EUCLEAN;
}

int
ledger_recall(struct ledger *ledger, struct ledger_case *of, struct fail *fail)
{
	struct steps steps;
	int r;

	/* Decisions lead to these, but for few: most verdicts come before any. */
	of->is_decided = false;
	if (of->state < STATE_CONFIRMED)
		return 0;
	r = read_steps(ledger, of->number, &steps, fail);
	of->is_decided = r >= 0 && steps.derived.is_decided;
	return r;
}

int
ledger_state_before(
	struct ledger *ledger, const struct ledger_case *of, enum state *ret, struct fail *fail)
{
	struct steps steps;
	int r = read_steps(ledger, of->number, &steps, fail);

	*ret = steps.before;
	return r;
}

static void
tell(struct ledger *ledger, const struct transition *step, uint8_t role)
{
	if (!ledger->plans)
		return;
	if (ledger->decision_count == ledger->decision_room) {
		ledger->decision_room = ledger->decision_room > 0 ? 2 * ledger->decision_room : 16;
		ledger->decisions = xrealloc(
			ledger->decisions, ledger->decision_room * sizeof(*ledger->decisions));
	}
	ledger->decisions[ledger->decision_count++] = (struct case_decision){
		.step = step->number,
		.of_case = step->of_case,
		.line = step->line,
		.when = step->time,
		.from = step->from,
		.state = step->to,
		.role = role,
	};
}

int
ledger_put_state(struct ledger *ledger, struct ledger_case *of, enum state to, const char *why,
	struct text reason, struct fail *fail)
{
	char details[64 + REASON_MOST];
	struct transition step;
	struct steps steps;
	int r = read_steps(ledger, of->number, &steps, fail);

	if (r < 0)
		return r;
	steps.last.to = of->state;
	steps.last.highest = of->highest;
	steps.last.role = of->role;
	transition_init_decided(&step, &steps.last, to, ledger->now);
	case_apply(of, &step);
	of->changed = ledger->now;
	r = ledger->store->ops->case_put(ledger->store, of, fail);
	snprintf(details, sizeof(details), ": %s%s%.*s", why, reason.length > 0 ? ": " : "",
		(int)reason.length, reason.at);
	if (r >= 0)
		r = ledger_add_step(ledger, &step, of, details, fail);
	if (r >= 0)
		tell(ledger, &step, of->role);
	return r;
}

size_t
ledger_decisions(const struct ledger *ledger, const struct case_decision **ret)
{
	*ret = ledger->decisions;
	return ledger->decision_count;
}

void
ledger_decisions_taken(struct ledger *ledger, size_t count)
{
	must(count <= ledger->decision_count);
	ledger->decision_count -= count;
	if (count > 0 && ledger->decision_count > 0)
		memmove(ledger->decisions, ledger->decisions + count,
			ledger->decision_count * sizeof(*ledger->decisions));
}

static int
take_decided(void *context, const struct transition *row)
{
	if (transition_is_decided(row))
		tell(context, row, row->role);
	return 0;
}

int
ledger_recall_decisions(struct ledger *ledger, uint64_t after, struct fail *fail)
{
	return ledger->store->ops->transitions(
		ledger->store, TRANSITIONS_AFTER, after, take_decided, ledger, fail);
}

static int
take_number(void *context, const struct transition *row)
{
	*(uint64_t *)context = row->number;
	return 0;
}

int
ledger_last_step(struct ledger *ledger, uint64_t *ret, struct fail *fail)
{
	*ret = 0;
	return ledger->store->ops->transitions(
		ledger->store, TRANSITIONS_LAST, 0, take_number, ret, fail);
}

int
ledger_paused(struct ledger *ledger, struct wall *ret, struct fail *fail)
{
	uint8_t value[8] = {0};
	int r = ledger->store->ops->meta_get(
		ledger->store, META_PAUSED, value, sizeof(value), fail);

	ret->us = r < 0 ? 0 : (int64_t)bytes_u64(value);
	return r == -ENOENT || r > 0 ? 0 : r;
}

int
ledger_look_paused(struct ledger *ledger, struct fail *fail)
{
	struct wall since;
	int r = ledger_paused(ledger, &since, fail);

	ledger->is_paused = since.us != 0;
	return r;
}

static int
put_paused(struct ledger *ledger, enum action action, struct text reason, struct fail *fail)
{
	struct audit row = {.action = (uint8_t)action, .details = reason};
	uint8_t value[8];
	struct writer writer = writer_on(value, sizeof(value));
	int r;

	writer_u64(&writer, action == ACTION_PAUSE ? (uint64_t)ledger->now.us : 0);
	r = ledger->store->ops->meta_put(ledger->store, META_PAUSED, value, sizeof(value), fail);
	ledger->is_paused = action == ACTION_PAUSE;
	return r < 0 ? r : ledger_append(ledger, row, fail);
}

/* So many are read at once: a visitor must not write. */
#define HELD_BATCH 64

struct held {
	size_t count;
	struct measure of[HELD_BATCH];
};

static int
collect(void *context, const struct measure *row)
{
	struct held *held = context;

	held->of[held->count++] = *row;
	return held->count == HELD_BATCH;
}

static int
let_go(struct ledger *ledger, struct measure *measure, struct text reason, struct fail *fail)
{
	struct query query = {.key = measure->of_case, .most = 1};
	struct ledger_case of;
	enum state to;
	int r = 0;

	if (measure->kind == MEASURE_QUARANTINE && measure->mode == MEASURE_ENFORCE)
		r = ledger->store->ops->cases(
			ledger->store, CASES_NUMBER, &query, ledger_take_case, &of, fail);
	if (r == 1 && of.state == STATE_QUARANTINE) {
		r = ledger_state_before(ledger, &of, &to, fail);
		if (r >= 0)
			r = ledger_put_state(
				ledger, &of, to, "everything was let go", reason, fail);
	}
	return r < 0 ? r : ledger_end_measure(ledger, measure, END_ALL, reason, fail);
}

static int64_t
let_all_go(struct ledger *ledger, struct text reason, struct fail *fail)
{
	struct held held;
	uint64_t after = 0;
	int64_t ended = 0;
	int r = put_paused(ledger, ACTION_PAUSE, reason, fail);

	do {
		held.count = 0;
		if (r >= 0)
			r = ledger_each_held(ledger, after, collect, &held, fail);
		for (size_t i = 0; i < held.count && r >= 0; i++)
			r = let_go(ledger, &held.of[i], reason, fail);
		ended += (int64_t)held.count;
		if (held.count > 0)
			after = held.of[held.count - 1].number;
	} while (r >= 0 && held.count > 0);
	return r < 0 ? r : ended;
}

int64_t
ledger_release_all(struct ledger *ledger, struct text reason, struct fail *fail)
{
	int64_t ended;
	int r = ledger_begin(ledger, fail);

	if (r < 0)
		return r;
	ended = let_all_go(ledger, reason, fail);
	r = ledger_end(ledger, ended < 0 ? (int)ended : 0, fail);
	return r < 0 ? r : ended;
}

int
ledger_resume(struct ledger *ledger, struct text reason, struct fail *fail)
{
	int r = ledger_begin(ledger, fail);

	if (r < 0)
		return r;
	r = ledger_look_paused(ledger, fail);
	if (r >= 0 && !ledger->is_paused) {
		fail_what(fail, "containment does not pause");
		fail_hint(fail, "lazaret measures lists what holds");
		r = -EALREADY;
	}
	if (r >= 0)
		r = put_paused(ledger, ACTION_RESUME, reason, fail);
	return ledger_end(ledger, r, fail);
}
