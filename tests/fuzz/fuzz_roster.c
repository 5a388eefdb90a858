/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as the file of accounts: it is taken, and then each word of it is asked for, or refused with a place inside
 * it and a sentence. */
#include "fuzz.h"
#include "relay/roster.h"

#include <errno.h>
#include <stdlib.h>

#define MOST 16

static void
ask(const struct roster *roster, struct text text)
{
	struct roster_entry entry;

	while (text.length > 0) {
		struct text line = text_cut(&text, '\n'), word = text_cut(&line, ' ');

		for (int day = 0; day < 2; day++) {
			struct wall now = {day * INT64_C(30000) * WALL_DAY};

			if (!roster_find(roster, word, now, &entry))
				continue;
			must(entry.class < LIMITS);
			must(entry.until.us == 0 || entry.until.us > now.us);
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const struct hash_key secret = {{1, 2, 3}};
	struct roster_place place = {0};
	struct roster *roster = NULL;
	struct fail fail = {0};
	char *copy = malloc(size + 1);
	struct text text = {copy, size};
	int r;

	must(copy != NULL);
	if (size > 0)
		memcpy(copy, bytes, size);
	r = roster_parse(text, &secret, MOST, &roster, &place, &fail);
	must(r == 0 || r == -EINVAL || r == -ERANGE || r == -EEXIST || r == -ENOSPC);
	if (r == 0) {
		struct roster_counts counts = roster_counts(roster);

		must(counts.accounts + counts.domains <= MOST && counts.rules <= MOST);
		roster_near(roster, 80);
		ask(roster, text);
		(void)roster_free(roster);
	} else {
		must(fail.what[0] != '\0' && place.line > 0 && place.column > 0);
		must(place.line <= size + 1 && place.column <= size + 1);
	}
	free(copy);
	return 0;
}
