/* SPDX-License-Identifier: BSD-2-Clause */
#include "action/holding.h"

#include <errno.h>
#include <stdlib.h>

#define NONE 0U   /* no entry: they count from 1 */
#define V4   128U /* length of an IPv4 address */

struct entry {
	uint64_t line;
	uint64_t place; /* an IPv4 address, or the first half of an IPv6 one */
	uint32_t measure;
	uint32_t until; /* seconds; 0: none */
	uint32_t next;  /* of the line's measure; or of those that are free */
	uint8_t kind;
	uint8_t length; /* 0: it waits for a place */
	uint8_t is_used;
	uint8_t is_named; /* the place is that of the order */
};

_Static_assert(sizeof(struct entry) == 32, "two in a cache line");

struct holding {
	struct table table; /* line and kind to the first of its entries */
	struct entry *entry;
	size_t room, most;
	uint32_t used; /* the highest that was ever used */
	uint32_t free;
	size_t count[ORDERED_KINDS];
};

struct holding *
holding_new(size_t most)
{
	struct holding *holding = xcalloc(1, sizeof(*holding));

	must(most > 0 && most < UINT32_MAX);
	holding->most = most;
	table_init(&holding->table, most);
	return holding;
}

struct holding *
holding_free(struct holding *holding)
{
	if (holding == NULL)
		return NULL;
	table_done(&holding->table);
	free(holding->entry);
	free(holding);
	return NULL;
}

void
holding_clear(struct holding *holding)
{
	size_t most = holding->most;

	table_done(&holding->table);
	free(holding->entry);
	*holding = (struct holding){.most = most};
	table_init(&holding->table, most);
}

/* Lines are hashes with a secret key already. */
static uint64_t
key_of(uint64_t line, unsigned kind)
{
	return line ^ (uint64_t)(kind + 1) * UINT64_C(0x9e3779b97f4a7c15);
}

static struct entry *
at(const struct holding *holding, uint32_t index)
{
	return &holding->entry[index - 1];
}

static uint32_t
first_of(const struct holding *holding, uint64_t line, unsigned kind)
{
	const struct table_slot *slot = table_find(&holding->table, key_of(line, kind));

	return slot == NULL ? NONE : slot->value;
}

/* An entry that nobody uses; NONE: there is no room. */
static uint32_t
take_entry(struct holding *holding)
{
	uint32_t index = holding->free;

	if (index != NONE) {
		holding->free = at(holding, index)->next;
		return index;
	}
	if (holding->used == holding->most)
		return NONE;
	if (holding->used == holding->room) {
		size_t room = holding->room == 0 ? 1024 : 2 * holding->room;

		holding->room = room < holding->most ? room : holding->most;
		holding->entry = xrealloc(holding->entry, holding->room * sizeof(*holding->entry));
	}
	return ++holding->used;
}

static void
drop_entry(struct holding *holding, uint32_t index)
{
	struct entry *entry = at(holding, index);

	holding->count[entry->kind] -= entry->length != 0;
	*entry = (struct entry){.next = holding->free};
	holding->free = index;
}

static bool
is_place(const struct prefix *place)
{
	return address_is_v4(&place->address) ? place->length == V4
					      : place->length > 0 && place->length <= 64;
}

static void
set_place(struct holding *holding, struct entry *entry, const struct prefix *place)
{
	const uint8_t *byte = place->address.byte;

	holding->count[entry->kind] += entry->length == 0;
	entry->length = place->length;
	entry->place = place->length == V4 ? bytes_u32(byte + 12) : bytes_u64(byte);
}

static bool
is_at(const struct entry *entry, const struct prefix *place)
{
	const uint8_t *byte = place->address.byte;

	return entry->length == place->length &&
		entry->place == (place->length == V4 ? bytes_u32(byte + 12) : bytes_u64(byte));
}

static void
tell(const struct entry *entry, bool adds, struct holding_change *ret)
{
	struct holding_change change = {.adds = adds,
		.kind = entry->kind,
		.until.us = (int64_t)entry->until * WALL_SECOND,
		.place.length = entry->length};

	if (entry->length == V4) {
		change.place.address = address_from_v4((uint32_t)entry->place);
	} else {
		for (unsigned i = 0; i < 8; i++)
			change.place.address.byte[i] = (uint8_t)(entry->place >> (56 - 8 * i));
	}
	*ret = change;
}

static void
give_change(const struct entry *entry, bool adds, holding_give give, void *context)
{
	struct holding_change change;

	if (entry->length == 0)
		return;
	tell(entry, adds, &change);
	give(context, &change);
}

/* A part of a second is a whole one: nobody is free before his time is over, and the ledger says when it is. */
static uint32_t
seconds_of(struct wall until)
{
	int64_t seconds = (until.us + WALL_SECOND - 1) / WALL_SECOND;

	return until.us <= 0 ? 0 : seconds < UINT32_MAX ? (uint32_t)seconds : UINT32_MAX;
}

/* A new entry in front of those of the line's measure. */
static struct entry *
add_entry(struct holding *holding, const struct order *order)
{
	uint32_t index = take_entry(holding);
	struct table_slot *slot;
	struct entry *entry;

	if (index == NONE)
		return NULL;
	entry = at(holding, index);
	*entry = (struct entry){.line = order->line,
		.measure = (uint32_t)order->measure,
		.until = seconds_of(order->until),
		.kind = order->kind,
		.is_used = 1};
	if (table_add(&holding->table, key_of(order->line, order->kind), &slot) < 0) {
		drop_entry(holding, index);
		return NULL;
	}
	entry->next = slot->value;
	slot->value = index;
	return entry;
}

