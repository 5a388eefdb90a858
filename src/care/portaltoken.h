/* portaltoken - proof that a form is of a page that this portal made
 *
 * What:    a keyed hash (SipHash) of the case, its release and the hour, as 16 hex digits. It is good in its hour and
 *          the two after it, and for this case as it stood: what was released once is not released again by the same
 *          form.
 * Owns:    nothing.
 * Thread:  any. Pure.
 */
#ifndef LAZARET_CARE_PORTALTOKEN_H
#define LAZARET_CARE_PORTALTOKEN_H

#include "base/hash.h"
#include "care/carecase.h"

#define PORTALTOKEN 17

void portaltoken_make(const struct hash_key *secret, const struct carecase *of, struct wall now,
	char into[PORTALTOKEN]);

/* Compared in constant time. */
bool portaltoken_check(const struct hash_key *secret, const struct carecase *of, struct wall now,
	struct text token);

#endif
