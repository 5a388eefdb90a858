/* measurereport - measures of lines, as text for people or as JSON
 *
 * What:    the table of measures, and one object of JSON with the end of the line; where names stay sealed the line
 *          is its pseudonym.
 * Owns:    nothing.
 * Thread:  one at a time.
 */
#ifndef LAZARET_DESK_MEASUREREPORT_H
#define LAZARET_DESK_MEASUREREPORT_H

#include "ledger/measures.h"

void measure_table_heading(struct buffer *into);
/* name: NULL where it stays sealed. */
void measure_table_row(const struct measure *of, const char *name, struct buffer *into);
void measure_table_json(const struct measure *of, const char *name, struct buffer *into);

#endif
