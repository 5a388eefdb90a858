/* crowd - how many connections each line has at once, with a ceiling
 *
 * What:    counts by address: each of IPv4 by itself, those of IPv6 by the prefix that is a line. One that opens a
 *          thousand connections takes no more than its share.
 * Owns:    its table.
 * Limits:  a ceiling each, and of how many there may be.
 * Thread:  one.
 */
#ifndef LAZARET_RUNTIME_CROWD_H
#define LAZARET_RUNTIME_CROWD_H

#include "base/address.h"
#include "base/hash.h"
#include "base/table.h"

struct crowd {
	struct table table;
	struct hash_key key;
	uint32_t each_most;
	unsigned length6; /* of the prefix of IPv6 that is counted as one */
};

void crowd_init(struct crowd *crowd, size_t most, uint32_t each_most, unsigned length6);
void crowd_done(struct crowd *crowd);

/* One more. False: it has as many as it may, or there are too many in all; then nothing is counted. */
bool crowd_enter(struct crowd *crowd, const struct address *address) MUST_USE;

/* One less, of one that had entered. */
void crowd_leave(struct crowd *crowd, const struct address *address);

#endif
