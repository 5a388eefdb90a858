/* SPDX-License-Identifier: BSD-2-Clause */
/* The bytes of a connection, in pieces: the first byte tells how large they are. However it is cut, the same
 * is read. */
#include "fuzz.h"
#include "source/export/exportstream.h"

#include <stdlib.h>

struct result {
	int messages;
	uint64_t records;
	uint64_t withdrawn;
	uint64_t malformed;
	uint64_t skipped;
};

static struct result
run(const uint8_t *bytes, size_t size, size_t piece)
{
	struct intake_settings intake_settings = {
		.join_us = WALL_MINUTE, .join_most = 64, .errors_most = 8, .live = true};
	struct export_settings settings = EXPORT_DEFAULTS;
	struct export_from from = {.file = "fuzz",
		.address = address_from_v4(0x0a000001),
		.port = 50000,
		.has_address = true,
		.received = {INT64_C(1700000000) * WALL_SECOND}};
	struct result result = {0};
	struct intake *intake;
	struct export *export_;
	struct exportstream *stream;
	struct reader reader = reader_on(bytes, size);

	settings.sessions_most = 8;
	settings.templates_most = 16;
	settings.templates_total = 32;
	settings.held_most = 4;
	settings.held_bytes = 4096;
	intake = intake_new(&intake_settings);
	intake_advance(intake, from.received);
	export_ = export_new(&settings, intake);
	stream = exportstream_new(export_, &from);
	while (reader_left(&reader) > 0) {
		size_t part = piece < reader_left(&reader) ? piece : reader_left(&reader);
		/* In a block of just its size, so that a sanitizer sees every byte read beyond it. */
		uint8_t *exact = xcalloc(1, part);
		int r;

		memcpy(exact, reader_take(&reader, part), part);
		r = exportstream_add(stream, from.received, exact, part);
		if (r > 0)
			result.messages += r;
		must(exportstream_waits(stream) <= EXPORTSTREAM_MOST);
		free(exact);
	}
	exportstream_free(stream);
	result.records = intake_counts(intake)->records;
	result.skipped = intake_counts(intake)->skipped_bytes;
	result.withdrawn = export_counts(export_)->templates_withdrawn;
	result.malformed = export_counts(export_)->malformed;
	export_free(export_);
	intake_free(intake);
	return result;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct result whole, cut;
	size_t piece;

	if (size < 1)
		return 0;
	piece = (size_t)bytes[0] + 1;
	whole = run(bytes + 1, size - 1, size);
	cut = run(bytes + 1, size - 1, piece);
	/* What cannot be read any more is skipped at once or piece by piece; messages before that were read where
	 * they came in earlier calls. */
	must(whole.records == cut.records && whole.withdrawn == cut.withdrawn &&
		whole.malformed == cut.malformed && whole.skipped == cut.skipped);
	return 0;
}
