/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/identify.h"

static struct sighting
see(const struct observation *observation, enum sighting_kind kind, const struct line *line,
	const struct address *other)
{
	return (struct sighting){
		.time = observation->time,
		.line = *line,
		.other = *other,
		.sampling = observation->sampling,
		.duration_ms = observation->duration_ms,
		.server_port = observation->server_port,
		.kind = (uint8_t)kind,
		.outcome = observation->outcome,
		.flags = observation->flags,
		.recipients = observation->recipients,
		.refusals = observation->refusals,
	};
}

/* What one observation says of our lines: an inbound, a contact, both or none. */
static size_t
identify_one(const struct lines *lines, const struct observation *observation,
	struct sighting *into, struct identify_counts *counts)
{
	bool is_ours, to_ours = false;
	struct line client, server;
	size_t count = 0;

	if (observation->kind != OBSERVATION_MAIL)
		return 0;
	is_ours = lines_find(lines, &observation->client, observation->client_port, &client) == 0;
	if (lines_has_inside(lines))
		to_ours = lines_find(lines, &observation->server, observation->server_port,
				  &server) == 0;
	/* Mail that a line of ours accepted tells that it is a server. */
	if (to_ours && observation->server_port == 25 && observation->outcome == OUTCOME_ACCEPTED) {
		struct address network = address_network(&observation->client);

		into[count++] = see(observation, SIGHTING_INBOUND, &server, &network);
	}
	if (!is_ours)
		counts->outside += !to_ours;
	else if (to_ours && (observation->server_port == 465 || observation->server_port == 587))
		counts->submissions++;
	else
		into[count++] = see(observation, SIGHTING_CONTACT, &client, &observation->server);
	return count;
}

size_t
identify(const struct lines *lines, const struct observation *observations, size_t count,
	struct sighting *into, uint32_t *origin, struct identify_counts *counts)
{
	size_t filled = 0;

	counts->observations += count;
	for (size_t i = 0; i < count; i++) {
		size_t found = identify_one(lines, &observations[i], into + filled, counts);

		for (size_t end = filled + found; filled < end; filled++) {
			if (origin != NULL)
				origin[filled] = (uint32_t)i;
		}
	}
	return filled;
}
