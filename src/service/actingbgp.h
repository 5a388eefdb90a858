/* actingbgp - the back end of BGP: places of measures become rules that routers are told
 *
 * What:    a session to each router (bgplink.h). They begin when it is known what holds, so that no router is told half
 *          of it; from then on changes go out as they come. A session that ends takes its rules with it, and the next
 *          one tells all again; where another actor takes over, or this one dies, routers that help a graceful restart
 *          keep them until then (bgpspeaker.h). Where a router has as many rules as it may have, what comes later is
 *          left out there, and is told when there is room again.
 * Owns:    the sessions.
 * Limits:  BGPPEERS routers, and the rules of each.
 * Thread:  the actor's.
 */
#ifndef LAZARET_SERVICE_ACTINGBGP_H
#define LAZARET_SERVICE_ACTINGBGP_H

#include "service/actingend.h"
#include "service/daemon.h"

struct actingbgp;

/* Reads the files of passwords: before the process shuts itself in. NULL: there are no routers. */
struct actingbgp *actingbgp_new(const struct daemon_settings *settings);
struct actingbgp *actingbgp_free(struct actingbgp *bgp);

extern const struct actingend_kind actingbgp_kind;

#endif
