/* landlock - the files and TCP ports that a process in a sandbox may reach
 *
 * What:    the kernel's Landlock by its three system calls: everything that the kernel's ABI can forbid is
 *          forbidden, the paths given are allowed. ABI 2 adds moving between folders, 3 truncation, 4 TCP,
 *          5 ioctl of devices, 6 signals to and abstract sockets of processes outside.
 * Owns:    nothing.
 * Thread:  holds for the calling thread and those it makes.
 */
#ifndef LAZARET_RUNTIME_LANDLOCK_H
#define LAZARET_RUNTIME_LANDLOCK_H

#include "base/fail.h"
#include "runtime/sandbox.h"

/* No_new_privs must be set. Gives the kernel's ABI, 0 if it has no Landlock, or -errno. */
int landlock_enter(const struct sandbox *sandbox, struct fail *fail) MUST_USE;

#endif
