/* containoptions - the options contain.*, as the ledger takes them
 *
 * What:    one function.
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

/* Does it fit together? What is enforced needs something that does it; what nothing does is noted in the plan. */
int containoptions_check(struct planning *planning, const struct contain_settings *contain,
	const struct lines *lines, bool has_guard, struct fail *fail) MUST_USE;

#endif
