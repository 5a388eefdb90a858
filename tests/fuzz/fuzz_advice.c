/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as a text of advice: each piece of it lies in its block and can be shown, or it is refused with a line and
 * a sentence. */
#include "care/advice.h"
#include "fuzz.h"

#include <errno.h>
#include <stdlib.h>

static void
look_at(const struct advice *advice, const struct advice_block *block)
{
	struct text rest = block->text;
	struct advice_piece piece;
	size_t pieces = 0, strong = 0;

	must(block->text.length > 0 && block->kind <= ADVICE_TASK);
	must((block->kind == ADVICE_TASK) == (block->step.length > 0));
	must(block->kind != ADVICE_TASK || advice_has_step(advice, block->step));
	while (advice_next(&rest, &piece)) {
		must(++pieces <= block->text.length && piece.value < ADVICE_VALUES);
		must(piece.kind != ADVICE_WORDS ||
			(piece.text.length > 0 && text_check_line(piece.text) == 0 &&
				memchr(piece.text.at, '<', piece.text.length) == NULL));
		must(piece.kind != ADVICE_LINK || piece.text.length > 0);
		strong += piece.kind == ADVICE_STRONG;
	}
	must(strong % 2 == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct advice *advice;
	struct fail fail = {0};
	int r = advice_parse((struct text){(const char *)bytes, size}, "file", &advice, &fail);

	if (r < 0) {
		must((r == -EINVAL || r == -E2BIG) && advice == NULL);
		must(fail.what[0] != '\0' && fail.where[0] != '\0');
		return 0;
	}
	must(advice->count > 0 && advice->count <= ADVICE_BLOCKS);
	must(text_check_line(advice->title) == 0);
	for (size_t i = 0; i < advice->count; i++)
		look_at(advice, &advice->block[i]);
	(void)advice_free(advice);
	return 0;
}
