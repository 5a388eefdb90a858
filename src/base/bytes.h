/* bytes - a bounded cursor over received bytes, and one for writing
 *
 * What:    reads and writes unsigned integers of network (u) or little-endian (le) order. A read past the
 *          end fails the reader for good: later reads give 0 and move nothing, so a parser may read a
 *          whole header and test `failed` once.
 * Owns:    nothing; the bytes stay the caller's and must outlive the reader.
 * Limits:  never touches a byte outside [at, end).
 * Thread:  any, one reader per caller.
 */
#ifndef LAZARET_BASE_BYTES_H
#define LAZARET_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct reader {
	const uint8_t *at;
	const uint8_t *end;
	bool failed;
};

static inline uint16_t
bytes_u16(const uint8_t *at)
{
	uint16_t v;

	memcpy(&v, at, sizeof(v));
	return __builtin_bswap16(v);
}

static inline uint32_t
bytes_u32(const uint8_t *at)
{
	uint32_t v;

	memcpy(&v, at, sizeof(v));
	return __builtin_bswap32(v);
}

static inline uint64_t
bytes_u64(const uint8_t *at)
{
	uint64_t v;

	memcpy(&v, at, sizeof(v));
	return __builtin_bswap64(v);
}

/* An unsigned integer of 0 to 8 bytes in network order (reduced-size encoding, RFC 7011 s6.2). */
static inline uint64_t
bytes_uint(const uint8_t *at, size_t size)
{
	uint64_t v = 0;

	/* The sizes that nearly all fields have, without a loop. */
	switch (size) {
	case 1:
		return *at;
	case 2:
		return bytes_u16(at);
	case 4:
		return bytes_u32(at);
	case 8:
		return bytes_u64(at);
	default:
		break;
	}
	for (size_t i = 0; i < size && i < 8; i++)
		v = v << 8 | at[i];
	return v;
}

static inline struct reader
reader_on(const void *bytes, size_t size)
{
	const uint8_t *at = bytes;

	return (struct reader){.at = at, .end = at + size};
}

static inline size_t
reader_left(const struct reader *reader)
{
	return (size_t)(reader->end - reader->at);
}

/* Takes size bytes: returns where they begin, or NULL and fails the reader if they are not there. */
static inline const uint8_t *
reader_take(struct reader *reader, size_t size)
{
	const uint8_t *at = reader->at;

	if (reader->failed || reader_left(reader) < size) {
		reader->failed = true;
		return NULL;
	}
	reader->at += size;
	return at;
}

static inline void
reader_skip(struct reader *reader, size_t size)
{
	(void)reader_take(reader, size);
}

/* A reader on the next size bytes, which the outer one steps over; a failed one if they are not there. */
static inline struct reader
reader_sub(struct reader *reader, size_t size)
{
	const uint8_t *at = reader_take(reader, size);

	if (at == NULL)
		return (struct reader){.failed = true};
	return reader_on(at, size);
}

static inline uint8_t
reader_u8(struct reader *reader)
{
	const uint8_t *at = reader_take(reader, 1);

	return at ? *at : 0;
}

static inline uint16_t
reader_u16(struct reader *reader)
{
	const uint8_t *at = reader_take(reader, 2);

	return at ? bytes_u16(at) : 0;
}

static inline uint32_t
reader_u32(struct reader *reader)
{
	const uint8_t *at = reader_take(reader, 4);

	return at ? bytes_u32(at) : 0;
}

static inline uint64_t
reader_u64(struct reader *reader)
{
	const uint8_t *at = reader_take(reader, 8);

	return at ? bytes_u64(at) : 0;
}

static inline uint16_t
reader_le16(struct reader *reader)
{
	return __builtin_bswap16(reader_u16(reader));
}

static inline uint32_t
reader_le32(struct reader *reader)
{
	return __builtin_bswap32(reader_u32(reader));
}

/* The writing counterpart, into a buffer of fixed size: writes past the end fail it for good. */
struct writer {
	uint8_t *begin;
	uint8_t *at;
	uint8_t *end;
	bool failed;
};

static inline struct writer
writer_on(void *bytes, size_t size)
{
	uint8_t *at = bytes;

	return (struct writer){.begin = at, .at = at, .end = at + size};
}

static inline size_t
writer_length(const struct writer *writer)
{
	return (size_t)(writer->at - writer->begin);
}

static inline uint8_t *
writer_take(struct writer *writer, size_t size)
{
	uint8_t *at = writer->at;

	if (writer->failed || (size_t)(writer->end - writer->at) < size) {
		writer->failed = true;
		return NULL;
	}
	writer->at += size;
	return at;
}

static inline void
writer_bytes(struct writer *writer, const void *bytes, size_t size)
{
	uint8_t *at = writer_take(writer, size);

	if (at != NULL && size > 0)
		memcpy(at, bytes, size);
}

static inline void
writer_u8(struct writer *writer, uint8_t v)
{
	writer_bytes(writer, &v, sizeof(v));
}

static inline void
writer_u16(struct writer *writer, uint16_t v)
{
	v = __builtin_bswap16(v);
	writer_bytes(writer, &v, sizeof(v));
}

static inline void
writer_u32(struct writer *writer, uint32_t v)
{
	v = __builtin_bswap32(v);
	writer_bytes(writer, &v, sizeof(v));
}

static inline void
writer_u64(struct writer *writer, uint64_t v)
{
	v = __builtin_bswap64(v);
	writer_bytes(writer, &v, sizeof(v));
}

#endif
