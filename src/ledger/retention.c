/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/retention.h"

#include "ledger/inside.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

struct found {
	size_t count;
	struct ledger_case of[RETENTION_BATCH];
};

static int
collect(void *context, const struct ledger_case *row)
{
	struct found *found = context;

	found->of[found->count++] = *row;
	return found->count == RETENTION_BATCH;
}

static struct query
query_before(const struct ledger *ledger, unsigned days)
{
	struct query query = {.most = RETENTION_BATCH};

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
	last.to = of->state;
	transition_init_silent(&step, &last, days, facts);
	snprintf(why, sizeof(why), ": silent for at least %u days", days);
	r = ledger_recall(ledger, of, fail);
	if (r < 0)
		return r;
	case_apply(of, &step);
	of->changed = ledger->now;
	r = ops->case_put(ledger->store, of, fail);
	if (r >= 0)
		r = ledger_add_step(ledger, &step, of, why, fail);
	return r < 0 ? r : ledger_end_all_of(ledger, of, fail);
}

/* How many. */
static int
close_batch(struct ledger *ledger, unsigned days, struct fail *fail)
{
	struct query query = query_before(ledger, days);
	struct found *found = xcalloc(1, sizeof(*found));
	int r = ledger_begin(ledger, fail), closed;

	if (r >= 0) {
		r = ledger->store->ops->cases(
			ledger->store, CASES_SILENT, &query, collect, found, fail);
		for (size_t i = 0; i < found->count && r >= 0; i++)
			r = close_one(ledger, &found->of[i], days, fail);
		r = ledger_end(ledger, r < 0 ? r : 0, fail);
	}
	closed = (int)found->count;
	free(found);
	return r < 0 ? r : closed;
}

static int
remove_batch(struct ledger *ledger, unsigned days, struct fail *fail)
{
	const struct store_ops *ops = ledger->store->ops;
	struct query query = query_before(ledger, days);
	struct found *found = xcalloc(1, sizeof(*found));
	int r = ledger_begin(ledger, fail), removed;

	if (r >= 0) {
		r = ops->cases(ledger->store, CASES_OVER, &query, collect, found, fail);
		for (size_t i = 0; i < found->count && r >= 0; i++) {
			struct audit row = {.action = ACTION_REMOVE,
				.subject = found->of[i].number,
				.details = TEXT("")};

			r = ops->case_remove(ledger->store, &found->of[i], fail);
			if (r >= 0)
				r = ledger_append(ledger, row, fail);
		}
		r = ledger_end(ledger, r < 0 ? r : 0, fail);
	}
	removed = (int)found->count;
	free(found);
	return r < 0 ? r : removed;
}

/* What was done stands in the audit trail. */
static int
note_removed(struct ledger *ledger, unsigned days, int removed, struct fail *fail)
{
	struct audit row = {.action = ACTION_RETENTION, .object = (uint64_t)removed};
	char details[64];
	int r;

	snprintf(details, sizeof(details), "closed at least %u days ago", days);
	row.details = text_of(details);
	r = ledger_begin(ledger, fail);
	return r < 0 ? r : ledger_end(ledger, ledger_append(ledger, row, fail), fail);
}

/* May another batch follow on one of so many, of so many together? */
static bool
is_more(int batch, int together)
{
	return batch == RETENTION_BATCH && together < INT_MAX - RETENTION_BATCH;
}

/* 1: it may go on. Time is looked at in a transaction that writes. */
static int
begin(struct retention *retention, struct ledger *ledger, struct fail *fail)
{
	int r = ledger_begin(ledger, fail);

	if (r >= 0)
		r = ledger_end(ledger, 0, fail);
	if (r < 0)
		return r;
	retention->has_begun = true;
	retention->waits = ledger_keeps_all(ledger);
	return !retention->waits;
}

int
retention_step(struct retention *retention, struct ledger *ledger, struct fail *fail)
{
	int r = retention->has_begun ? !retention->waits : begin(retention, ledger, fail);

	if (r <= 0)
		return r;
	if (!retention->is_closed) {
		r = close_batch(ledger, retention->silent_days, fail);
		if (r < 0)
			return r;
		retention->closed += r;
		retention->is_closed = !is_more(r, retention->closed);
		if (r > 0)
			return 1;
	}
	r = remove_batch(ledger, retention->days, fail);
	if (r < 0)
		return r;
	retention->removed += r;
	if (is_more(r, retention->removed))
		return 1;
	return note_removed(ledger, retention->days, retention->removed, fail);
}

int
ledger_close_silent(struct ledger *ledger, unsigned days, struct fail *fail)
{
	int closed = 0, r;

	must(days > 0);
	do {
		r = close_batch(ledger, days, fail);
		closed += r < 0 ? 0 : r;
	} while (is_more(r, closed));
	return r < 0 ? r : closed;
}

int
ledger_forget(struct ledger *ledger, unsigned days, struct fail *fail)
{
	int removed = 0, r;

	do {
		r = remove_batch(ledger, days, fail);
		removed += r < 0 ? 0 : r;
	} while (is_more(r, removed));
	if (r >= 0)
		r = note_removed(ledger, days, removed, fail);
	return r < 0 ? r : removed;
}
