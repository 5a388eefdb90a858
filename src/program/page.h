/* page - text for people, in lines that fit their terminal
 *
 * What:    prints lines broken at blanks where they would be longer than the terminal is wide. What is no
 *          terminal gets each line whole, so that it can be searched. Control characters, which names of
 *          files may hold, become "?": a terminal would obey them.
 * Limits:  a word that is longer than the width is not broken; a terminal counts as 40 columns at least.
 * Thread:  one at a time.
 */
#ifndef LAZARET_PROGRAM_PAGE_H
#define LAZARET_PROGRAM_PAGE_H

#include "base/text.h"

#include <stdio.h>

/* Columns of the terminal that is behind out; otherwise, where there is none. */
unsigned page_width(FILE *out, unsigned otherwise);

/* Prints each line of the text after the indent, broken before width columns; 0 does not break. */
void page_print(FILE *out, const char *indent, struct text text, unsigned width);

#endif
