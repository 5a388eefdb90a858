/* keeperrole - what the settings say of the line of a case now: its role, and whether it is one still
 *
 * What:    verdicts have the role of their time. What holds by itself must not outlive it: where prefixes or leases say
 *          meanwhile that the line is protected, the keeper hears of it here, without that the line sends anything.
 *          A line whose name is a place has the role of that; else it has that of what it holds now by its leases, if
 *          there is one that no program may hold, that one. A place that is no line any more (lines_has) is nobody's:
 *          who has the address now has another case. A session's line is gone if nothing is leased here, or what it
 *          holds is not of the own network.
 * Owns:    nothing.
 * Limits:  LEASES_LINE places of a line are looked at.
 * Thread:  the keeper's.
 */
#ifndef LAZARET_SERVICE_KEEPERROLE_H
#define LAZARET_SERVICE_KEEPERROLE_H

#include "identity/lines.h"
#include "ledger/case.h"
#include "ledger/keyfile.h"
#include "ledger/planning.h"

struct keeperrole {
	const struct lines *lines;
	const struct keys *keys;
	const struct leases *leases; /* NULL: nothing is leased */
};

/* Of an account they say nothing, and of a line whose name is not known no more than its role. */
struct planning_line keeperrole_of(
	const struct keeperrole *roles, const struct ledger_case *of, struct wall now);

#endif
