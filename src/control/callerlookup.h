/* callerlookup - the names of users and groups, looked up by a child
 *
 * What:    the system's tables are read by modules that anybody may have configured: they load libraries, ask over the
 *          network, and may wait. In a process that is shut in this can be its end. So a child does it: when it dies,
 *          or takes too long, there are no names, and whoever asked goes on.
 * Owns:    the names are the caller's: callerlookup_done.
 * Limits:  CALLER_NAMES users; CALLERLOOKUP_US.
 * Thread:  one at a time.
 */
#ifndef LAZARET_CONTROL_CALLERLOOKUP_H
#define LAZARET_CONTROL_CALLERLOOKUP_H

#include "control/caller.h"

/* So long is the child waited for. */
#define CALLERLOOKUP_US (20 * WALL_SECOND)

struct callerlookup {
	const char *operators; /* names of groups; empty: none */
	const char *viewers;
	void (*on_wait)(void *context); /* called again and again meanwhile; may be NULL */
	void *context;
};

/* Fills in the rules; a group that does not exist gives nobody anything. 0, or -errno with fail filled: then only root
 * and the daemon's own user may ask, and users have no names. */
int callerlookup(
	const struct callerlookup *lookup, struct caller_rules *rules, struct fail *fail) MUST_USE;
void callerlookup_done(struct caller_rules *rules);

/* In a process that is not shut in yet, for all that come from it: loads what a lookup needs. */
void callerlookup_prepare(void);

#endif
