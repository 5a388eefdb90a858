/* casetable - the open cases, for who must know of one while somebody waits
 *
 * What:    line to state and number, and whether it is limited, in memory that the keeper writes after the ledger has
 *          it, and the relay guard reads. All zero at the start; the keeper fills it anew when it begins.
 * Owns:    nothing: the memory is the estate's.
 * Limits:  CASETABLE cases; where there is no room one gives way, which then has no effect there: who puts it
 *          there is told.
 * Thread:  one process writes, any number read: what is found was there, or is just being changed.
 */
#ifndef LAZARET_SERVICE_CASETABLE_H
#define LAZARET_SERVICE_CASETABLE_H

#include "base/fail.h"
#include "verdict/verdict.h"

#include <stdbool.h>

#define CASETABLE 65536

struct casetable_slot {
	uint64_t line; /* pseudonym; 0: free */
	uint32_t number;
	uint16_t state;      /* enum state */
	uint16_t is_limited; /* a measure that is enforced says so; else 0 */
};

struct casetable {
	uint64_t count; /* of cases: mostly there are none */
	struct casetable_slot slot[CASETABLE];
};

/* CLEAR: there is none any more. True: another case gave way. Whether a case is limited stays as it is, and is not at
 * the begin. */
bool casetable_put(struct casetable *table, uint64_t line, enum state state, uint64_t number);

/* Its line is limited, or no longer. Nothing where there is no case of it. */
void casetable_limit(struct casetable *table, uint64_t line, bool is_limited);

/* Holds what the other one does, which is nobody else's: a case that is in both is there all the time. */
void casetable_become(struct casetable *table, const struct casetable *other);

/* 0, or -ENOENT. */
int casetable_find(
	const struct casetable *table, uint64_t line, struct casetable_slot *ret) MUST_USE;

#endif
