/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/ordertable.h"

#include <errno.h>
#include <stdio.h>

void
ordertable_begin(struct ordertable *table)
{
	/* A keeper that died in the middle left it odd. */
	uint64_t odd = table->version | 1;

	if (odd == table->version)
		odd += 2;
	__atomic_store_n(&table->version, odd, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	table->count = 0;
}

void
ordertable_end(struct ordertable *table)
{
	__atomic_store_n(&table->version, (table->version | 1) + 1, __ATOMIC_RELEASE);
}

bool
ordertable_add(struct ordertable *table, const struct account_order *order)
{
	struct ordertable_row *row = &table->row[table->count];

	if (table->count == ACCOUNT_ORDERS)
		return false;
	*row = (struct ordertable_row){
		.number = order->number,
		.line = order->line,
		.until = order->until,
		.of_case = order->of_case,
		.threshold = order->threshold,
		.kind = order->kind,
	};
	snprintf(row->rule, sizeof(row->rule), "%s", order->rule);
	table->count++;
	return true;
}

uint64_t
ordertable_version(const struct ordertable *table)
{
	return __atomic_load_n(&table->version, __ATOMIC_ACQUIRE);
}

int
ordertable_copy(const struct ordertable *table, struct ordertable *into)
{
	uint64_t version = ordertable_version(table);
	uint32_t count = __atomic_load_n(&table->count, __ATOMIC_RELAXED);

	if (version % 2 != 0 || count > ACCOUNT_ORDERS)
		return -EAGAIN;
	memcpy(into->row, table->row, count * sizeof(*into->row));
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	if (__atomic_load_n(&table->version, __ATOMIC_RELAXED) != version)
		return -EAGAIN;
	into->version = version;
	into->count = count;
	return 0;
}
