/* window - what one key has sent in the last hour and day, and how much more it may send now
 *
 * What:    messages and recipients in cells of six minutes for the hour and of 72 for the day, and for bursts a GCRA
 *          (ITU-T I.371: one time stamp). A window is what may be younger than an hour or a day: its oldest cell counts
 *          as a whole until the last of it is old enough. So no window of that length, begun at any moment, holds more
 *          than was allowed, in whatever order what came in it is asked for, taken and given back; the hour may last
 *          66 minutes, the day 25.2 hours. What others counted is joined to it, each in its own cell (window_join); one
 *          whose clock is ahead makes the hour end early by as much, and not by more than WINDOW_AHEAD_US.
 * Owns:    nothing. All zero at the start is empty.
 * Limits:  a narrow window counts to 65,535 in a cell and stays there (which is more than any rule that it is used for
 *          allows: window_is_wide), a wide one to 2^32 - 1.
 * Thread:  one at a time.
 */
#ifndef LAZARET_RELAY_WINDOW_H
#define LAZARET_RELAY_WINDOW_H

#include "base/wall.h"
#include "relay/rule.h"

#include <stdbool.h>

#define WINDOW_HOUR_CELLS 11
#define WINDOW_DAY_CELLS  21
#define WINDOW_CELLS      (WINDOW_HOUR_CELLS + WINDOW_DAY_CELLS)
/* Of the hour; those of the day are twelve times as long. */
#define WINDOW_CELL_US (6 * WALL_MINUTE)
#define WINDOW_DAY_OF  12
/* So much may the clock of another be ahead. */
#define WINDOW_AHEAD_US (10 * WALL_SECOND)
/* No burst lasts longer (a burst is at most what may come in a day): what was forced through counts so much. */
#define WINDOW_LONG_US (30 * WALL_DAY)

struct window_head {
	int64_t due[RULE_WHATS]; /* microseconds: when the burst is whole again */
	uint32_t cell;           /* the latest that anything fell in: time / WINDOW_CELL_US */
	uint32_t spare;          /* of who keeps it */
};

struct window {
	struct window_head head;
	uint16_t count[RULE_WHATS]
		      [WINDOW_CELLS]; /* the hour's, then the day's, each at its number modulo */
};

struct window_wide {
	struct window_head head;
	uint32_t count[RULE_WHATS][WINDOW_CELLS];
};

/* How many of each. */
struct window_amount {
	uint32_t of[RULE_WHATS];
};

/* By how much the time stamps of bursts move. */
struct window_burst {
	int64_t us[RULE_WHATS];
};

/* By how much a window grew or shrank in one cell, where somebody else counts, too. */
struct window_change {
	uint32_t cell; /* time / WINDOW_CELL_US */
	int64_t amount[RULE_WHATS];
	struct window_burst burst;
};

enum window_joined {
	WINDOW_JOINED,
	WINDOW_OLD,  /* it counts no more */
	WINDOW_AHEAD /* of a time to come: what grew counts as of now, what shrank does not */
};

enum window_bound { WINDOW_BURST, WINDOW_BY_HOUR, WINDOW_BY_DAY };

/* Why it may not, and when it may. */
struct window_answer {
	uint8_t what;     /* enum rule_what */
	uint8_t bound;    /* enum window_bound */
	bool never;       /* more than the limit at once */
	bool is_near;     /* it may, and comes above rule->near */
	uint32_t limit;   /* that would be passed */
	uint32_t counted; /* in the window; WINDOW_BURST: at once */
	struct wall free; /* when it may, if nothing else comes */
};

/* Is a rule beyond what a narrow window counts? */
bool window_is_wide(const struct rule *rule);

/* Both sizes are handled through this. */
struct window_ref {
	struct window_head *head;
	uint16_t *narrow; /* one of them */
	uint32_t *wide;
};

struct window_ref window_of(struct window *window);
struct window_ref window_of_wide(struct window_wide *window);

/* May so much more come now? Fills *ret if not, with the bound that is free last; or if it comes near a limit. */
bool window_allows(const struct window_ref *ref, const struct rule *rule,
	const struct window_amount *amount, struct wall now, struct window_answer *ret);

/* It comes now, whatever the rule says. */
void window_take(const struct window_ref *ref, const struct rule *rule,
	const struct window_amount *amount, struct wall now);

/* What was taken at a time did not come: as if it had never been taken, as far as that makes nothing too small. */
void window_give_back(const struct window_ref *ref, const struct rule *rule,
	const struct window_amount *amount, struct wall taken, struct wall now);

/* What was taken at a time counts as of now: who holds a message open for longer than an hour is not to send it beside
 * those of the next. False: it does not fit any more, is given back, and *ret says why. Bursts stay as they were. */
bool window_move(const struct window_ref *ref, const struct rule *rule,
	const struct window_amount *amount, struct wall taken, struct wall now,
	struct window_answer *ret);

/* What is counted now, in the hour or the day. */
uint32_t window_count(
	const struct window_ref *ref, enum rule_what what, enum rule_span span, struct wall now);

/* Nothing that counts now is in it. */
bool window_is_empty(const struct window_ref *ref, struct wall now);

/* Could it be what was counted until now? For what was read from a file. */
bool window_is_sound(const struct window_ref *ref, struct wall now);

/* The cell of a time. */
uint32_t window_cell(struct wall at);

/* What window_take does to bursts, and as much of it as window_give_back undoes. */
struct window_burst window_burst_of(const struct rule *rule, const struct window_amount *amount);
struct window_burst window_burst_left(const struct rule *rule, const struct window_amount *amount,
	struct wall taken, struct wall now);

/* Bursts are whole again so much earlier. */
void window_relieve(const struct window_ref *ref, const struct window_burst *burst);

/* Does a change still count for anything? */
bool window_matters(const struct window_change *change, struct wall now);

/* What another counted, who said so at a time. Nothing becomes less than nothing. Cells are as if it had been counted
 * here; bursts, too, but for the time that it was on its way. */
enum window_joined window_join(const struct window_ref *ref, const struct window_change *change,
	struct wall said, struct wall now);

/* All of a narrow one into a wide one that is empty. */
void window_widen(const struct window *from, struct window_wide *into);

#endif
