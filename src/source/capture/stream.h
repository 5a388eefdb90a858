/* stream - one direction of a TCP connection, brought into order for the dialogue's reader
 *
 * What:    steps over what was sent twice, holds the few segments that came too early, and says where
 *          bytes are missing: because the other side acknowledged them and the recording does not have
 *          them, because too much would wait, or because a packet was cut when it was recorded.
 * Owns:    a pool of held segments for all streams; they are wiped when they are let go.
 * Limits:  STREAM_HELD segments a stream, STREAM_POOL in all, of STREAM_BYTES bytes; where there is no
 *          room, missing bytes are a gap at once.
 * Thread:  one at a time.
 */
#ifndef LAZARET_SOURCE_CAPTURE_STREAM_H
#define LAZARET_SOURCE_CAPTURE_STREAM_H

#include "source/capture/smtp.h"

#define STREAM_HELD  8
#define STREAM_POOL  512
#define STREAM_BYTES 1536

struct stream {
	uint32_t next; /* the sequence number that comes next */
	uint16_t held; /* first of the held segments: index + 1 in the pool, by sequence */
	uint8_t held_count;
	bool known; /* next is known */
	bool is_server;
};

struct segment {
	uint32_t sequence; /* of the first byte of payload */
	uint32_t acknowledged;
	uint32_t captured;
	uint32_t wire;
	const uint8_t *payload;
};

struct stream_pool;

struct stream_pool *stream_pool_new(void);
struct stream_pool *stream_pool_free(struct stream_pool *pool);

void stream_add(struct stream_pool *pool, struct stream *stream, struct smtp *smtp,
	const struct segment *segment);

/* The other side has acknowledged what comes before this number: what is missing of it stays missing. */
void stream_acknowledge(
	struct stream_pool *pool, struct stream *stream, struct smtp *smtp, uint32_t acknowledged);

/* Nothing that is missing will come: what is held is read, and let go. */
void stream_flush(struct stream_pool *pool, struct stream *stream, struct smtp *smtp);

/* What is held is let go without being read. */
void stream_drop(struct stream_pool *pool, struct stream *stream);

#endif
