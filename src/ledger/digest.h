/* digest - BLAKE2b-256 over the canonical bytes of a row
 *
 * What:    each kind of row begins with a heading of its own; numbers are 8 bytes in network order, real
 *          numbers the 8 bytes of their IEEE 754 double, texts and blobs their length and then their bytes.
 *          So two different rows never have the same canonical bytes, on any machine.
 * Owns:    nothing.
 * Thread:  one digest per caller.
 */
#ifndef LAZARET_LEDGER_DIGEST_H
#define LAZARET_LEDGER_DIGEST_H

#include "base/text.h"
#include "base/wall.h"

#include <sodium.h>

#define DIGEST_SIZE 32

struct digest {
	crypto_generichash_state state;
};

/* key is 32 bytes, or NULL for a digest that anybody can check. */
void digest_init(struct digest *digest, const char *heading, const uint8_t *key);
void digest_u64(struct digest *digest, uint64_t value);
void digest_wall(struct digest *digest, struct wall time);
void digest_double(struct digest *digest, double value);
void digest_bytes(struct digest *digest, const void *bytes, size_t size);
void digest_text(struct digest *digest, struct text text);
void digest_done(struct digest *digest, uint8_t into[DIGEST_SIZE]);

#endif
