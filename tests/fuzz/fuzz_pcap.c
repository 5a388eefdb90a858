/* SPDX-License-Identifier: BSD-2-Clause */
/* Recordings, pcap and pcapng: to the end, once for mail and once for every field of flow export in them. */
#include "fuzz.h"
#include "memory_file.h"
#include "source/export/decode.h"
#include "source/format.h"

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
take(struct intake *intake)
{
	struct observation seen[64];
	size_t got;

	while ((got = intake_take(intake, seen, 64)) > 0)
		touched += got;
}

static void
run(const char *name, const struct format *format, const struct decode_visitor *visitor)
{
	struct intake *intake = intake_new(&INTAKE_DEFAULTS);
	struct fail fail = {.what = ""};
	struct input input;
	void *state = NULL;

	intake_decode(intake, visitor);
	if (input_open(&input, name, 0, &fail) == 0) {
		size_t size = input_need(&input, FORMAT_HEAD, &fail);

		if (size > 0 && format->matches(input.at, size))
			state = format->open(&input, intake, &fail);
		if (state != NULL) {
			while (format->read(state) > 0)
				take(intake);
			must(intake_counts(intake)->skipped_bytes <= input.offset);
			format->close(state);
		}
		input_close(&input);
	}
	intake_flush(intake);
	take(intake);
	intake_free(intake);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	const struct decode_visitor visitor = {NULL, on_begin, on_field, on_end};
	char name[32];
	int fd = memory_file(bytes, size, name);

	run(name, &format_pcap, NULL);
	run(name, &format_pcapng, NULL);
	run(name, &format_pcap, &visitor);
	run(name, &format_pcapng, &visitor);
	close(fd);
	return 0;
}
