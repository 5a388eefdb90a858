/* csvrow - rows of a table for programs of tables
 *
 * What:    RFC 4180: cells with commas between, CR LF, quotes where they are needed. Free text becomes one line that
 *          shows as it is; what such a program would take for a formula (it begins with = + - @, also behind blanks or
 *          in their wide forms, or with a tab or an end of line) has a ' before it, and a semicolon, which some take
 *          for a comma, becomes a blank.
 * Owns:    nothing.
 * Limits:  CSVROW_FREE characters of free text.
 * Thread:  any. Pure.
 */
#ifndef LAZARET_CENSUS_EFFECT_CSVROW_H
#define LAZARET_CENSUS_EFFECT_CSVROW_H

#include "base/text.h"

#define CSVROW_FREE 200

/* Each puts a comma before it, if it is not the first of its row. */
void csvrow_text(struct buffer *into, struct text text);
void csvrow_number(struct buffer *into, uint64_t number);
/* With six places; not a number: an empty cell. */
void csvrow_real(struct buffer *into, double number);
void csvrow_end(struct buffer *into);

#endif
