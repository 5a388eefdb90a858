/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/registry/rankedranges.h"

#include <stdlib.h>

struct cutting {
	const struct rankedrange *ranges;
	/* Those that have begun, as a heap: its first is the one that counts. */
	size_t *heap;
	size_t heap_count;
	struct piece *pieces;
	size_t count, size;
};

static int
compare_low(const void *one, const void *other, void *context)
{
	const struct rankedrange *ranges = context;
	size_t a = *(const size_t *)one, b = *(const size_t *)other;

	if (ranges[a].range.low != ranges[b].range.low)
		return ranges[a].range.low < ranges[b].range.low ? -1 : 1;
	return a < b ? -1 : a > b;
}

static bool
is_before(const struct rankedrange *ranges, size_t a, size_t b)
{
	return ranges[a].rank != ranges[b].rank ? ranges[a].rank < ranges[b].rank : a < b;
}

static void
swap(size_t *a, size_t *b)
{
	size_t old = *a;

	*a = *b;
	*b = old;
}

static void
begin_range(struct cutting *cutting, size_t number)
{
	size_t at = cutting->heap_count++;
	size_t *heap = cutting->heap;

	heap[at] = number;
	for (; at > 0 && is_before(cutting->ranges, heap[at], heap[(at - 1) / 2]);
		at = (at - 1) / 2)
		swap(&heap[at], &heap[(at - 1) / 2]);
}

static void
end_first(struct cutting *cutting)
{
	size_t *heap = cutting->heap, at = 0;

	heap[0] = heap[--cutting->heap_count];
	for (;;) {
		size_t least = at;

		for (size_t i = 2 * at + 1; i <= 2 * at + 2 && i < cutting->heap_count; i++) {
			if (is_before(cutting->ranges, heap[i], heap[least]))
				least = i;
		}
		if (least == at)
			return;
		swap(&heap[at], &heap[least]);
		at = least;
	}
}

static void
put(struct cutting *cutting, ipnumber low, uint32_t value)
{
	uint32_t before = cutting->count > 0 ? cutting->pieces[cutting->count - 1].value : 0;

	if (value == before)
		return;
	if (cutting->count == cutting->size) {
		cutting->size = cutting->size > 0 ? 2 * cutting->size : 64;
		cutting->pieces =
			memory_grow(cutting->pieces, cutting->size * sizeof(*cutting->pieces));
	}
	cutting->pieces[cutting->count++] = (struct piece){.low = low, .value = value};
}

/* What counts from there on. Where it may be otherwise next; false: never. next: the lowest of those that have not
 * begun, or NULL. */
static bool
settle_at(struct cutting *cutting, ipnumber at, ipnumber highest, const struct range *next,
	ipnumber *ret)
{
	const struct rankedrange *first = NULL;

	while (cutting->heap_count > 0 && cutting->ranges[cutting->heap[0]].range.high < at)
		end_first(cutting);
	if (cutting->heap_count > 0)
		first = &cutting->ranges[cutting->heap[0]];
	put(cutting, at, first != NULL ? first->value : 0);
	if (first == NULL || first->range.high == highest) {
		if (next == NULL)
			return false;
		*ret = next->low;
		return true;
	}
	*ret = first->range.high + 1;
	if (next != NULL && next->low < *ret)
		*ret = next->low;
	return true;
}

size_t
rankedranges_cut(
	const struct rankedrange *ranges, size_t count, ipnumber highest, struct piece **ret)
{
	struct cutting cutting = {.ranges = ranges};
	size_t *order, next = 0;
	ipnumber at;

	*ret = NULL;
	if (count == 0)
		return 0;
	order = xcalloc(count, sizeof(*order));
	cutting.heap = xcalloc(count, sizeof(*cutting.heap));
	for (size_t i = 0; i < count; i++)
		order[i] = i;
	qsort_r(order, count, sizeof(*order), compare_low, (void *)(uintptr_t)ranges);
	at = ranges[order[0]].range.low;
	do {
		while (next < count && ranges[order[next]].range.low == at)
			begin_range(&cutting, order[next++]);
	} while (settle_at(
		&cutting, at, highest, next < count ? &ranges[order[next]].range : NULL, &at));
	free(order);
	free(cutting.heap);
	*ret = cutting.pieces;
	return cutting.count;
}
