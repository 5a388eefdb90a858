/* xdpoptions - interfaces at which a filter in the kernel is to be, as an option names them
 *
 * What:    "eth0 eth1:native eth2:generic".
 * Thread:  any.
 */
#ifndef LAZARET_PROGRAM_XDPOPTIONS_H
#define LAZARET_PROGRAM_XDPOPTIONS_H

#include "config/config.h"
#include "runtime/gate.h"

/* How many, up to most; -EINVAL, -E2BIG with fail filled. */
int xdpoptions(const struct config *config, const char *option, struct gate_interface *ret,
	uint32_t most, struct fail *fail) MUST_USE;

/* The first of these that is among those; NULL: there is none. */
const char *xdpoptions_both(const struct gate_interface *these, uint32_t count,
	const struct gate_interface *those, uint32_t others);

#endif
