/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/retention.h"

#include "ledger/inside.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

/* Cases removed in one transaction: other programs may write between two. */
#define AT_ONCE 256

struct found {
	size_t count;
	struct ledger_case of[AT_ONCE];
};

static int
collect(void *context, const struct ledger_case *row)
{
	struct found *found = context;

	found->of[found->count++] = *row;
	return found->count == AT_ONCE;
}

static struct query
query_before(const struct ledger *ledger, unsigned days)
{
	struct query query = {.most = AT_ONCE};

	/* Up to and including the moment that many days ago. */
	query.time.us = ledger->now.us - (int64_t)days * WALL_DAY + 1;
	return query;
}

/* The case's last step as far as another one follows from it. */
static int
take_last(void *context, const struct transition *row)
{
	struct transition *last = context;

	if (last->number == 0 || row->time.us >= last->time.us)
		*last = *row;
	return 0;
}

static int
close_one(struct ledger *ledger, struct ledger_case *of, unsigned days, struct fail *fail)
{
	const struct store_ops *ops = ledger->store->ops;
	struct transition last = {.number = 0}, step;
	char facts[TRANSITION_SILENT], why[64];
	int r = ops->transitions(
		ledger->store, TRANSITIONS_CASE, of->number, take_last, &last, fail);

	if (r < 0)
		return r;
	if (last.number == 0) {
		fail_where(fail, "%s", ledger->where);
		fail_what(fail, "case %llu has no steps", (unsigned long long)of->number);
		fail_hint(fail, "see what was changed: lazaret cases --verify");
		return -EUCLEAN;
	}
	transition_init_silent(&step, &last, days, facts);
	snprintf(why, sizeof(why), ": silent for at least %u days", days);
	case_apply(of, &step);
	of->changed = ledger->now;
	r = ops->case_put(ledger->store, of, fail);
	return r < 0 ? r : ledger_add_step(ledger, &step, of, why, fail);
}

static int
close_found(struct ledger *ledger, struct found *found, const struct query *query, unsigned days,
	struct fail *fail)
{
	int r = ledger_begin(ledger, fail);

	if (r < 0)
		return r;
	found->count = 0;
	r = ledger->store->ops->cases(ledger->store, CASES_SILENT, query, collect, found, fail);
	for (size_t i = 0; i < found->count && r >= 0; i++)
		r = close_one(ledger, &found->of[i], days, fail);
	return ledger_end(ledger, r < 0 ? r : 0, fail);
}

int
ledger_close_silent(struct ledger *ledger, unsigned days, struct fail *fail)
{
	struct query query = query_before(ledger, days);
	struct found *found = xcalloc(1, sizeof(*found));
	int closed = 0, r;

	must(days > 0);
	do {
		r = close_found(ledger, found, &query, days, fail);
		closed += r < 0 ? 0 : (int)found->count;
	} while (r >= 0 && found->count == AT_ONCE && closed < INT_MAX - AT_ONCE);
	free(found);
	return r < 0 ? r : closed;
}

static int
remove_found(
	struct ledger *ledger, struct found *found, const struct query *query, struct fail *fail)
{
	int r = ledger_begin(ledger, fail);

	if (r < 0)
		return r;
	found->count = 0;
	r = ledger->store->ops->cases(ledger->store, CASES_OVER, query, collect, found, fail);
	for (size_t i = 0; i < found->count && r >= 0; i++) {
		struct audit row = {.action = ACTION_REMOVE,
			.subject = found->of[i].number,
			.details = TEXT("")};

		r = ledger->store->ops->case_remove(ledger->store, &found->of[i], fail);
		if (r >= 0)
			r = ledger_append(ledger, row, fail);
	}
	return ledger_end(ledger, r < 0 ? r : 0, fail);
}

int
ledger_forget(struct ledger *ledger, unsigned days, struct fail *fail)
{
	struct query query = query_before(ledger, days);
	struct found *found = xcalloc(1, sizeof(*found));
	struct audit row = {.action = ACTION_RETENTION};
	char details[64];
	uint64_t removed = 0;
	int r;

	do {
		r = remove_found(ledger, found, &query, fail);
		removed += r < 0 ? 0 : found->count;
	} while (r >= 0 && found->count == AT_ONCE && removed < INT_MAX - AT_ONCE);
	free(found);
	if (r < 0)
		return r;
	snprintf(details, sizeof(details), "closed at least %u days ago", days);
	row.object = removed;
	row.details = text_of(details);
	r = ledger_begin(ledger, fail);
	if (r < 0)
		return r;
	r = ledger_end(ledger, ledger_append(ledger, row, fail), fail);
	return r < 0 ? r : (int)removed;
}
