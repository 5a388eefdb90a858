/* keyfile - the secret of a ledger: 32 random bytes in a file of their own
 *
 * What:    beside the ledger lies its key file. From its one secret come the key of the pseudonyms, the keys that
 *          seal names and places, the key that names are looked up with, the key that seals leases, and the key that
 *          signs the end of the audit trail. Without it a ledger lists pseudonyms and nothing else. Whoever loses
 *          the file can open no name any more; whoever throws it away on purpose has made the ledger anonymous.
 * Owns:    nothing; keyfile_forget wipes what keyfile_read gave.
 * Limits:  one line of text; refused if others than its owner may read it.
 * Thread:  any. Two processes that make the file at once end with the same secret.
 */
#ifndef LAZARET_LEDGER_KEYFILE_H
#define LAZARET_LEDGER_KEYFILE_H

#include "base/fail.h"
#include "base/hash.h"

#include <stdint.h>

#define KEYFILE_SECRET 32
#define KEYFILE_CHECK  16

struct keys {
	struct hash_key pseudonym; /* of the lines (identity/) */
	struct hash_key name;      /* of names that are looked up */
	uint8_t seal[KEYFILE_SECRET];
	uint8_t place[KEYFILE_SECRET]; /* seals places */
	uint8_t head[KEYFILE_SECRET];
	uint8_t leases[KEYFILE_SECRET]; /* of the file of leases, which is sealed with it */
	uint8_t check[KEYFILE_CHECK]; /* not secret: tells whether a key file is the ledger's own */
};

/* -ENOENT if there is none, -EACCES if it may not be read or others may read it, -EINVAL if damaged. */
int keyfile_read(const char *path, struct keys *ret, struct fail *fail) MUST_USE;

/* Makes the file with a new secret, readable to its owner only; reads it if it is there already. */
int keyfile_make(const char *path, struct keys *ret, struct fail *fail) MUST_USE;

void keyfile_forget(struct keys *keys);

#endif
