/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/export/netflow9.h"

#include "source/export/sets.h"

#define HEADER 20

void
netflow9_read(
	struct export *export_, const struct export_from *from, const uint8_t *payload, size_t size)
{
	struct message message = {.export_ = export_,
		.from = from,
		.payload = payload,
		.size = size,
		.dialect = DIALECT_NETFLOW9};
	struct reader reader = reader_on(payload, size);
	uint32_t domain;

	reader_skip(&reader, 4);
	message.moment.uptime = reader_u32(&reader);
	message.moment.seconds = reader_u32(&reader);
	message.number = reader_u32(&reader);
	domain = reader_u32(&reader);
	if (reader.failed) {
		export_->counts.malformed++;
		export_->intake_counts->skipped_bytes += size;
		message_error(
			&message, "NetFlow v9 of %zu bytes, expected %d or more", size, HEADER);
		return;
	}
	if (!message_begin(&message, domain, (int64_t)message.moment.seconds * WALL_SECOND))
		return;
	sets_read(&message, &reader);
	message_end(&message);
}
