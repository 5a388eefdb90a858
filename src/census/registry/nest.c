/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/registry/nest.h"

#include <stdlib.h>

/* So many of identical range are put in order by whom they name; where there are more, by their dates alone. */
#define GROUP_MOST 64

struct nesting {
	const struct columns *columns;
	struct networks *networks;
	uint32_t *order;
	uint32_t count;
	uint32_t *by_handle; /* in ARIN: which network has that handle */
};

/* A network where it is sorted: nearly all are told apart by what is here. */
struct place {
	uint64_t
		key; /* the first bits of the order: its first address, and what fits of the last */
	uint32_t number;
	uint32_t spare;
};

static uint64_t
key_of(const struct networks *networks, uint32_t number)
{
	const struct range4 *four;

	if (networks->sixes != NULL)
		return (uint64_t)(networks->sixes[number].low >> 64);
	four = &networks->fours[number];
	return (uint64_t)four->low << 32 | (UINT32_MAX - four->high);
}

static bool
is_rather(const struct networks *networks, uint32_t a, uint32_t b)
{
	const struct entry *one = &networks->at[a], *other = &networks->at[b];

	return entry_is_rather(one, other) || (a < b && !entry_is_rather(other, one));
}

static int
compare(const void *one, const void *other, void *context)
{
	const struct place *first = one, *second = other;
	const struct networks *networks = context;
	struct range a, b;

	if (first->key != second->key)
		return first->key < second->key ? -1 : 1;
	a = networks_range(networks, first->number);
	b = networks_range(networks, second->number);
	if (a.low != b.low)
		return a.low < b.low ? -1 : 1;
	if (a.high != b.high)
		return a.high > b.high ? -1 : 1;
	if (first->number == second->number)
		return 0;
	return is_rather(networks, first->number, second->number) ? -1 : 1;
}

static bool
has(const struct networks *networks, uint32_t outer, uint32_t inner)
{
	struct range a = networks_range(networks, outer), b = networks_range(networks, inner);

	return range_has(&a, &b);
}

static bool
are_equal(const struct networks *networks, uint32_t one, uint32_t other)
{
	struct range a = networks_range(networks, one), b = networks_range(networks, other);

	return range_equal(&a, &b);
}

/* The network that this one names as its Parent and that holds it, or 0. */
static uint32_t
named_parent(const struct nesting *nesting, uint32_t number)
{
	const struct networks *networks = nesting->networks;
	const struct entry *entry = &networks->at[number];
	const struct reference *at = nesting->columns->references + entry->references;

	for (uint32_t i = 0; nesting->by_handle != NULL && i < entry->reference_count; i++) {
		uint32_t parent = at[i].name == RPSL_PARENT ? nesting->by_handle[at[i].word] : 0;

		if (parent != 0 && !networks->at[parent].is_dropped &&
			has(networks, parent, number))
			return parent;
	}
	return 0;
}

/* Of networks of identical range, the newest first, those that others name come to the front: who is named last is
 * above all. */
static void
order_group(const struct nesting *nesting, uint32_t *group, uint32_t count)
{
	for (uint32_t left = count; left > 1; left--) {
		uint32_t lowest = 0, moved;

		/* The first that no other one of those left names. */
		for (uint32_t i = 0; i < left && count <= GROUP_MOST; i++) {
			bool is_named = false;

			for (uint32_t k = 0; k < left && !is_named; k++)
				is_named = k != i && named_parent(nesting, group[k]) == group[i];
			if (!is_named) {
				lowest = i;
				break;
			}
		}
		/* It goes to the end; the others keep their order. */
		moved = group[lowest];
		memmove(group + lowest, group + lowest + 1, (left - lowest - 1) * sizeof(*group));
		group[left - 1] = moved;
	}
}

/* ARIN: the networks by handle, of those with the same the newest. */
static void
index_handles(struct nesting *nesting)
{
	struct networks *networks = nesting->networks;

	nesting->by_handle =
		xcalloc(nesting->columns->handles.count + 1UL, sizeof(*nesting->by_handle));
	for (uint32_t i = 0; i < nesting->count; i++) {
		uint32_t number = nesting->order[i];
		uint32_t *place = &nesting->by_handle[networks->handles[number]];

		if (networks->handles[number] == 0)
			continue;
		if (*place != 0 && !is_rather(networks, number, *place)) {
			networks->at[number].is_dropped = true;
			continue;
		}
		if (*place != 0)
			networks->at[*place].is_dropped = true;
		*place = number;
	}
}

