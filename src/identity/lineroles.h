/* lineroles - which part of the network has a role, as prefixes that do not lie in each other
 *
 * What:    the table of prefixes is read by the longest match; rules of a kernel or a router want prefixes that need no
 *          such reading. A prefix of the role that has others inside is cut around them.
 * Owns:    nothing.
 * Limits:  the caller's room.
 * Thread:  any.
 */
#ifndef LAZARET_IDENTITY_LINEROLES_H
#define LAZARET_IDENTITY_LINEROLES_H

#include "identity/lines.h"

/* roles: bit 1 << enum role. How many; -E2BIG: there is no room for all. */
int64_t lineroles(
	const struct lines *lines, unsigned roles, struct prefix *into, size_t room) MUST_USE;

#endif
