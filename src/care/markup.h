/* markup - text as it may stand in HTML
 *
 * What:    what customers' pages print of texts, settings and answers goes through here: none of it can become markup.
 * Owns:    nothing.
 * Thread:  any. Pure.
 */
#ifndef LAZARET_CARE_MARKUP_H
#define LAZARET_CARE_MARKUP_H

#include "base/text.h"

/* With &, <, >, " and ' as references. */
void markup_text(struct buffer *into, struct text text);

/* What a telephone dials, behind "tel:" (RFC 3966): digits and '+', of a number as people write it. */
void markup_dialled(struct buffer *into, struct text telephone);

#endif
