/* routeroptions - the options contain.bgp-*, contain.exabgp and what belongs to them
 *
 * What:    one function.
 * Thread:  any.
 */
#ifndef LAZARET_PROGRAM_ROUTEROPTIONS_H
#define LAZARET_PROGRAM_ROUTEROPTIONS_H

#include "config/config.h"
#include "service/routersettings.h"

/* Files of secrets are looked at, not kept. -errno with fail filled. */
int routeroptions(
	const struct config *config, struct router_settings *ret, struct fail *fail) MUST_USE;

#endif
