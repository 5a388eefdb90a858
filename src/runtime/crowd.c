/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/crowd.h"

/* Slots that it begins with: mostly few are there. */
#define SLOTS_FIRST 256

void
crowd_init(struct crowd *crowd, size_t most, uint32_t each_most, unsigned length6)
{
	*crowd = (struct crowd){.each_most = each_most, .length6 = length6};
	hash_key_random(&crowd->key);
	table_init_small(&crowd->table, most, SLOTS_FIRST);
}

void
crowd_done(struct crowd *crowd)
{
	table_done(&crowd->table);
}

static uint64_t
key_of(const struct crowd *crowd, const struct address *address)
{
	struct address line =
		address_is_v4(address) ? *address : address_mask(address, crowd->length6);

	return hash_keyed(&crowd->key, line.byte, sizeof(line.byte));
}

bool
crowd_enter(struct crowd *crowd, const struct address *address)
{
	struct table_slot *slot;

	if (table_add(&crowd->table, key_of(crowd, address), &slot) < 0)
		return false;
	if (slot->value >= crowd->each_most)
		return false;
	slot->value++;
	return true;
}

void
crowd_leave(struct crowd *crowd, const struct address *address)
{
	struct table_slot *slot = table_find(&crowd->table, key_of(crowd, address));

	must(slot != NULL && slot->value > 0);
	if (--slot->value == 0)
		table_remove(&crowd->table, slot);
}
