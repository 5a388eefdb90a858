/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/export/netflow5.h"

#include "source/export/dataset.h"
#include "source/export/header.h"

#define RECORD 48

void
netflow5_read(
	struct export *export_, const struct export_from *from, const uint8_t *payload, size_t size)
{
	struct message message = {
		.export_ = export_, .from = from, .size = size, .dialect = DIALECT_NETFLOW5};
	struct reader reader = reader_on(payload, size);
	struct header header = header_parse_netflow5(&reader, &message);
	size_t count = header.count, there, records;

	if (reader.failed) {
		export_->counts.malformed++;
		export_->intake_counts->skipped_bytes += size;
		message_error(&message, "NetFlow v5 of %zu bytes, expected %d or more", size,
			HEADER_NETFLOW5);
		return;
	}
	there = reader_left(&reader) / RECORD;
	records = count < there ? count : there;
	message_set_payload(&message, payload, size);
	if (!message_begin(&message, header.domain, header.export_us))
		return;
	if (message.sampling != 0)
		message.session->rate = message.sampling;
	if (reader_left(&reader) != count * RECORD) {
		message_malformed(&message);
		export_->intake_counts->skipped_bytes += reader_left(&reader) - records * RECORD;
		message_error(&message, "NetFlow v5 of %zu records has %zu bytes, expected %zu",
			count, size, HEADER_NETFLOW5 + count * RECORD);
	}
	if (records > 0)
		dataset_read(&message, export_->netflow5, reader.at, records * RECORD);
	message_end(&message);
}
