/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/export/netflow9.h"

#include "source/export/header.h"
#include "source/export/sets.h"

void
netflow9_read(
	struct export *export_, const struct export_from *from, const uint8_t *payload, size_t size)
{
	struct message message = {
		.export_ = export_, .from = from, .size = size, .dialect = DIALECT_NETFLOW9};
	struct reader reader = reader_on(payload, size);
	struct header header = header_parse_netflow9(&reader, &message);

	if (reader.failed) {
		export_->counts.malformed++;
		export_->intake_counts->skipped_bytes += size;
		message_error(&message, "NetFlow v9 of %zu bytes, expected %d or more", size,
			HEADER_NETFLOW9);
		return;
	}
	message_set_payload(&message, payload, size);
	if (!message_begin(&message, header.domain, header.export_us))
		return;
	sets_read(&message, &reader);
	message_end(&message);
}
