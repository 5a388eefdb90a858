/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/letter/letterwords.h"

#include <errno.h>
#include <stdlib.h>
#include <strings.h>

struct language {
	char tag[LETTERWORDS_TAG];
	struct phrases *phrases;
};

struct letterwords {
	unsigned count;
	struct language language[LETTERWORDS_MOST];
};

struct letterwords *
letterwords_new(void)
{
	return xcalloc(1, sizeof(struct letterwords));
}

struct letterwords *
letterwords_free(struct letterwords *words)
{
	for (unsigned i = 0; words != NULL && i < words->count; i++)
		(void)phrases_free(words->language[i].phrases);
	free(words);
	return NULL;
}

static bool
is_same(struct text a, const char *tag)
{
	return a.length == strlen(tag) && strncasecmp(a.at, tag, a.length) == 0;
}

static const struct language *
find(const struct letterwords *words, struct text tag)
{
	for (unsigned i = 0; words != NULL && i < words->count; i++) {
		if (is_same(tag, words->language[i].tag))
			return &words->language[i];
	}
	return NULL;
}

int
letterwords_add(struct letterwords *words, struct text tag, struct text file, const char *where,
	struct fail *fail)
{
	struct language *language = (struct language *)find(words, tag);
	struct phrases *phrases;
	int r;

	if (tag.length >= LETTERWORDS_TAG || tag.length == 0 ||
		(language == NULL && words->count == LETTERWORDS_MOST)) {
		fail_where(fail, "%s", where);
		fail_what(fail, "there is no room for this language");
		fail_hint(fail, "%d languages, with tags of at most %d bytes", LETTERWORDS_MOST,
			LETTERWORDS_TAG - 1);
		return -ENOSPC;
	}
	r = phrases_parse(file, where, &phrases, fail);
	if (r < 0)
		return r;
	if (language == NULL) {
		language = &words->language[words->count++];
		memcpy(language->tag, tag.at, tag.length);
	}
	(void)phrases_free(language->phrases);
	language->phrases = phrases;
	return 0;
}

/* What else a tag of registries is called here. */
static struct text
other_name(struct text tag)
{
	static const char *const names[][2] = {
		{"no", "nb"}, {"zh-TW", "zh-Hant"}, {"zh-HK", "zh-Hant"}, {"zh-MO", "zh-Hant"}};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (is_same(tag, names[i][0]))
			return text_of(names[i][1]);
	}
	return tag;
}

const struct phrases *
letterwords_choose(const struct letterwords *words, const struct text *languages, unsigned count,
	struct text *ret_tag)
{
	for (unsigned i = 0; i < count; i++) {
		struct text tag = other_name(languages[i]), rest = tag;
		struct text first = other_name(text_cut(&rest, '-'));
		const struct language *found = find(words, tag);

		if (found == NULL)
			found = find(words, first);
		if (found != NULL) {
			*ret_tag = text_of(found->tag);
			return found->phrases;
		}
		if (is_same(first, "en"))
			break;
	}
	*ret_tag = TEXT("en");
	return NULL;
}
