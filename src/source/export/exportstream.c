/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/export/exportstream.h"

#include "source/export/message.h"

#include <errno.h>
#include <stdlib.h>

#define VERSION 10
#define HEADER  16
#define BEGIN   4 /* version and length */

struct exportstream {
	struct export *export_;
	struct export_from from; /* offset: where the next message begins */
	uint8_t *held;           /* EXPORTSTREAM_MOST bytes; NULL until they are needed */
	size_t held_size;
	bool is_broken;
};

struct exportstream *
exportstream_new(struct export *export_, const struct export_from *from)
{
	struct exportstream *stream = xcalloc(1, sizeof(*stream));

	stream->export_ = export_;
	stream->from = *from;
	stream->from.transport = EXPORT_TCP;
	return stream;
}

static void
tell(const struct exportstream *stream, size_t skipped, const char *what, unsigned version,
	size_t length)
{
	struct message nobody = {
		.export_ = stream->export_, .from = &stream->from, .dialect = DIALECT_IPFIX};

	stream->export_->counts.malformed++;
	stream->export_->intake_counts->skipped_bytes += skipped;
	message_error(&nobody, "%s (version %u, length %zu)", what, version, length);
}

struct exportstream *
exportstream_free(struct exportstream *stream)
{
	if (stream == NULL)
		return NULL;
	if (stream->held_size > 0)
		tell(stream, stream->held_size,
			"the connection ended in the middle of an IPFIX message",
			stream->held_size >= 2 ? bytes_u16(stream->held) : 0,
			stream->held_size >= BEGIN ? bytes_u16(stream->held + 2) : 0);
	export_end(stream->export_, &stream->from);
	free(stream->held);
	free(stream);
	return NULL;
}

size_t
exportstream_waits(const struct exportstream *stream)
{
	return stream->held_size;
}

/* Nothing can be read from here on. */
static int
give_up(struct exportstream *stream, const uint8_t *begin, size_t skipped)
{
	tell(stream, skipped, "no IPFIX message in the connection, which is given up",
		bytes_u16(begin), bytes_u16(begin + 2));
	stream->is_broken = true;
	stream->held_size = 0;
	return -EBADMSG;
}

/* The length of the message that begins with these four bytes; 0 if none can. */
static size_t
length_of(const uint8_t *begin)
{
	size_t length = bytes_u16(begin + 2);

	return bytes_u16(begin) == VERSION && length >= HEADER ? length : 0;
}

static void
give(struct exportstream *stream, const uint8_t *message, size_t length)
{
	export_datagram(stream->export_, &stream->from, message, length);
	stream->from.offset += length;
}

/* Takes from the reader until so much is held, or nothing is left. True: it is. */
static bool
hold(struct exportstream *stream, struct reader *reader, size_t wanted)
{
	size_t missing = wanted - stream->held_size, left = reader_left(reader);
	size_t size = missing < left ? missing : left;

	if (stream->held == NULL)
		stream->held = xcalloc(1, EXPORTSTREAM_MOST);
	if (size > 0)
		memcpy(stream->held + stream->held_size, reader_take(reader, size), size);
	stream->held_size += size;
	return stream->held_size == wanted;
}

/* Goes on with a message that has begun. 1: it was read; 0: more of it has to come. */
static int
go_on(struct exportstream *stream, struct reader *reader)
{
	size_t length;

	if (stream->held_size < BEGIN && !hold(stream, reader, BEGIN))
		return 0;
	length = length_of(stream->held);
	if (length == 0)
		return give_up(stream, stream->held, stream->held_size + reader_left(reader));
	if (!hold(stream, reader, length))
		return 0;
	stream->held_size = 0;
	give(stream, stream->held, length);
	return 1;
}

/* The next message, of which nothing is held. 1: it was read; 0: its rest has to come. */
static int
read_next(struct exportstream *stream, struct reader *reader)
{
	size_t length;

	if (reader_left(reader) < BEGIN)
		return go_on(stream, reader);
	length = length_of(reader->at);
	if (length == 0)
		return give_up(stream, reader->at, reader_left(reader));
	if (reader_left(reader) < length)
		return go_on(stream, reader);
	give(stream, reader_take(reader, length), length);
	return 1;
}

int
exportstream_add(
	struct exportstream *stream, struct wall received, const uint8_t *bytes, size_t size)
{
	struct reader reader = reader_on(bytes, size);
	int messages = 0;

	if (stream->is_broken) {
		stream->export_->intake_counts->skipped_bytes += size;
		return -EBADMSG;
	}
	stream->from.received = received;
	while (reader_left(&reader) > 0) {
		int r = stream->held_size > 0 ? go_on(stream, &reader) : read_next(stream, &reader);

		if (r < 0)
			return r;
		messages += r;
	}
	return messages;
}
