/* copiedtexts - which text of a registry has which number in a file of cases
 *
 * What:    numbers by numbers, of 8 bytes each, since there are millions and nothing else is kept of them.
 * Owns:    its memory, until copiedtexts_done.
 * Limits:  2^31 texts. Memory is at most 16 bytes a text, and half as much again while it grows.
 * Thread:  one at a time.
 */
#ifndef LAZARET_CENSUS_JOIN_COPIEDTEXTS_H
#define LAZARET_CENSUS_JOIN_COPIEDTEXTS_H

#include <stdint.h>

struct copiedtexts {
	struct copiedtext {
		uint32_t from, to; /* to: 0 where there is none */
	} * slots;
	uint32_t count;
	unsigned bits; /* of a slot's number */
};

void copiedtexts_init(struct copiedtexts *texts);
void copiedtexts_done(struct copiedtexts *texts);

/* Asks for the memory that copiedtexts_find will look at first, some tens of nanoseconds before. */
void copiedtexts_prefetch(const struct copiedtexts *texts, uint32_t from);

/* The number of a text, which is 0 as long as the caller has not set it, to another one than 0; valid until the next
 * one is asked for. */
uint32_t *copiedtexts_find(struct copiedtexts *texts, uint32_t from);

#endif
