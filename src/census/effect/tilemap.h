/* tilemap - the world as squares, one a country, shaded by zombies per 1,000 addresses
 *
 * What:    SVG for a page: code and rate of each country in its square, in steps that are the same in every run, so
 *          that two can be compared; a key below. It is read without colour: the rate stands there, and darker is
 *          more.
 * Owns:    nothing.
 * Thread:  any. Pure.
 */
#ifndef LAZARET_CENSUS_EFFECT_TILEMAP_H
#define LAZARET_CENSUS_EFFECT_TILEMAP_H

#include "census/effect/country.h"
#include "census/effect/providers.h"

/* Beginnings of the steps, for each 1,000; below the first is none. */
#define TILEMAP_STEPS 6
extern const double tilemap_steps[TILEMAP_STEPS];

/* Rates by the places of countries; without zombies, and where addresses are not known, a square is empty. */
void tilemap(const struct rate rates[COUNTRY_COUNT], struct buffer *into);

/* In at most five characters: "12", "1.2", "0.12", ".012"; "<.001". */
#define TILEMAP_NUMBER 16
const char *tilemap_number(double rate, char into[TILEMAP_NUMBER]);

#endif
