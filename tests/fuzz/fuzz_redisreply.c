/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as answers of a Redis server, whole and in pieces: both give the same values, or are refused. */
#include "fuzz.h"
#include "runtime/redisreply.h"

#include <errno.h>
#include <stdlib.h>

/* No deeper than a reader makes them. */
static void
tell(struct buffer *told, const struct redis_value *value)
{
	if (value == NULL) {
		buffer_print(told, "?");
		return;
	}
	buffer_print(told, "%d:%lld:%zu(", value->kind, (long long)value->number, value->count);
	buffer_text(told, redis_text(value));
	if (value->kind == REDIS_ERROR)
		buffer_text(told, value->text);
	for (size_t i = 0; i < value->count; i++)
		tell(told, redis_element(value, i));
	buffer_print(told, ")");
	must(redis_element(value, value->count) == NULL);
}

static int
run(const uint8_t *bytes, size_t size, size_t piece, struct buffer *told)
{
	struct redis_reader *reader = redis_reader_new();
	struct redis_value *value;
	int r = 0;

	for (size_t at = 0; at < size && r >= 0;) {
		size_t length = size - at < piece ? size - at : piece;
		char *copy = malloc(length);

		must(copy != NULL);
		memcpy(copy, bytes + at, length);
		r = redis_reader_feed(reader, copy, length);
		free(copy);
		while (r >= 0 && (r = redis_reader_next(reader, &value)) == 1) {
			tell(told, value);
			redis_value_free(value);
		}
		must(r == 0 || r == -EBADMSG);
		at += length;
	}
	redis_reader_free(reader);
	return r;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct buffer whole, cut;
	int r;

	/* The first byte says into how large pieces the others are cut. */
	if (size == 0)
		return 0;
	buffer_init(&whole, 64 << 20);
	buffer_init(&cut, 64 << 20);
	r = run(bytes + 1, size - 1, SIZE_MAX, &whole);
	must(r == run(bytes + 1, size - 1, 1U + bytes[0], &cut));
	must(text_equal((struct text){whole.at, whole.length}, (struct text){cut.at, cut.length}));
	buffer_done(&whole);
	buffer_done(&cut);
	return 0;
}
