/* SPDX-License-Identifier: BSD-2-Clause */
/* Entries of the filter in the kernel among datagrams: two bytes of length before each. The highest bit of the
 * length says which of the two it is; the next one, that the filter has passed something meanwhile. */
#include "fuzz.h"
#include "source/export/kernel.h"

#include <stdlib.h>

#define ENTRY  0x8000
#define PASSED 0x4000
#define LENGTH 0x3fff
#define ONE    (UINT64_C(1) << 32)

static void
run(struct reader *reader, struct export *export_, struct kernel *kernel, struct kernel_slot *slots)
{
	struct export_from from = {.file = "fuzz",
		.port = 2055,
		.has_address = true,
		.address = address_from_v4(0x0a000001),
		.received = {INT64_C(1700000000) * WALL_SECOND}};
	struct wall now = from.received;

	while (reader_left(reader) >= 2) {
		uint16_t word = reader_u16(reader);
		size_t size = word & LENGTH;
		uint8_t *exact;

		if (size > reader_left(reader))
			size = reader_left(reader);
		exact = xcalloc(1, size);
		if (size > 0)
			memcpy(exact, reader_take(reader, size), size);
		if (word & ENTRY)
			export_kernel_entry(export_, &from, exact, size);
		else
			export_datagram(export_, &from, exact, size);
		for (uint32_t i = 0; (word & PASSED) && i < KERNEL_SLOTS; i++)
			slots[i].state += slots[i].owner != 0 ? ONE : 0;
		for (int i = 0; i < 20; i++) {
			now.us += 100000;
			kernel_allow(kernel, now);
		}
		free(exact);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct kernel_control control;
	static struct kernel_slot slots[KERNEL_SLOTS];
	struct intake_settings intake_settings = {
		.join_us = WALL_MINUTE, .join_most = 64, .errors_most = 8};
	struct kernel_settings kernel_settings = {
		.control = &control, .slots = slots, .window_us = WALL_SECOND};
	struct export_settings settings = EXPORT_DEFAULTS;
	struct reader reader = reader_on(bytes, size);
	struct intake *intake = intake_new(&intake_settings);
	struct kernel *kernel = kernel_new(&kernel_settings);
	struct export *export_;

	settings.sessions_most = 8;
	settings.sessions_per_exporter = 4;
	settings.templates_most = 16;
	settings.templates_total = 32;
	settings.held_most = 4;
	settings.held_bytes = 4096;
	export_ = export_new(&settings, intake);
	kernel_attach(kernel, export_);
	run(&reader, export_, kernel, slots);
	export_flush(export_);
	export_free(export_);
	for (uint32_t i = 0; i < KERNEL_SLOTS; i++)
		must(slots[i].owner == 0);
	kernel_free(kernel);
	intake_free(intake);
	return 0;
}
