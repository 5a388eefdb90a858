/* letterwords - the languages in which letters can be written
 *
 * What:    the catalogues texts/LANG/census.po, by language. A letter is written in the first of the contact's
 *          languages that is there; English is always there, since the texts are in English.
 * Owns:    what was added.
 * Limits:  LETTERWORDS_MOST languages.
 * Thread:  any, once all is added. Pure.
 */
#ifndef LAZARET_CENSUS_LETTER_LETTERWORDS_H
#define LAZARET_CENSUS_LETTER_LETTERWORDS_H

#include "base/phrases.h"
#include "census/letter/lettercase.h"

#define LETTERWORDS_MOST 64
#define LETTERWORDS_TAG  12
#define LETTERWORDS_FILE "census.po"

struct letterwords;

struct letterwords *letterwords_new(void);
struct letterwords *letterwords_free(struct letterwords *words);

/* The catalogue of a language; one that is added again stands in place of the first. where is for fail. -EINVAL and
 * -E2BIG as phrases_parse; -ENOSPC: there are too many languages. */
int letterwords_add(struct letterwords *words, struct text tag, struct text file, const char *where,
	struct fail *fail) MUST_USE;

/* The phrases of the first language that is there, and its tag. NULL and "en": it is English. A tag is met whole, then
 * by its language alone (RFC 4647 s3.4); "no" is Norwegian bokmaal, "zh" with Taiwan, Hong Kong or Macao zh-Hant. */
const struct phrases *letterwords_choose(const struct letterwords *words,
	const struct text *languages, unsigned count, struct text *ret_tag);

#endif
