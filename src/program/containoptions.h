/* containoptions - the options contain.*, and what they mean
 *
 * What:    what they mean for ledger, actor and gate.
 * Thread:  any.
 */
#ifndef LAZARET_PROGRAM_CONTAINOPTIONS_H
#define LAZARET_PROGRAM_CONTAINOPTIONS_H

#include "config/config.h"
#include "ledger/planning.h"
#include "service/daemon.h"

void containoptions(const struct config *config, struct planning *ret);

/* The rules for this machine's kernel; of the roles of the lines. -EINVAL, -E2BIG with fail filled. */
int containoptions_rules(const struct config *config, const struct lines *lines,
	const struct gardening_settings *garden, struct contain_settings *ret,
	struct fail *fail) MUST_USE;

/* Where XDP stops port 25, too. export: where another filter reads, which cannot be at the same interface. */
int containoptions_xdp(const struct config *config, const struct gate_interface *export,
	uint32_t exports, struct contain_settings *ret, struct fail *fail) MUST_USE;

/* Does it fit together? What is enforced needs something that does it; what nothing does is noted in the plan. */
int containoptions_check(struct planning *planning, const struct contain_settings *contain,
	const struct lines *lines, bool has_guard, struct fail *fail) MUST_USE;

#endif
