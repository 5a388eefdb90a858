/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/restore.h"

#include "base/hash.h"
#include "base/save.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER 65536

struct restore {
	restore_read read;
	void *context;
	struct hash_stream *sum;
	uint64_t at;   /* bytes taken */
	uint64_t left; /* of the section */
	size_t begin;  /* of what is in the buffer */
	size_t end;
	int error;
	bool has_head;
	uint8_t buffer[BUFFER];
};

struct restore *
restore_new(restore_read read, void *context)
{
	struct restore *restore = xcalloc(1, sizeof(*restore));

	restore->read = read;
	restore->context = context;
	restore->sum = hash_stream_new();
	return restore;
}

struct restore *
restore_free(struct restore *restore)
{
	if (restore == NULL)
		return NULL;
	hash_stream_free(restore->sum);
	free(restore);
	return NULL;
}

int
restore_damaged(struct restore *restore, struct fail *fail, const char *what)
{
	if (restore->error == 0)
		restore->error = -EBADMSG;
	fail_what(
		fail, "it is damaged before byte %llu: %s", (unsigned long long)restore->at, what);
	fail_hint(fail, "it is of no use; state begins without it");
	return restore->error;
}

static int
refuse(struct restore *restore, struct fail *fail)
{
	restore->error = -ENOTSUP;
	fail_what(fail, "it was written by another build or version");
	fail_hint(fail, "it is of no use to this one; state begins without it");
	return restore->error;
}

/* What read gives: how many bytes, or an error that stays. */
static int64_t
fetch(struct restore *restore, void *into, size_t size, struct fail *fail)
{
	int64_t r = restore->read(restore->context, into, size);

	if (r > 0 && (uint64_t)r <= size)
		return r;
	if (r == 0)
		return restore_damaged(restore, fail, "it ends there");
	restore->error = r < 0 && r > INT32_MIN ? (int)r : -EIO;
	fail_what(fail, "it cannot be read at byte %llu: %s", (unsigned long long)restore->at,
		strerror(-restore->error));
	return restore->error;
}

static int
take(struct restore *restore, uint8_t *into, size_t size, struct fail *fail)
{
	while (size > 0 && restore->error == 0) {
		size_t had = restore->end - restore->begin, part = had < size ? had : size;
		int64_t r;

		if (had > 0) {
			memcpy(into, restore->buffer + restore->begin, part);
			restore->begin += part;
		} else if (size >= BUFFER) {
			r = fetch(restore, into, size, fail);
			part = r < 0 ? 0 : (size_t)r;
		} else {
			r = fetch(restore, restore->buffer, BUFFER, fail);
			restore->begin = 0;
			restore->end = r < 0 ? 0 : (size_t)r;
		}
		restore->at += part;
		into += part;
		size -= part;
	}
	if (restore->error < 0)
		memset(into, 0, size);
	return restore->error;
}

static int
take_summed(struct restore *restore, void *into, size_t size, struct fail *fail)
{
	int r = take(restore, into, size, fail);

	if (r == 0)
		hash_stream_add(restore->sum, into, size);
	return r;
}

static int
take_head(struct restore *restore, struct fail *fail)
{
	struct save_head head;
	int r = take_summed(restore, &head, sizeof(head), fail);

	if (r < 0)
		return r;
	if (memcmp(head.mark, SAVE_MARK, sizeof(head.mark)) != 0)
		return restore_damaged(restore, fail, "it does not begin like a snapshot");
	if (head.order != SAVE_ORDER || head.format != SAVE_FORMAT)
		return refuse(restore, fail);
	restore->has_head = true;
	return 0;
}

int
restore_section(struct restore *restore, const char *tag, uint64_t layout, uint64_t *size,
	struct fail *fail)
{
	struct save_section section;
	char wanted[sizeof(section.tag)] = {0};
	int r = restore->error;

	*size = 0;
	must(strlen(tag) <= sizeof(wanted));
	memcpy(wanted, tag, strlen(tag));
	if (r == 0 && !restore->has_head)
		r = take_head(restore, fail);
	if (r == 0 && restore->left > 0)
		r = restore_damaged(restore, fail, "a section is longer than what belongs in it");
	if (r == 0)
		r = take_summed(restore, &section, sizeof(section), fail);
	if (r < 0)
		return r;
	if (memcmp(section.tag, wanted, sizeof(wanted)) != 0)
		return restore_damaged(restore, fail, "another section was expected");
	if (section.layout != layout)
		return refuse(restore, fail);
	*size = restore->left = section.size;
	return 0;
}

int
restore_bytes(struct restore *restore, void *into, size_t size, struct fail *fail)
{
	if (restore->error == 0 && size > restore->left)
		(void)!restore_damaged(restore, fail, "a section is too short");
	if (restore->error < 0) {
		memset(into, 0, size);
		return restore->error;
	}
	restore->left -= size;
	return take_summed(restore, into, size, fail);
}

int
restore_struct(struct restore *restore, const char *tag, uint64_t layout, void *into, size_t size,
	struct fail *fail)
{
	uint64_t had;
	int r = restore_section(restore, tag, layout, &had, fail);

	if (r == 0 && had != size)
		r = restore_damaged(restore, fail, "a section has another size than it should");
	if (r < 0) {
		memset(into, 0, size);
		return r;
	}
	return restore_bytes(restore, into, size, fail);
}

int
restore_end(struct restore *restore, struct fail *fail)
{
	uint8_t sum[HASH_STREAM_SIZE], saved[HASH_STREAM_SIZE], more;
	int64_t r;

	if (restore->error == 0 && (restore->left > 0 || !restore->has_head))
		return restore_damaged(
			restore, fail, "a section is longer than what belongs in it");
	hash_stream_end(restore->sum, sum);
	r = take(restore, saved, sizeof(saved), fail);
	if (r < 0)
		return (int)r;
	if (memcmp(sum, saved, sizeof(sum)) != 0)
		return restore_damaged(restore, fail, "its checksum does not fit");
	r = restore->begin < restore->end ? 1 : restore->read(restore->context, &more, 1);
	if (r > 0)
		return restore_damaged(restore, fail, "something follows its end");
	return r < 0 ? (int)r : 0;
}
