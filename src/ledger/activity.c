/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/activity.h"

#include "ledger/inside.h"

int
ledger_activity(struct ledger *ledger, uint64_t of_case, struct activity *ret, struct fail *fail)
{
	return ledger->store->ops->activity(ledger->store, of_case, ret, fail);
}

int
ledger_put_activity(struct ledger *ledger, const struct verdict *verdict, struct fail *fail)
{
	const struct query newest = {.key = verdict->line, .most = 1};
	const struct activity it = {.last = verdict->facts.last_seen,
		.attempts = verdict->facts.attempts,
		.networks = verdict->facts.networks};
	const struct store_ops *ops = ledger->store->ops;
	struct ledger_case of;
	int r = ops->cases(ledger->store, CASES_LINE, &newest, ledger_take_case, &of, fail);

	if (r <= 0 || !wall_is_none(of.closed))
		return r < 0 ? r : 0;
	return ops->activity_put(ledger->store, of.number, &it, fail);
}
