/* SPDX-License-Identifier: BSD-2-Clause */
#include "action/coawindow.h"

#include <errno.h>
#include <stdlib.h>

void
coa_window_init(struct coa_window *window, unsigned ports)
{
	unsigned size = ports * COA_IDENTIFIERS;

	*window = (struct coa_window){.places = xcalloc(size, sizeof(*window->places)),
		.free = xcalloc(size, sizeof(*window->free)),
		.size = (uint16_t)size,
		.count = (uint16_t)size};
	for (unsigned i = 0; i < size; i++)
		window->free[i] = (uint16_t)(i % ports * COA_IDENTIFIERS + i / ports);
}

void
coa_window_done(struct coa_window *window)
{
	free(window->places);
	free(window->free);
}

int
coa_window_take(struct coa_window *window, struct wall now, int64_t rest, struct wall *when)
{
	unsigned place = window->free[window->first];

	if (window->count == 0)
		return -EBUSY;
	if (window->places[place].is_used && now.us - window->places[place].sent.us < rest) {
		when->us = window->places[place].sent.us + rest;
		return -EAGAIN;
	}
	window->first = (uint16_t)((window->first + 1) % window->size);
	window->count--;
	return (int)place;
}

void
coa_window_give(struct coa_window *window, unsigned place)
{
	unsigned behind = (unsigned)window->first + window->count;

	window->places[place].order = 0;
	window->free[behind % window->size] = (uint16_t)place;
	window->count++;
}
