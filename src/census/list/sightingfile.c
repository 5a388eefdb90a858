/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/list/sightingfile.h"

#include "census/registry/keptfile.h"

#include <errno.h>

static const struct keptfile_kind kind = {
	.mark = "lzsights", .version = 1, .name = "file of lists"};

/* After the head. Then come lists, ranges of IPv6, listings of IPv6, of IPv4, ranges of IPv4: each begins where its
 * numbers may lie, without gaps. */
struct counts {
	uint64_t lists, ranges6, sixes, fours, ranges4;
};

static struct counts
count_all(size_t lists, const struct listings *listings, size_t parts)
{
	struct counts counts = {.lists = lists};

	for (size_t i = 0; i < parts; i++) {
		counts.ranges6 += listings[i].ranges6_count;
		counts.sixes += listings[i].sixes;
		counts.fours += listings[i].fours;
		counts.ranges4 += listings[i].ranges4_count;
	}
	return counts;
}

int
sightingfile_write(const char *path, const struct sightingfile_list *lists, size_t count,
	const struct listings *listings, size_t parts, struct fail *fail)
{
	const struct counts counts = count_all(count, listings, parts);
	const uint64_t figures[KEPTFILE_FIGURES] = {
		counts.lists, counts.fours + counts.ranges4, counts.sixes + counts.ranges6};
	struct keptfile file;
	int r = keptfile_create(&file, path, fail);

	if (r < 0)
		return r;
	keptfile_add(&file, &counts, sizeof(counts));
	keptfile_add(&file, lists, counts.lists * sizeof(*lists));
	for (size_t i = 0; i < parts; i++)
		keptfile_add(&file, listings[i].ranges6,
			listings[i].ranges6_count * sizeof(*listings->ranges6));
	for (size_t i = 0; i < parts; i++)
		keptfile_add(&file, listings[i].six, listings[i].sixes * sizeof(*listings->six));
	for (size_t i = 0; i < parts; i++)
		keptfile_add(&file, listings[i].four, listings[i].fours * sizeof(*listings->four));
	for (size_t i = 0; i < parts; i++)
		keptfile_add(&file, listings[i].ranges4,
			listings[i].ranges4_count * sizeof(*listings->ranges4));
	return keptfile_end(&file, &kind, figures, fail);
}

/* Takes an array from the front of what is left; NULL: so much is not there. */
static const void *
take(const uint8_t **at, uint64_t *left, uint64_t count, uint64_t size)
{
	const void *array = *at;

	if (count > *left / size)
		return NULL;
	*at += count * size;
	*left -= count * size;
	return array;
}

static int
take_arrays(struct sightingfile *file, struct fail *fail)
{
	const uint8_t *at = file->bytes + sizeof(struct keptfile_head);
	uint64_t left = file->size - sizeof(struct keptfile_head);
	const struct counts *counts = take(&at, &left, 1, sizeof(*counts));

	if (counts != NULL) {
		file->list_count = counts->lists;
		file->ranges6_count = counts->ranges6;
		file->sixes = counts->sixes;
		file->fours = counts->fours;
		file->ranges4_count = counts->ranges4;
		file->lists = take(&at, &left, file->list_count, sizeof(*file->lists));
		file->ranges6 = take(&at, &left, file->ranges6_count, sizeof(*file->ranges6));
		file->six = take(&at, &left, file->sixes, sizeof(*file->six));
		file->four = take(&at, &left, file->fours, sizeof(*file->four));
		file->ranges4 = take(&at, &left, file->ranges4_count, sizeof(*file->ranges4));
	}
	if (counts != NULL && file->lists != NULL && file->ranges6 != NULL && file->six != NULL &&
		file->four != NULL && file->ranges4 != NULL && left == 0 &&
		file->list_count <= SIGHTINGFILE_LISTS)
		return 0;
	fail_what(fail, "its size is not that of the lists and listings that it says it has");
	return -EBADMSG;
}

/* A text of a list: one line, its end, and nothing behind it. */
static bool
is_text(const char text[LISTCARD_TEXT], bool may_be_empty)
{
	size_t length = strnlen(text, LISTCARD_TEXT);

	if (length == LISTCARD_TEXT || (length == 0 && !may_be_empty))
		return false;
	for (size_t i = length; i < LISTCARD_TEXT; i++) {
		if (text[i] != '\0')
			return false;
	}
	return text_check_line((struct text){text, length}) == 0;
}

static bool
is_list(const struct sightingfile_list *list)
{
	static const uint8_t nothing[sizeof(list->spare)];

	return is_text(list->name, false) && is_text(list->group, false) &&
		is_text(list->licence, false) && is_text(list->file, true) && list->weight > 0 &&
		list->weight <= SIGHTINGFILE_WEIGHT && list->half_life > 0 &&
		list->meaning < LISTMEANING_COUNT && list->form < LISTFORM_COUNT &&
		list->is_trap <= 1 && list->is_damaged <= 1 && list->is_surging <= 1 &&
		memcmp(list->spare, nothing, sizeof(nothing)) == 0;
}

/* One that is wrong spoils it all: so each is looked at without a branch. */
static bool
are_listings(const struct sightingfile *file)
{
	bool are = true;

	for (size_t i = 0; i < file->fours; i++)
		are &= file->four[i].list < file->list_count;
	for (size_t i = 0; i < file->sixes; i++)
		are &= file->six[i].list < file->list_count && file->six[i].spare == 0;
	for (size_t i = 0; i < file->ranges4_count; i++)
		are &= file->ranges4[i].list < file->list_count && file->ranges4[i].length <= 32 &&
			file->ranges4[i].low <= file->ranges4[i].high;
	for (size_t i = 0; i < file->ranges6_count; i++)
		are &= file->ranges6[i].list < file->list_count && file->ranges6[i].length <= 64 &&
			file->ranges6[i].low <= file->ranges6[i].high &&
			file->ranges6[i].spare == 0;
	return are;
}

int
sightingfile_on(const uint8_t *bytes, size_t size, struct sightingfile *ret, struct fail *fail)
{
	struct sightingfile file = {.bytes = bytes, .size = size};
	int r = keptfile_check(bytes, size, &kind, fail);

	if (r == 0)
		r = keptfile_verify(bytes, size, fail);
	if (r == 0)
		r = take_arrays(&file, fail);
	for (size_t i = 0; i < file.list_count && r == 0; i++) {
		if (!is_list(&file.lists[i])) {
			fail_what(fail, "what it says of its list %zu cannot be", i + 1);
			r = -EBADMSG;
		}
	}
	if (r == 0 && !are_listings(&file)) {
		fail_what(fail, "it has listings that cannot be");
		r = -EBADMSG;
	}
	if (r == 0)
		*ret = file;
	return r;
}

int
sightingfile_open(const char *path, struct sightingfile *ret, struct fail *fail)
{
	const uint8_t *bytes;
	size_t size;
	int r = keptfile_map(path, &bytes, &size, fail);

	if (r < 0)
		return r;
	r = sightingfile_on(bytes, size, ret, fail);
	if (r < 0) {
		fail_where(fail, "%s", path);
		fail_hint(fail, "make it again from the lists");
		keptfile_unmap(bytes, size);
	}
	return r;
}

void
sightingfile_close(struct sightingfile *file)
{
	keptfile_unmap(file->bytes, file->size);
	*file = (struct sightingfile){0};
}

const struct sightingfile_list *
sightingfile_find(const struct sightingfile *file, const char *name)
{
	for (size_t i = 0; i < file->list_count; i++) {
		if (strcmp(file->lists[i].name, name) == 0)
			return &file->lists[i];
	}
	return NULL;
}
