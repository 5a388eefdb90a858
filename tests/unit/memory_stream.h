/* memory_stream - a snapshot in memory, for tests: what save.h writes to and restore.h reads from */
#ifndef LAZARET_TESTS_MEMORY_STREAM_H
#define LAZARET_TESTS_MEMORY_STREAM_H

#include "base/fail.h"
#include "base/hash.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct memory_stream {
	uint8_t *bytes;
	size_t size;
	size_t room;
	size_t at;      /* that reading has come to */
	size_t portion; /* reads give no more at once; 0: all */
	size_t fails;   /* writing and reading fail from here on; 0: never */
};

static inline int
memory_write(void *context, const void *bytes, size_t size)
{
	struct memory_stream *stream = context;

	if (stream->fails > 0 && stream->size + size > stream->fails)
		return -ENOSPC;
	if (stream->size + size > stream->room) {
		stream->room = 2 * (stream->size + size);
		stream->bytes = xrealloc(stream->bytes, stream->room);
	}
	memcpy(stream->bytes + stream->size, bytes, size);
	stream->size += size;
	return 0;
}

static inline int64_t
memory_read(void *context, void *bytes, size_t size)
{
	struct memory_stream *stream = context;
	size_t left = stream->size - stream->at;

	if (stream->fails > 0 && stream->at >= stream->fails)
		return -EIO;
	size = size < left ? size : left;
	if (stream->portion > 0 && size > stream->portion)
		size = stream->portion;
	if (size > 0)
		memcpy(bytes, stream->bytes + stream->at, size);
	stream->at += size;
	return (int64_t)size;
}

/* The checksum at its end, made to fit what stands before it. */
static inline void
memory_sign(struct memory_stream *stream)
{
	size_t size = stream->size - HASH_STREAM_SIZE;
	struct hash_stream *sum = hash_stream_new();

	hash_stream_add(sum, stream->bytes, size);
	hash_stream_end(sum, stream->bytes + size);
	hash_stream_free(sum);
}

static inline void
memory_done(struct memory_stream *stream)
{
	free(stream->bytes);
	*stream = (struct memory_stream){0};
}

#endif
