/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/export/ipfix.h"

#include "source/export/header.h"
#include "source/export/sets.h"

#define VERSION 10

/* Do the lengths of all sets make sense? */
static bool
are_sets_whole(struct reader reader)
{
	while (reader_left(&reader) >= 4) {
		uint16_t length;

		reader_skip(&reader, 2);
		length = reader_u16(&reader);
		if (length < 4 || (size_t)length - 4 > reader_left(&reader))
			return false;
		reader_skip(&reader, (size_t)length - 4);
	}
	return true;
}

/* The message that begins at payload, of length bytes. */
static void
read_message(struct export *export_, const struct export_from *from, const uint8_t *payload,
	size_t length)
{
	struct message message = {
		.export_ = export_, .from = from, .size = length, .dialect = DIALECT_IPFIX};
	struct reader reader = reader_on(payload, length);
	struct header header = header_parse_ipfix(&reader, &message);

	if (!are_sets_whole(reader)) {
		message.session = message_session(&message, header.domain);
		if (message.session != NULL)
			message.session->often.messages++;
		message_malformed(&message);
		export_->intake_counts->skipped_bytes += length;
		message_error(&message,
			"IPFIX message with a set that is shorter than 4 bytes or goes beyond its "
			"end");
		return;
	}
	message_set_payload(&message, payload, length);
	if (!message_begin(&message, header.domain, header.export_us))
		return;
	sets_read(&message, &reader);
	message_end(&message);
}

void
ipfix_read(
	struct export *export_, const struct export_from *from, const uint8_t *payload, size_t size)
{
	while (size > 0) {
		struct message nobody = {
			.export_ = export_, .from = from, .dialect = DIALECT_IPFIX};
		size_t length = size >= HEADER_IPFIX ? bytes_u16(payload + 2) : 0;

		if (length < HEADER_IPFIX || length > size || bytes_u16(payload) != VERSION) {
			export_->counts.malformed++;
			export_->intake_counts->skipped_bytes += size;
			message_error(&nobody,
				"no IPFIX message in %zu bytes (version %u, length %zu)", size,
				size >= 2 ? bytes_u16(payload) : 0, length);
			return;
		}
		read_message(export_, from, payload, length);
		payload += length;
		size -= length;
	}
}
