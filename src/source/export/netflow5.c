/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/export/netflow5.h"

#include "source/export/dataset.h"

#define HEADER 24
#define RECORD 48

/* The sampling word: two bits of mode, and one in how many (0: it does not say). */
#define SAMPLING_MASK 0x3fff

void
netflow5_read(
	struct export *export_, const struct export_from *from, const uint8_t *payload, size_t size)
{
	struct message message = {.export_ = export_,
		.from = from,
		.payload = payload,
		.size = size,
		.dialect = DIALECT_NETFLOW5};
	struct reader reader = reader_on(payload, size);
	size_t count, there, records;
	uint32_t nanoseconds, engine;

	reader_skip(&reader, 2);
	count = reader_u16(&reader);
	message.moment.uptime = reader_u32(&reader);
	message.moment.seconds = reader_u32(&reader);
	nanoseconds = reader_u32(&reader);
	message.number = reader_u32(&reader);
	engine = reader_u16(&reader);
	message.sampling = reader_u16(&reader) & SAMPLING_MASK;
	if (reader.failed) {
		export_->counts.malformed++;
		export_->intake_counts->skipped_bytes += size;
		message_error(
			&message, "NetFlow v5 of %zu bytes, expected %d or more", size, HEADER);
		return;
	}
	there = reader_left(&reader) / RECORD;
	records = count < there ? count : there;
	if (!message_begin(&message, engine,
		    (int64_t)message.moment.seconds * WALL_SECOND +
			    (nanoseconds < 1000000000 ? nanoseconds / 1000 : 0)))
		return;
	if (message.sampling != 0)
		message.session->rate = message.sampling;
	if (reader_left(&reader) != count * RECORD) {
		message_malformed(&message);
		export_->intake_counts->skipped_bytes += reader_left(&reader) - records * RECORD;
		message_error(&message, "NetFlow v5 of %zu records has %zu bytes, expected %zu",
			count, size, HEADER + count * RECORD);
	}
	if (records > 0)
		dataset_read(&message, export_->netflow5, reader.at, records * RECORD);
	message_end(&message);
}
