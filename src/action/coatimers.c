/* SPDX-License-Identifier: BSD-2-Clause */
#include "action/coatimers.h"

void
coa_timers_init(struct coa_timers *timers, size_t most)
{
	*timers = (struct coa_timers){.heap = memory_map(most, sizeof(*timers->heap)),
		.place = memory_map(most, sizeof(*timers->place)),
		.most = most};
}

void
coa_timers_done(struct coa_timers *timers)
{
	memory_unmap(timers->heap, timers->most, sizeof(*timers->heap));
	memory_unmap(timers->place, timers->most, sizeof(*timers->place));
}

static void
put(struct coa_timers *timers, size_t at, struct coa_timer timer)
{
	timers->heap[at] = timer;
	timers->place[timer.thing] = (uint32_t)at + 1;
}

static void
move_up(struct coa_timers *timers, size_t at, struct coa_timer timer)
{
	while (at > 0 && timers->heap[(at - 1) / 2].due.us > timer.due.us) {
		put(timers, at, timers->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	put(timers, at, timer);
}

static void
move_down(struct coa_timers *timers, size_t at, struct coa_timer timer)
{
	for (;;) {
		size_t child = 2 * at + 1;

		if (child + 1 < timers->count &&
			timers->heap[child + 1].due.us < timers->heap[child].due.us)
			child++;
		if (child >= timers->count || timers->heap[child].due.us >= timer.due.us)
			break;
		put(timers, at, timers->heap[child]);
		at = child;
	}
	put(timers, at, timer);
}

void
coa_timers_set(struct coa_timers *timers, uint32_t thing, struct wall due)
{
	coa_timers_remove(timers, thing);
	move_up(timers, timers->count++, (struct coa_timer){due, thing});
}

void
coa_timers_remove(struct coa_timers *timers, uint32_t thing)
{
	size_t at = timers->place[thing];
	struct coa_timer last;

	if (at-- == 0)
		return;
	timers->place[thing] = 0;
	last = timers->heap[--timers->count];
	if (at == timers->count)
		return;
	if (at > 0 && timers->heap[(at - 1) / 2].due.us > last.due.us)
		move_up(timers, at, last);
	else
		move_down(timers, at, last);
}

bool
coa_timers_take(struct coa_timers *timers, struct wall now, uint32_t *ret)
{
	if (timers->count == 0 || timers->heap[0].due.us > now.us)
		return false;
	*ret = timers->heap[0].thing;
	coa_timers_remove(timers, *ret);
	return true;
}

struct wall
coa_timers_first(const struct coa_timers *timers)
{
	return timers->count > 0 ? timers->heap[0].due : (struct wall){INT64_MAX};
}
