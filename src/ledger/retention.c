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
	struct query query = {.most = AT_ONCE};
	struct found *found = xcalloc(1, sizeof(*found));
	struct audit row = {.action = ACTION_RETENTION};
	char details[64];
	uint64_t removed = 0;
	int r;

	/* Up to and including the moment that many days ago. */
	query.time.us = ledger->now.us - (int64_t)days * WALL_DAY + 1;
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
