/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/identify.h"

#include <errno.h>

/* Names whose memory is asked for at once. */
#define WAITING 16

/* Names on their way to the table. */
struct queue {
	struct names *names; /* NULL: nobody wants them */
	size_t count;
	struct {
		uint64_t pseudonym;
		struct line_name name;
	} waiting[WAITING];
};

static void
put_all(struct queue *queue)
{
	for (size_t i = 0; i < queue->count; i++)
		names_put(queue->names, queue->waiting[i].pseudonym, &queue->waiting[i].name);
	queue->count = 0;
}

static void
put_soon(struct queue *queue, uint64_t pseudonym, const struct line_name *name)
{
	if (queue->names == NULL)
		return;
	names_prefetch(queue->names, pseudonym);
	queue->waiting[queue->count].pseudonym = pseudonym;
	queue->waiting[queue->count].name = *name;
	if (++queue->count == WAITING)
		put_all(queue);
}

/* All but the line, which is there already. Each field by itself: what is built elsewhere and copied takes twice as
 * long. */
static void
see(struct sighting *into, enum sighting_kind kind, const struct observation *observation,
	const struct address *other)
{
	into->time = observation->time;
	into->other = *other;
	into->sampling = observation->sampling;
	into->duration_ms = observation->duration_ms;
	into->server_port = observation->server_port;
	into->kind = (uint8_t)kind;
	into->outcome = observation->outcome;
	into->flags = observation->flags;
	into->recipients = observation->recipients;
	into->refusals = observation->refusals;
	into->channel = 0;
	into->score = into->watch = 0;
}

/* What one observation says of our lines: an inbound, a contact, both or none. */
static size_t
identify_one(const struct lines *lines, const struct observation *observation,
	struct sighting *into, struct queue *queue, struct identify_counts *counts)
{
	struct sighting *end = into;
	struct line_name name;
	uint16_t port = observation->server_port;
	bool to_ours = false;
	int r = -ENOENT;

	if (observation->kind != OBSERVATION_MAIL)
		return 0;
	if (lines_has_inside(lines))
		r = lines_find_at(
			lines, &observation->server, port, observation->time, &end->line, &name);
	to_ours = r != -ENOENT;
	/* Mail that a line of ours accepted tells that it is a server. */
	if (r == 0 && port == 25 && observation->outcome == OUTCOME_ACCEPTED) {
		struct address network = address_network(&observation->client);

		see(end++, SIGHTING_INBOUND, observation, &network);
	}
	r = lines_find_at(lines, &observation->client, observation->client_port, observation->time,
		&end->line, &name);
	if (r == -ENOENT) {
		counts->outside += !to_ours;
	} else if (to_ours && (port == 465 || port == 587)) {
		counts->submissions++;
	} else if (r < 0) {
		counts->nobodys++;
	} else {
		/* A line whose mail is taken everywhere has no case to give its name to. Who leases its address is
		 * named by who keeps leases. */
		if (observation->outcome != OUTCOME_ACCEPTED && name.length != 0)
			put_soon(queue, end->line.pseudonym, &name);
		see(end++, SIGHTING_CONTACT, observation, &observation->server);
	}
	return (size_t)(end - into);
}

/* What will be asked about these: both sides of each. */
static void
fetch(const struct lines *lines, const struct observation *observations, size_t count)
{
	struct lease_question question[2 * IDENTIFY_TOGETHER];
	size_t asked = 0;

	for (size_t i = 0; i < count; i++) {
		const struct observation *of = &observations[i];

		if (of->kind != OBSERVATION_MAIL)
			continue;
		question[asked++] = (struct lease_question){of->server, of->server_port, of->time};
		question[asked++] = (struct lease_question){of->client, of->client_port, of->time};
	}
	lines_fetch(lines, question, asked);
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t
identify(const struct lines *lines, const struct observation *observations, size_t count,
	struct sighting *into, uint32_t *origin, struct names *names,
	struct identify_counts *counts)
{
	struct queue queue = {.names = names};
	bool has_leased = lines_has_leased(lines) && count > 1;
	size_t filled = 0;

	counts->observations += count;
	for (size_t i = 0; i < count; i++) {
		size_t found;

		if (has_leased && i % IDENTIFY_TOGETHER == 0)
			fetch(lines, observations + i, least(count - i, IDENTIFY_TOGETHER));
		found = identify_one(lines, &observations[i], into + filled, &queue, counts);
		for (size_t end = filled + found; filled < end; filled++) {
			if (origin != NULL)
				origin[filled] = (uint32_t)i;
		}
	}
	put_all(&queue);
	return filled;
}
