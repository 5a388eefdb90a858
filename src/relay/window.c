/* SPDX-License-Identifier: BSD-2-Clause */
#include "relay/window.h"

#include <string.h>

/* The cells of one span in the array of counts. */
struct cells {
	unsigned first; /* in the array */
	unsigned count;
	uint32_t length; /* in cells of the hour */
};

static const struct cells spans[RULE_SPANS] = {
	[RULE_HOUR] = {0, WINDOW_HOUR_CELLS, 1},
	[RULE_DAY] = {WINDOW_HOUR_CELLS, WINDOW_DAY_CELLS, WINDOW_DAY_OF},
};

_Static_assert((WINDOW_HOUR_CELLS - 1) * WINDOW_CELL_US == WALL_HOUR, "an hour and a cell");
_Static_assert(
	(WINDOW_DAY_CELLS - 1) * WINDOW_DAY_OF * WINDOW_CELL_US == WALL_DAY, "a day and a cell");

bool
window_is_wide(const struct rule *rule)
{
	for (int w = 0; w < RULE_WHATS; w++) {
		for (int s = 0; s < RULE_SPANS; s++) {
			if (rule->most[w][s] != RULE_UNLIMITED && rule->most[w][s] >= UINT16_MAX)
				return true;
		}
	}
	return false;
}

struct window_ref
window_of(struct window *window)
{
	return (struct window_ref){.head = &window->head, .narrow = window->count[0]};
}

struct window_ref
window_of_wide(struct window_wide *window)
{
	return (struct window_ref){.head = &window->head, .wide = window->count[0]};
}

static uint32_t
get(const struct window_ref *ref, unsigned what, unsigned at)
{
	at += what * WINDOW_CELLS;
	return ref->narrow != NULL ? ref->narrow[at] : ref->wide[at];
}

static void
set(const struct window_ref *ref, unsigned what, unsigned at, uint64_t value)
{
	at += what * WINDOW_CELLS;
	if (ref->narrow != NULL)
		ref->narrow[at] = value < UINT16_MAX ? (uint16_t)value : UINT16_MAX;
	else
		ref->wide[at] = value < UINT32_MAX ? (uint32_t)value : UINT32_MAX;
}

uint32_t
window_cell(struct wall at)
{
	return at.us < 0 ? 0 : (uint32_t)(at.us / WINDOW_CELL_US);
}

/* Time never goes back: the latest cell is that of now, or of what was counted by one whose clock is ahead. */
static uint32_t
cell_of(const struct window_ref *ref, struct wall now)
{
	uint32_t cell = window_cell(now);

	return cell > ref->head->cell ? cell : ref->head->cell;
}

/* Where the cell of a span with this number is. */
static unsigned
place(const struct cells *cells, uint32_t number)
{
	return cells->first + number % cells->count;
}

/* The oldest cell of a span that counts when this is the latest; of one that is empty the number may be too high. */
static uint32_t
oldest(const struct cells *cells, uint32_t latest)
{
	return latest >= cells->count ? latest - cells->count + 1 : 0;
}

/* Cells that time has left behind are empty again. */
static void
advance(const struct window_ref *ref, uint32_t cell)
{
	if (ref->head->cell == cell)
		return;
	for (int s = 0; s < RULE_SPANS; s++) {
		const struct cells *cells = &spans[s];
		uint32_t from = ref->head->cell / cells->length + 1, to = cell / cells->length;

		if (from < oldest(cells, to))
			from = oldest(cells, to);
		for (uint32_t number = from; number <= to; number++) {
			for (unsigned w = 0; w < RULE_WHATS; w++)
				set(ref, w, place(cells, number), 0);
		}
	}
	ref->head->cell = cell;
}

