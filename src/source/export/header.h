/* header - the headers of NetFlow v5, v9 and IPFIX
 *
 * What:    RFC 3954 s5.1, RFC 7011 s3.1, and 24 bytes of NetFlow v5, read into the message that
 *          they begin. What follows in the reader is the first set or record.
 * Owns:    nothing.
 * Limits:  a header that is not all there fails the reader.
 * Thread:  any.
 */
#ifndef LAZARET_SOURCE_EXPORT_HEADER_H
#define LAZARET_SOURCE_EXPORT_HEADER_H

#include "source/export/message.h"

#define HEADER_NETFLOW5 24
#define HEADER_NETFLOW9 20
#define HEADER_IPFIX    16

/* The sampling word of NetFlow v5: two bits of mode, and one in how many (0: it does not say). */
#define HEADER_SAMPLING_MASK 0x3fff

/* What message_begin wants to know besides. */
struct header {
	uint32_t domain;
	int64_t export_us;
	uint16_t count; /* NetFlow v5: of records */
};

static inline struct header
header_parse_netflow9(struct reader *reader, struct message *message)
{
	struct header header = {0};

	reader_skip(reader, 4);
	message->moment.uptime = reader_u32(reader);
	message->moment.seconds = reader_u32(reader);
	message->number = reader_u32(reader);
	header.domain = reader_u32(reader);
	header.export_us = (int64_t)message->moment.seconds * WALL_SECOND;
	return header;
}

static inline struct header
header_parse_ipfix(struct reader *reader, struct message *message)
{
	struct header header = {0};

	reader_skip(reader, 4);
	message->moment.seconds = reader_u32(reader);
	message->number = reader_u32(reader);
	header.domain = reader_u32(reader);
	header.export_us = (int64_t)message->moment.seconds * WALL_SECOND;
	return header;
}

static inline struct header
header_parse_netflow5(struct reader *reader, struct message *message)
{
	struct header header = {0};
	uint32_t nanoseconds;

	reader_skip(reader, 2);
	header.count = reader_u16(reader);
	message->moment.uptime = reader_u32(reader);
	message->moment.seconds = reader_u32(reader);
	nanoseconds = reader_u32(reader);
	message->number = reader_u32(reader);
	header.domain = reader_u16(reader);
	message->sampling = reader_u16(reader) & HEADER_SAMPLING_MASK;
	header.export_us = (int64_t)message->moment.seconds * WALL_SECOND +
		(nanoseconds < 1000000000 ? nanoseconds / 1000 : 0);
	return header;
}

#endif
