/* shape - what a line that cannot be read looks like, without what it says
 *
 * What:    one function. Lines of lease files and logs have names and addresses of persons, so what a log tells of one
 *          that was not understood is its shape: "x x:x:x:x:x:x x.x.x.x x" is enough to see another format.
 * Owns:    nothing.
 * Limits:  SHAPE_TEXT bytes; a longer one ends with "...".
 * Thread:  any.
 */
#ifndef LAZARET_IDENTITY_SHAPE_H
#define LAZARET_IDENTITY_SHAPE_H

#include "base/text.h"

#define SHAPE_TEXT 64

/* Each run of letters and digits of any script is an x, of blanks one blank, of what is no text a ?; all else stays. */
void shape_of(struct text text, char into[SHAPE_TEXT]);

#endif
