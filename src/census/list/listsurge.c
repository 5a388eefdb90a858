/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/list/listsurge.h"

#include "base/hash.h"

#include <stdlib.h>

#define FILTER_BITS  (UINT64_C(1) << 29)
#define FILTER_WORDS (FILTER_BITS / 64)

/* So many words of the filter are on their way from memory at once. */
#define BATCH 128

/* Any number; the same for all, so that the same lists give the same bytes. */
#define SEED UINT64_C(0x6c697374)

struct listsurge {
	uint64_t *filter;
	struct sightingfile before; /* its lists alone */
	struct sightingfile_list lists[SIGHTINGFILE_LISTS];
};

/* Listings next to each other in a column. */
struct batch {
	size_t count;
	uint32_t place[BATCH];
	uint16_t list[BATCH];
};

static inline void
batch_add(struct batch *batch, const uint64_t *filter, uint64_t family, uint64_t address,
	uint16_t list)
{
	const uint64_t both[2] = {family, address};
	uint64_t place = hash_fast(both, sizeof(both), SEED) % FILTER_BITS;

	batch->place[batch->count] = (uint32_t)place;
	batch->list[batch->count++] = list;
	__builtin_prefetch(&filter[place / 64]);
}

/* Takes them from the front of a column, and gives what is left. */
static const struct listing4 *
batch_take4(struct batch *batch, const uint64_t *filter, const struct listing4 *at,
	const struct listing4 *end)
{
	for (batch->count = 0; batch->count < BATCH && at < end; at++)
		batch_add(batch, filter, 4, at->address, at->list);
	return at;
}

static const struct listing6 *
batch_take6(struct batch *batch, const uint64_t *filter, const struct listing6 *at,
	const struct listing6 *end)
{
	for (batch->count = 0; batch->count < BATCH && at < end; at++)
		batch_add(batch, filter, 6, at->network, at->list);
	return at;
}

/* What a list that exploded brought is no yardstick. */
static void
fill(struct listsurge *known, const struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++) {
		uint64_t bit = !known->lists[batch->list[i]].is_surging;

		known->filter[batch->place[i] / 64] |= bit << (batch->place[i] % 64);
	}
}

static void
count_fresh(
	const struct listsurge *known, struct sightingfile_list *lists, const struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++) {
		uint64_t word = known->filter[batch->place[i] / 64];

		lists[batch->list[i]].fresh += ~word >> (batch->place[i] % 64) & 1;
	}
}

struct listsurge *
listsurge_new(const struct sightingfile *before)
{
	struct listsurge *known = xcalloc(1, sizeof(*known));
	const struct listing4 *four = before->four, *end4 = four + before->fours;
	const struct listing6 *six = before->six, *end6 = six + before->sixes;
	struct batch batch;

	must(before->list_count <= SIGHTINGFILE_LISTS);
	known->filter = memory_map(FILTER_WORDS, sizeof(*known->filter));
	if (before->list_count > 0)
		memcpy(known->lists, before->lists, before->list_count * sizeof(*known->lists));
	known->before =
		(struct sightingfile){.lists = known->lists, .list_count = before->list_count};
	while (four < end4) {
		four = batch_take4(&batch, known->filter, four, end4);
		fill(known, &batch);
	}
	while (six < end6) {
		six = batch_take6(&batch, known->filter, six, end6);
		fill(known, &batch);
	}
	return known;
}

struct listsurge *
listsurge_free(struct listsurge *known)
{
	if (known != NULL)
		memory_unmap(known->filter, FILTER_WORDS, sizeof(*known->filter));
	free(known);
	return NULL;
}

bool
listsurge_knows(const struct listsurge *known, const char *name)
{
	return known != NULL && sightingfile_find(&known->before, name) != NULL;
}

static void
count_named(struct sightingfile_list *lists, const struct listings *listings)
{
	for (size_t i = 0; i < listings->fours; i++)
		lists[listings->four[i].list].named.addresses++;
	for (size_t i = 0; i < listings->sixes; i++)
		lists[listings->six[i].list].named.networks++;
	for (size_t i = 0; i < listings->ranges4_count; i++) {
		const struct listedrange4 *range = &listings->ranges4[i];

		lists[range->list].named.addresses += UINT64_C(1) + range->high - range->low;
	}
	for (size_t i = 0; i < listings->ranges6_count; i++) {
		const struct listedrange6 *range = &listings->ranges6[i];
		uint64_t *networks = &lists[range->list].named.networks;
		uint64_t more = range->high - range->low + 1;

		*networks = *networks + more > *networks ? *networks + more : UINT64_MAX;
	}
}

void
listsurge_count(const struct listsurge *known, struct sightingfile_list *lists,
	const struct listings *listings)
{
	const struct listing4 *four = listings->four, *end4 = four + listings->fours;
	const struct listing6 *six = listings->six, *end6 = six + listings->sixes;
	struct batch batch;

	count_named(lists, listings);
	if (known == NULL)
		return;
	while (four < end4) {
		four = batch_take4(&batch, known->filter, four, end4);
		count_fresh(known, lists, &batch);
	}
	while (six < end6) {
		six = batch_take6(&batch, known->filter, six, end6);
		count_fresh(known, lists, &batch);
	}
}

/* More than so many times as many. */
static bool
is_growth(uint64_t now, uint64_t before)
{
	return now >= LISTSURGE_LEAST && now - LISTSURGE_LEAST >= before &&
		(now - 1) / LISTSURGE_TIMES >= before;
}

static bool
is_nothing(struct sightingfile_named named)
{
	return named.addresses == 0 && named.networks == 0;
}

static bool
is_surge(const struct sightingfile_list *list, uint64_t all_fresh)
{
	uint64_t before = list->before.addresses + list->before.networks;

	if (is_nothing(list->before))
		return false;
	return is_growth(list->named.addresses, list->before.addresses) ||
		is_growth(list->named.networks, list->before.networks) ||
		(list->fresh >= LISTSURGE_LEAST && list->fresh > before &&
			list->fresh > all_fresh / 100 * LISTSURGE_SHARE +
					all_fresh % 100 * LISTSURGE_SHARE / 100);
}

void
listsurge_judge(const struct listsurge *known, struct sightingfile_list *lists, size_t count)
{
	uint64_t all_fresh = 0;

	if (known == NULL)
		return;
	for (size_t i = 0; i < count; i++)
		all_fresh += lists[i].fresh;
	for (size_t i = 0; i < count; i++) {
		const struct sightingfile_list *old =
			sightingfile_find(&known->before, lists[i].name);

		if (old != NULL)
			lists[i].before = old->is_surging || is_nothing(old->named) ? old->before
										    : old->named;
		lists[i].is_surging = is_surge(&lists[i], all_fresh);
	}
}

static bool
is_loss(uint64_t now, uint64_t before)
{
	return before >= LISTSURGE_LEAST && now < before / LISTSURGE_TIMES;
}

bool
listsurge_is_shrunk(const struct sightingfile_list *list)
{
	return is_loss(list->named.addresses, list->before.addresses) ||
		is_loss(list->named.networks, list->before.networks);
}

void
listsurge_accept(struct sightingfile_list *list)
{
	list->is_surging = 0;
}
