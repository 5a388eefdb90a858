/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/keeperfollow.h"

#include "ledger/planning.h"
#include "ledger/reading.h"

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
		casetable_become(table, open.table);
	*displaced += open.displaced;
	free(open.table);
	return r;
}

int
keeperfollow_review(
	struct keeperfollow *follow, struct ledger *ledger, int64_t now_us, struct fail *fail)
{
	int r;

	if (now_us < follow->due_us)
		return 0;
	r = ledger_review(ledger, &follow->after, fail);
	if (r <= 0) {
		follow->after = 0;
		follow->due_us = now_us + (r < 0 ? RETRY_US : REVIEW_US);
	}
	return r;
}
