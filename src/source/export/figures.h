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

/* Seconds: export time minus receipt. */
struct figures_clock {
	int32_t last;   /* of the last message; the time in it may be damaged */
	int32_t agreed; /* of the last one that agreed with the one before; 0 until then */
};

struct figures_often {
	uint64_t messages;
	uint64_t records;
	struct figures_clock clock;
};

/* Seconds: whole ones are told, and the network takes some time, too. */
#define FIGURES_AGREE 2

struct figures {
	uint64_t mail_records;
	uint64_t lost;          /* records */
	uint32_t late;          /* messages out of order */
	uint32_t duplicates;    /* messages that came twice */
	uint32_t restarts;      /* of the exporter */
	uint32_t malformed;     /* messages */
	uint32_t clock_records; /* records whose own time could not be meant */
};

/* The next message's. */
static inline void
figures_tell_clock(struct figures_clock *clock, int32_t seconds)
{
	int64_t step = (int64_t)seconds - clock->last;

	if (step >= -FIGURES_AGREE && step <= FIGURES_AGREE)
		clock->agreed = seconds;
	clock->last = seconds;
}

static inline void
figures_show(const struct figures_often *often, const struct figures *figures,
	struct export_exporter *exporter)
{
	exporter->datagrams = often->messages;
	exporter->records = often->records;
	exporter->clock_us = often->clock.agreed * WALL_SECOND;
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
