/* leasefind - who had this address, and port, at that second: the look-up
 *
 * What:    what leases.h holds, asked: forward from an address, a port and a time to a line, as its header says; and
 *          what a line holds now, for a case that follows the line.
 * Owns:    nothing.
 * Limits:  LEASES_LINE names of a line.
 * Thread:  any number, while one process writes: what is written at that moment is read again, and if that does not
 *          end (a writer died), -EBUSY.
 */
#ifndef LAZARET_IDENTITY_LEASEFIND_H
#define LAZARET_IDENTITY_LEASEFIND_H

#include "identity/leases.h"

struct lease_holder {
	struct line line;  /* who held it; where it is doubtful, the first candidate */
	struct line other; /* doubtful: the other one; pseudonym 0: there is only one */
};

/* 0: that line, surely. Else never act upon a line: -EAGAIN: doubtful, *ret has the candidates; -ENOENT: nobody is
 * known; -ENOTUNIQ: the address is shared, and the port (0: not told) does not say by whom; -EBUSY: ask later. */
int leasefind_holder(const struct leases *leases, const struct address *address, uint16_t port,
	struct wall at, struct lease_holder *ret) MUST_USE;

struct lease_question {
	struct address address;
	uint16_t port; /* 0: not told */
	struct wall at;
};

/* Of questions that leasefind_holder will be asked next: their memory is waited for at once, not of one after the
 * other. Nothing is answered by it: what is written meanwhile may only make it be in vain. Of more than some hundreds
 * the caches forget the first before they are asked. */
void leasefind_fetch(
	const struct leases *leases, const struct lease_question *questions, size_t count);

/* Something that a line holds. */
struct lease_held {
	struct line_name name;
	struct wall from;
	struct wall until; /* its stated lifetime */
	uint8_t role;
};

/* What a line holds now, the newest first: how many (at most most), or -EBUSY. */
int leasefind_held(const struct leases *leases, uint64_t pseudonym, struct wall now,
	struct lease_held *into, size_t most) MUST_USE;

#endif
