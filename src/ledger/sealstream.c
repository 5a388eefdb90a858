/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/sealstream.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define TAG_HEAD  "sealhead"
#define TAG_CHUNK "sealed"
#define SEALED    (SEALSTREAM_CHUNK + crypto_secretstream_xchacha20poly1305_ABYTES)

_Static_assert(crypto_secretstream_xchacha20poly1305_KEYBYTES == SEALSTREAM_KEY, "one key");

struct sealstream {
	crypto_secretstream_xchacha20poly1305_state state;
	struct save *save;
	struct restore *restore;
	struct fail *fail;
	size_t size; /* of what is open */
	size_t at;   /* of it was given */
	bool is_last;
	uint8_t open[SEALSTREAM_CHUNK];
	uint8_t sealed[SEALED];
};

static uint64_t
layout(void)
{
	return save_layout(&(size_t){SEALSTREAM_CHUNK}, 1);
}

static void
wipe(struct sealstream *stream)
{
	sodium_memzero(stream, sizeof(*stream));
	free(stream);
}

static int
put_chunk(struct sealstream *stream, bool is_last)
{
	unsigned long long size;

	crypto_secretstream_xchacha20poly1305_push(&stream->state, stream->sealed, &size,
		stream->open, stream->size, NULL, 0,
		is_last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : 0);
	stream->size = 0;
	save_section(stream->save, TAG_CHUNK, layout(), size);
	save_bytes(stream->save, stream->sealed, (size_t)size);
	return save_error(stream->save);
}

static int
write_bytes(void *context, const void *bytes, size_t size)
{
	struct sealstream *stream = context;
	const uint8_t *at = bytes;
	int r = 0;

	while (size > 0 && r == 0) {
		size_t room = SEALSTREAM_CHUNK - stream->size;
		size_t some = size < room ? size : room;

		memcpy(stream->open + stream->size, at, some);
		stream->size += some;
		at += some;
		size -= some;
		if (stream->size == SEALSTREAM_CHUNK)
			r = put_chunk(stream, false);
	}
	return r;
}

int
sealstream_save(const uint8_t key[SEALSTREAM_KEY], struct save *around, sealstream_inside save_all,
	const void *context)
{
	struct sealstream *stream = xcalloc(1, sizeof(*stream));
	uint8_t head[crypto_secretstream_xchacha20poly1305_HEADERBYTES];
	struct save *inside;
	int r;

	stream->save = around;
	crypto_secretstream_xchacha20poly1305_init_push(&stream->state, head, key);
	save_section(around, TAG_HEAD, layout(), sizeof(head));
	save_bytes(around, head, sizeof(head));
	inside = save_new(write_bytes, stream);
	r = save_all(context, inside);
	if (r == 0)
		r = save_end(inside);
	save_free(inside);
	if (r == 0)
		r = put_chunk(stream, true);
	wipe(stream);
	return r;
}

/* 0 or an error, said. */
static int
take_chunk(struct sealstream *stream)
{
	unsigned long long opened;
	unsigned char tag;
	uint64_t size;
	int r = restore_section(stream->restore, TAG_CHUNK, layout(), &size, stream->fail);

	if (r < 0)
		return r;
	if (size > SEALED || size < crypto_secretstream_xchacha20poly1305_ABYTES)
		return restore_damaged(stream->restore, stream->fail, "no sealed chunk");
	r = restore_bytes(stream->restore, stream->sealed, (size_t)size, stream->fail);
	if (r < 0)
		return r;
	if (crypto_secretstream_xchacha20poly1305_pull(&stream->state, stream->open, &opened, &tag,
		    stream->sealed, size, NULL, 0) != 0)
		return restore_damaged(stream->restore, stream->fail,
			"it was sealed with another key, or changed");
	stream->size = (size_t)opened;
	stream->at = 0;
	stream->is_last = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
	return 0;
}

static int64_t
read_bytes(void *context, void *into, size_t size)
{
	struct sealstream *stream = context;
	int r;

	while (stream->at == stream->size) {
		if (stream->is_last)
			return 0;
		r = take_chunk(stream);
		if (r < 0)
			return r;
	}
	size = size < stream->size - stream->at ? size : stream->size - stream->at;
	memcpy(into, stream->open + stream->at, size);
	stream->at += size;
	return (int64_t)size;
}

int
sealstream_restore(const uint8_t key[SEALSTREAM_KEY], struct restore *around,
	sealstream_outside restore_all, void *context, struct fail *fail)
{
	struct sealstream *stream = xcalloc(1, sizeof(*stream));
	uint8_t head[crypto_secretstream_xchacha20poly1305_HEADERBYTES];
	struct fail inner = {0};
	struct restore *inside;
	int r = restore_struct(around, TAG_HEAD, layout(), head, sizeof(head), fail);

	stream->restore = around;
	stream->fail = &inner;
	if (r == 0 &&
		crypto_secretstream_xchacha20poly1305_init_pull(&stream->state, head, key) != 0)
		r = restore_damaged(around, fail, "no sealed stream");
	if (r < 0) {
		wipe(stream);
		return r;
	}
	inside = restore_new(read_bytes, stream);
	r = restore_all(context, inside, fail);
	if (r == 0)
		r = restore_end(inside, fail);
	/* What is wrong with the chunk says more than what is missing behind it. */
	if (*inner.what)
		fail_what(fail, "%s", inner.what);
	else if (r == 0 && !stream->is_last && take_chunk(stream) == 0 && stream->size > 0)
		r = restore_damaged(around, fail, "there is more behind the end");
	restore_free(inside);
	wipe(stream);
	return r;
}
