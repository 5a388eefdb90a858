/* listname - what a list is called, by the name of its file
 *
 * What:    the last part of a path, in small letters, without what it is packed with (".gz"), the day or moment of a
 *          snapshot ("-2017-08-15", "_20170815T0815", "1502785245") and what says how it is written (".ipset", ".txt"):
 *          what a card for it is called.
 * Owns:    nothing.
 * Limits:  names of LISTNAME_MOST - 1 bytes; longer ones have no card of that name.
 * Thread:  any.
 */
#ifndef LAZARET_CENSUS_LIST_LISTNAME_H
#define LAZARET_CENSUS_LIST_LISTNAME_H

#include "base/text.h"

#define LISTNAME_MOST 160

/* False: nothing is left, or it is too long. */
bool listname_of(struct text path, char into[LISTNAME_MOST]);

/* The path without what it is packed with. */
struct text listname_unpacked(struct text path);

#endif