/* Of some cells one behind the other. */
static uint64_t
sum_run(const struct window_ref *ref, unsigned what, unsigned first, unsigned count)
{
	uint64_t wide = 0;
	/* Fewer than 2^16 cells of less than 2^16. */
	uint32_t narrow = 0;

	first += what * WINDOW_CELLS;
	if (ref->narrow != NULL) {
		for (unsigned i = 0; i < count; i++)
			narrow += ref->narrow[first + i];
		return narrow;
	}
	for (unsigned i = 0; i < count; i++)
		wide += ref->wide[first + i];
	return wide;
}

/* What is counted in a span when `cell` is the present one. */
static uint64_t
sum(const struct window_ref *ref, unsigned what, const struct cells *cells, uint32_t cell)
{
	uint32_t last = ref->head->cell / cells->length, from = oldest(cells, cell / cells->length);
	unsigned begin, count, whole;

	/* Mostly time is where it was: all that is in its cells counts. */
	if (from + cells->count == last + 1)
		return sum_run(ref, what, cells->first, cells->count);
	if (from > last)
		return 0;
	count = last - from + 1;
	begin = from % cells->count;
	whole = count < cells->count - begin ? count : cells->count - begin;
	return sum_run(ref, what, cells->first + begin, whole) +
		sum_run(ref, what, cells->first, count - whole);
}

/* When so many of what is counted are old enough not to count. */
static struct wall
when_gone(const struct window_ref *ref, unsigned what, const struct cells *cells, uint32_t cell,
	uint64_t many)
{
	uint32_t number = oldest(cells, cell / cells->length),
		 last = ref->head->cell / cells->length;

	for (; number < last; number++) {
		uint32_t count = get(ref, what, place(cells, number));

		if (count >= many)
			break;
		many -= count;
	}
	return (struct wall){(int64_t)(number + cells->count) * cells->length * WINDOW_CELL_US};
}

/* Time that so many take when they come at their pace; not more than any burst may. */
static int64_t
time_of(int64_t pace, uint32_t amount)
{
	return pace == 0 ? 0 : amount > WINDOW_LONG_US / pace ? WINDOW_LONG_US : pace * amount;
}

static uint32_t
clamp(uint64_t count)
{
	return count < UINT32_MAX ? (uint32_t)count : UINT32_MAX;
}

/* Takes the answer if it is the first, or holds for longer than the one before. */
static void
prefer(struct window_answer *ret, bool *allowed, const struct window_answer *answer)
{
	if (*allowed || (answer->never && !ret->never) ||
		(answer->never == ret->never && answer->free.us > ret->free.us))
		*ret = *answer;
	*allowed = false;
}

static void
ask_span(const struct window_ref *ref, const struct rule *rule, unsigned what, unsigned span,
	uint32_t amount, struct wall now, bool *allowed, struct window_answer *ret)
{
	uint32_t most = rule->most[what][span], cell = cell_of(ref, now);
	uint64_t count;
	struct window_answer answer = {
		.what = (uint8_t)what,
		.bound = span == RULE_HOUR ? WINDOW_BY_HOUR : WINDOW_BY_DAY,
		.limit = most,
	};

	if (most == RULE_UNLIMITED || amount == 0)
		return;
	count = sum(ref, what, &spans[span], cell);
	answer.counted = clamp(count);
	if (count + amount <= most) {
		answer.is_near = count + amount > rule->near[what][span];
		if (answer.is_near && *allowed)
			*ret = answer;
		return;
	}
	answer.never = amount > most;
	if (!answer.never)
		answer.free = when_gone(ref, what, &spans[span], cell, count + amount - most);
	prefer(ret, allowed, &answer);
}

static void
ask_burst(const struct window_ref *ref, const struct rule *rule, unsigned what, uint32_t amount,
	struct wall now, bool *allowed, struct window_answer *ret)
{
	int64_t pace = rule->pace[what], due = ref->head->due[what], room;
	struct window_answer answer = {
		.what = (uint8_t)what, .bound = WINDOW_BURST, .limit = rule->burst[what]};

