/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/casetable.h"

#include "base/hash.h"

#include <errno.h>

/* A case may lie in one of so many slots, one behind the other. */
#define WAYS 16

static size_t
first_slot(uint64_t line)
{
	return (size_t)(hash_mix(line) % (CASETABLE / WAYS)) * WAYS;
}

bool
casetable_put(struct casetable *table, uint64_t line, enum state state, uint64_t number)
{
	struct casetable_slot *slot = &table->slot[first_slot(line)], *into = NULL;
	bool displaces;

	for (int i = 0; i < WAYS; i++) {
		if (slot[i].line == line)
			into = &slot[i];
		else if (into == NULL && slot[i].line == 0)
			into = &slot[i];
	}
	if (state == STATE_CLEAR) {
		if (into != NULL && into->line == line) {
			__atomic_store_n(&into->line, 0, __ATOMIC_RELEASE);
			__atomic_sub_fetch(&table->count, 1, __ATOMIC_RELAXED);
		}
		return false;
	}
	displaces = into == NULL;
	if (displaces)
		into = &slot[line % WAYS];
	if (into->line == 0)
		__atomic_add_fetch(&table->count, 1, __ATOMIC_RELAXED);
	if (into->line != line)
		__atomic_store_n(&into->line, 0, __ATOMIC_RELAXED);
	/* Who still sees that line does not see what follows. */
	__atomic_thread_fence(__ATOMIC_RELEASE);
	if (into->line != line)
		into->is_limited = 0;
	into->number = (uint32_t)number;
	into->state = (uint16_t)state;
	__atomic_store_n(&into->line, line, __ATOMIC_RELEASE);
	return displaces;
}

void
casetable_limit(struct casetable *table, uint64_t line, bool is_limited)
{
	struct casetable_slot *slot = &table->slot[first_slot(line)];

	for (int i = 0; i < WAYS; i++) {
		if (slot[i].line == line)
			__atomic_store_n(&slot[i].is_limited, is_limited, __ATOMIC_RELAXED);
	}
}

void
casetable_become(struct casetable *table, const struct casetable *other)
{
	struct casetable_slot slot;

	for (size_t i = 0; i < CASETABLE; i++) {
		uint64_t line = table->slot[i].line;

		if (line != 0 && casetable_find(other, line, &slot) < 0)
			(void)casetable_put(table, line, STATE_CLEAR, 0);
	}
	for (size_t i = 0; i < CASETABLE; i++) {
		slot = other->slot[i];
		if (slot.line != 0)
			(void)casetable_put(table, slot.line, (enum state)slot.state, slot.number);
		if (slot.line != 0)
			casetable_limit(table, slot.line, slot.is_limited != 0);
	}
	/* Whoever wrote it before may have died in between. */
	__atomic_store_n(&table->count, other->count, __ATOMIC_RELAXED);
}

int
casetable_find(const struct casetable *table, uint64_t line, struct casetable_slot *ret)
{
	const struct casetable_slot *slot;

	if (__atomic_load_n(&table->count, __ATOMIC_RELAXED) == 0)
		return -ENOENT;
	slot = &table->slot[first_slot(line)];
	for (int i = 0; i < WAYS; i++) {
		if (__atomic_load_n(&slot[i].line, __ATOMIC_ACQUIRE) != line)
			continue;
		*ret = slot[i];
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		/* It may be another's by now; and who writes there is not to be trusted with more than this. */
		if (__atomic_load_n(&slot[i].line, __ATOMIC_RELAXED) != line ||
			ret->state >= STATE_COUNT)
			return -ENOENT;
		return 0;
	}
	return -ENOENT;
}
