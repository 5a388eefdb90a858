/* figures - what an operator is told of one exporter
 *
 * What:    counters of one session or agent, written for each message, never for each record; those that most
 *          messages change are apart from the others, so that they share a cache line with what is
 *          written anyway.
 * Limits:  the small ones wrap after 4 billion.
 * Thread:  a value.
 */
#ifndef LAZARET_SOURCE_EXPORT_FIGURES_H
#define LAZARET_SOURCE_EXPORT_FIGURES_H

#include "base/wall.h"
#include "source/export/export.h"

#include <stdbool.h>

struct figures_often {
	uint64_t messages;
	uint64_t records;
	int64_t clock_us; /* of the last message: export time minus receipt */
};

struct figures {
	uint64_t mail_records;
	uint64_t lost;          /* records */
	uint32_t late;          /* messages out of order */
	uint32_t duplicates;    /* messages that came twice */
	uint32_t restarts;      /* of the exporter */
	uint32_t malformed;     /* messages */
	uint32_t clock_records; /* records whose own time could not be meant */
};

static inline void
figures_show(const struct figures_often *often, const struct figures *figures,
	struct export_exporter *exporter)
{
	exporter->datagrams = often->messages;
	exporter->records = often->records;
	exporter->clock_us = often->clock_us;
	exporter->mail_records = figures->mail_records;
	exporter->lost = figures->lost;
	exporter->late = figures->late;
	exporter->duplicates = figures->duplicates;
	exporter->restarts = figures->restarts;
	exporter->malformed = figures->malformed;
	exporter->clock_records = figures->clock_records;
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
