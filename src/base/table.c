/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/table.h"

#include <errno.h>

/* So many slots a table begins with, unless it never needs as many: one huge page. */
#define SLOTS_FIRST ((size_t)1 << 17)

/* As many entries as slots give room to without long runs of probing. */
static size_t
room_of(uint64_t slots, size_t most)
{
	size_t room = (2 * slots + 1) / 3;

	return room < most ? room : most;
}

void
table_init(struct table *table, size_t most)
{
	table_init_small(table, most, SLOTS_FIRST);
}

void
table_init_small(struct table *table, size_t most, size_t slots_first)
{
	uint64_t slots = 16;

	while (slots < most + most / 2 && slots < slots_first)
		slots *= 2;
	*table = (struct table){
		.slots = memory_map(slots, sizeof(*table->slots)),
		.mask = slots - 1,
		.room = room_of(slots, most),
		.most = most,
	};
}

void
table_done(struct table *table)
{
	memory_unmap(table->slots, table->mask + 1, sizeof(*table->slots));
	*table = (struct table){0};
}

/* Twice the slots: a small table stays in the caches, and touches no more memory than it needs. */
static void
grow(struct table *table)
{
	struct table_slot *old = table->slots;
	uint64_t count = table->mask + 1;

	table->mask = 2 * count - 1;
	table->room = room_of(2 * count, table->most);
	table->slots = memory_map(2 * count, sizeof(*table->slots));
	for (uint64_t i = 0; i < count; i++) {
		uint64_t at = old[i].key & table->mask;

		if (old[i].key == 0)
			continue;
		while (table->slots[at].key != 0)
			at = (at + 1) & table->mask;
		table->slots[at] = old[i];
	}
	memory_unmap(old, count, sizeof(*old));
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
	if (table->count >= table->room) {
		if (table->count >= table->most)
			return -ENOSPC;
		grow(table);
		return table_add(table, key, ret);
	}
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