	if (pace == 0 || amount == 0)
		return;
	if (due < now.us)
		due = now.us;
	room = now.us + time_of(pace, rule->burst[what]) - due;
	answer.never = amount > rule->burst[what];
	if (!answer.never && time_of(pace, amount) <= room)
		return;
	answer.counted = clamp((uint64_t)((due - now.us + pace - 1) / pace));
	if (!answer.never)
		answer.free.us = now.us + time_of(pace, amount) - room;
	prefer(ret, allowed, &answer);
}

bool
window_allows(const struct window_ref *ref, const struct rule *rule,
	const struct window_amount *amount, struct wall now, struct window_answer *ret)
{
	bool allowed = true;

	*ret = (struct window_answer){0};
	for (unsigned w = 0; w < RULE_WHATS; w++) {
		ask_burst(ref, rule, w, amount->of[w], now, &allowed, ret);
		for (unsigned s = 0; s < RULE_SPANS; s++)
			ask_span(ref, rule, w, s, amount->of[w], now, &allowed, ret);
	}
	return allowed;
}

/* Adds to the cells of a number, as far as they count. */
static void
count_at(const struct window_ref *ref, uint32_t cell, unsigned what, int64_t amount)
{
	for (int s = 0; s < RULE_SPANS; s++) {
		uint32_t number = cell / spans[s].length, last = ref->head->cell / spans[s].length;
		unsigned at = place(&spans[s], number);
		int64_t count;

		/* Its place is another's now. */
		if (number > last || number < oldest(&spans[s], last))
			continue;
		count = get(ref, what, at) + amount;
		set(ref, what, at, count > 0 ? (uint64_t)count : 0);
	}
}

/* Into the present cells; where the clock is far behind what is counted already, as of then. */
static void
count_in(const struct window_ref *ref, const struct window_amount *amount, struct wall now)
{
	uint32_t cell = window_cell(now);

	advance(ref, cell_of(ref, now));
	if (cell < oldest(&spans[RULE_HOUR], ref->head->cell))
		cell = ref->head->cell;
	for (unsigned w = 0; w < RULE_WHATS; w++)
		count_at(ref, cell, w, amount->of[w]);
}

static void
count_out(const struct window_ref *ref, const struct window_amount *amount, struct wall taken)
{
	for (unsigned w = 0; w < RULE_WHATS; w++)
		count_at(ref, window_cell(taken), w, -(int64_t)amount->of[w]);
}

struct window_burst
window_burst_of(const struct rule *rule, const struct window_amount *amount)
{
	struct window_burst ret;

	for (unsigned w = 0; w < RULE_WHATS; w++)
		ret.us[w] = time_of(rule->pace[w], amount->of[w]);
	return ret;
}

/*
 * A bucket without what was taken would be lower by its whole time at first, and then by less, since it may have run
 * empty: by the time that has passed at the most.
 */
struct window_burst
window_burst_left(const struct rule *rule, const struct window_amount *amount, struct wall taken,
	struct wall now)
{
	struct window_burst ret = window_burst_of(rule, amount);

	for (unsigned w = 0; w < RULE_WHATS; w++) {
		int64_t left = ret.us[w] - (now.us - taken.us);

		ret.us[w] = left > 0 && left <= ret.us[w] ? left : 0;
	}
	return ret;
}

/* It is whole again so much later than it was, or than at a time if it was before. */
static void
delay_burst(int64_t *due, int64_t by, struct wall at, struct wall now)
{
	*due = (*due > at.us ? *due : at.us) + by;
	if (*due > now.us + WINDOW_LONG_US)
		*due = now.us + WINDOW_LONG_US;
}

void
window_take(const struct window_ref *ref, const struct rule *rule,
	const struct window_amount *amount, struct wall now)
{
	struct window_burst burst = window_burst_of(rule, amount);

	count_in(ref, amount, now);
	for (unsigned w = 0; w < RULE_WHATS; w++)
		delay_burst(&ref->head->due[w], burst.us[w], now, now);
}

void
window_give_back(const struct window_ref *ref, const struct rule *rule,
	const struct window_amount *amount, struct wall taken, struct wall now)
{
	struct window_burst left = window_burst_left(rule, amount, taken, now);

	count_out(ref, amount, taken);
	window_relieve(ref, &left);
}

