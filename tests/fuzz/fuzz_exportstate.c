/* SPDX-License-Identifier: BSD-2-Clause */
/* What was kept of exporters, with edits, and a checksum that fits them. Each five bytes are an edit: two bytes of
 * offset, how, and a value. What is taken must stand more datagrams, time, and being saved and restored again. The
 * input is no file itself, so that it stays good when what is kept changes. */
#include "../unit/datagram.h"
#include "../unit/memory_stream.h"
#include "base/hash.h"
#include "edit.h"
#include "fuzz.h"
#include "source/export/exportstate.h"

static struct memory_stream kept;

static void
open_station(struct station *s)
{
	struct export_settings settings = EXPORT_DEFAULTS;

	settings.sessions_most = 8;
	settings.sessions_per_exporter = 4;
	settings.templates_most = 4;
	settings.templates_total = 16;
	settings.held_most = 4;
	settings.held_bytes = 4096;
	station_open(s, &settings);
}

static void
send_options(struct station *s, uint32_t number)
{
	static const uint32_t fields[][2] = {{1, 4}, {48, 2}, {50, 4}};
	struct datagram d;

	datagram_begin(&d, DIALECT_NETFLOW9, number, 7);
	datagram_options(&d, 258, fields, 3, 1);
	datagram_set_begin(&d, 258);
	writer_u32(&d.w, 1);
	writer_u16(&d.w, 3);
	writer_u32(&d.w, 20);
	datagram_set_end(&d);
	station_send(s, &d);
}

static void
send_sflow(struct station *s, uint32_t number)
{
	uint32_t words[] = {5, 1, 0x0a000001, 3, number, 1000 * number, 1, 1, 32, number, 3, 512, 0,
		number / 4, 0, 0, 0};
	uint8_t bytes[sizeof(words)];
	struct writer w = writer_on(bytes, sizeof(bytes));

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		writer_u32(&w, words[i]);
	export_datagram(s->export_, &s->from, bytes, sizeof(bytes));
}

static void
live(struct station *s, uint32_t begin, uint32_t end)
{
	struct observation taken[64];

	for (uint32_t number = begin; number < end; number++) {
		s->from.address = address_from_v4(0x0a000001 + number % 3);
		station_later(s, WALL_SECOND);
		if (begin == 0 && number < 3) {
			station_send_template(s, DIALECT_NETFLOW9, number, 256);
			station_send_template(s, DIALECT_IPFIX, 0, 257);
			send_options(s, number + 1);
		}
		station_send_flow(s, DIALECT_NETFLOW9, number, 256, (uint8_t)number);
		station_send_flow(s, DIALECT_IPFIX, number, 257, (uint8_t)number);
		station_send_flow(s, DIALECT_IPFIX, number + 1, 258, (uint8_t)number);
		send_sflow(s, number);
	}
	intake_flush(s->intake);
	while (intake_take(s->intake, taken, 64) > 0)
		;
}

static void
save(const struct station *s, struct memory_stream *into)
{
	struct save *save = save_new(memory_write, into);

	export_save(s->export_, save);
	must(save_end(save) == 0);
	save_free(save);
}

static int
restore(struct station *s, struct memory_stream *from)
{
	struct restore *restore = restore_new(memory_read, from);
	struct fail fail = {0};
	int r;

	from->at = 0;
	r = export_restore(s->export_, restore, s->from.received, &fail);
	if (r == 0)
		r = restore_end(restore, &fail);
	must(r == 0 || fail.what[0] != 0);
	restore_free(restore);
	return r;
}

static const uint64_t values[EDIT_VALUES] = {0, 1, UINT64_MAX, INT64_MAX, (uint64_t)INT64_MIN,
	UINT32_MAX, UINT64_C(0x0100010001000100), UINT64_C(0xffff0000ffff0000)};

static void
on_exporter(void *context, const struct export_exporter *exporter)
{
	must(exporter->version != NULL && exporter->templates <= 4);
	++*(unsigned *)context;
}

static void
go_on(struct station *s)
{
	struct memory_stream again = {0};
	struct station next;
	unsigned count = 0;

	export_unsure(s->export_);
	live(s, 20, 30);
	station_later(s, 20 * WALL_MINUTE);
	live(s, 30, 40);
	export_each_exporter(s->export_, on_exporter, &count);
	must(count > 0 && count <= 16);
	save(s, &again);
	open_station(&next);
	next.from.received = s->from.received;
	must(restore(&next, &again) == 0);
	station_close(&next);
	memory_done(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct reader edits = reader_on(bytes, size);
	struct memory_stream stream = {0};
	struct station s;

	if (kept.size == 0) {
		open_station(&s);
		live(&s, 0, 20);
		save(&s, &kept);
		station_close(&s);
	}
	must(memory_write(&stream, kept.bytes, kept.size) == 0);
	while (reader_left(&edits) >= 5)
		edit(&stream, &edits, values);
	memory_sign(&stream);
	open_station(&s);
	station_later(&s, WALL_MINUTE);
	if (restore(&s, &stream) == 0)
		go_on(&s);
	else
		must(size > 1);
	station_close(&s);
	memory_done(&stream);
	return 0;
}
