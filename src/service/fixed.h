/* fixed - what cannot change while the daemon runs
 *
 * What:    what was opened, shared or started before the processes that use it: a reload that would change it is
 *          refused.
 * Owns:    nothing.
 * Thread:  any. Pure.
 */
#ifndef LAZARET_SERVICE_FIXED_H
#define LAZARET_SERVICE_FIXED_H

#include "service/daemon.h"

/* The option of what cannot change, and did; NULL: there is none. */
const char *fixed_find(const struct daemon_settings *old, const struct daemon_settings *new);

#endif
