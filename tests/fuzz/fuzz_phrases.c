/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as a catalogue: it is taken, and what is asked for is found or stands for itself, or it is refused with a
 * line and a sentence. */
#include "base/phrases.h"
#include "fuzz.h"

#include <errno.h>

static void
ask(const struct phrases *phrases, struct text text)
{
	while (text.length > 0) {
		struct text word = text_cut(&text, '"'), found = phrases_find(phrases, word);

		must(found.length > 0 || word.length == 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct text file = {(const char *)bytes, size};
	struct phrases *phrases;
	struct fail fail = {0};
	int r = phrases_parse(file, "file", &phrases, &fail);

	if (r < 0) {
		must((r == -EINVAL || r == -E2BIG) && phrases == NULL);
		must(fail.what[0] != '\0' && fail.where[0] != '\0');
		return 0;
	}
	must(phrases_head(phrases, "Language").length <= size);
	ask(phrases, file);
	(void)phrases_free(phrases);
	return 0;
}
