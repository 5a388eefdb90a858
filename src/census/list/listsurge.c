/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/list/listsurge.h"

#include "base/hash.h"

#define FILTER_BITS  (UINT64_C(1) << 29)
#define FILTER_WORDS (FILTER_BITS / 64)

/* Any number; the same for all, so that the same lists give the same bytes. */
#define SEED UINT64_C(0x6c697374)

static uint64_t
place_of(uint64_t family, uint64_t address)
{
	const uint64_t both[2] = {family, address};

	return hash_fast(both, sizeof(both), SEED) % FILTER_BITS;
}

static void
put(uint64_t *filter, uint64_t place)
{
	filter[place / 64] |= UINT64_C(1) << (place % 64);
}

static bool
has(const uint64_t *filter, uint64_t place)
{
	return (filter[place / 64] >> (place % 64) & 1) != 0;
}

static void
fill(uint64_t *filter, const struct sightingfile *before)
{
	for (size_t i = 0; i < before->fours; i++) {
		if (!before->lists[before->four[i].list].is_surging)
			put(filter, place_of(4, before->four[i].address));
	}
	for (size_t i = 0; i < before->sixes; i++) {
		if (!before->lists[before->six[i].list].is_surging)
			put(filter, place_of(6, before->six[i].network));
	}
}

static uint64_t
count_fresh(
	const uint64_t *filter, struct sightingfile_list *lists, const struct listings *listings)
{
	uint64_t all = 0;

	for (size_t i = 0; i < listings->fours; i++) {
		bool is_fresh = !has(filter, place_of(4, listings->four[i].address));

		lists[listings->four[i].list].fresh += is_fresh;
		all += is_fresh;
	}
	for (size_t i = 0; i < listings->sixes; i++) {
		bool is_fresh = !has(filter, place_of(6, listings->six[i].network));

		lists[listings->six[i].list].fresh += is_fresh;
		all += is_fresh;
	}
	return all;
}

static void
count_named(struct sightingfile_list *lists, size_t count, const struct listings *listings)
{
	for (size_t i = 0; i < count; i++) {
		lists[i].named = (struct sightingfile_named){.addresses = 0};
		lists[i].fresh = 0;
	}
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
listsurge_judge(const struct sightingfile *before, struct sightingfile_list *lists, size_t count,
	const struct listings *listings)
{
	uint64_t *filter, all_fresh;

	count_named(lists, count, listings);
	if (before == NULL)
		return;
	filter = memory_map(FILTER_WORDS, sizeof(*filter));
	fill(filter, before);
	all_fresh = count_fresh(filter, lists, listings);
	memory_unmap(filter, FILTER_WORDS, sizeof(*filter));
	for (size_t i = 0; i < count; i++) {
		const struct sightingfile_list *old = sightingfile_find(before, lists[i].name);

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
