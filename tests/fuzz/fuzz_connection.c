/* SPDX-License-Identifier: BSD-2-Clause */
/* Segments in any order between a few hosts: each is a header of 8 bytes (ports and hosts, flags, numbers,
 * how much of it was captured, time) and its payload. No connection may come out twice, and every one that
 * was told must have begun. */
#include "base/bytes.h"
#include "fuzz.h"
#include "source/capture/connection.h"

static const uint8_t hosts[2][16] = {{[15] = 1}, {[15] = 2}};

static size_t
take(struct intake *intake)
{
	struct observation seen[64];
	size_t count = 0, got;

	while ((got = intake_take(intake, seen, 64)) > 0) {
		for (size_t i = 0; i < got; i++)
			must(is_mail_port(seen[i].server_port) && seen[i].outcome < OUTCOME_COUNT);
		count += got;
	}
	return count;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const uint16_t ports[] = {25, 465, 587, 2525, 40000, 40001, 80, 1024};
	static const int64_t pauses[] = {0, 1000, WALL_SECOND, 3 * WALL_SECOND, 30 * WALL_SECOND,
		5 * WALL_MINUTE, 200 * WALL_DAY, -200 * WALL_DAY};
	struct reader reader = reader_on(bytes, size);
	struct intake *intake = intake_new(&INTAKE_DEFAULTS);
	struct connections *connections = connections_new(3, intake);
	struct wall now = {INT64_C(1300000000) * WALL_SECOND};
	size_t packets = 0, told = 0;

	while (reader_left(&reader) >= 8) {
		uint8_t ends = reader_u8(&reader), flags = reader_u8(&reader);
		uint16_t sequence = reader_u16(&reader);
		uint8_t acknowledged = reader_u8(&reader), captured = reader_u8(&reader);
		uint8_t more = reader_u8(&reader), pause = reader_u8(&reader);
		struct frame frame = {.source = hosts[ends & 1],
			.destination = hosts[1 - (ends & 1)],
			.address_size = 16,
			.protocol = 6,
			.known = FRAME_PORTS | FRAME_TCP,
			.tcp_flags = flags & 0x1f,
			.sequence = sequence * 8U,
			.acknowledged = acknowledged * 16U,
			.source_port = ports[(ends >> 1) & 7],
			.destination_port = ports[(ends >> 4) & 7]};

		if (captured > reader_left(&reader))
			captured = (uint8_t)reader_left(&reader);
		frame.payload = reader_take(&reader, captured);
		frame.captured = captured;
		frame.wire = captured + (more > 200 ? more * 10U : 0);
		now.us += pauses[pause & 7];
		connections_packet(connections, now, &frame);
		packets++;
		if ((pause & 8) != 0) {
			connections_clock(connections, now);
			told += take(intake);
		}
	}
	while (connections_flush(connections))
		continue;
	told += take(intake);
	must(told <= packets);
	connections_free(connections);
	intake_free(intake);
	return 0;
}
