/* SPDX-License-Identifier: BSD-2-Clause */
/* A file of bare flow export, cut into messages and decoded; once for mail and once for every field. */
#include "fuzz.h"
#include "source/export/decode.h"
#include "source/format.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

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
	touched += element->id;
	for (size_t i = 0; i < size; i++)
		touched += value[i];
}

static void
on_end(void *context)
{
	touched++;
}

static void
run(const char *path, const struct decode_visitor *visitor)
{
	struct intake_settings settings = INTAKE_DEFAULTS;
	struct intake *intake;
	struct observation seen[16];
	struct fail fail = {.what = ""};
	struct input input;
	void *reader;

	if (input_open(&input, path, 0, &fail) < 0)
		abort();
	settings.join_most = 64;
	intake = intake_new(&settings);
	intake_decode(intake, visitor);
	if (input_need(&input, FORMAT_HEAD, &fail) > 0)
		touched += format_export.matches(input.at, input.left);
	reader = format_export.open(&input, intake, &fail);
	while (format_export.read(reader) > 0)
		;
	format_export.close(reader);
	intake_flush(intake);
	while (intake_take(intake, seen, 16) > 0)
		touched++;
	input_close(&input);
	intake_free(intake);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	const struct decode_visitor visitor = {NULL, on_begin, on_field, on_end};
	int fd = memfd_create("exportfile", 0);
	char path[64];

	if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	run(path, NULL);
	run(path, &visitor);
	close(fd);
	return 0;
}
