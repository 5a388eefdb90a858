/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/care.h"

#include "ledger/inside.h"

#include <errno.h>

const char *const care_names[CARE_WHATS] = {"seen", "ticked", "wrong", "released", "notified"};
const char *const care_channels[CARE_CHANNELS] = {"line", "code", "email", "sms", "letter"};

int
ledger_care(struct ledger *ledger, struct care *row, struct fail *fail)
{
	const struct store_ops *ops = ledger->store->ops;
	int has, r;

	row->time = ledger->now;
	has = ops->care_has(ledger->store, row, fail);
	if (has < 0 || (has == 1 && row->what == CARE_SEEN))
		return has < 0 ? has : 0;
	r = ledger_begin(ledger, fail);
	if (r < 0)
		return r;
	r = ledger_end(ledger, ops->care_put(ledger->store, row, fail), fail);
	return r < 0 ? r : !has;
}

int
ledger_each_care(
	struct ledger *ledger, uint64_t of_case, visit_care visit, void *context, struct fail *fail)
{
	return ledger->store->ops->cares(
		ledger->store, CARES_CASE, of_case, CARE_SEEN, visit, context, fail);
}

int
ledger_each_care_of(struct ledger *ledger, uint64_t of_case, enum care_what what, visit_care visit,
	void *context, struct fail *fail)
{
	return ledger->store->ops->cares(
		ledger->store, CARES_OF, of_case, what, visit, context, fail);
}

struct look {
	uint64_t of_case;
	struct care_holds *holds;
	struct wall after;   /* releases that count */
	struct wall release; /* the last that was counted */
	unsigned hardest;    /* kind + 1 */
};

/* A release ends all measures of the line at one time. */
static void
count_release(struct look *look, const struct measure *row)
{
	if (row->why != END_CUSTOMER || row->ended.us <= look->after.us ||
		row->ended.us == look->release.us)
		return;
	look->release = row->ended;
	look->holds->releases++;
}

/* All measures of a line, by number. */
static int
take_measure(void *context, const struct measure *row)
{
	struct look *look = context;
	struct care_holds *holds = look->holds;

	if (!wall_is_none(row->ended)) {
		bool is_his = row->of_case == look->of_case;

		count_release(look, row);
		holds->was_limited = holds->was_limited || (is_his && row->mode == MEASURE_ENFORCE);
		holds->has_objected = holds->has_objected || (is_his && row->why == END_OBJECTION);
		return 0;
	}
	if (row->mode != MEASURE_ENFORCE)
		return 0;
	holds->is_held = holds->is_held || row->kind == MEASURE_QUARANTINE;
	holds->is_blocked = holds->is_blocked || row->kind == MEASURE_BLOCK25;
	holds->is_limited = holds->is_limited || row->kind == MEASURE_LIMIT;
	holds->by_person = holds->by_person || strcmp(row->actor, LEDGER_PROGRAM) != 0;
	if (row->kind + 1U > look->hardest) {
		look->hardest = row->kind + 1U;
		holds->since = row->begun;
		holds->until = row->until;
	}
	return 0;
}

int
ledger_care_holds(struct ledger *ledger, const struct ledger_case *of, struct care_holds *ret,
	struct fail *fail)
{
	struct look look = {.of_case = of->number,
		.holds = ret,
		.after.us = ledger->now.us - CARE_RELEASE_DAYS * WALL_DAY,
		.release = WALL_NONE};

	*ret = (struct care_holds){.since = WALL_NONE, .until = WALL_NONE};
	return ledger->store->ops->measures(
		ledger->store, MEASURES_LINE, of->line, take_measure, &look, fail);
}

enum care_release
care_release(const struct care_holds *holds)
{
	return wall_is_none(holds->since)          ? CARE_FREE
		: holds->by_person                 ? CARE_BY_PERSON
		: holds->releases >= CARE_RELEASES ? CARE_USED_UP
						   : CARE_OPEN;
}

/* The case of a row, and what holds of its line. */
static int
find_holds(struct ledger *ledger, const struct care *row, struct ledger_case *of,
	struct care_holds *ret, struct fail *fail)
{
	struct query query = {.key = row->of_case, .most = 1};
	int r = ledger->store->ops->cases(
		ledger->store, CASES_NUMBER, &query, ledger_take_case, of, fail);

	if (r == 0)
		return -ESRCH;
	return r < 0 ? r : ledger_care_holds(ledger, of, ret, fail);
}

static bool
may_object(
	const struct ledger *ledger, const struct ledger_case *of, const struct care_holds *holds)
{
	return ledger->plans && ledger->planning.objection_us > 0 && wall_is_none(of->closed) &&
		!wall_is_none(holds->since) && !holds->by_person && !holds->has_objected;
}

static int
object(struct ledger *ledger, const struct care *row, struct wall *until, struct fail *fail)
{
	struct care_holds holds;
	struct ledger_case of;
	int r = find_holds(ledger, row, &of, &holds, fail);

	if (r >= 0)
		r = ledger->store->ops->care_put(ledger->store, row, fail);
	if (r < 0 || !may_object(ledger, &of, &holds))
		return r;
	until->us = ledger->now.us + ledger->planning.objection_us;
	r = ledger_object(ledger, &of, *until,
		TEXT("the customer says on the portal that it is wrong"), fail);
	if (r >= 0)
		r = ledger_look_paused(ledger, fail);
	return r < 0 ? r : ledger_follow(ledger, &of, fail);
}

int
ledger_care_object(struct ledger *ledger, struct care *row, struct wall *until, struct fail *fail)
{
	int has, r;

	*until = WALL_NONE;
	row->time = ledger->now;
	has = ledger->store->ops->care_has(ledger->store, row, fail);
	if (has < 0)
		return has;
	r = ledger_begin(ledger, fail);
	if (r < 0)
		return r;
	r = object(ledger, row, until, fail);
	r = ledger_end(ledger, r < 0 ? r : 0, fail);
	return r < 0 ? r : !has;
}

static int
release(struct ledger *ledger, struct care *row, struct fail *fail)
{
	struct care_holds holds;
	struct ledger_case of;
	int r = find_holds(ledger, row, &of, &holds, fail), ended;

	if (r < 0)
		return r;
	if (care_release(&holds) != CARE_OPEN) {
		fail_what(fail, "the customer may not let this line go");
		return -EPERM;
	}
	row->time = ledger->now;
	ended = ledger_release_inside(
		ledger, row->of_case, END_CUSTOMER, TEXT("by the customer, on the portal"), fail);
	r = ended < 0 ? ended : ledger->store->ops->care_put(ledger->store, row, fail);
	return r < 0 ? r : ended;
}

int
ledger_care_release(struct ledger *ledger, struct care *row, struct fail *fail)
{
	int r = ledger_begin(ledger, fail);

	return r < 0 ? r : ledger_end(ledger, release(ledger, row, fail), fail);
}
