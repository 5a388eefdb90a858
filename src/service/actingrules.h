/* actingrules - which rule for routers a measure at a place becomes
 *
 * What:    port 25 closed becomes a FlowSpec rule; quarantine what the settings say. Each kind of measure has a kind of
 *          rule of its own, so that one ends without the other.
 * Owns:    nothing.
 * Limits:  a place outside the own network is refused.
 * Thread:  any.
 */
#ifndef LAZARET_SERVICE_ACTINGRULES_H
#define LAZARET_SERVICE_ACTINGRULES_H

#include "action/holding.h"
#include "identity/lines.h"
#include "service/routersettings.h"

/* 1 and the rule; 0: routers are not told of it; -EINVAL: it is not ours. */
int actingrules_of(const struct router_settings *settings, const struct lines *lines,
	const struct holding_change *change, struct flowspec_rule *ret) MUST_USE;

/* The next of all rules that are to hold: 1, or 0 at the end. */
struct actingrules_place {
	unsigned kind;
	size_t at;
};
int actingrules_next(const struct router_settings *settings, const struct lines *lines,
	const struct holding *holding, struct actingrules_place *place,
	struct flowspec_rule *ret) MUST_USE;

#endif
