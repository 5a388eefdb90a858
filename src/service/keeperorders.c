/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/keeperorders.h"

#include "ledger/exception.h"
#include "ledger/measures.h"
#include "ledger/reading.h"
#include "service/keepername.h"

#include <errno.h>

/* In a question for all that holds: from here on exemptions are asked for. */
#define EXEMPTIONS (UINT64_C(1) << 62)
/* Rows of the audit trail at a time: what is read here no verdict waits for long. */
#define ROWS 1024

void
keeperorders_begin(struct keeperorders *orders, struct ring *ring, struct casetable *cases,
	struct planning_waits *waits, const struct keys *keys, const struct lines *lines,
	uint64_t sequence)
{
	*orders = (struct keeperorders){.ring = ring,
		.cases = cases,
		.waits = waits,
		.keys = keys,
		.lines = lines,
		.sequence = sequence,
		.owes_anew = ring != NULL,
		.displaced = orders->displaced,
		.told = orders->told,
		.lost = orders->lost};
}

/* Where the line is, if its name says so: a part of a shared address is no place, nor is an address that is another
 * line's by now. */
static struct prefix
place_of(const struct keeperorders *orders, uint64_t line, const uint8_t sealed[SEAL_SIZE])
{
	struct line_name name;

	if (keepername_place(orders->keys, line, sealed, &name) < 0 || name.high != 0 ||
		!lines_has(orders->lines, &name))
		return (struct prefix){.length = 0};
	return (struct prefix){.address = name.address, .length = name.length};
}

/* 1 and an order; 0: nobody is to do anything for this measure. */
static int
order_of(const struct keeperorders *orders, struct ledger *ledger, const struct measure *measure,
	struct order *ret, struct fail *fail)
{
	struct ledger_case of;
	int r;

	if (measure->mode != MEASURE_ENFORCE)
		return 0;
	*ret = (struct order){.measure = measure->number,
		.line = measure->line,
		.kind = measure->kind,
		.verb = wall_is_none(measure->ended) ? ORDER_APPLY : ORDER_UNDO};
	if (ret->verb == ORDER_UNDO)
		return 1;
	if (!wall_is_none(measure->until))
		ret->until = measure->until;
	r = ledger_case(ledger, measure->of_case, &of, fail);
	if (r == 0)
		ret->place = place_of(orders, of.line, of.sealed);
	/* A case that is gone has taken its measure with it. */
	return r == 0 ? 1 : r == -ENOENT ? 0 : r;
}

/* What began or ended. */
struct told {
	uint64_t number;
	bool is_exemption; /* and no measure */
	bool is_end;
};

struct trail {
	struct told told[ROWS];
	size_t count;
	uint64_t last;
	size_t seen;
};

static int
take_row(void *context, const struct audit *row)
{
	struct trail *trail = context;

	if (trail->seen == ROWS)
		return 1;
	trail->seen++;
	trail->last = row->sequence;
	if (row->action == ACTION_MEASURE || row->action == ACTION_MEASURE_END)
		trail->told[trail->count++] = (struct told){
			.number = row->object, .is_end = row->action == ACTION_MEASURE_END};
	else if (row->action == ACTION_EXEMPT)
		trail->told[trail->count++] = (struct told){
			.number = row->object, .is_exemption = true, .is_end = !row->has_digest};
	return 0;
}

static void
put(struct keeperorders *orders, const struct order *order)
{
	if (orders->ring == NULL)
		return;
	if (ring_put(orders->ring, order, 1) == 1) {
		orders->told++;
		return;
	}
	orders->owes_anew = true;
	orders->lost++;
}

/* The guard may not have heard of the case as yet. */
static int
show_limit(struct keeperorders *orders, struct ledger *ledger, const struct measure *measure,
	struct fail *fail)
{
	bool holds = wall_is_none(measure->ended);
	struct ledger_case of;
	int r = 0;

	if (orders->cases == NULL || measure->kind != MEASURE_LIMIT ||
		measure->mode != MEASURE_ENFORCE)
		return 0;
	if (holds)
		r = ledger_case(ledger, measure->of_case, &of, fail);
	if (r < 0)
		return r;
	if (holds)
		orders->displaced += casetable_put(
			orders->cases, measure->line, (enum state)of.state, of.number);
	casetable_limit(orders->cases, measure->line, holds);
	return 0;
}

/* As it is now: what began and ended meanwhile is only ended. */
static int
tell_measure(struct keeperorders *orders, struct ledger *ledger, const struct told *told,
	struct fail *fail)
{
	struct measure measure;
	struct order order;
	int r = ledger_measure(ledger, told->number, &measure, fail);

	if (r == 0)
		planning_count(orders->waits, &measure, told->is_end ? -1 : 1);
	if (r == 0)
		r = show_limit(orders, ledger, &measure, fail);
	if (r == 0)
		r = order_of(orders, ledger, &measure, &order, fail);
	if (r > 0)
		put(orders, &order);
	return r == -ENOENT ? 0 : r;
}

