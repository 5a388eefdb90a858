/* verify - is everything in the ledger as it was written?
 *
 * What:    walks the audit trail from its first row: numbers without gaps, each hash over the row and the
 *          hash before, each case, transition and text of parameters equal to the digest that its row
 *          carries, each case equal to what its transitions make of it, nothing there that no row speaks of, nothing
 *          missing that was not removed by retention, the end signed with the ledger's key, and the database's own
 *          structure sound. All on one snapshot; others may write meanwhile.
 * Limits:  4 million cases that retention removed, 16 bytes each. Not covered: when a case was last written, and what
 *          its customer was told and did (care.h), but that he let the line go.
 * Thread:  as ledger.h.
 */
#ifndef LAZARET_LEDGER_VERIFY_H
#define LAZARET_LEDGER_VERIFY_H

#include "ledger/ledger.h"

struct ledger_proof {
	uint64_t rows; /* of the audit trail, all good */
	uint64_t cases;
	uint64_t transitions;
	uint64_t parameters;
	uint64_t exceptions; /* that were not ended */
	uint64_t orders;     /* for accounts */
	uint64_t measures;
	uint64_t measures_ended; /* of these */
	uint64_t removed;        /* cases that retention removed */
	bool has_key;            /* the end of the trail was checked, too */
	uint8_t head
		[DIGEST_SIZE]; /* of the last row: written down elsewhere, it proves all before it */
	uint64_t broken;       /* first row of the audit trail that does not hold; 0: none */
};

/* 0 if all holds; -EUCLEAN if not: fail says what, and ret->broken where. ret is written in both cases. */
int ledger_verify(struct ledger *ledger, struct ledger_proof *ret, struct fail *fail) MUST_USE;

#endif
