/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/keeperfollow.h"

#include "control/message.h"
#include "ledger/deciding.h"
#include "ledger/reading.h"
#include "runtime/event.h"

#include <stdlib.h>

/* How often it is looked whether something is due, and how soon again where that failed. */
#define REVIEW_US (60 * WALL_SECOND)
#define RETRY_US  (5 * WALL_SECOND)

struct open_cases {
	struct casetable *table;
	uint64_t displaced;
};

static int
take_case(void *context, const struct ledger_case *of)
{
	struct open_cases *open = context;

	open->displaced += casetable_put(open->table, of->line, (enum state)of->state, of->number);
	return 0;
}

static int
take_limit(void *context, const struct measure *row)
{
	struct open_cases *open = context;

	if (row->kind == MEASURE_LIMIT && row->mode == MEASURE_ENFORCE)
		casetable_limit(open->table, row->line, true);
	return 0;
}

int
keeperfollow_cases(
	struct ledger *ledger, struct casetable *table, uint64_t *displaced, struct fail *fail)
{
	struct open_cases open = {.displaced = 0};
	int r;

	if (table == NULL)
		return 0;
	open.table = xcalloc(1, sizeof(*open.table));
	r = ledger_each_open_after(ledger, 0, take_case, &open, fail);
	if (r >= 0)
		r = ledger_each_held(ledger, 0, take_limit, &open, fail);
	if (r >= 0)
		casetable_become(table, open.table);
	*displaced += open.displaced;
	free(open.table);
	return r;
}

void
keeperfollow_begin(struct keeperfollow *follow, struct estate *estate)
{
	follow->estate = estate;
	for (uint32_t j = 0; j < estate->settings.judges; j++)
		estate_decisions_putting(estate, j, &follow->decisions[j]);
}

/* All decisions of the ledger up to this step are in the rings. The estate has one more: 0 is that nobody was there. */
static void
note_told(struct keeperfollow *follow, uint64_t step)
{
	__atomic_store_n(follow->estate->decided, step + 1, __ATOMIC_RELAXED);
}

int
keeperfollow_opened(struct keeperfollow *follow, struct ledger *ledger,
	const struct planning *planning, struct fail *fail)
{
	uint64_t before = __atomic_load_n(follow->estate->decided, __ATOMIC_RELAXED), last;
	int r = ledger_last_step(ledger, &last, fail);

	ledger_plan(ledger, planning);
	follow->review = (struct review){.after = 0};
	follow->looks_at_roles = true;
	follow->has_waits = follow->brakes = false;
	follow->due_us = 0;
	if (r < 0)
		return r;
	/* Judges that begin with this keeper, or after it, find all that was decided before in the cases. */
	if (before == 0)
		note_told(follow, last);
	else
		r = ledger_recall_decisions(ledger, before - 1, fail);
	return r < 0 ? r : ledger_paused(ledger, &follow->paused, fail);
}

/* False: there is no room, or the judge says so, and it waits. */
static bool
tell_one(struct keeperfollow *follow, const struct case_decision *decision, struct ring *ring)
{
	struct casetable *cases = follow->estate->cases;

	if (ring_room(ring) == 0 || ring_put(ring, decision, 1) != 1)
		return false;
	note_told(follow, decision->step);
	follow->told++;
	if (cases != NULL)
		(void)casetable_put(
			cases, decision->line, (enum state)decision->state, decision->of_case);
	event(EVENT_CASE_CHANGED, "case=%llu line=%016llx from=%s to=%s score=%.1f",
		(unsigned long long)decision->of_case, (unsigned long long)decision->line,
		state_names[decision->from], state_names[decision->state], 0.0);
	return true;
}

/* A wave is a person's decision, and he must hear of it. */
static void
tell_brake(struct keeperfollow *follow, const struct ledger *ledger)
{
	bool brakes = ledger_brakes(ledger) != 0;

	if (brakes == follow->brakes)
		return;
	follow->brakes = brakes;
	if (brakes)
		event(EVENT_BRAKE_ON, "text=%s",
			"so many lines are held, or were within an hour, that more are only "
			"proposed: lazaret measures --proposed");
	else
		event(EVENT_BRAKE_OFF, "text=%s",
			"lines are held again as the settings say; what was proposed waits for a "
			"person");
}

