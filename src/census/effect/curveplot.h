/* curveplot - the two curves of an effect as a picture
 *
 * What:    SVG 1.1: how many of a hundred addresses are still there, day by day, of contacts that were written to (a
 *          whole line on a grey band) and of those that were held out (a broken line on a band of stripes), and below
 *          it how many are at risk. It needs no colour, and takes that of the text around it, so it stands in a page
 *          in the light and in the dark; title and description say it to those who do not see it.
 * Owns:    nothing.
 * Limits:  CURVEPLOT_DAYS days.
 * Thread:  any. Pure.
 */
#ifndef LAZARET_CENSUS_EFFECT_CURVEPLOT_H
#define LAZARET_CENSUS_EFFECT_CURVEPLOT_H

#include "census/effect/effect.h"

#define CURVEPLOT_DAYS 56

/* is_page: within HTML, else a file of its own. */
void curveplot(const struct effect *effect, bool is_page, struct buffer *into);

#endif