void
window_relieve(const struct window_ref *ref, const struct window_burst *burst)
{
	for (unsigned w = 0; w < RULE_WHATS; w++)
		ref->head->due[w] -= burst->us[w];
}

bool
window_matters(const struct window_change *change, struct wall now)
{
	const struct cells *day = &spans[RULE_DAY];

	return change->cell / day->length >= oldest(day, window_cell(now) / day->length);
}

/* What is given back of a burst counts less the longer ago that was. */
static void
join_burst(const struct window_ref *ref, const struct window_burst *burst, struct wall said,
	struct wall now)
{
	int64_t ago = now.us - said.us;

	for (unsigned w = 0; w < RULE_WHATS; w++) {
		int64_t by = burst->us[w], *due = &ref->head->due[w];

		if (by > 0)
			delay_burst(due, by < WINDOW_LONG_US ? by : WINDOW_LONG_US, said, now);
		else if (by < -ago)
			*due -= (by > -WINDOW_LONG_US ? -by : WINDOW_LONG_US) - ago;
		if (*due < 0)
			*due = 0;
	}
}

enum window_joined
window_join(const struct window_ref *ref, const struct window_change *change, struct wall said,
	struct wall now)
{
	uint32_t cell = change->cell, latest = cell_of(ref, now);
	bool is_ahead =
		cell > latest && cell > window_cell((struct wall){now.us + WINDOW_AHEAD_US});

	if (!window_matters(change, now))
		return WINDOW_OLD;
	if (is_ahead)
		cell = latest;
	if (said.us > now.us)
		said = now;
	if (cell > latest)
		latest = cell;
	advance(ref, latest);
	for (unsigned w = 0; w < RULE_WHATS; w++) {
		if (!is_ahead || change->amount[w] > 0)
			count_at(ref, cell, w, change->amount[w]);
	}
	join_burst(ref, &change->burst, said, now);
	return is_ahead ? WINDOW_AHEAD : WINDOW_JOINED;
}

bool
window_move(const struct window_ref *ref, const struct rule *rule,
	const struct window_amount *amount, struct wall taken, struct wall now,
	struct window_answer *ret)
{
	bool allowed = true;

	*ret = (struct window_answer){0};
	count_out(ref, amount, taken);
	for (unsigned w = 0; w < RULE_WHATS; w++) {
		for (unsigned s = 0; s < RULE_SPANS; s++)
			ask_span(ref, rule, w, s, amount->of[w], now, &allowed, ret);
	}
	if (allowed)
		count_in(ref, amount, now);
	return allowed;
}

uint32_t
window_count(
	const struct window_ref *ref, enum rule_what what, enum rule_span span, struct wall now)
{
	return clamp(sum(ref, what, &spans[span], cell_of(ref, now)));
}

bool
window_is_empty(const struct window_ref *ref, struct wall now)
{
	for (unsigned w = 0; w < RULE_WHATS; w++) {
		if (ref->head->due[w] > now.us ||
			window_count(ref, (enum rule_what)w, RULE_DAY, now) > 0)
			return false;
	}
	return true;
}

bool
window_is_sound(const struct window_ref *ref, struct wall now)
{
	const struct window_head *head = ref->head;

	if ((int64_t)head->cell * WINDOW_CELL_US > now.us + WALL_DAY)
		return false;
	for (unsigned w = 0; w < RULE_WHATS; w++) {
		if (head->due[w] > now.us + 2 * WINDOW_LONG_US || head->due[w] < -WINDOW_LONG_US)
			return false;
	}
	return true;
}

void
window_widen(const struct window *from, struct window_wide *into)
{
	into->head = from->head;
	for (unsigned w = 0; w < RULE_WHATS; w++) {
		for (unsigned i = 0; i < WINDOW_CELLS; i++)
			into->count[w][i] = from->count[w][i];
	}
}
