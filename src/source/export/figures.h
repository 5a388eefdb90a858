/* figures - what an operator is told of one exporter
 *
 * What:    counters of one session or agent, written once for each message, never for each record.
 * Limits:  one cache line. The small ones wrap after 4 billion.
 * Thread:  a value.
 */
#ifndef LAZARET_SOURCE_EXPORT_FIGURES_H
#define LAZARET_SOURCE_EXPORT_FIGURES_H

#include "base/wall.h"
#include "source/export/export.h"

#include <stdbool.h>

struct figures {
	uint64_t messages;
	uint64_t records;
	uint64_t mail_records;
	uint64_t lost;          /* records */
	int64_t clock_us;       /* of the last message: export time minus receipt */
	uint32_t late;          /* messages out of order */
	uint32_t duplicates;    /* messages that came twice */
	uint32_t restarts;      /* of the exporter */
	uint32_t malformed;     /* messages */
	uint32_t clock_records; /* records whose own time could not be meant */
	uint16_t port;          /* of the last message */
	bool is_established;    /* standing.h */
};

_Static_assert(sizeof(struct figures) == 64, "one cache line");

static inline void
figures_show(const struct figures *figures, struct export_exporter *exporter)
{
	static const struct address none;

	exporter->has_address = !address_equal(&exporter->address, &none);
	exporter->is_established = figures->is_established;
	exporter->port = figures->port;
	exporter->datagrams = figures->messages;
	exporter->records = figures->records;
	exporter->mail_records = figures->mail_records;
	exporter->lost = figures->lost;
	exporter->late = figures->late;
	exporter->duplicates = figures->duplicates;
	exporter->restarts = figures->restarts;
	exporter->malformed = figures->malformed;
	exporter->clock_records = figures->clock_records;
	exporter->clock_us = figures->clock_us;
}

/* Adds a loss, or takes back what came late. */
static inline void
figures_lose(uint64_t *total, int64_t lost)
{
	if (lost >= 0)
		*total += (uint64_t)lost;
	else
		*total -= (uint64_t)-lost < *total ? (uint64_t)-lost : *total;
}

#endif
