/* linkcheck - a file of the ledger that is a link out of its folder
 *
 * What:    where it leads out of its folder the keeper, which has that folder and nothing else, cannot follow.
 * Owns:    nothing.
 * Thread:  any.
 */
#ifndef LAZARET_SERVICE_LINKCHECK_H
#define LAZARET_SERVICE_LINKCHECK_H

#include "base/fail.h"

/* -ELOOP with fail filled if it does. */
int linkcheck(const char *path, struct fail *fail) MUST_USE;

#endif
