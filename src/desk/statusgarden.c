/* SPDX-License-Identifier: BSD-2-Clause */
#include "desk/statusgarden.h"

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
		status_value(garden, COUNT_GARDEN_ANSWERS4),
		status_value(garden, COUNT_GARDEN_ANSWERS6),
		status_value(garden, COUNT_GARDEN_OPEN),
		status_value(garden, COUNT_GARDEN_OPEN) == 1 ? "" : "s");
	refused = status_value(garden, COUNT_GARDEN_REFUSED4) +
		status_value(garden, COUNT_GARDEN_REFUSED6);
	away = status_value(garden, COUNT_GARDEN_TURNED_AWAY) +
		status_value(garden, COUNT_GARDEN_CROWDED);
	if (refused + away > 0)
		buffer_print(into,
			"Requests that it could not read: %llu; connections that it turned away: "
			"%llu, of lines that had too many %llu.\n",
			refused, away, status_value(garden, COUNT_GARDEN_CROWDED));
	if (status_value(garden, COUNT_GARDEN_ASTRAY) > 0)
		buffer_print(into,
			"Connections to the garden's own port, which no rule had led there, were "
			"closed: %llu.\n",
			status_value(garden, COUNT_GARDEN_ASTRAY));
}
