/* state - what is known of an address over the days
 *
 * What:    a row for each address (IPv6: /64) that was a candidate within the retention: when first, when last, on
 *          which lists then, when a letter last named it. A day's run merges the rows of the run before with the
 *          addresses of the day. Days count from 2000-01-01, UTC.
 *
 *                      today's      not today's
 *          not known   new          -
 *          was there   still        gone
 *          was gone    reopened     away, and after the retention dropped
 *
 *          A row's first day stays when it is reopened; once it was dropped it is new.
 * Owns:    nothing.
 * Limits:  days up to 2179-06-06. Time is that of reading both, whatever they hold.
 * Thread:  one a merge.
 */
#ifndef LAZARET_CENSUS_JOIN_STATE_H
#define LAZARET_CENSUS_JOIN_STATE_H

#include "base/fail.h"
#include "base/wall.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STATE_KEEP_DAYS 400

enum state_flag {
	STATE_TRAP = 1, /* a trap had it when it was last there */
	STATE_REOPENED =
		2, /* it has been gone since its last letter, or its first day; who enters a letter clears it */
};

struct state4 {
	uint32_t address;
	uint16_t first;
	uint16_t last;
	uint32_t lists;  /* bits: on which it was on its last day */
	uint16_t letter; /* day of the last one that named it; 0: none did */
	uint16_t flags;  /* enum state_flag */
};

struct state6 {
	uint64_t network;
	uint16_t first;
	uint16_t last;
	uint32_t lists;
	uint16_t letter;
	uint16_t flags;
	uint32_t spare; /* 0 */
};

struct state_counts {
	uint64_t new;
	uint64_t still;
	uint64_t gone; /* on this day */
	uint64_t reopened;
	uint64_t away; /* gone on a day before */
	uint64_t dropped;
};

struct state_merge {
	const void *before; /* rows of the run before that are not merged yet */
	const void *before_end;
	const void *today; /* of these the address, lists and flags count, and spare must be 0 */
	const void *today_end;
	uint16_t day_before; /* of the run before; 0: there was none */
	uint16_t day;        /* behind it */
	uint16_t keep_days;
	struct state_counts counts;
};

/* The day of a moment: -ERANGE outside of those that have a number. */
int state_day(struct wall wall, uint16_t *ret) MUST_USE;
struct wall state_day_begin(uint16_t day);

/* May a run of this day follow one of that day? -EINVAL with fail: not one of the same day, or of a day before. */
int state_check_days(uint16_t day_before, uint16_t day, struct fail *fail) MUST_USE;

/* Both give the next rows of the new state, sorted as both inputs are, and return how many: room, or fewer at the end.
 * counts grows with them. */
size_t state_merge4(struct state_merge *merge, struct state4 *into, size_t room);
size_t state_merge6(struct state_merge *merge, struct state6 *into, size_t room);

/* Are these rows that a run of that day may have left: sorted, each address once, with days in order? -EBADMSG with
 * fail: they are not. */
int state_check4(const struct state4 *rows, size_t count, uint16_t day, struct fail *fail) MUST_USE;
int state_check6(const struct state6 *rows, size_t count, uint16_t day, struct fail *fail) MUST_USE;

#endif
