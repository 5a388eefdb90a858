/* effectreport - what effect.h found, told to people and programs
 *
 * What:    sentences that say what it means, and a table below; or an object of JSON a line: "effect" for the whole,
 *          "arm" for each of both, "after" for each of the days, "letters". Where a figure is not known JSON has null.
 * Owns:    nothing.
 * Limits:  lines of 80 columns.
 * Thread:  any. Pure.
 */
#ifndef LAZARET_CENSUS_EFFECT_EFFECTREPORT_H
#define LAZARET_CENSUS_EFFECT_EFFECTREPORT_H

#include "census/effect/effect.h"

void effectreport_text(const struct effect *effect, struct buffer *into);
void effectreport_json(const struct effect *effect, struct buffer *into);

/* The answer in a sentence or two, UTF-8, without an end of line. */
void effectreport_verdict(const struct effect *effect, struct buffer *into);

/* "2026-11-27"; of no day "-". */
#define EFFECTREPORT_DAY 11
const char *effectreport_day(uint16_t day, char into[EFFECTREPORT_DAY]);

/* "57 % (51 to 63)", of points with a sign: "+31 (+20 to +41)"; else why it is not known. */
#define EFFECTREPORT_CELL 40
const char *effectreport_share(const struct effect_figure *figure, char into[EFFECTREPORT_CELL]);
const char *effectreport_points(const struct effect_figure *figure, char into[EFFECTREPORT_CELL]);

#endif
