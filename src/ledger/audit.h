/* audit - one row of the audit trail, chained to the row before it
 *
 * What:    hash = BLAKE2b-256 over the row's canonical bytes and the hash of the row before (32 zero bytes
 *          before the first). A row that speaks of a row of another table carries that row's digest, so the
 *          chain covers it too. No row names a person: cases are numbers here.
 * Owns:    nothing; texts point into the store's row or the caller's memory.
 * Limits:  actor AUDIT_ACTOR, details AUDIT_DETAILS bytes.
 * Thread:  a value.
 */
#ifndef LAZARET_LEDGER_AUDIT_H
#define LAZARET_LEDGER_AUDIT_H

#include "ledger/digest.h"

#include <stdbool.h>

#define AUDIT_ACTOR   64
#define AUDIT_DETAILS 512

enum action {
	ACTION_BEGIN,      /* the ledger was made */
	ACTION_PARAMETERS, /* object: version */
	ACTION_OPEN,       /* a case; subject and object: its number */
	ACTION_TRANSITION, /* subject: case; object: number of the transition */
	ACTION_NAME,       /* a person opened the name of case subject */
	ACTION_FIND,       /* a person found case subject by its name */
	ACTION_NEVER,  /* object: exception of a line never acted upon; without a digest: undone */
	ACTION_REMOVE, /* case subject was removed with its transitions: its time was over */
	ACTION_RETENTION, /* a retention run; object: cases removed */
	ACTION_LIMIT,     /* object: an account's limit, set by a person; without a digest: gone */
	ACTION_RELEASE, /* object: a person let an account send again; subject: its case; without a digest: gone */
	ACTION_MEASURE,     /* object: a measure that begins, of case subject */
	ACTION_MEASURE_END, /* object: a measure that ends */
	ACTION_PAUSE,       /* a person let everything go: nothing begins by itself */
	ACTION_RESUME,      /* it does again */
	ACTION_EXEMPT, /* object: an exemption from the policy of port 25; without a digest: ended */
	ACTION_OBJECTION, /* object: a customer's, until when nothing is done to the line; without a digest: ended */
	ACTION_COUNT
};

/* "begin" and so on, as they are kept. */
extern const char *const action_names[ACTION_COUNT];

struct audit {
	uint64_t sequence; /* from 1, without gaps */
	struct wall time;
	struct text actor;
	uint8_t action;   /* enum action */
	uint64_t subject; /* case, or 0 */
	uint64_t object;
	struct text details;
	bool has_digest;
	uint8_t digest[DIGEST_SIZE];
	uint8_t previous[DIGEST_SIZE];
	uint8_t hash[DIGEST_SIZE];
};

/* The hash that the row must have. */
void audit_hash(const struct audit *audit, uint8_t into[DIGEST_SIZE]);

/* The end of the chain under the ledger's key: who cuts rows off or writes the chain anew without that key
 * cannot make it. */
void audit_sign(const uint8_t key[32], uint64_t sequence, const uint8_t hash[DIGEST_SIZE],
	uint8_t into[DIGEST_SIZE]);

#endif