static void
order_groups(const struct nesting *nesting)
{
	for (uint32_t from = 0, to; from < nesting->count; from = to) {
		to = from + 1;
		while (to < nesting->count &&
			are_equal(nesting->networks, nesting->order[from], nesting->order[to]))
			to++;
		order_group(nesting, nesting->order + from, to - from);
	}
}

/* One after the other: `last` is the one before, its way inside out is the stack. */
static void
find_outer(struct nesting *nesting)
{
	struct networks *networks = nesting->networks;
	uint32_t last = 0, kept = 0;

	for (uint32_t i = 0; i < nesting->count; i++) {
		uint32_t number = nesting->order[i];
		struct range range = networks_range(networks, number);

		if (networks->at[number].is_dropped)
			continue;
		while (last != 0 && networks_range(networks, last).high < range.low)
			last = networks->inside[last];
		if (last != 0 &&
			(range.high > networks_range(networks, last).high ||
				(nesting->by_handle == NULL &&
					are_equal(networks, number, last)))) {
			networks->at[number].is_dropped = true;
			continue;
		}
		networks->inside[number] = last;
		last = number;
		nesting->order[kept++] = number;
	}
	nesting->count = kept;
}

static void
find_parents(struct nesting *nesting)
{
	struct networks *networks = nesting->networks;

	for (uint32_t i = 0; i < nesting->count; i++) {
		uint32_t number = nesting->order[i], parent = named_parent(nesting, number);
		uint32_t up = networks->inside[number];

		while (up != 0 && are_equal(networks, up, number))
			up = networks->inside[up];
		networks->up[number] = parent != 0 && parent != number ? parent : up;
	}
}

/* As the dumps of some registries are. */
static bool
are_in_order(const struct networks *networks)
{
	for (uint32_t i = 2; i <= networks->count; i++) {
		struct place before = {key_of(networks, i - 1), i - 1, 0};
		struct place this = {key_of(networks, i), i, 0};

		if (before.key >= this.key &&
			compare(&before, &this, (void *)(uintptr_t)networks) > 0)
			return false;
	}
	return true;
}

/* The numbers in order. */
static uint32_t *
order_of(struct networks *networks)
{
	uint32_t *order = xcalloc(networks->count + 1UL, sizeof(*order));
	struct place *places;

	if (are_in_order(networks)) {
		for (uint32_t i = 0; i < networks->count; i++)
			order[i] = i + 1;
		return order;
	}
	places = xcalloc(networks->count + 1UL, sizeof(*places));
	for (uint32_t i = 0; i < networks->count; i++)
		places[i] = (struct place){.key = key_of(networks, i + 1), .number = i + 1};
	qsort_r(places, networks->count, sizeof(*places), compare, networks);
	for (uint32_t i = 0; i < networks->count; i++)
		order[i] = places[i].number;
	free(places);
	return order;
}

static void
nest_family(struct columns *columns, enum range_family family)
{
	struct networks *networks = &columns->networks[family];
	struct nesting nesting = {.columns = columns,
		.networks = networks,
		.order = order_of(networks),
		.count = networks->count};

	networks->inside = xcalloc(networks->count + 1UL, sizeof(*networks->inside));
	networks->up = networks->inside;
	if (columns->registry == REGISTRY_ARIN && family != RANGE_SYSTEM) {
		networks->up = xcalloc(networks->count + 1UL, sizeof(*networks->up));
		index_handles(&nesting);
		order_groups(&nesting);
	}
	find_outer(&nesting);
	if (networks->up != networks->inside)
		find_parents(&nesting);
	free(nesting.by_handle);
	networks->order = nesting.order;
	networks->order_count = nesting.count;
}

void
nest(struct columns *columns)
{
	for (size_t family = 0; family < RANGE_FAMILY_COUNT; family++)
		nest_family(columns, (enum range_family)family);
}
