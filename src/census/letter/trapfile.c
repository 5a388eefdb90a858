/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/letter/trapfile.h"

#include "base/mime.h"
#include "census/registry/keptfile.h"

#include <errno.h>

static const struct keptfile_kind kind = {.mark = "lztraps", .version = 1, .name = "file of traps"};

/* After the head. Then come the rows, and the texts. */
struct counts {
	uint64_t rows, bytes;
};

_Static_assert(sizeof(struct trapfile_row) == 32, "no padding that would hold chance bytes");
_Static_assert(TRAPMAIL_HEAD <= UINT16_MAX && TRAPMAIL_BYTES <= UINT32_MAX, "what rows can say");

int
trapfile_write(const char *path, struct trapmail *mail, struct fail *fail)
{
	struct counts counts = {.rows = trapmail_count(mail)};
	uint64_t figures[KEPTFILE_FIGURES] = {counts.rows};
	struct keptfile file;
	uint32_t at = 0;
	int r = keptfile_create(&file, path, fail);

	if (r < 0)
		return r;
	trapmail_sort(mail);
	for (size_t i = 0; i < counts.rows; i++) {
		const struct trapmail_message message = trapmail_at(mail, i);

		counts.bytes += message.from.length + message.to.length + message.head.length;
	}
	figures[1] = counts.bytes;
	keptfile_add(&file, &counts, sizeof(counts));
	for (size_t i = 0; i < counts.rows; i++) {
		const struct trapmail_message message = trapmail_at(mail, i);
		const struct trapfile_row row = {.address = message.address,
			.time = message.time,
			.at = at,
			.from = (uint16_t)message.from.length,
			.to = (uint16_t)message.to.length,
			.head = (uint16_t)message.head.length,
			.port = message.port};

		keptfile_add(&file, &row, sizeof(row));
		at += (uint32_t)(message.from.length + message.to.length + message.head.length);
	}
	for (size_t i = 0; i < counts.rows; i++) {
		const struct trapmail_message message = trapmail_at(mail, i);

		keptfile_add(&file, message.from.at, message.from.length);
		keptfile_add(&file, message.to.at, message.to.length);
		keptfile_add(&file, message.head.at, message.head.length);
	}
	return keptfile_end(&file, &kind, figures, fail);
}

static struct trapmail_message
message_of(const struct trapfile *file, const struct trapfile_row *row)
{
	const char *at = file->texts + row->at;

	return (struct trapmail_message){.address = row->address,
		.time = row->time,
		.port = row->port,
		.from = {at, row->from},
		.to = {at + row->from, row->to},
		.head = {at + row->from + row->to, row->head}};
}

static int
compare(const struct address *a, const struct address *b)
{
	const struct address one = trapmail_row(a), other = trapmail_row(b);

	return memcmp(one.byte, other.byte, sizeof(one.byte));
}

static int
take_arrays(struct trapfile *file, uint64_t *ret_bytes, struct fail *fail)
{
	const uint8_t *at = file->bytes + sizeof(struct keptfile_head);
	size_t left = file->size - sizeof(struct keptfile_head);
	const struct counts *counts = (const void *)at;

	if (left >= sizeof(*counts) && counts->rows <= TRAPMAIL_MOST &&
		counts->bytes <= TRAPMAIL_BYTES &&
		left == sizeof(*counts) + counts->rows * sizeof(*file->rows) + counts->bytes) {
		file->count = counts->rows;
		file->rows = (const void *)(counts + 1);
		file->texts = (const char *)(file->rows + file->count);
		*ret_bytes = counts->bytes;
		return 0;
	}
	fail_what(fail, "its size is not that of the messages that it says it has");
	return -EBADMSG;
}

/* Each text begins where the one before ends; is this one as it is written? */
static bool
is_row(const struct trapfile *file, const struct trapfile_row *row, uint64_t at, uint64_t bytes)
{
	struct trapmail_message message;

	if (row->at != at || at + row->from + row->to + row->head > bytes || row->time == 0 ||
		row->head == 0 || row->head > TRAPMAIL_HEAD)
		return false;
	if (row > file->rows && compare(&row[-1].address, &row->address) >= 0)
		return false;
	message = message_of(file, row);
	return mime_check_address(message.to) == 0 &&
		(row->from == 0 || mime_check_address(message.from) == 0);
}

int
trapfile_on(const uint8_t *bytes, size_t size, struct trapfile *ret, struct fail *fail)
{
	struct trapfile file = {.bytes = bytes, .size = size};
	uint64_t texts = 0, at = 0;
	int r = keptfile_check(bytes, size, &kind, fail);

	if (r == 0)
		r = keptfile_verify(bytes, size, fail);
	if (r == 0)
		r = take_arrays(&file, &texts, fail);
	for (size_t i = 0; r == 0 && i < file.count; i++) {
		const struct trapfile_row *row = &file.rows[i];

		if (!is_row(&file, row, at, texts)) {
			fail_what(fail, "its message %zu cannot be", i + 1);
			r = -EBADMSG;
		}
		at += (uint64_t)row->from + row->to + row->head;
	}
	if (r == 0 && at != texts) {
		fail_what(fail, "it has texts that belong to no message");
		r = -EBADMSG;
	}
	if (r == 0)
		*ret = file;
	return r;
}

int
trapfile_open(const char *path, struct trapfile *ret, struct fail *fail)
{
	const uint8_t *bytes;
	size_t size;
	int r = keptfile_map(path, &bytes, &size, fail);

	if (r < 0)
		return r;
	r = trapfile_on(bytes, size, ret, fail);
	if (r < 0) {
		fail_where(fail, "%s", path);
		fail_hint(fail, "make it again from the lists");
		keptfile_unmap(bytes, size);
	}
	return r;
}

void
trapfile_close(struct trapfile *file)
{
	keptfile_unmap(file->bytes, file->size);
	*file = (struct trapfile){0};
}

bool
trapfile_find(
	const struct trapfile *file, const struct address *address, struct trapmail_message *ret)
{
	size_t low = 0, high = file->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare(&file->rows[middle].address, address);

		if (order == 0) {
			*ret = message_of(file, &file->rows[middle]);
			return true;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}
