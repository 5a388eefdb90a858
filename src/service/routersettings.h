/* routersettings - what routers are told of measures
 *
 * What:    which routers, and what each measure becomes there.
 * Owns:    nothing: values. No secret is in them: who needs one reads its file.
 * Limits:  BGPPEERS routers by BGP.
 * Thread:  values.
 */
#ifndef LAZARET_SERVICE_ROUTERSETTINGS_H
#define LAZARET_SERVICE_ROUTERSETTINGS_H

#include "action/bgppeers.h"
#include "action/flowspec.h"

#define ROUTER_PATH 512

/* What is told of a line in quarantine, besides that its port 25 is closed. */
enum router_quarantine { ROUTER_NOTHING, ROUTER_REDIRECT, ROUTER_BLACKHOLE };

struct router_settings {
	struct bgppeers peers;
	struct flowspec_settings rules; /* of all of them */
	uint32_t identifier;
	uint32_t most; /* rules of one that has no limit of its own */
	uint32_t rate; /* bytes a second that still pass to port 25 */
	enum router_quarantine quarantine;
	char exabgp[ROUTER_PATH]; /* FIFO or file; empty: none */
	char radius[ROUTER_PATH]; /* file of NASes; empty: none */
};

/* Is anybody told? */
static inline bool
routers_are_told(const struct router_settings *settings)
{
	return settings->peers.count > 0 || *settings->exabgp != '\0' || *settings->radius != '\0';
}

#endif
