/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as traps.lzm: as they are, or, where the first is not 0, as what stands behind a head and checksum that
 * fit. One that is taken can be used without another look. */
#include "base/mime.h"
#include "census/letter/trapfile.h"
#include "census/registry/keptfile.h"
#include "fuzz.h"
#include "keptsign.h"

#include <errno.h>
#include <stdlib.h>

#define HEAD sizeof(struct keptfile_head)

static void
use(const struct trapfile *file)
{
	size_t texts = 0;

	must(file->count <= TRAPMAIL_MOST);
	for (size_t i = 0; i < file->count; i++) {
		struct trapmail_message found;

		must(trapfile_find(file, &file->rows[i].address, &found));
		must(address_equal(&found.address, &file->rows[i].address));
		must(found.time > 0 && mime_check_address(found.to) == 0);
		must(found.head.length > 0 && found.head.length <= TRAPMAIL_HEAD);
		must(found.from.at == file->texts + texts);
		texts += found.from.length + found.to.length + found.head.length;
	}
	must((const uint8_t *)file->texts + texts == file->bytes + file->size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	bool is_signed = size > 0 && bytes[0] != 0;
	struct trapfile traps;
	struct fail fail = {0};
	uint8_t *file;
	int r;

	if (size == 0)
		return 0;
	file = is_signed ? keptsign((struct keptfile_head){.mark = "lztraps",
					    .version = 1,
					    .size = HEAD + size - 1},
				   bytes + 1)
			 : malloc(size);
	must(file != NULL);
	if (!is_signed)
		memcpy(file, bytes + 1, size - 1);
	r = trapfile_on(file, is_signed ? HEAD + size - 1 : size - 1, &traps, &fail);
	must(r == 0 || (r == -EBADMSG && fail.what[0] != '\0'));
	if (r == 0)
		use(&traps);
	free(file);
	return 0;
}
