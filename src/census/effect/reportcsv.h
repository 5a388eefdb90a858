/* reportcsv - the numbers of a report as tables
 *
 * What:    each of the files of report.h but the page: a line of names, then a row a thing.
 * Owns:    nothing.
 * Thread:  any. Pure.
 */
#ifndef LAZARET_CENSUS_EFFECT_REPORTCSV_H
#define LAZARET_CENSUS_EFFECT_REPORTCSV_H

#include "census/effect/report.h"

void reportcsv_countries(const struct report *report, struct buffer *into);
void reportcsv_providers(const struct report *report, struct buffer *into);
void reportcsv_runs(const struct report *report, struct buffer *into);
void reportcsv_effect(const struct report *report, struct buffer *into);
void reportcsv_curves(const struct report *report, struct buffer *into);
void reportcsv_lists(const struct report *report, struct buffer *into);
void reportcsv_partners(const struct report *report, struct buffer *into);

#endif
