/* edit - damage of a saved state, as a fuzzer asks for it: for targets that restore one */
#ifndef LAZARET_FUZZ_EDIT_H
#define LAZARET_FUZZ_EDIT_H

#include "../unit/memory_stream.h"
#include "base/bytes.h"

#define EDIT_VALUES 8

/* values: that are put in, besides single bytes and bits. */
static inline void
edit(struct memory_stream *stream, struct reader *edits, const uint64_t values[EDIT_VALUES])
{
	size_t at = reader_u16(edits) % (stream->size - HASH_STREAM_SIZE);
	unsigned how = reader_u8(edits), value = reader_u16(edits);
	size_t size = (size_t)1 << (how >> 4) % 4, left = stream->size - HASH_STREAM_SIZE - at;
	uint64_t wide = values[value % EDIT_VALUES];

	size = size < left ? size : left;
	if (how % 4 == 0)
		stream->bytes[at] = (uint8_t)value;
	else if (how % 4 == 1)
		stream->bytes[at] ^= (uint8_t)(1 << value % 8);
	else if (how % 4 == 2)
		memcpy(stream->bytes + at, &wide, size);
	else if (at + size + value % 512 < stream->size)
		memmove(stream->bytes + at, stream->bytes + at + value % 512, size);
}

#endif
