/* SPDX-License-Identifier: BSD-2-Clause */
/* What stands in cases.lzc, with a head and checksum that fit it: in one that is taken no number leads outside, and the
 * letters of all its cases can be filled in. */
#include "base/bytes.h"
#include "census/letter/caseletter.h"
#include "census/registry/keptfile.h"
#include "fuzz.h"
#include "keptsign.h"

#include <errno.h>
#include <stdlib.h>

#define HEAD sizeof(struct keptfile_head)
/* Cases that come together. */
#define TOGETHER 3

static volatile char touched;

static void
touch(const struct casefile *file, uint32_t number)
{
	struct text text = casefile_text(file, number);

	if (text.length > 0)
		touched = text.at[text.length - 1];
}

static void
fill_letters(const struct casefile *file)
{
	struct caseletter bench;

	caseletter_init(&bench);
	for (uint32_t i = 0; i < file->case_count; i++) {
		const uint32_t cases[TOGETHER] = {i, 0, (uint32_t)file->case_count - 1};
		struct lettercase of = {.number = 1};

		caseletter_fill(&bench, file, cases, 1 + i % TOGETHER, &of);
		must(of.rows <= LETTER_ROWS && of.languages <= LETTER_LANGUAGES);
		for (size_t j = 0; j < of.rows; j++) {
			must(of.row[j].status < LETTER_STATUS_COUNT);
			must(of.row[j].prefix.length <= 128);
			if (of.row[j].netname.length > 0)
				touched = of.row[j].netname.at[of.row[j].netname.length - 1];
		}
	}
	caseletter_done(&bench);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	uint8_t *signed_bytes = keptsign(
		(struct keptfile_head){.mark = "lzcases", .version = 1, .size = HEAD + size},
		bytes);
	struct casefile file;
	struct fail fail = {0};
	int r = casefile_on(signed_bytes, HEAD + size, &file, &fail);

	must(r == 0 || (r == -EBADMSG && fail.what[0] != '\0'));
	if (r == 0) {
		for (uint64_t i = 0; i < file.rows4_count; i++)
			must(file.networks[file.rows4[i].network].of < file.case_count);
		for (uint64_t i = 0; i < file.of4_count; i++)
			must(file.networks[file.of4[i]].of < file.case_count);
		for (uint64_t i = 0; i < file.list_count; i++)
			touch(&file, file.lists[i].name);
		for (uint64_t i = 0; i < file.case_count; i++) {
			const struct casefile_case *one = &file.cases[i];
			const struct casefile_case *found =
				casefile_find(&file, casefile_text(&file, one->mailbox));

			must(found == NULL || found < file.cases + file.case_count);
			touch(&file, one->why);
			touch(&file, one->code);
		}
		fill_letters(&file);
	}
	free(signed_bytes);
	return 0;
}
