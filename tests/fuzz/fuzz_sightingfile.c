/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as sightings.lzs: as they are, or, where the first is not 0, as what stands behind a head and checksum that
 * fit. One that is taken can be used without another look. */
#include "census/list/sightingfile.h"
#include "census/registry/keptfile.h"
#include "fuzz.h"
#include "keptsign.h"

#include <errno.h>
#include <stdlib.h>

#define HEAD sizeof(struct keptfile_head)

static void
use(const struct sightingfile *file)
{
	uint64_t of[SIGHTINGFILE_LISTS] = {0};

	must(file->list_count <= SIGHTINGFILE_LISTS);
	for (size_t i = 0; i < file->list_count; i++) {
		const struct sightingfile_list *list = &file->lists[i];
		const struct sightingfile_list *found = sightingfile_find(file, list->name);

		/* Two may have the same name. */
		must(found != NULL && found <= list);
		must(strlen(list->name) > 0 && strlen(list->group) > 0 &&
			strlen(list->file) < LISTCARD_TEXT);
		must(list->weight > 0 && list->half_life > 0 && list->meaning < LISTMEANING_COUNT);
	}
	for (size_t i = 0; i < file->fours; i++)
		of[file->four[i].list]++;
	for (size_t i = 0; i < file->sixes; i++)
		of[file->six[i].list]++;
	for (size_t i = 0; i < file->ranges4_count; i++) {
		must(file->ranges4[i].low <= file->ranges4[i].high);
		of[file->ranges4[i].list]++;
	}
	for (size_t i = 0; i < file->ranges6_count; i++) {
		must(file->ranges6[i].low <= file->ranges6[i].high);
		of[file->ranges6[i].list]++;
	}
	for (size_t i = file->list_count; i < SIGHTINGFILE_LISTS; i++)
		must(of[i] == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	bool is_signed = size > 0 && bytes[0] != 0;
	struct sightingfile sightings;
	struct fail fail = {0};
	uint8_t *file;
	int r;

	if (size == 0)
		return 0;
	file = is_signed ? keptsign((struct keptfile_head){.mark = "lzsights",
					    .version = 1,
					    .size = HEAD + size - 1},
				   bytes + 1)
			 : malloc(size);
	must(file != NULL);
	if (!is_signed)
		memcpy(file, bytes + 1, size - 1);
	r = sightingfile_on(file, is_signed ? HEAD + size - 1 : size - 1, &sightings, &fail);
	must(r == 0 || (r == -EBADMSG && fail.what[0] != '\0'));
	if (r == 0)
		use(&sightings);
	free(file);
	return 0;
}
