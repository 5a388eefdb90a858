/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/reports/reportsinside.h"

#include <errno.h>
#include <zlib.h>

/* The header of a file in a zip (APPNOTE.TXT s4.3.7): its bytes, without names. */
#define ZIP_HEAD   30
#define ZIP_STORED 0
#define ZIP_PACKED 8

static int
inflate_into(struct text packed, int bits, struct buffer *into)
{
	z_stream stream = {0};
	char portion[16384];
	int r = Z_OK;

	must(inflateInit2(&stream, bits) == Z_OK);
	stream.next_in = (z_const Bytef *)(uintptr_t)packed.at;
	stream.avail_in = packed.length < UINT32_MAX ? (uInt)packed.length : UINT32_MAX;
	while (r == Z_OK && !into->failed) {
		stream.next_out = (Bytef *)portion;
		stream.avail_out = sizeof(portion);
		r = inflate(&stream, Z_NO_FLUSH);
		buffer_add(into, portion, sizeof(portion) - stream.avail_out);
	}
	(void)inflateEnd(&stream);
	if (into->failed)
		return -EFBIG;
	return r == Z_STREAM_END ? 0 : -EBADMSG;
}

static unsigned
two_bytes(struct text text, size_t at)
{
	return (unsigned char)text.at[at] | (unsigned)(unsigned char)text.at[at + 1] << 8;
}

static int
unzip(struct text packed, struct buffer *into)
{
	unsigned method = two_bytes(packed, 8);
	size_t names = two_bytes(packed, 26) + two_bytes(packed, 28);
	uint32_t size = two_bytes(packed, 18) | (uint32_t)two_bytes(packed, 20) << 16;

	packed = (struct text){packed.at + ZIP_HEAD, packed.length - ZIP_HEAD};
	if (names > packed.length)
		return -EBADMSG;
	packed = (struct text){packed.at + names, packed.length - names};
	if (method == ZIP_PACKED)
		return inflate_into(packed, -MAX_WBITS, into);
	if (method != ZIP_STORED || size > packed.length)
		return -EBADMSG;
	buffer_add(into, packed.at, size);
	return into->failed ? -EFBIG : 0;
}

int
reportunpack(struct text packed, struct buffer *into)
{
	if (packed.length >= ZIP_HEAD && memcmp(packed.at, "PK\3\4", 4) == 0)
		return unzip(packed, into);
	return inflate_into(packed, MAX_WBITS + 16, into);
}
