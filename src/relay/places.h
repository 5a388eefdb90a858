/* places - in which network and country an address is, by MMDB files
 *
 * What:    any files of the MaxMind DB format (2.0), as GeoLite2-ASN and GeoLite2-Country: the number of the autonomous
 *          system is autonomous_system_number, the country country.iso_code or country_code. The first file that knows
 *          one of them has the word.
 * Owns:    the files, mapped. Replace one by renaming another to its name, never by writing into it.
 * Limits:  PLACES_FILES files. What an address is not found in, or what is damaged, is not known.
 * Thread:  any, once the files are there.
 */
#ifndef LAZARET_RELAY_PLACES_H
#define LAZARET_RELAY_PLACES_H

#include "base/address.h"

#define PLACES_FILES 4

/* Where a client is. */
struct client_place {
	uint64_t address; /* a keyed hash; 0: not known */
	uint32_t network; /* number of the autonomous system; 0: not known */
	uint16_t country; /* two capital letters, the first in the high byte; 0: not known */
};

struct places;

struct places *places_new(void);
struct places *places_free(struct places *places);

/* Opens one more file. -errno with fail filled: it is as if it were not there. */
int places_add(struct places *places, const char *file, struct fail *fail) MUST_USE;

/* Sets network and country. */
void places_find(
	const struct places *places, const struct address *address, struct client_place *ret);

#endif
