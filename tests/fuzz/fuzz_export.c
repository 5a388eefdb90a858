/* SPDX-License-Identifier: BSD-2-Clause */
/* A session of datagrams of flow export, so that templates last from one to the next: two bytes
 * of length before each. The highest bits of the length make a quarter of an hour pass, and
 * another exporter speak. Read three times: for mail, for mail by a receiver that runs for months, and for a
 * visitor that looks at every byte. */
#include "fuzz.h"
#include "source/export/decode.h"
#include "source/export/export.h"

#include <stdlib.h>

#define LATER    0x8000
#define STRANGER 0x4000
#define LENGTH   0x3fff

static volatile uint8_t sink;

static void
on_begin(void *context, const struct decode_origin *origin)
{
	*(uint8_t *)context += (uint8_t)origin->domain;
}

static void
on_field(
	void *context, const struct element *element, bool scope, const uint8_t *value, size_t size)
{
	uint8_t *sum = context;

	*sum += (uint8_t)(element->id + scope);
	for (size_t i = 0; i < size; i++)
		*sum += value[i];
}

static void
on_end(void *context)
{
}

static void
run(struct reader reader, const struct decode_visitor *visitor, bool live)
{
	struct intake_settings intake_settings = {
		.join_us = WALL_MINUTE, .join_most = 64, .errors_most = 8, .live = live};
	struct export_settings settings = EXPORT_DEFAULTS;
	struct export_from from = {.file = "fuzz", .port = 2055, .has_address = true};
	struct observation taken[64];
	struct intake *intake;
	struct export *export_;

	settings.sessions_most = 8;
	settings.sessions_per_exporter = 4;
	settings.templates_most = 16;
	settings.templates_total = 32;
	settings.held_most = 4;
	settings.held_bytes = 4096;
	intake = intake_new(&intake_settings);
	intake_decode(intake, visitor);
	export_ = export_new(&settings, intake);
	from.received.us = INT64_C(1700000000) * WALL_SECOND;
	while (reader_left(&reader) >= 2) {
		uint16_t word = reader_u16(&reader);
		size_t size = word & LENGTH;
		uint8_t *exact;

		if (size > reader_left(&reader))
			size = reader_left(&reader);
		from.received.us += word & LATER ? 15 * WALL_MINUTE : WALL_SECOND;
		from.address = address_from_v4(word & STRANGER ? 0x0a000002 : 0x0a000001);
		/* In a block of just its size, so that a sanitizer sees every byte read beyond
		 * it. */
		exact = xcalloc(1, size);
		if (size > 0)
			memcpy(exact, reader_take(&reader, size), size);
		if (export_matches(exact, size))
			sink++;
		intake_advance(intake, from.received);
		export_datagram(export_, &from, exact, size);
		if (live && intake_take(intake, taken, 64) > 0)
			sink += taken[0].outcome;
		free(exact);
	}
	export_flush(export_);
	intake_flush(intake);
	while (intake_take(intake, taken, 64) > 0)
		sink += taken[0].outcome;
	export_free(export_);
	intake_free(intake);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	uint8_t sum = 0;
	struct decode_visitor visitor = {&sum, on_begin, on_field, on_end};

	run(reader_on(bytes, size), NULL, false);
	run(reader_on(bytes, size), NULL, true);
	run(reader_on(bytes, size), &visitor, false);
	sink += sum;
	return 0;
}
