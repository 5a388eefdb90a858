/* csvrow - rows of a table for programs of tables
 *
 * What:    RFC 4180: cells with commas between, CR LF, quotes where they are needed; free text as buffer_cell writes
 *          it.
 * Owns:    nothing.
 * Limits:  BUFFER_CELL characters of free text.
 * Thread:  any. Pure.
 */
#ifndef LAZARET_CENSUS_EFFECT_CSVROW_H
#define LAZARET_CENSUS_EFFECT_CSVROW_H

#include "base/text.h"

/* Each puts a comma before it, if it is not the first of its row. */
void csvrow_text(struct buffer *into, struct text text);
void csvrow_number(struct buffer *into, uint64_t number);
/* With six places; not a number: an empty cell. */
void csvrow_real(struct buffer *into, double number);
void csvrow_end(struct buffer *into);

#endif
