/* keeperrole - the role that the settings give to the line of a case now
 *
 * What:    verdicts have the role of their time. What holds by itself must not outlive it: where prefixes or leases say
 *          meanwhile that the line is protected, the keeper hears of it here, without that the line sends anything.
 *          A line whose name is a place has the role of that; else it has that of what it holds now by its leases, if
 *          there is one that no program may hold, that one.
 * Owns:    nothing.
 * Limits:  LEASES_LINE places of a line are looked at.
 * Thread:  the keeper's.
 */
#ifndef LAZARET_SERVICE_KEEPERROLE_H
#define LAZARET_SERVICE_KEEPERROLE_H

#include "identity/lines.h"
#include "ledger/case.h"
#include "ledger/keyfile.h"

struct keeperrole {
	const struct lines *lines;
	const struct keys *keys;
	const struct leases *leases; /* NULL: nothing is leased */
};

/* enum role; ROLE_COUNT: the settings say nothing of it. Of an account they never do. */
uint8_t keeperrole_of(
	const struct keeperrole *roles, const struct ledger_case *of, struct wall now);

#endif
