/* reportpage - what the sections of a report's page are made with
 *
 * What:    text that is escaped, headings, and tables with a caption, whose columns have a scope, within a part that
 *          scrolls by itself where the window is narrow.
 * Owns:    nothing.
 * Thread:  any. Pure.
 */
#ifndef LAZARET_CENSUS_EFFECT_REPORTPAGE_H
#define LAZARET_CENSUS_EFFECT_REPORTPAGE_H

#include "census/effect/report.h"

/* As markup, cut after REPORT_FREE characters. */
void reportpage_text(struct buffer *into, struct text text);
/* <h2>, of a section that has that name. */
void reportpage_heading(struct buffer *into, const char *name, const char *words);
/* A paragraph of words of ours, as printf. */
void reportpage_say(struct buffer *into, const char *format, ...) PRINTF(2, 3);

/* Heads of columns; of one that begins with # cells are numbers. Ends with NULL. */
void reportpage_table(
	struct buffer *into, const char *name, const char *caption, const char *const *heads);
void reportpage_table_end(struct buffer *into);
/* A row begins with its head, and then has cells; all are markup already where they are printed. */
void reportpage_row(struct buffer *into, struct text head);
void reportpage_cell(struct buffer *into, const char *format, ...) PRINTF(2, 3);
void reportpage_number(struct buffer *into, uint64_t number);

/* Sections, one a function. */
void reportpage_world(const struct report *report, struct buffer *into);
void reportpage_providers(const struct report *report, struct buffer *into);
void reportpage_trend(const struct report *report, struct buffer *into);
void reportpage_letters(const struct report *report, struct buffer *into);
void reportpage_effect(const struct report *report, struct buffer *into);
void reportpage_lists(const struct report *report, struct buffer *into);
void reportpage_limits(const struct report *report, struct buffer *into);
void reportpage_partners(const struct report *report, struct buffer *into);

void reportpage(const struct report *report, struct buffer *into);

#endif
