/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as what lazaret-letter reads: no letter, or one whose texts are all there, whose address has lines, and
 * whose id can be the name of a file in the folder that is meant. */
#include "base/text.h"
#include "fuzz.h"
#include "program/letterread.h"

#include <errno.h>

static void
check_text(const char *text, size_t most)
{
	must(text != NULL && strlen(text) <= most);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct letterread read = {.object = NULL};
	int r = letterread((const char *)bytes, size, &read);

	must(r == 0 || r == -EINVAL);
	if (r < 0) {
		must(read.object == NULL);
		return 0;
	}
	check_text(read.letter.provider, LETTERREAD_LINE);
	check_text(read.letter.date, LETTERREAD_LINE);
	check_text(read.letter.title, LETTERREAD_LINE);
	check_text(read.letter.text, LETTERREAD_TEXT);
	check_text(read.letter.language, LETTERREAD_LINE);
	must(read.letter.lines > 0 && read.letter.lines <= LETTERPAGE_ADDRESS);
	for (size_t i = 0; i < read.letter.lines; i++)
		check_text(read.letter.address[i], LETTERREAD_LINE);
	must(*read.id != '\0' && *read.id != '.' && strlen(read.id) <= LETTERREAD_ID);
	must(strchr(read.id, '/') == NULL);
	letterread_done(&read);
	must(read.object == NULL);
	return 0;
}
