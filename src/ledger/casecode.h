/* casecode - a case as others name it: mail servers, customers, those who call
 *
 * What:    the number of a case, encrypted with the ledger's key (a Feistel network of 50 bits, SipHash in each round),
 *          in ten letters and digits of Crockford's base 32 with a hyphen in the middle: 7K3QD-9XM2B. Nobody learns
 *          from it how many cases there are, or guesses another: of 262,144 codes that were made up one is a number.
 * Owns:    nothing.
 * Limits:  numbers up to 2^32 - 1. What is read may have small letters, O for 0, I and L for 1, and no hyphen.
 * Thread:  any.
 */
#ifndef LAZARET_LEDGER_CASECODE_H
#define LAZARET_LEDGER_CASECODE_H

#include "base/fail.h"
#include "base/hash.h"
#include "base/text.h"

#include <stdint.h>

/* With its end. */
#define CASECODE 12

/* Returns into. */
const char *casecode_format(uint64_t number, const struct hash_key *key, char into[CASECODE]);

/* -EINVAL: it is none. Whether there is such a case is the caller's to find out. */
int casecode_parse(struct text text, const struct hash_key *key, uint64_t *ret_number) MUST_USE;

#endif
