/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/join/state.h"

#include "census/join/record.h"

#include <errno.h>

#define DAY_NULL 10957 /* 2000-01-01 in days since 1970-01-01 */

/* What stands behind the address in both sizes. */
struct standing {
	uint16_t first;
	uint16_t last;
	uint32_t lists;
	uint16_t letter;
	uint16_t flags;
};

_Static_assert(sizeof(struct state4) == RECORD4_SIZE && offsetof(struct state4, first) == 4 &&
		offsetof(struct state4, flags) == offsetof(struct standing, flags) + 4,
	"laid out as struct standing behind the address");
_Static_assert(sizeof(struct state6) == RECORD6_SIZE && offsetof(struct state6, first) == 8 &&
		offsetof(struct state6, flags) == offsetof(struct standing, flags) + 8,
	"laid out as struct standing behind the network");

int
state_day(struct wall wall, uint16_t *ret)
{
	int64_t day = wall.us / WALL_DAY - DAY_NULL;

	if (wall.us < 0 || day < 0 || day > UINT16_MAX)
		return -ERANGE;
	*ret = (uint16_t)day;
	return 0;
}

struct wall
state_day_begin(uint16_t day)
{
	return (struct wall){(DAY_NULL + (int64_t)day) * WALL_DAY};
}

int
state_check_days(uint16_t day_before, uint16_t day, struct fail *fail)
{
	char before[WALL_TEXT], now[WALL_TEXT];

	if (day > day_before)
		return 0;
	wall_format(state_day_begin(day_before), before);
	wall_format(state_day_begin(day), now);
	fail_what(fail, "it is of %.10s, so a run of %.10s cannot follow it", before, now);
	fail_hint(fail, "a run that is repeated begins with the state that it began with");
	return -EINVAL;
}

RECORD_EITHER const struct standing *
standing_in(const uint8_t *row, size_t size)
{
	return (const struct standing *)(const void *)(row + record_rest(size));
}

/* The rows that come next on both sides, of which one or both are of the lowest address. Nearly every bit that decides
 * is as good as random, so it is reckoned with, not branched on. False: the row is dropped. */
RECORD_EITHER bool
merge_row(struct state_merge *merge, const uint8_t *before, bool is_before, const uint8_t *today,
	bool is_today, uint8_t *into, size_t size)
{
	const struct standing *old = standing_in(before, size), *now = standing_in(today, size);
	struct standing *row = (struct standing *)(void *)(into + record_rest(size));
	struct state_counts *counts = &merge->counts;
	bool is_kept = (uint16_t)(merge->day - old->last) <= merge->keep_days;
	bool was_there = old->last == merge->day_before;
	/* As if it had never been: its row is dropped, even if the address is back today. */
	bool is_known = is_before & is_kept;
	bool is_reopened = is_known & is_today & !was_there;
	const struct standing *last = is_today ? now : old;
	unsigned came_back = (is_known ? old->flags : 0U) | (is_reopened ? STATE_REOPENED : 0U);

	memcpy(into, is_today ? today : before, size);
	row->first = is_known ? old->first : merge->day;
	row->last = is_today ? merge->day : old->last;
	row->letter = is_known ? old->letter : 0;
	row->flags = (uint16_t)((last->flags & ~STATE_REOPENED) | (came_back & STATE_REOPENED));
	counts->new += is_today & !is_known;
	counts->still += is_known & is_today & was_there;
	counts->reopened += is_reopened;
	counts->gone += is_known & !is_today & was_there;
	counts->away += is_known & !is_today & !was_there;
	counts->dropped += is_before & !is_kept;
	return is_today | is_known;
}

RECORD_EITHER size_t
merge_rows(struct state_merge *merge, uint8_t *into, size_t room, size_t size)
{
	const uint8_t *before = merge->before, *before_end = merge->before_end;
	const uint8_t *today = merge->today, *today_end = merge->today_end;
	struct state_merge own = *merge;
	size_t count = 0;

	must(merge->day > merge->day_before);
	while (count < room && before < before_end && today < today_end) {
		uint64_t a = record_key(before, size), b = record_key(today, size);

		count += merge_row(&own, before, a <= b, today, b <= a, into + count * size, size);
		before += a <= b ? size : 0;
		today += b <= a ? size : 0;
	}
	/* One side has ended; the row given for it is not looked at. */
	for (; count < room && before < before_end && today == today_end; before += size)
		count += merge_row(&own, before, true, before, false, into + count * size, size);
	for (; count < room && today < today_end && before == before_end; today += size)
		count += merge_row(&own, today, false, today, true, into + count * size, size);
	merge->before = before;
	merge->today = today;
	merge->counts = own.counts;
	return count;
}

size_t
state_merge4(struct state_merge *merge, struct state4 *into, size_t room)
{
	return merge_rows(merge, (uint8_t *)into, room, sizeof(*into));
}

size_t
state_merge6(struct state_merge *merge, struct state6 *into, size_t room)
{
	return merge_rows(merge, (uint8_t *)into, room, sizeof(*into));
}

RECORD_EITHER int
check_rows(const uint8_t *rows, size_t count, size_t size, uint16_t day, struct fail *fail)
{
	for (size_t i = 0; i < count; i++) {
		const uint8_t *row = rows + i * size;
		const struct standing *standing = standing_in(row, size);

		if (i > 0 && record_key(row, size) <= record_key(row - size, size)) {
			fail_what(fail, "row %zu of it is not above the one before it", i);
			return -EBADMSG;
		}
		if (standing->first > standing->last || standing->last > day ||
			standing->letter > day) {
			fail_what(fail,
				"row %zu of it has days %u to %u and a letter of %u, on day %u", i,
				standing->first, standing->last, standing->letter, day);
			return -EBADMSG;
		}
	}
	return 0;
}

int
state_check4(const struct state4 *rows, size_t count, uint16_t day, struct fail *fail)
{
	return check_rows((const uint8_t *)rows, count, sizeof(*rows), day, fail);
}

int
state_check6(const struct state6 *rows, size_t count, uint16_t day, struct fail *fail)
{
	return check_rows((const uint8_t *)rows, count, sizeof(*rows), day, fail);
}
