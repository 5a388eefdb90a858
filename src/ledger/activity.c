/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/activity.h"

#include "ledger/inside.h"

int
ledger_activity(struct ledger *ledger, uint64_t of_case, struct activity *ret, struct fail *fail)
{
	return ledger->store->ops->activity(ledger->store, of_case, ret, fail);
}
