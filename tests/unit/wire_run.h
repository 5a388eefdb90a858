/* wire_run - a scenario over the wire and through the receiver, for tests
 *
 * What:    traffic -> wire -> export -> intake, in one process and on the scenario's clock: what the exporters
 *          were told, and what the receiver understood, side by side.
 * Owns:    everything in it; wire_run_done frees.
 * Thread:  one at a time.
 */
#ifndef LAZARET_TESTS_WIRE_RUN_H
#define LAZARET_TESTS_WIRE_RUN_H

#include "rehearse/wire.h"
#include "source/export/export.h"

#include <stdlib.h>

struct seen {
	struct observation *o;
	size_t count;
	size_t size;
};

struct wire_run {
	struct scenario scenario;
	struct traffic *traffic;
	struct wire *wire;
	struct intake *intake;
	struct export *exporters;
	struct seen told;  /* as they went into the wire */
	struct seen heard; /* mail that came out of the intake, in that order */
	struct seen bound; /* bindings */
};

static inline void
seen_add(struct seen *seen, const struct observation *o)
{
	if (seen->count == seen->size) {
		seen->size = seen->size > 0 ? seen->size * 2 : 1024;
		seen->o = xrealloc(seen->o, seen->size * sizeof(*seen->o));
	}
	seen->o[seen->count++] = *o;
}

static inline void
wire_run_take(struct wire_run *run)
{
	struct observation o[256];
	size_t count;

	do {
		count = intake_take(run->intake, o, 256);
		for (size_t i = 0; i < count; i++)
			seen_add(o[i].kind == OBSERVATION_MAIL ? &run->heard : &run->bound, &o[i]);
	} while (count == 256);
}

static inline void
wire_run_datagram(void *context, unsigned number, const uint8_t *bytes, size_t size)
{
	struct wire_run *run = context;
	struct wire_exporter exporter;
	struct export_from from = {
		.file = "wire", .has_address = true, .received = wire_clock(run->wire)};

	wire_exporter(run->wire, number, &exporter);
	from.address = exporter.address;
	from.port = (uint16_t)(40000 + number);
	export_datagram(run->exporters, &from, bytes, size);
	wire_run_take(run);
}

/* scenario: as parsed. */
static inline void
wire_run_begin(struct wire_run *run, const struct scenario *scenario, int64_t shift_us)
{
	struct fail fail = {.what = ""};

	*run = (struct wire_run){.traffic = NULL};
	wire_scenario(scenario, &run->scenario);
	run->traffic = traffic_new(&run->scenario);
	must(wire_new(&run->wire, &run->scenario, run->traffic, shift_us, &fail) == 0);
	run->intake = intake_new(&INTAKE_DEFAULTS);
	run->exporters = export_new(&EXPORT_DEFAULTS, run->intake);
}

/* One minute; false when the scenario has ended, and all that came of it is there. */
static inline bool
wire_run_minute(struct wire_run *run)
{
	const struct observation *o;
	int64_t count = traffic_minute(run->traffic, &o);

	if (count < 0) {
		wire_end(run->wire, wire_run_datagram, run);
		export_flush(run->exporters);
		intake_flush(run->intake);
		wire_run_take(run);
		return false;
	}
	for (int64_t i = 0; i < count; i++)
		seen_add(&run->told, &o[i]);
	wire_minute(run->wire, o, (size_t)count, traffic_now(run->traffic), wire_run_datagram, run);
	return true;
}

static inline void
wire_run_done(struct wire_run *run)
{
	export_free(run->exporters);
	intake_free(run->intake);
	wire_free(run->wire);
	traffic_free(run->traffic);
	free(run->told.o);
	free(run->heard.o);
	free(run->bound.o);
}

#endif
