/* SPDX-License-Identifier: BSD-2-Clause */
#include "desk/statusgarden.h"

static unsigned long long
of(const struct status_process *garden, enum counter what)
{
	return garden->value[what];
}

void
status_garden(const struct status_process *processes, size_t count, struct buffer *into)
{
	const struct status_process *garden = status_find(processes, count, OWNER_GARDEN);
	unsigned long long refused, away;

	if (garden == NULL)
		return;
	buffer_print(into,
		"\nThe garden answered held lines %llu times over IPv4 and %llu times over IPv6 "
		"(now "
		"on %llu connection%s).\n",
		of(garden, COUNT_GARDEN_ANSWERS4), of(garden, COUNT_GARDEN_ANSWERS6),
		of(garden, COUNT_GARDEN_OPEN), garden->value[COUNT_GARDEN_OPEN] == 1 ? "" : "s");
	refused = of(garden, COUNT_GARDEN_REFUSED4) + of(garden, COUNT_GARDEN_REFUSED6);
	away = of(garden, COUNT_GARDEN_TURNED_AWAY) + of(garden, COUNT_GARDEN_CROWDED);
	if (refused + away > 0)
		buffer_print(into,
			"Requests that it could not read: %llu; connections that it turned away: "
			"%llu, of lines that had too many %llu.\n",
			refused, away, of(garden, COUNT_GARDEN_CROWDED));
	if (of(garden, COUNT_GARDEN_ASTRAY) > 0)
		buffer_print(into,
			"Connections to the garden's own port, which no rule had led there, were "
			"closed: %llu.\n",
			of(garden, COUNT_GARDEN_ASTRAY));
}
