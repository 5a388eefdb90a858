/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/list/spans.h"

#include "base/fail.h"

#include <stdlib.h>

#define INDEXED 65536U
/* Fewer are found as fast without an index. */
#define INDEXED_LEAST 256

static int
compare(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return (x->low > y->low) - (x->low < y->low);
}

/* Joins those that overlap or follow each other. */
static size_t
join(struct span *at, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		if (kept > 0 && at[i].low <= at[kept - 1].high + (at[kept - 1].high < UINT64_MAX)) {
			if (at[i].high > at[kept - 1].high)
				at[kept - 1].high = at[i].high;
		} else {
			at[kept++] = at[i];
		}
	}
	return kept;
}

void
spans_make(struct spans *spans, struct span *at, size_t count, unsigned bits)
{
	uint32_t next = 0;

	must(count < UINT32_MAX);
	if (count > 1)
		qsort(at, count, sizeof(*at), compare);
	*spans = (struct spans){.at = at, .count = join(at, count), .shift = bits - 16};
	if (spans->count < INDEXED_LEAST)
		return;
	spans->index = xcalloc(INDEXED, sizeof(*spans->index));
	for (uint32_t upper = 0; upper < INDEXED; upper++) {
		while (next < spans->count && at[next].high >> spans->shift < upper)
			next++;
		spans->index[upper] = next;
	}
}

void
spans_done(struct spans *spans)
{
	free(spans->at);
	free(spans->index);
	*spans = (struct spans){0};
}

const struct span *
spans_find(const struct spans *spans, uint64_t low, uint64_t high)
{
	size_t from = 0, to = spans->count;

	if (spans->index != NULL) {
		uint64_t upper = low >> spans->shift;

		from = spans->index[upper];
		/* The first that ends behind these upper bits may begin with them, too. */
		if (upper + 1 < INDEXED && spans->index[upper + 1] < to)
			to = spans->index[upper + 1] + 1;
	}
	/* The first that does not end before low. */
	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (spans->at[middle].high < low)
			from = middle + 1;
		else
			to = middle;
	}
	return from < spans->count && spans->at[from].low <= high ? &spans->at[from] : NULL;
}

bool
spans_cut(const struct spans *spans, struct span *from, struct span *piece)
{
	while (from->low <= from->high) {
		const struct span *hole = spans_find(spans, from->low, from->high);

		*piece = *from;
		if (hole == NULL) {
			/* An empty range, also where no number is behind it. */
			*from = (struct span){.low = 1, .high = 0};
			return true;
		}
		if (hole->high >= from->high)
			*from = (struct span){.low = 1, .high = 0};
		else
			from->low = hole->high + 1;
		if (hole->low > piece->low) {
			piece->high = hole->low - 1;
			return true;
		}
	}
	return false;
}
