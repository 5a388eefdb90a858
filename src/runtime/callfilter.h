/* callfilter - the system calls that a process in a sandbox may make
 *
 * What:    turns the groups of sandbox.h into a filter of the kernel (seccomp, by libseccomp). All others
 *          kill the process. Names that an architecture does not have are left out there.
 * Owns:    nothing.
 * Thread:  any; the filter holds for all threads of the process.
 */
#ifndef LAZARET_RUNTIME_CALLFILTER_H
#define LAZARET_RUNTIME_CALLFILTER_H

#include "base/fail.h"
#include "runtime/sandbox.h"

#include <stdbool.h>

/* No_new_privs must be set. Gives how it went: enum sandbox_filter, or -errno. */
int callfilter_enter(unsigned calls, bool log, struct fail *fail) MUST_USE;

#endif
