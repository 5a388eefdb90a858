/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/join/leftout.h"

#include "census/join/listed.h"

RECORD_EITHER bool
stays(const uint8_t *listing, size_t size, bool shared)
{
	struct listed listed = listed_in(listing, size);

	return shared && listed.time != 0 && listed.port != 0;
}

RECORD_EITHER size_t
leave_out(const struct spans *spans, bool shared, uint8_t *sorted, size_t count, size_t size)
{
	size_t kept = 0, at = 0;
	const struct span *span = NULL;

	if (count > 0)
		span = spans_find(spans, record_key(sorted, size),
			record_key(sorted + (count - 1) * size, size));
	for (; span != NULL && span < spans->at + spans->count && at < count; span++) {
		size_t begin = at + record_seek(sorted + at * size, count - at, size, span->low);

		memmove(sorted + kept * size, sorted + at * size, (begin - at) * size);
		kept += begin - at;
		for (at = begin; at < count && record_key(sorted + at * size, size) <= span->high;
			at++) {
			if (stays(sorted + at * size, size, shared))
				memmove(sorted + kept++ * size, sorted + at * size, size);
		}
	}
	memmove(sorted + kept * size, sorted + at * size, (count - at) * size);
	return kept + count - at;
}

size_t
leftout4(const struct spans *spans, bool shared, struct listing4 *sorted, size_t count)
{
	return leave_out(spans, shared, (uint8_t *)sorted, count, RECORD4_SIZE);
}

size_t
leftout6(const struct spans *spans, bool shared, struct listing6 *sorted, size_t count)
{
	return leave_out(spans, shared, (uint8_t *)sorted, count, RECORD6_SIZE);
}
