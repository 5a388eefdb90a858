/* country - the countries of ISO 3166-1, and where each stands on a map of squares
 *
 * What:    all 249 codes of two letters, with a short name in English, and a place on a grid of the same squares for
 *          each, so that one finds it about where it is: neighbours are near, north is up, small islands are as large
 *          as Russia. The layout is ours; it says nothing about borders.
 * Owns:    nothing.
 * Limits:  codes of registries that are none of ISO's (EU, AP, ZZ) have no place.
 * Thread:  any.
 */
#ifndef LAZARET_CENSUS_EFFECT_COUNTRY_H
#define LAZARET_CENSUS_EFFECT_COUNTRY_H

#include <stdint.h>

#define COUNTRY_COUNT   249
#define COUNTRY_ROWS    22
#define COUNTRY_COLUMNS 32

struct country {
	char code[3];
	const char *name;    /* UTF-8 */
	uint8_t row, column; /* from the top, from the left */
};

/* Sorted by code. */
extern const struct country countries[COUNTRY_COUNT];

/* Of a code as files have it: two capital letters, the first in the upper byte. NULL: there is none. */
const struct country *country_find(uint16_t code);

#endif
