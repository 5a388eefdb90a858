/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as a manifest of letters: refused with a line and a sentence, or every letter in it can be sent to, and
 * the same file can be made of it. The first byte chooses: with it odd the sum of the lines is put behind them, so that
 * what is in them is reached. */
#include "base/mime.h"
#include "census/letter/manifest.h"
#include "fuzz.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>

static void
try_file(struct text file)
{
	struct manifest *manifest;
	struct fail fail = {0};
	struct buffer again;
	int r = manifest_parse(file, "file", &manifest, &fail);

	if (r < 0) {
		must(r == -EBADMSG && manifest == NULL);
		must(fail.what[0] != '\0' && fail.where[0] != '\0');
		return;
	}
	for (size_t i = 0; i < manifest_count(manifest); i++)
		must(mime_check_address(text_of(manifest_at(manifest, i)->mailbox)) == 0);
	must(manifest_check_approval(manifest, text_of(manifest_sum(manifest)),
		     manifest_by(manifest), &fail) == -EPERM);
	buffer_init(&again, file.length + 4096);
	must(manifest_end(manifest, manifest_by(manifest), (struct wall){0}, &again, &fail) == 0);
	must(again.length == file.length);
	buffer_done(&again);
	manifest = manifest_free(manifest);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	unsigned char sum[crypto_hash_sha256_BYTES];
	char hex[2 * sizeof(sum) + 1];
	struct buffer file;

	if (size == 0)
		return 0;
	buffer_init(&file, size + 128);
	buffer_add(&file, bytes + 1, size - 1);
	if ((bytes[0] & 1) != 0) {
		(void)crypto_hash_sha256(sum, bytes + 1, size - 1);
		(void)sodium_bin2hex(hex, sizeof(hex), sum, sizeof(sum));
		buffer_print(&file, "sum %s\n", hex);
	}
	try_file((struct text){buffer_string(&file), file.length});
	buffer_done(&file);
	return 0;
}
