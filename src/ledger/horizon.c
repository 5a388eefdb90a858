/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/horizon.h"

#include "ledger/inside.h"

#include <errno.h>

#define META_HORIZON "horizon"

int
ledger_read_horizon(struct ledger *ledger, struct fail *fail)
{
	uint8_t value[16] = {0};
	struct reader reader = reader_on(value, sizeof(value));
	int r = ledger->store->ops->meta_get(
		ledger->store, META_HORIZON, value, sizeof(value), fail);

	if (r < 0 && r != -ENOENT)
		return r;
	ledger->horizon.us = (int64_t)reader_u64(&reader);
	ledger->keeps_until.us = (int64_t)reader_u64(&reader);
	return 0;
}

/* Another program may have written since. */
int
ledger_move_horizon(struct ledger *ledger, struct fail *fail)
{
	struct wall now = ledger->now;
	uint8_t value[16];
	struct writer writer = writer_on(value, sizeof(value));
	int r;

	if (now.us < ledger->horizon.us + HORIZON_STEP)
		return 0;
	r = ledger_read_horizon(ledger, fail);
	if (r < 0 || now.us <= ledger->horizon.us)
		return r;
	if (ledger->horizon.us > 0 && now.us - ledger->horizon.us > HORIZON_LEAP)
		ledger->keeps_until.us = now.us + HORIZON_LEAP;
	ledger->horizon = now;
	writer_u64(&writer, (uint64_t)ledger->horizon.us);
	writer_u64(&writer, (uint64_t)ledger->keeps_until.us);
	return ledger->store->ops->meta_put(
		ledger->store, META_HORIZON, value, sizeof(value), fail);
}

struct wall
ledger_horizon(const struct ledger *ledger)
{
	return ledger->horizon;
}

/* One that is further off is of a clock that was put back. */
bool
ledger_keeps_all(const struct ledger *ledger)
{
	int64_t left = ledger->keeps_until.us - ledger->now.us;

	return left > 0 && left <= HORIZON_LEAP;
}
