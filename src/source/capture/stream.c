/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/capture/stream.h"

#include <stdlib.h>
#include <string.h>

struct held {
	uint32_t sequence;
	uint32_t acknowledged;
	uint32_t captured;
	uint32_t wire;
	uint16_t next; /* index + 1, 0 at the end */
	uint8_t bytes[STREAM_BYTES];
};

struct stream_pool {
	uint16_t free; /* index + 1 of the first free one */
	struct held held[STREAM_POOL];
};

_Static_assert(STREAM_POOL < UINT16_MAX, "an index + 1 fits");

struct stream_pool *
stream_pool_new(void)
{
	struct stream_pool *pool = memory_map(1, sizeof(*pool));

	for (uint16_t i = 0; i < STREAM_POOL; i++)
		pool->held[i].next = i + 2;
	pool->held[STREAM_POOL - 1].next = 0;
	pool->free = 1;
	return pool;
}

struct stream_pool *
stream_pool_free(struct stream_pool *pool)
{
	memory_unmap(pool, 1, sizeof(*pool));
	return NULL;
}

static int32_t
distance(uint32_t from, uint32_t to)
{
	return (int32_t)(to - from);
}

/* In-order bytes and what is missing behind them, to the dialogue. */
static void
deliver(struct stream *stream, struct smtp *smtp, const struct segment *segment)
{
	uint32_t missing = segment->wire - segment->captured;

	stream->next = segment->sequence + segment->wire;
	if (stream->is_server) {
		if (segment->captured > 0)
			smtp_server(smtp, segment->sequence, segment->payload, segment->captured);
		if (missing > 0)
			smtp_server_gap(smtp, stream->next);
	} else {
		if (segment->captured > 0)
			smtp_client(
				smtp, segment->acknowledged, segment->payload, segment->captured);
		if (missing > 0)
			smtp_client_gap(smtp, segment->acknowledged, missing);
	}
}

static void
gap(struct stream *stream, struct smtp *smtp, const struct segment *behind)
{
	uint32_t size = behind->sequence - stream->next;

	if (stream->is_server)
		smtp_server_gap(smtp, behind->sequence);
	else
		smtp_client_gap(smtp, behind->acknowledged, size);
	stream->next = behind->sequence;
}

/* Delivers what of the segment is new; it begins at or before next. */
static void
deliver_new(struct stream *stream, struct smtp *smtp, struct segment segment)
{
	uint32_t old = stream->next - segment.sequence;

	if (old >= segment.wire)
		return;
	segment.sequence += old;
	segment.wire -= old;
	if (old < segment.captured) {
		segment.payload += old;
		segment.captured -= old;
	} else {
		segment.captured = 0;
	}
	deliver(stream, smtp, &segment);
}

static struct held *
first_held(struct stream_pool *pool, const struct stream *stream)
{
	return stream->held != 0 ? &pool->held[stream->held - 1] : NULL;
}

static void
let_go(struct stream_pool *pool, struct stream *stream)
{
	uint16_t index = stream->held;
	struct held *held = &pool->held[index - 1];

	stream->held = held->next;
	stream->held_count--;
	memset(held->bytes, 0, held->captured);
	held->next = pool->free;
	pool->free = index;
}

/* Reads the first held segment, over a gap if there is one. */
static void
read_held(
	struct stream_pool *pool, struct stream *stream, struct smtp *smtp, const struct held *held)
{
	struct segment segment = {.sequence = held->sequence,
		.acknowledged = held->acknowledged,
		.captured = held->captured,
		.wire = held->wire,
		.payload = held->bytes};

	if (distance(stream->next, segment.sequence) > 0)
		gap(stream, smtp, &segment);
	deliver_new(stream, smtp, segment);
	let_go(pool, stream);
}

static void
read_ready(struct stream_pool *pool, struct stream *stream, struct smtp *smtp)
{
	struct held *held;

	while ((held = first_held(pool, stream)) != NULL &&
		distance(stream->next, held->sequence) <= 0)
		read_held(pool, stream, smtp, held);
}

/* Keeps a segment that came too early; false if there is no room. */
static bool
hold(struct stream_pool *pool, struct stream *stream, const struct segment *segment)
{
	uint16_t index = pool->free, *at = &stream->held;
	struct held *held;

	while (*at != 0 && distance(pool->held[*at - 1].sequence, segment->sequence) > 0)
		at = &pool->held[*at - 1].next;
	/* Sent twice: the first one will do. */
	if (*at != 0 && pool->held[*at - 1].sequence == segment->sequence &&
		pool->held[*at - 1].wire >= segment->wire)
		return true;
	if (index == 0 || stream->held_count >= STREAM_HELD)
		return false;
	held = &pool->held[index - 1];
	pool->free = held->next;
	held->sequence = segment->sequence;
	held->acknowledged = segment->acknowledged;
	held->captured = segment->captured < STREAM_BYTES ? segment->captured : STREAM_BYTES;
	held->wire = segment->wire;
	memcpy(held->bytes, segment->payload, held->captured);
	held->next = *at;
	*at = index;
	stream->held_count++;
	return true;
}

void
stream_add(struct stream_pool *pool, struct stream *stream, struct smtp *smtp,
	const struct segment *segment)
{
	if (segment->wire == 0)
		return;
	if (!stream->known) {
		stream->known = true;
		stream->next = segment->sequence;
	}
	while (distance(stream->next, segment->sequence) > 0) {
		/* In content and TLS only sizes count, and there order does not matter. */
		bool is_read = smtp->client == SMTP_COMMANDS || smtp->client == SMTP_AFTER_DATA;
		struct held *held;

		if (is_read && segment->captured > 0 && hold(pool, stream, segment))
			return;
		held = first_held(pool, stream);
		if (held != NULL && distance(held->sequence, segment->sequence) > 0)
			read_held(pool, stream, smtp, held);
		else
			gap(stream, smtp, segment);
	}
	deliver_new(stream, smtp, *segment);
	read_ready(pool, stream, smtp);
}

void
stream_acknowledge(
	struct stream_pool *pool, struct stream *stream, struct smtp *smtp, uint32_t acknowledged)
{
	struct held *held;

	while ((held = first_held(pool, stream)) != NULL &&
		distance(held->sequence, acknowledged) > 0)
		read_held(pool, stream, smtp, held);
}

void
stream_flush(struct stream_pool *pool, struct stream *stream, struct smtp *smtp)
{
	struct held *held;

	while ((held = first_held(pool, stream)) != NULL)
		read_held(pool, stream, smtp, held);
}

void
stream_drop(struct stream_pool *pool, struct stream *stream)
{
	while (stream->held != 0)
		let_go(pool, stream);
}
