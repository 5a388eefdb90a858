/* phrases - the words of pages and letters in one language
 *
 * What:    reads a catalogue in gettext's text format (.po): msgid is the English text, msgstr what stands for it. Of
 *          the head it takes what is asked for: X-Name, X-Direction. There are no plural forms and no contexts: a count
 *          stands behind its label, and a text means one thing. An entry without msgstr, or marked fuzzy, is as if it
 *          were not there: the English stands for it.
 * Owns:    its memory; what phrases_find gives is valid as long as the phrases are, or is the text that was asked for.
 * Limits:  PHRASES_BYTES of a file, PHRASES_MOST entries.
 * Thread:  any, once they are made. Pure.
 */
#ifndef LAZARET_BASE_PHRASES_H
#define LAZARET_BASE_PHRASES_H

#include "base/text.h"

#define PHRASES_BYTES (1 << 20)
#define PHRASES_MOST  4000

/* Marks the English texts: script/phrases collects them for the catalogues. */
#define PHRASE(english) english

struct phrases;

/* where is the file's name, for fail. -EINVAL: something in it is not as it must be; -E2BIG: it is above a limit. */
int phrases_parse(
	struct text file, const char *where, struct phrases **ret, struct fail *fail) MUST_USE;
struct phrases *phrases_free(struct phrases *phrases);

/* What stands for the English text; that itself, where there is nothing, or phrases is NULL. */
struct text phrases_find(const struct phrases *phrases, struct text english);

/* The value of a line of the head ("Language", a tag of RFC 5646); empty: it has none. */
struct text phrases_head(const struct phrases *phrases, const char *key);

#endif
