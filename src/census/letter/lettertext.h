/* lettertext - what a letter says, in one language
 *
 * What:    plain text, one line a paragraph: who writes and how to verify it, what was seen, what is asked for (the
 *          five measures of the letter of 2005, in the words of today), how to answer, what is done with the
 *          addresses. That of thanks asks for nothing: it says what the lists name no more, and that this may have
 *          other reasons. A count stands behind its label, so no language needs forms of plural. Free text of
 *          registries is made one line that can be shown, and cut.
 * Owns:    nothing.
 * Limits:  those of the buffer.
 * Thread:  any. Pure.
 */
#ifndef LAZARET_CENSUS_LETTER_LETTERTEXT_H
#define LAZARET_CENSUS_LETTER_LETTERTEXT_H

#include "census/letter/letterwords.h"

/* Of the table that is attached. */
struct lettertext_table {
	const char *file;
	size_t rows; /* that are in it */
};

/* phrases: NULL for English. is_above: the English text follows. */
void lettertext_make(const struct lettercase *of, const struct lettertext_table *table,
	const struct phrases *phrases, bool is_above, struct buffer *into);

/* Without the code of the case. */
struct text lettertext_subject(enum letter_kind kind, const struct phrases *phrases);

#endif
