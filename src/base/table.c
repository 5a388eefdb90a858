/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/table.h"

#include <errno.h>

void
table_init(struct table *table, size_t most)
{
	uint64_t slots = 16;

	while (slots < most + most / 2)
		slots *= 2;
	*table = (struct table){
		.slots = memory_map(slots, sizeof(*table->slots)),
		.mask = slots - 1,
		.most = most,
	};
}

void
table_done(struct table *table)
{
	memory_unmap(table->slots, table->mask + 1, sizeof(*table->slots));
	*table = (struct table){0};
}

int
table_add(struct table *table, uint64_t key, struct table_slot **ret)
{
	uint64_t at = (key = table_key(key)) & table->mask;

	for (; table->slots[at].key != 0; at = (at + 1) & table->mask) {
		if (table->slots[at].key == key) {
			*ret = &table->slots[at];
			return 0;
		}
	}
	if (table->count >= table->most)
		return -ENOSPC;
	table->count++;
	table->slots[at] = (struct table_slot){.key = key};
	*ret = &table->slots[at];
	return 1;
}

void
table_remove(struct table *table, struct table_slot *slot)
{
	uint64_t hole = (uint64_t)(slot - table->slots), at = hole;

	for (;;) {
		at = (at + 1) & table->mask;
		if (table->slots[at].key == 0)
			break;
		/* May the entry at `at` move into the hole? Only if its home is not between them. */
		uint64_t home = table->slots[at].key & table->mask;

		if (((at - home) & table->mask) >= ((at - hole) & table->mask)) {
			table->slots[hole] = table->slots[at];
			hole = at;
		}
	}
	table->slots[hole] = (struct table_slot){0};
	table->count--;
}
