/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/registry/segments.h"

#include <errno.h>
#include <stdbool.h>

static int
refuse_order(struct fail *fail, size_t number)
{
	fail_what(fail, "segment %zu does not begin above the one before it", number);
	return -EINVAL;
}

static bool
is_above(const uint64_t a[2], const uint64_t b[2])
{
	return a[0] != b[0] ? a[0] > b[0] : a[1] > b[1];
}

int
segments4_check(const struct segment4 *segments, size_t count, struct fail *fail)
{
	for (size_t i = 1; i < count; i++) {
		if (segments[i].low <= segments[i - 1].low)
			return refuse_order(fail, i);
	}
	return 0;
}

int
segments6_check(const struct segment6 *segments, size_t count, struct fail *fail)
{
	for (size_t i = 1; i < count; i++) {
		if (!is_above(segments[i].low, segments[i - 1].low))
			return refuse_order(fail, i);
	}
	return 0;
}

/* The segment before the first one that begins above the address. */
uint32_t
segments4_find(const struct segment4 *segments, size_t count, uint32_t address)
{
	size_t low = 0;

	while (count > 0) {
		size_t half = count / 2;

		if (segments[low + half].low <= address) {
			low += half + 1;
			count -= half + 1;
		} else {
			count = half;
		}
	}
	return low > 0 ? segments[low - 1].object : 0;
}

uint32_t
segments6_find(const struct segment6 *segments, size_t count, const uint64_t address[2])
{
	size_t low = 0;

	while (count > 0) {
		size_t half = count / 2;

		if (!is_above(segments[low + half].low, address)) {
			low += half + 1;
			count -= half + 1;
		} else {
			count = half;
		}
	}
	return low > 0 ? segments[low - 1].object : 0;
}
