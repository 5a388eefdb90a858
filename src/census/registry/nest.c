/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/registry/nest.h"

#include <stdlib.h>

/* So many of identical range are put in order by whom they name; where there are more, by their dates alone. */
#define GROUP_MOST 64

/* Those of one registry. */
struct nesting {
	struct columns *columns;
	struct network *at;
	uint32_t *order;
	uint32_t count;
	uint32_t *by_handle; /* in ARIN: which network has that handle */
};

/* A network where it is sorted: nearly all are told apart by what is here. */
struct place {
	uint64_t
		key; /* the first bits of the order: its first address, and what fits of the last */
	uint32_t number;
	uint32_t registry;
};

static uint64_t
key_of(const struct network *network, enum range_family family)
{
	const struct range *range = &network->range;

	return family == RANGE_IPV6
		? (uint64_t)(range->low >> 64)
		: (uint64_t)range->low << 32 | (UINT32_MAX - (uint32_t)range->high);
}

static int
compare(const void *one, const void *other, void *context)
{
	const struct place *first = one, *second = other;
	const struct network *networks = context, *a, *b;

	if (first->registry != second->registry)
		return first->registry < second->registry ? -1 : 1;
	if (first->key != second->key)
		return first->key < second->key ? -1 : 1;
	a = &networks[first->number];
	b = &networks[second->number];
	if (a->range.low != b->range.low)
		return a->range.low < b->range.low ? -1 : 1;
	if (a->range.high != b->range.high)
		return a->range.high > b->range.high ? -1 : 1;
	if (entry_is_rather(&a->entry, &b->entry))
		return -1;
	return entry_is_rather(&b->entry, &a->entry);
}

/* The network that this one names as its Parent and that holds it, or 0. */
static uint32_t
named_parent(const struct nesting *nesting, const struct network *network)
{
	const struct reference *at = nesting->columns->references + network->entry.references;

	for (uint32_t i = 0; nesting->by_handle != NULL && i < network->entry.reference_count;
		i++) {
		uint32_t parent = at[i].name == RPSL_PARENT ? nesting->by_handle[at[i].word] : 0;

		if (parent != 0 && !nesting->at[parent].is_dropped &&
			range_has(&nesting->at[parent].range, &network->range))
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
				is_named = k != i &&
					named_parent(nesting, &nesting->at[group[k]]) == group[i];
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
	nesting->by_handle =
		xcalloc(nesting->columns->handles.count + 1UL, sizeof(*nesting->by_handle));
	for (uint32_t i = 0; i < nesting->count; i++) {
		struct network *network = &nesting->at[nesting->order[i]];
		uint32_t *place = &nesting->by_handle[network->entry.handle];
		bool is_rather;

		if (network->entry.handle == 0)
			continue;
		is_rather =
			*place != 0 && entry_is_rather(&network->entry, &nesting->at[*place].entry);
		if (*place != 0)
			nesting->at[is_rather ? *place : nesting->order[i]].is_dropped = true;
		if (*place == 0 || is_rather)
			*place = nesting->order[i];
	}
}

static void
order_groups(const struct nesting *nesting)
{
	for (uint32_t from = 0, to; from < nesting->count; from = to) {
		const struct range *range = &nesting->at[nesting->order[from]].range;

		to = from + 1;
		while (to < nesting->count &&
			range_equal(range, &nesting->at[nesting->order[to]].range))
			to++;
		order_group(nesting, nesting->order + from, to - from);
	}
}

/* One after the other: `last` is the one before, its way inside out is the stack. */
static void
find_outer(struct nesting *nesting)
{
	uint32_t last = 0, kept = 0;

	for (uint32_t i = 0; i < nesting->count; i++) {
		uint32_t number = nesting->order[i];
		struct network *network = &nesting->at[number];

		if (network->is_dropped)
			continue;
		while (last != 0 && nesting->at[last].range.high < network->range.low)
			last = nesting->at[last].inside;
		if (last != 0 &&
			(network->range.high > nesting->at[last].range.high ||
				(nesting->by_handle == NULL &&
					range_equal(&network->range, &nesting->at[last].range)))) {
			network->is_dropped = true;
			continue;
		}
		network->inside = network->up = last;
		last = number;
		nesting->order[kept++] = number;
	}
	nesting->count = kept;
}

static void
find_parents(struct nesting *nesting)
{
	for (uint32_t i = 0; i < nesting->count; i++) {
		struct network *network = &nesting->at[nesting->order[i]];
		uint32_t parent = named_parent(nesting, network);

		while (network->up != 0 &&
			range_equal(&nesting->at[network->up].range, &network->range))
			network->up = nesting->at[network->up].inside;
		if (parent != 0 && parent != nesting->order[i])
			network->up = parent;
	}
}

/* places: the networks of the registry in order. */
static void
nest_registry(struct columns *columns, enum range_family family, enum registry_name registry,
	const struct place *places, uint32_t count)
{
	struct networks *networks = &columns->networks[family];
	struct nesting nesting = {.columns = columns,
		.at = networks->at,
		.order = xcalloc(count + 1UL, sizeof(*nesting.order)),
		.count = count};

	for (uint32_t i = 0; i < count; i++)
		nesting.order[i] = places[i].number;
	if (registry == REGISTRY_ARIN && family != RANGE_SYSTEM) {
		index_handles(&nesting);
		order_groups(&nesting);
	}
	find_outer(&nesting);
	find_parents(&nesting);
	free(nesting.by_handle);
	networks->order[registry] = nesting.order;
	networks->order_count[registry] = nesting.count;
}

/* As the dumps of some registries are. */
static bool
are_in_order(const struct place *places, uint32_t count, struct network *networks)
{
	for (uint32_t i = 1; i < count; i++) {
		if (compare(&places[i - 1], &places[i], networks) > 0)
			return false;
	}
	return true;
}

static void
nest_family(struct columns *columns, enum range_family family)
{
	const struct networks *networks = &columns->networks[family];
	struct place *places = xcalloc(networks->count + 1UL, sizeof(*places));
	uint32_t from = 0, to;

	for (uint32_t i = 0; i < networks->count; i++) {
		const struct network *network = &networks->at[i + 1];

		places[i] = (struct place){.key = key_of(network, family),
			.number = i + 1,
			.registry = network->entry.registry};
	}
	if (!are_in_order(places, networks->count, networks->at))
		qsort_r(places, networks->count, sizeof(*places), compare, networks->at);
	for (uint32_t registry = REGISTRY_NONE + 1; registry < REGISTRY_COUNT; registry++) {
		for (to = from; to < networks->count && places[to].registry == registry;)
			to++;
		nest_registry(
			columns, family, (enum registry_name)registry, places + from, to - from);
		from = to;
	}
	free(places);
}

void
nest(struct columns *columns)
{
	for (size_t family = 0; family < RANGE_FAMILY_COUNT; family++)
		nest_family(columns, (enum range_family)family);
}
