/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/list/exclusions.h"

#include "census/list/spans.h"

#include <stdlib.h>

#define FIRST_ROOM 64
#define LENGTHS    65

/* For each length of a listing the exclusions that are as narrow or narrower; made when they are wanted. */
struct sets {
	const struct exclusion *at;
	size_t count;
	unsigned most; /* length: narrower exclusions are in no set */
	unsigned bits;
	struct spans of[LENGTHS];
	bool is_made[LENGTHS];
};

void
exclusions_init(struct exclusions *exclusions)
{
	*exclusions = (struct exclusions){0};
}

void
exclusions_done(struct exclusions *exclusions)
{
	free(exclusions->four);
	free(exclusions->six);
	free(exclusions->below);
	exclusions_init(exclusions);
}

struct exclusions_begin
exclusions_begin(const struct listings *listings)
{
	return (struct exclusions_begin){.fours = listings->fours,
		.sixes = listings->sixes,
		.ranges4 = listings->ranges4_count,
		.ranges6 = listings->ranges6_count};
}

static void *
grow(void *at, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return at;
	*room = *room > 0 ? *room * 2 : FIRST_ROOM;
	return xrealloc(at, *room * size);
}

void
exclusions_add(struct exclusions *exclusions, const struct addressform *form)
{
	struct exclusion one = {
		.low = form->low, .high = form->high, .below = form->below, .length = form->length};
	size_t *count = form->is_six ? &exclusions->sixes : &exclusions->fours;

	if (*count == EXCLUSIONS_MOST) {
		exclusions->is_too_many = true;
		return;
	}
	if (form->is_six) {
		exclusions->six =
			grow(exclusions->six, *count, &exclusions->room6, sizeof(*exclusions->six));
		exclusions->six[(*count)++] = one;
	} else {
		exclusions->four = grow(
			exclusions->four, *count, &exclusions->room4, sizeof(*exclusions->four));
		exclusions->four[(*count)++] = one;
	}
}

void
exclusions_add_below(struct exclusions *exclusions, uint64_t below)
{
	exclusions->below = grow(exclusions->below, exclusions->belows, &exclusions->room_below,
		sizeof(*exclusions->below));
	exclusions->below[exclusions->belows++] = below;
}

static const struct spans *
set_of(struct sets *sets, unsigned length)
{
	struct span *at;
	size_t count = 0;

	if (sets->is_made[length])
		return &sets->of[length];
	at = xcalloc(sets->count + 1, sizeof(*at));
	for (size_t i = 0; i < sets->count; i++) {
		const struct exclusion *one = &sets->at[i];

		if (one->length >= length && one->length <= sets->most)
			at[count++] = (struct span){.low = one->low, .high = one->high};
	}
	spans_make(&sets->of[length], at, count, sets->bits);
	sets->is_made[length] = true;
	return &sets->of[length];
}

static void
sets_done(struct sets *sets)
{
	for (unsigned i = 0; i < LENGTHS; i++) {
		if (sets->is_made[i])
			spans_done(&sets->of[i]);
	}
}

static uint64_t
apply_four(struct sets *sets, struct listings *listings, size_t begin)
{
	const struct spans *set = set_of(sets, 32);
	size_t kept = begin;
	uint16_t mark = 0;

	for (size_t i = begin; i < listings->fours; i++) {
		struct listing4 one = listings->four[i];

		if (one.port != mark) {
			mark = one.port;
			set = set_of(sets, 32U - mark);
		}
		one.port = 0;
		if (kept < i || mark > 0)
			listings->four[kept] = one;
		kept += spans_is_far(set, one.address) ||
			spans_find(set, one.address, one.address) == NULL;
	}
	begin = listings->fours;
	listings->fours = kept;
	return begin - kept;
}

static struct listedrange6
range_at(const struct listings *listings, size_t at, bool is_six)
{
	const struct listedrange4 *four = &listings->ranges4[at];

	if (is_six)
		return listings->ranges6[at];
	return (struct listedrange6){.low = four->low,
		.high = four->high,
		.line = four->line,
		.time = four->time,
		.list = four->list,
		.length = four->length};
}

static void
add_range(struct listings *listings, const struct listedrange6 *range, bool is_six)
{
	const struct listedrange4 four = {.low = (uint32_t)range->low,
		.high = (uint32_t)range->high,
		.line = range->line,
		.time = range->time,
		.list = range->list,
		.length = range->length};

	if (is_six)
		listings_add_range6(listings, range);
	else
		listings_add_range4(listings, &four);
}

