/* letter_words - the catalogues of the source tree, as letters use them */
#ifndef LAZARET_TESTS_LETTER_WORDS_H
#define LAZARET_TESTS_LETTER_WORDS_H

#include "census/letter/letterwords.h"
#include "unit.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#define LETTER_TAGS 64

static char letter_tags[LETTER_TAGS][LETTERWORDS_TAG];
static unsigned letter_tag_count;

static inline void
letter_add_words(struct letterwords *words, const char *tag, const char *path)
{
	static char bytes[PHRASES_BYTES];
	FILE *file = fopen(path, "re");
	struct fail fail = {0};
	size_t size;

	if (file == NULL)
		return;
	size = fread(bytes, 1, sizeof(bytes), file);
	(void)fclose(file);
	if (letterwords_add(words, text_of(tag), (struct text){bytes, size}, path, &fail) < 0)
		fail_msg("%s: %s", fail.where, fail.what);
	assert_true(letter_tag_count < LETTER_TAGS);
	snprintf(letter_tags[letter_tag_count++], LETTERWORDS_TAG, "%s", tag);
}

/* Of all languages of texts/ that have one, whose tags are in letter_tags then. */
static inline struct letterwords *
letter_words(void)
{
	struct letterwords *words = letterwords_new();
	char folder[512], path[1024];
	struct dirent *entry;
	DIR *open_of;

	snprintf(folder, sizeof(folder), "%s/texts", getenv("LAZARET_SOURCE"));
	open_of = opendir(folder);
	assert_non_null(open_of);
	letter_tag_count = 0;
	while ((entry = readdir(open_of)) != NULL) {
		if (entry->d_name[0] == '.' || strlen(entry->d_name) >= LETTERWORDS_TAG)
			continue;
		snprintf(path, sizeof(path), "%s/%s/" LETTERWORDS_FILE, folder, entry->d_name);
		letter_add_words(words, entry->d_name, path);
	}
	(void)closedir(open_of);
	return words;
}

#endif
