/* caseletter - the case of a letter, from cases.lzc
 *
 * What:    the rows of one case, or of several that come to a further contact, each with its network, AS, country,
 *          times and lists; the holder and the countries; the languages: that of the registry, then those of the
 *          country. Addresses are sorted, IPv4 first. An address was first seen on the day on which it came into the
 *          state, or when a list said so if that is earlier.
 * Owns:    a bench has the rows, which are used again for the next case.
 * Limits:  LETTER_ROWS rows; of more the first ones.
 * Thread:  one a bench.
 */
#ifndef LAZARET_CENSUS_LETTER_CASELETTER_H
#define LAZARET_CENSUS_LETTER_CASELETTER_H

#include "census/join/casefile.h"
#include "census/letter/lettercase.h"

#define CASELETTER_COUNTRIES 20
#define CASELETTER_TAG       3

struct caseletter {
	struct letterrow *rows;
	size_t room;
	char countries[CASELETTER_COUNTRIES][2];
	char language[CASELETTER_TAG];
};

void caseletter_init(struct caseletter *bench);
void caseletter_done(struct caseletter *bench);

/* Fills in of all but sender, code, number, kind, written, before, mailbox and wants_xarf. cases: numbers in the file.
 * */
void caseletter_fill(struct caseletter *bench, const struct casefile *file, const uint32_t *cases,
	size_t count, struct lettercase *of);

#endif
