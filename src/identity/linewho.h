/* linewho - what the source of a lease calls a line: a user, a station, a client; and its pseudonym
 *
 * What:    a name is brought into one form, so that all sources mean the same line by it: blanks around it are cut,
 *          ASCII letters are small, a hardware address is "00:16:3e:ef:a9:c1" however it was written, what would not
 *          show as it is stands as \xNN. The pseudonym is a keyed hash of that. The names of lines that hold or held
 *          an address lie in a table (linetable.h) of which who reads checks what he found against the pseudonym: a
 *          name that is found is never wrong, and is one line of text.
 *          These are persons. Only who keeps leases and who keeps cases see them.
 * Owns:    nothing.
 * Limits:  LINEWHO_MOST bytes; of a longer one the end is a hash of all of it.
 * Thread:  values; the table as linetable.h.
 */
#ifndef LAZARET_IDENTITY_LINEWHO_H
#define LAZARET_IDENTITY_LINEWHO_H

#include "base/hash.h"
#include "base/text.h"
#include "identity/linetable.h"

#define LINEWHO_MOST 109

/* A payload of a linetable. */
struct linewho {
	uint8_t length;
	char text[LINEWHO_MOST + 2]; /* ended by a NUL */
};

_Static_assert(sizeof(struct linewho) == 112, "a payload, without holes");

/* -EINVAL: there is no name. */
int linewho_make(struct linewho *ret, struct text name, const struct hash_key *key) MUST_USE;

/* Never 0. */
uint64_t linewho_pseudonym(const struct linewho *who, const struct hash_key *key);

/* Of those in a table, checked: 0 or -ENOENT. */
int linewho_find(const struct linetable *names, const struct hash_key *key, uint64_t pseudonym,
	struct linewho *ret) MUST_USE;

#endif
