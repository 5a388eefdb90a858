/* countrylanguages - in which languages providers of a country are written to
 *
 * What:    tags of RFC 5646, the one that most of its providers read first; only of languages in which letters are
 *          written at all (texts/README.md), since English follows in any case. Countries are codes of ISO 3166-1.
 * Owns:    nothing.
 * Thread:  any. Pure.
 */
#ifndef LAZARET_CENSUS_LETTER_COUNTRYLANGUAGES_H
#define LAZARET_CENSUS_LETTER_COUNTRYLANGUAGES_H

#include "base/text.h"

#define COUNTRYLANGUAGES_MOST 3

/* country: two capital letters, the first in the upper byte. How many: 0 where English is what is left. */
unsigned countrylanguages_of(uint16_t country, struct text into[COUNTRYLANGUAGES_MOST]);

#endif
