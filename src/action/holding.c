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
	uint32_t next;  /* in its bucket; or of those that are free */
	uint8_t kind;
	uint8_t length; /* 0: it waits for a place */
	uint8_t is_used;
	uint8_t is_named; /* the place is that of the order */
};

_Static_assert(sizeof(struct entry) == 32, "two in a cache line");

/* Buckets as many as entries at least, but not from the begin. */
#define BUCKETS_FIRST 1024U

struct holding {
	uint32_t *
		bucket; /* the first entry of each; a line's measure has all of its entries in one */
	uint32_t mask;  /* number of buckets - 1, a power of two */
	struct entry *entry;
	size_t room, most;
	uint32_t used; /* the highest that was ever used */
	uint32_t free;
	size_t count[ORDERED_KINDS];
};

static void
begin(struct holding *holding, size_t most)
{
	*holding = (struct holding){.most = most,
		.mask = BUCKETS_FIRST - 1,
		.bucket = memory_map(BUCKETS_FIRST, sizeof(*holding->bucket))};
}

static void
end(struct holding *holding)
{
	memory_unmap(holding->bucket, holding->mask + 1UL, sizeof(*holding->bucket));
	free(holding->entry);
}

struct holding *
holding_new(size_t most)
{
	struct holding *holding = xcalloc(1, sizeof(*holding));

	must(most > 0 && most <= UINT32_MAX / 2);
	begin(holding, most);
	return holding;
}

struct holding *
holding_free(struct holding *holding)
{
	if (holding == NULL)
		return NULL;
	end(holding);
	free(holding);
	return NULL;
}

void
holding_clear(struct holding *holding)
{
	end(holding);
	begin(holding, holding->most);
}

/* Lines are hashes with a secret key already. */
static uint32_t *
bucket_of(const struct holding *holding, uint64_t line, unsigned kind)
{
	uint64_t key = line ^ (uint64_t)(kind + 1) * UINT64_C(0x9e3779b97f4a7c15);

	return &holding->bucket[key & holding->mask];
}

static struct entry *
at(const struct holding *holding, uint32_t index)
{
	return &holding->entry[index - 1];
}

static bool
is_of(const struct entry *entry, uint64_t line, unsigned kind)
{
	return entry->line == line && entry->kind == kind;
}

/* From this one on in its bucket, the first of the line's measure; or NONE. */
static uint32_t
find_from(const struct holding *holding, uint32_t index, uint64_t line, unsigned kind)
{
	while (index != NONE && !is_of(at(holding, index), line, kind))
		index = at(holding, index)->next;
	return index;
}

static uint32_t
first_of(const struct holding *holding, uint64_t line, unsigned kind)
{
	return find_from(holding, *bucket_of(holding, line, kind), line, kind);
}

static uint32_t
next_of(const struct holding *holding, uint32_t index)
{
	const struct entry *entry = at(holding, index);

	return find_from(holding, entry->next, entry->line, entry->kind);
}

static void
put_in_bucket(struct holding *holding, uint32_t index)
{
	struct entry *entry = at(holding, index);
	uint32_t *first = bucket_of(holding, entry->line, entry->kind);

	entry->next = *first;
	*first = index;
}

static void
grow(struct holding *holding)
{
	size_t count = holding->mask + 1UL;

	memory_unmap(holding->bucket, count, sizeof(*holding->bucket));
	holding->bucket = memory_map(2 * count, sizeof(*holding->bucket));
	holding->mask = (uint32_t)(2 * count - 1);
	for (uint32_t index = 1; index <= holding->used; index++) {
		if (at(holding, index)->is_used)
			put_in_bucket(holding, index);
	}
}

bool
holding_has(const struct holding *holding, unsigned kind, uint64_t line)
{
	return kind < ORDERED_KINDS && first_of(holding, line, kind) != NONE;
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
	if (holding->used > holding->mask)
		grow(holding);
	return ++holding->used;
}

/* link: what has its number. */
static void
drop_entry(struct holding *holding, uint32_t *link)
{
	uint32_t index = *link;
	struct entry *entry = at(holding, index);

	*link = entry->next;
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

static struct entry *
add_entry(struct holding *holding, const struct order *order)
{
	uint32_t index = take_entry(holding);
	struct entry *entry;

	if (index == NONE)
		return NULL;
	entry = at(holding, index);
	*entry = (struct entry){.line = order->line,
		.measure = (uint32_t)order->measure,
		.until = seconds_of(order->until),
		.kind = order->kind,
		.is_used = 1};
	put_in_bucket(holding, index);
	return entry;
}

/* Known already: it has the newer number and end. */
static void
take_over(struct holding *holding, uint32_t index, const struct order *order, holding_give give,
	void *context)
{
	uint32_t until = seconds_of(order->until);

	for (; index != NONE; index = next_of(holding, index)) {
		struct entry *entry = at(holding, index);
		bool differs = entry->until != until;

		entry->measure = (uint32_t)order->measure;
		entry->until = until;
		if (differs)
			give_change(entry, true, give, context);
	}
}

void
holding_prefetch(const struct holding *holding, const struct order *orders, size_t count)
{
	for (size_t i = 0; i < count; i++)
		__builtin_prefetch(bucket_of(holding, orders[i].line, orders[i].kind), 1);
	for (size_t i = 0; i < count; i++) {
		uint32_t index = *bucket_of(holding, orders[i].line, orders[i].kind);

		if (index != NONE)
			__builtin_prefetch(at(holding, index));
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
	uint32_t *link;

	if (order->kind >= ORDERED_KINDS)
		return;
	link = bucket_of(holding, order->line, order->kind);
	while (*link != NONE) {
		struct entry *entry = at(holding, *link);

		if (!is_of(entry, order->line, order->kind) ||
			entry->measure != (uint32_t)order->measure) {
			link = &entry->next;
			continue;
		}
		give_change(entry, false, give, context);
		drop_entry(holding, link);
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
	for (uint32_t index = first; index != NONE; index = next_of(holding, index)) {
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
leave(struct holding *holding, uint64_t line, unsigned kind, const struct prefix *place,
	holding_give give, void *context)
{
	uint32_t *link = bucket_of(holding, line, kind), first = first_of(holding, line, kind);
	struct entry *entry;

	while (*link != NONE &&
		!(is_of(at(holding, *link), line, kind) && is_at(at(holding, *link), place)))
		link = &at(holding, *link)->next;
	if (*link == NONE || at(holding, *link)->is_named)
		return;
	entry = at(holding, *link);
	give_change(entry, false, give, context);
	if (first != *link || next_of(holding, first) != NONE) {
		drop_entry(holding, link);
		return;
	}
	holding->count[kind]--;
	entry->length = 0;
}

void
holding_leave(struct holding *holding, uint64_t line, const struct prefix *place, holding_give give,
	void *context)
{
	for (unsigned kind = 0; kind < ORDERED_KINDS && is_place(place); kind++)
		leave(holding, line, kind, place, give, context);
}

int
holding_next(
	const struct holding *holding, unsigned kind, size_t *place, struct holding_change *ret)
{
	while (holding->count[kind] > 0 && *place < holding->used) {
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
