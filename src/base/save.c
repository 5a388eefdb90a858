/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/save.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

#define BUFFER 65536

struct save {
	save_write write;
	void *context;
	struct hash_stream *sum;
	uint64_t size;
	uint64_t left; /* of the section */
	size_t filled;
	int error;
	uint8_t buffer[BUFFER];
};

static void
hand_on(struct save *save, const void *bytes, size_t size)
{
	int r;

	if (save->error < 0 || size == 0)
		return;
	r = save->write(save->context, bytes, size);
	save->error = r < 0 ? r : 0;
}

static void
empty(struct save *save)
{
	hand_on(save, save->buffer, save->filled);
	save->filled = 0;
}

static void
put(struct save *save, const void *bytes, size_t size)
{
	if (save->error < 0 || size == 0)
		return;
	save->size += size;
	if (size > BUFFER - save->filled)
		empty(save);
	if (size > BUFFER) {
		hand_on(save, bytes, size);
		return;
	}
	memcpy(save->buffer + save->filled, bytes, size);
	save->filled += size;
}

static void
put_summed(struct save *save, const void *bytes, size_t size)
{
	if (save->error < 0 || size == 0)
		return;
	hash_stream_add(save->sum, bytes, size);
	put(save, bytes, size);
}

struct save *
save_new(save_write write, void *context)
{
	struct save_head head = {.order = SAVE_ORDER, .format = SAVE_FORMAT};
	struct save *save = xcalloc(1, sizeof(*save));

	save->write = write;
	save->context = context;
	save->sum = hash_stream_new();
	memcpy(head.mark, SAVE_MARK, sizeof(head.mark));
	put_summed(save, &head, sizeof(head));
	return save;
}

struct save *
save_free(struct save *save)
{
	if (save == NULL)
		return NULL;
	hash_stream_free(save->sum);
	free(save);
	return NULL;
}

void
save_section(struct save *save, const char *tag, uint64_t layout, uint64_t size)
{
	struct save_section section = {.layout = layout, .size = size};
	size_t length = strlen(tag);

	must(save->left == 0 && length <= sizeof(section.tag));
	memcpy(section.tag, tag, length);
	put_summed(save, &section, sizeof(section));
	save->left = size;
}

void
save_bytes(struct save *save, const void *bytes, size_t size)
{
	must(size <= save->left);
	save->left -= size;
	put_summed(save, bytes, size);
}

int
save_end(struct save *save)
{
	uint8_t sum[HASH_STREAM_SIZE];

	must(save->left == 0);
	hash_stream_end(save->sum, sum);
	put(save, sum, sizeof(sum));
	empty(save);
	return save->error;
}

int
save_error(const struct save *save)
{
	return save->error;
}

uint64_t
save_size(const struct save *save)
{
	return save->size;
}

uint64_t
save_layout(const size_t *numbers, size_t count)
{
	return hash_fast(numbers, count * sizeof(*numbers), SAVE_FORMAT);
}