int
keeperfollow_tell(struct keeperfollow *follow, struct ledger *ledger, struct fail *fail)
{
	uint32_t judges = follow->estate->settings.judges;
	const struct case_decision *decisions;
	size_t count = ledger_decisions(ledger, &decisions), told = 0;

	while (told < count) {
		struct ring *ring = &follow->decisions[message_shard(decisions[told].line, judges)];

		if (!tell_one(follow, &decisions[told], ring))
			break;
		told++;
	}
	ledger_decisions_taken(ledger, told);
	tell_brake(follow, ledger);
	follow->waiting = count - told;
	return ledger_paused(ledger, &follow->paused, fail);
}

/* While nothing waits, so that the next keeper has little to look through. */
static int
catch_up(struct keeperfollow *follow, struct ledger *ledger, struct fail *fail)
{
	const struct case_decision *decisions;
	uint64_t last;
	int r = ledger_last_step(ledger, &last, fail);

	if (r >= 0 && ledger_decisions(ledger, &decisions) == 0)
		note_told(follow, last);
	return r;
}

/* What a person decided stays, and he must hear of it. */
static void
tell_beyond(const struct review *review)
{
	if (review->beyond > 0)
		event(EVENT_CONTAIN_BEYOND, "case=%llu measures=%llu text=%s",
			(unsigned long long)review->first, (unsigned long long)review->beyond,
			"lines have a role now that no program may hold, and stay held, as a "
			"person decided that; lazaret release lets one go");
}

/* All was looked at. A brake that was on before this keeper is no news. */
static int
note_waits(struct keeperfollow *follow, struct ledger *ledger, struct fail *fail)
{
	bool is_first = !follow->has_waits;
	int r = 0;

	follow->waits = follow->review.waits;
	follow->has_waits = true;
	if (is_first && follow->waits.braked > 0 && ledger_brakes(ledger) == 0) {
		r = ledger_look_brake(ledger, fail);
		follow->brakes = ledger_brakes(ledger) != 0;
	}
	return r;
}

/* What holds nobody any more was to hold somebody: it was a mistake of the settings, or must be known. */
static void
tell_unheld(struct keeperfollow *follow)
{
	if (follow->review.unheld > follow->unheld)
		event(EVENT_CONTAIN_UNHELD, "measures=%llu text=%s",
			(unsigned long long)follow->review.unheld,
			"nothing can hold them any more, so they ended: lazaret measures --all "
			"says whose, and why");
	follow->unheld = follow->review.unheld;
}

/* 1 while there is more. */
static int
look_at_roles(struct keeperfollow *follow, struct ledger *ledger, struct fail *fail)
{
	int r = ledger_review_roles(ledger, &follow->review, fail);

	if (r == 0) {
		tell_beyond(&follow->review);
		follow->looks_at_roles = false;
	}
	return r;
}

int
keeperfollow_review(
	struct keeperfollow *follow, struct ledger *ledger, int64_t now_us, struct fail *fail)
{
	bool is_of_roles = follow->looks_at_roles;
	int r;

	if (now_us < follow->due_us)
		return 0;
	r = is_of_roles ? look_at_roles(follow, ledger, fail)
			: ledger_review(ledger, &follow->review, fail);
	if (r > 0)
		return r;
	if (r == 0 && !is_of_roles) {
		follow->beyond = follow->review.beyond;
		follow->objected = follow->review.objected;
		follow->exempt_gone = follow->review.exempt_gone;
		tell_unheld(follow);
		r = note_waits(follow, ledger, fail);
		if (r == 0)
			r = catch_up(follow, ledger, fail);
	}
	follow->review = (struct review){.after = 0};
	if (r == 0 && is_of_roles)
		return 1;
	follow->due_us = now_us + (r < 0 ? RETRY_US : REVIEW_US);
	return r;
}
