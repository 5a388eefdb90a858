/* reportstyle - how the page of a report looks
 *
 * What:    one style sheet, which the page has in its head: narrow and wide windows, light and dark, and paper of A4,
 *          where the map has a sheet of its own across.
 * Thread:  any.
 */
#ifndef LAZARET_CENSUS_EFFECT_REPORTSTYLE_H
#define LAZARET_CENSUS_EFFECT_REPORTSTYLE_H

extern const char reportstyle[];

#endif