/* False: its time is over. */
static bool
order_of_exemption(const struct keeperorders *orders, struct ledger *ledger,
	const struct exception *exemption, struct order *ret)
{
	if (exemption->until.us <= ledger_time(ledger).us)
		return false;
	*ret = (struct order){.measure = exemption->number,
		.line = exemption->line,
		.until = exemption->until,
		.place = place_of(orders, exemption->line, exemption->sealed),
		.kind = ORDER_EXEMPTION};
	return true;
}

/* One that ended has left its row of the audit trail alone, which names no line: the ledger knows it for a while. */
static int
tell_exemption(struct keeperorders *orders, struct ledger *ledger, const struct told *told,
	struct fail *fail)
{
	struct order order = {.measure = told->number, .kind = ORDER_EXEMPTION, .verb = ORDER_UNDO};
	struct exception exemption;
	int r;

	if (told->is_end) {
		r = ledger_ended_exception(ledger, EXCEPTION_EXEMPT, told->number, &order.line);
		orders->owes_anew = orders->owes_anew || r < 0;
		if (r == 0)
			put(orders, &order);
		return 0;
	}
	r = ledger_exception(ledger, EXCEPTION_EXEMPT, told->number, &exemption, fail);
	if (r == 0 && order_of_exemption(orders, ledger, &exemption, &order))
		put(orders, &order);
	return r == -ENOENT ? 0 : r;
}

static void
tell_anew(struct keeperorders *orders)
{
	const struct order anew = {.verb = ORDER_ANEW};

	if (orders->owes_anew && orders->ring != NULL && ring_put(orders->ring, &anew, 1) == 1)
		orders->owes_anew = false;
}

int
keeperorders_tell(struct keeperorders *orders, struct ledger *ledger, struct fail *fail)
{
	struct trail trail;
	int r;

	tell_anew(orders);
	do {
		trail.count = trail.seen = 0;
		trail.last = orders->sequence;
		r = ledger_each_audit_after(ledger, orders->sequence, take_row, &trail, fail);
		for (size_t i = 0; i < trail.count && r >= 0; i++) {
			const struct told *told = &trail.told[i];

			r = told->is_exemption ? tell_exemption(orders, ledger, told, fail)
					       : tell_measure(orders, ledger, told, fail);
		}
		if (r >= 0)
			orders->sequence = trail.last;
	} while (r >= 0 && trail.seen == ROWS);
	tell_anew(orders);
	return r < 0 ? r : 0;
}

struct paging {
	const struct keeperorders *orders;
	struct ledger *ledger;
	struct held_page *page;
};

/* Compared: a name may look like a place that the line is not. */
static struct prefix
sure_place(const struct keeperorders *orders, const struct enforced *measure)
{
	const struct line_name name = {
		.address = measure->place.address, .length = measure->place.length};
	bool is_place = name.length != 0 &&
		line_name_pseudonym(&name, &orders->keys->pseudonym) == measure->line;

	return is_place ? measure->place : (struct prefix){.length = 0};
}

static int
add_held(void *context, const struct enforced *measure)
{
	struct paging *paging = context;
	struct held_page *page = paging->page;

	if (page->count == MESSAGE_HELD_MOST) {
		page->is_last = 0;
		return 1;
	}
	page->order[page->count++] = (struct order){.measure = measure->number,
		.line = measure->line,
		.until.us = wall_is_none(measure->until) ? 0 : measure->until.us,
		.place = sure_place(paging->orders, measure),
		.kind = measure->kind};
	page->after = measure->number;
	return 0;
}

static int
add_exemption(void *context, const struct exception *exemption)
{
	struct paging *paging = context;
	struct held_page *page = paging->page;

	if (page->count == MESSAGE_HELD_MOST) {
		page->is_last = 0;
		return 1;
	}
	page->after = EXEMPTIONS + exemption->number;
	page->count += order_of_exemption(
		paging->orders, paging->ledger, exemption, &page->order[page->count]);
	return 0;
}

/* Measures first, then exemptions. */
int
keeperorders_page(const struct keeperorders *orders, struct ledger *ledger,
	const struct held_question *question, struct held_page *page, struct fail *fail)
{
	struct paging paging = {.orders = orders, .ledger = ledger, .page = page};
	uint64_t after = question->after;
	int r;

	page->number = question->number;
	page->after = after;
	page->place = orders->ring != NULL ? ring_place(orders->ring) : 0;
	page->count = 0;
	page->is_last = 1;
	if (after >= EXEMPTIONS) {
		r = ledger_each_exception(
			ledger, EXCEPTION_EXEMPT, after - EXEMPTIONS, add_exemption, &paging, fail);
		return r < 0 ? r : 0;
	}
	r = ledger_each_enforced(ledger, after, add_held, &paging, fail);
	if (r >= 0 && page->is_last) {
		page->after = EXEMPTIONS;
		page->is_last = 0;
	}
	return r < 0 ? r : 0;
}
