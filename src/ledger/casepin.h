/* casepin - what a customer proves with that a case is his: a PIN, and digits for the telephone
 *
 * What:    eight digits from a keyed hash of the case's number and the ledger's key: they stand in the letter or SMS
 *          beside the code (casecode.h), and open the case from elsewhere than its line. Four others of the same kind,
 *          in which the day is (UTC), are what a customer reads to the help desk, so that nobody has to spell an
 *          address. Nothing is kept: who has the key makes them again.
 * Owns:    nothing.
 * Limits:  a PIN can be guessed in 10^8 tries, so who asks must be told no more than a few an hour.
 * Thread:  any.
 */
#ifndef LAZARET_LEDGER_CASEPIN_H
#define LAZARET_LEDGER_CASEPIN_H

#include "base/hash.h"
#include "base/text.h"
#include "base/wall.h"

#include <stdbool.h>
#include <stdint.h>

/* With their ends. */
#define CASEPIN      9
#define CASEPIN_CALL 5

/* Return into. */
const char *casepin_format(uint64_t number, const struct hash_key *key, char into[CASEPIN]);
const char *casepin_call(
	uint64_t number, const struct hash_key *key, struct wall day, char into[CASEPIN_CALL]);

/* Takes as long whatever was given, but for its length. */
bool casepin_is(uint64_t number, const struct hash_key *key, struct text given);

#endif
