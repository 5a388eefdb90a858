/* SPDX-License-Identifier: BSD-2-Clause */
/* sFlow: datagrams, each behind its length in two bytes, from one sender; once for mail and once for every
 * field. */
#include "base/bytes.h"
#include "fuzz.h"
#include "source/export/decode.h"
#include "source/export/sflow.h"

static uint64_t touched;

static void
on_begin(void *context, const struct decode_origin *origin)
{
	touched += origin->domain;
}

static void
on_field(
	void *context, const struct element *element, bool scope, const uint8_t *value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		touched += value[i];
}

static void
on_end(void *context)
{
	touched++;
}

static void
run(const uint8_t *bytes, size_t size, const struct decode_visitor *visitor)
{
	struct reader reader = reader_on(bytes, size);
	struct export_from from = {.file = "fuzz", .has_address = true};
	struct intake_settings settings = INTAKE_DEFAULTS;
	struct intake *intake;
	struct sflow *sflow;
	struct observation seen[16];

	settings.join_most = 64;
	intake = intake_new(&settings);
	sflow = sflow_new(
		&(struct sflow_settings){
			.agents_most = 4, .sources_most = 16, .sources_per_agent = 8},
		intake);
	intake_decode(intake, visitor);
	while (reader_left(&reader) > 2) {
		size_t length = reader_u16(&reader);
		const uint8_t *payload;

		if (length > reader_left(&reader))
			length = reader_left(&reader);
		payload = reader_take(&reader, length);
		from.received.us += WALL_SECOND;
		touched += sflow_matches(payload, length);
		sflow_datagram(sflow, &from, payload, length);
	}
	intake_flush(intake);
	while (intake_take(intake, seen, 16) > 0)
		touched++;
	sflow_free(sflow);
	intake_free(intake);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	const struct decode_visitor visitor = {NULL, on_begin, on_field, on_end};

	run(bytes, size, NULL);
	run(bytes, size, &visitor);
	return 0;
}