/* Known already: it has the newer number and end. */
static void
take_over(struct holding *holding, uint32_t index, const struct order *order, holding_give give,
	void *context)
{
	uint32_t until = seconds_of(order->until);

	for (; index != NONE; index = at(holding, index)->next) {
		struct entry *entry = at(holding, index);
		bool differs = entry->until != until;

		entry->measure = (uint32_t)order->measure;
		entry->until = until;
		if (differs)
			give_change(entry, true, give, context);
	}
}

int
holding_apply(struct holding *holding, const struct order *order, holding_give give, void *context)
{
	uint32_t index;
	struct entry *entry;

	if (order->kind >= ORDERED_KINDS || order->line == 0 ||
		(order->place.length != 0 && !is_place(&order->place)))
		return -EINVAL;
	index = first_of(holding, order->line, order->kind);
	if (index != NONE) {
		take_over(holding, index, order, give, context);
		return 0;
	}
	entry = add_entry(holding, order);
	if (entry == NULL)
		return -ENOSPC;
	if (order->place.length == 0)
		return 0;
	entry->is_named = 1;
	set_place(holding, entry, &order->place);
	give_change(entry, true, give, context);
	return 0;
}

void
holding_undo(struct holding *holding, const struct order *order, holding_give give, void *context)
{
	struct table_slot *slot;
	uint32_t index, next;

	if (order->kind >= ORDERED_KINDS)
		return;
	slot = table_find(&holding->table, key_of(order->line, order->kind));
	if (slot == NULL || at(holding, slot->value)->measure != (uint32_t)order->measure)
		return;
	index = slot->value;
	table_remove(&holding->table, slot);
	for (; index != NONE; index = next) {
		next = at(holding, index)->next;
		give_change(at(holding, index), false, give, context);
		drop_entry(holding, index);
	}
}

/* The line's measure of a kind holds at the place, too. */
static int
come(struct holding *holding, uint32_t first, const struct prefix *place, holding_give give,
	void *context)
{
	struct entry *entry = at(holding, first);
	struct order order = {.measure = entry->measure,
		.line = entry->line,
		.kind = entry->kind,
		.until.us = (int64_t)entry->until * WALL_SECOND};

	if (entry->is_named)
		return 0;
	for (uint32_t index = first; index != NONE; index = at(holding, index)->next) {
		if (is_at(at(holding, index), place))
			return 0;
	}
	if (entry->length != 0)
		entry = add_entry(holding, &order);
	if (entry == NULL)
		return -ENOSPC;
	set_place(holding, entry, place);
	give_change(entry, true, give, context);
	return 0;
}

int
holding_come(struct holding *holding, uint64_t line, const struct prefix *place, holding_give give,
	void *context)
{
	int r = -ENOENT;

	if (!is_place(place))
		return -EINVAL;
	for (unsigned kind = 0; kind < ORDERED_KINDS; kind++) {
		uint32_t first = first_of(holding, line, kind);
		int came = first == NONE ? -ENOENT : come(holding, first, place, give, context);

		if (came == -ENOSPC)
			return came;
		r = came == 0 ? 0 : r;
	}
	return r;
}

/* The last entry of a measure stays, and waits. */
static void
leave(struct holding *holding, struct table_slot *slot, const struct prefix *place,
	holding_give give, void *context)
{
	uint32_t before = NONE, index = slot->value;

	while (index != NONE && !is_at(at(holding, index), place)) {
		before = index;
		index = at(holding, index)->next;
	}
	if (index == NONE || at(holding, index)->is_named)
		return;
	give_change(at(holding, index), false, give, context);
	if (before == NONE && at(holding, index)->next == NONE) {
		holding->count[at(holding, index)->kind]--;
		at(holding, index)->length = 0;
		return;
	}
	if (before == NONE)
		slot->value = at(holding, index)->next;
	else
		at(holding, before)->next = at(holding, index)->next;
	drop_entry(holding, index);
}

void
holding_leave(struct holding *holding, uint64_t line, const struct prefix *place, holding_give give,
	void *context)
{
	for (unsigned kind = 0; kind < ORDERED_KINDS && is_place(place); kind++) {
		struct table_slot *slot = table_find(&holding->table, key_of(line, kind));

		if (slot != NULL)
			leave(holding, slot, place, give, context);
	}
}

int
holding_next_without_place(const struct holding *holding, size_t *place, uint64_t *ret)
{
	while (*place < holding->used) {
		const struct entry *entry = &holding->entry[(*place)++];

		if (entry->is_used && !entry->is_named) {
			*ret = entry->line;
			return 1;
		}
	}
	return 0;
}

int
holding_next(
	const struct holding *holding, unsigned kind, size_t *place, struct holding_change *ret)
{
	while (*place < holding->used) {
		const struct entry *entry = &holding->entry[(*place)++];

		if (entry->is_used && entry->kind == kind && entry->length != 0) {
			tell(entry, true, ret);
			return 1;
		}
	}
	return 0;
}

size_t
holding_count(const struct holding *holding, unsigned kind)
{
	return holding->count[kind];
}
