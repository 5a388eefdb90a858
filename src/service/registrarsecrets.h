/* registrarsecrets - which secret is shared with which NAS
 *
 * What:    a file of lines "PREFIX SECRET"; "#" at the begin of a line makes it a comment. Of several prefixes that an
 *          address lies in the longest holds. The file is one of secretfile.h.
 * Owns:    the secrets, wiped when they are freed.
 * Limits:  REGISTRARSECRETS_MOST lines, RADIUS_SECRET bytes a secret.
 * Thread:  one at a time. Loaded before a process is shut in.
 */
#ifndef LAZARET_SERVICE_REGISTRARSECRETS_H
#define LAZARET_SERVICE_REGISTRARSECRETS_H

#include "base/address.h"
#include "source/radius/radiuskey.h"

#define REGISTRARSECRETS_MOST 4096

struct registrarsecrets;

/* 0 or -errno with fail filled. */
int registrarsecrets_load(
	const char *path, struct registrarsecrets **ret, struct fail *fail) MUST_USE;
struct registrarsecrets *registrarsecrets_free(struct registrarsecrets *secrets);

/* Is there one of fewer than RADIUS_SECRET_LEAST bytes? */
bool registrarsecrets_has_short(const struct registrarsecrets *secrets);

/* NULL: there is none. */
struct radius_key *registrarsecrets_find(
	const struct registrarsecrets *secrets, const struct address *nas);

#endif
