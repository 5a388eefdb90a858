/* paragraph - words within 80 columns
 *
 * What:    each line begins with a margin; a word that is longer than a line stands alone in one.
 * Owns:    nothing.
 * Thread:  any. Pure.
 */
#ifndef LAZARET_DESK_PARAGRAPH_H
#define LAZARET_DESK_PARAGRAPH_H

#include "base/text.h"

#define PARAGRAPH_COLUMNS 80

void paragraph(struct buffer *into, unsigned margin, const char *words);

#endif
