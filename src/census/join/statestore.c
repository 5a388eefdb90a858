/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/join/statestore.h"

#include <errno.h>

#define FIGURE_DAY    0
#define FIGURE_COUNT4 1
#define FIGURE_COUNT6 2

static const struct keptfile_kind kind = {
	.mark = "lzstates", .version = 1, .name = "state of a census"};

/* Neither product can be too large for its type: each count is below the size first. */
static int
check_counts(const struct keptfile_head *head, size_t size, struct fail *fail)
{
	uint64_t rows = size - sizeof(*head);
	uint64_t count4 = head->figure[FIGURE_COUNT4], count6 = head->figure[FIGURE_COUNT6];

	if (count4 > rows / sizeof(struct state4) || count6 > rows / sizeof(struct state6) ||
		count4 * sizeof(struct state4) + count6 * sizeof(struct state6) != rows) {
		fail_what(fail, "its size is not that of %llu rows of IPv4 and %llu of IPv6",
			(unsigned long long)count4, (unsigned long long)count6);
		return -EBADMSG;
	}
	if (head->figure[FIGURE_DAY] > UINT16_MAX) {
		fail_what(fail, "it is of day %llu, where days have numbers up to %u",
			(unsigned long long)head->figure[FIGURE_DAY], UINT16_MAX);
		return -EBADMSG;
	}
	return 0;
}

int
statestore_on(const uint8_t *bytes, size_t size, struct statestore *ret, struct fail *fail)
{
	const struct keptfile_head *head = keptfile_head(bytes);
	struct statestore store = {.bytes = bytes, .size = size};
	int r = keptfile_check(bytes, size, &kind, fail);

	if (r == 0)
		r = check_counts(head, size, fail);
	if (r == 0)
		r = keptfile_verify(bytes, size, fail);
	if (r < 0)
		return r;
	store.day = (uint16_t)head->figure[FIGURE_DAY];
	store.count4 = head->figure[FIGURE_COUNT4];
	store.count6 = head->figure[FIGURE_COUNT6];
	store.rows4 = (const struct state4 *)(const void *)(head + 1);
	store.rows6 = (const struct state6 *)(const void *)(store.rows4 + store.count4);
	r = state_check4(store.rows4, store.count4, store.day, fail);
	if (r == 0)
		r = state_check6(store.rows6, store.count6, store.day, fail);
	if (r == 0)
		*ret = store;
	return r;
}

int
statestore_open(const char *path, struct statestore *ret, struct fail *fail)
{
	const uint8_t *bytes;
	size_t size;
	int r = keptfile_map(path, &bytes, &size, fail);

	if (r < 0)
		return r;
	r = statestore_on(bytes, size, ret, fail);
	if (r < 0) {
		fail_hint(fail, "the run before it left one; without any, all addresses are new");
		keptfile_unmap(bytes, size);
	}
	return r;
}

void
statestore_close(struct statestore *store)
{
	keptfile_unmap(store->bytes, store->size);
	*store = (struct statestore){0};
}

int
statestore_begin(struct statestore_writer *writer, const char *path, struct fail *fail)
{
	int r = keptfile_create(&writer->file, path, fail);

	writer->count4 = writer->count6 = 0;
	writer->file.is_unsynced = true;
	return r;
}

void
statestore_add4(struct statestore_writer *writer, const struct state4 *rows, size_t count)
{
	must(writer->count6 == 0);
	keptfile_add(&writer->file, rows, count * sizeof(*rows));
	writer->count4 += count;
}

void
statestore_add6(struct statestore_writer *writer, const struct state6 *rows, size_t count)
{
	keptfile_add(&writer->file, rows, count * sizeof(*rows));
	writer->count6 += count;
}

int
statestore_end(struct statestore_writer *writer, uint16_t day, struct fail *fail)
{
	uint64_t figure[KEPTFILE_FIGURES];

	figure[FIGURE_DAY] = day;
	figure[FIGURE_COUNT4] = writer->count4;
	figure[FIGURE_COUNT6] = writer->count6;
	return keptfile_end(&writer->file, &kind, figure, fail);
}

void
statestore_drop(struct statestore_writer *writer)
{
	keptfile_drop(&writer->file);
}