static uint64_t
apply_ranges(struct sets *sets, struct listings *listings, size_t begin, bool is_six)
{
	size_t *used = is_six ? &listings->ranges6_count : &listings->ranges4_count;
	size_t count = *used - begin;
	struct listedrange6 *ranges = xcalloc(count + 1, sizeof(*ranges));
	uint64_t cut = 0, dropped = listings->dropped;

	/* By themselves, since a range may become several. */
	for (size_t i = 0; i < count; i++)
		ranges[i] = range_at(listings, begin + i, is_six);
	*used = begin;
	for (size_t i = 0; i < count; i++) {
		struct listedrange6 piece = ranges[i];
		const struct spans *set = set_of(sets, piece.length);
		struct span rest = {.low = piece.low, .high = piece.high}, part;

		cut += spans_find(set, rest.low, rest.high) != NULL;
		/* At the ceiling the rest is counted as one: there may be as many pieces as holes. */
		while (spans_cut(set, &rest, &part)) {
			piece.low = part.low;
			piece.high = part.high;
			add_range(listings, &piece, is_six);
			if (listings->dropped > dropped)
				break;
		}
	}
	free(ranges);
	return cut;
}

static int
compare_prefix(const void *a, const void *b)
{
	const struct exclusion *x = a, *y = b;

	if (x->low != y->low)
		return x->low < y->low ? -1 : 1;
	if (x->below != y->below)
		return x->below < y->below ? -1 : 1;
	return x->length - y->length;
}

static uint64_t
apply_six(struct sets *sets, struct exclusions *exclusions, struct listings *listings, size_t begin)
{
	size_t kept = begin, belows = 0, before = listings->sixes;

	if (exclusions->sixes > 1)
		qsort(exclusions->six, exclusions->sixes, sizeof(*exclusions->six), compare_prefix);
	for (size_t i = begin; i < before; i++) {
		struct listing6 one = listings->six[i];
		struct exclusion same = {.low = one.network, .length = (uint8_t)(64 + one.port)};
		bool is_gone;

		if (one.port > 0 && belows < exclusions->belows) {
			same.below = exclusions->below[belows++];
			is_gone = exclusions->sixes > 0 &&
				bsearch(&same, exclusions->six, exclusions->sixes, sizeof(same),
					compare_prefix) != NULL;
		} else {
			is_gone = spans_find(set_of(sets, 64), one.network, one.network) != NULL;
		}
		one.port = 0;
		if (!is_gone)
			listings->six[kept++] = one;
	}
	listings->sixes = kept;
	return before - kept;
}

/* There was none: only the marks go. */
static void
clear_marks(struct listings *listings, const struct exclusions_begin *begin)
{
	for (size_t i = begin->fours; i < listings->fours; i++)
		listings->four[i].port = 0;
	for (size_t i = begin->sixes; i < listings->sixes; i++)
		listings->six[i].port = 0;
}

static uint64_t
drop_all(struct listings *listings, const struct exclusions_begin *begin)
{
	uint64_t dropped = listings->fours - begin->fours + listings->sixes - begin->sixes +
		listings->ranges4_count - begin->ranges4 + listings->ranges6_count - begin->ranges6;

	listings->fours = begin->fours;
	listings->sixes = begin->sixes;
	listings->ranges4_count = begin->ranges4;
	listings->ranges6_count = begin->ranges6;
	return dropped;
}

uint64_t
exclusions_apply(struct exclusions *exclusions, struct listings *listings,
	const struct exclusions_begin *begin)
{
	struct sets sets4 = {
		.at = exclusions->four, .count = exclusions->fours, .most = 32, .bits = 32};
	struct sets sets6 = {
		.at = exclusions->six, .count = exclusions->sixes, .most = 64, .bits = 64};
	uint64_t gone = 0;

	if (exclusions->is_too_many) {
		gone = drop_all(listings, begin);
	} else if (exclusions->fours + exclusions->sixes == 0) {
		if (exclusions->has_marks)
			clear_marks(listings, begin);
	} else {
		gone += apply_six(&sets6, exclusions, listings, begin->sixes);
		/* Sorted by now, which the sets do not mind. */
		gone += apply_ranges(&sets6, listings, begin->ranges6, true);
		gone += apply_four(&sets4, listings, begin->fours);
		gone += apply_ranges(&sets4, listings, begin->ranges4, false);
	}
	sets_done(&sets4);
	sets_done(&sets6);
	exclusions_done(exclusions);
	return gone;
}
