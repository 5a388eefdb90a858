/* caselot - which of two versions of the texts the customer of a case gets, by lot
 *
 * What:    'A' or 'B', each for half of the cases, from a keyed hash of the case's number and the ledger's key: so it
 *          is the same on every page and in every notice of the case, nobody chooses, and what customers do differs by
 *          the text alone. Nothing is kept: who has the key draws it again. Where there are two versions, the rows of
 *          care of pages and notices that were shown have it as their details (care.h).
 * Owns:    nothing.
 * Thread:  any.
 */
#ifndef LAZARET_LEDGER_CASELOT_H
#define LAZARET_LEDGER_CASELOT_H

#include "base/hash.h"

#include <stdint.h>

char caselot(uint64_t number, const struct hash_key *key);

#endif
