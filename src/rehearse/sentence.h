/* sentence - matching the words of a scenario against the sentences that it may be made of
 *
 * What:    a pattern is a sentence whose places are in angle brackets: "mails <value> a day". A clause
 *          either matches whole, or tells how far it came and what was expected there.
 * Owns:    nothing; words are views of the caller's text.
 * Limits:  SENTENCE_WORDS_MOST words a clause, SENTENCE_VALUES_MOST values.
 * Thread:  any.
 */
#ifndef LAZARET_REHEARSE_SENTENCE_H
#define LAZARET_REHEARSE_SENTENCE_H

#include "base/text.h"
#include "base/wall.h"
#include "rehearse/distribution.h"

#include <stdbool.h>

#define SENTENCE_WORDS_MOST  48
#define SENTENCE_VALUES_MOST 4
#define SENTENCE_PLACE       24

/* Places:
 *   <number>  a whole number, a single one
 *   <value>   a number or a distribution
 *   <share>   the same, per cent or 0 to 1
 *   <amount>  a whole number, or a share
 *   <time>    a value and its unit, in seconds
 *   <clock>   HH:MM, in seconds
 *   <zipf>    Zipf(value, number): two values
 *   <date>    YYYY-MM-DD
 *   <word>    any one word
 *   <name>    all words that are left
 */
struct clause {
	struct text word[SENTENCE_WORDS_MOST];
	unsigned words;
};

struct match {
	struct distribution value[SENTENCE_VALUES_MOST];
	struct text word[SENTENCE_VALUES_MOST];
	unsigned values;
	unsigned words;
	struct text name;
	struct wall date;
	bool is_share;    /* the <amount> was one */
	unsigned reached; /* words that fitted */
	char expected[SENTENCE_PLACE];
};

/* Splits a clause at blanks outside brackets. -E2BIG above the ceiling, -EINVAL for a bracket left open. */
int clause_split(struct text text, struct clause *ret) MUST_USE;

bool clause_match(const struct clause *clause, const char *pattern, struct match *ret);

#endif
