/* process - one process of the daemon: how it begins, what it keeps open, how it ends
 *
 * What:    process_fork makes a child that has a name, default signals, and no descriptors but those it is
 *          given; process_ended tells which child ended, and how, in words.
 * Owns:    nothing.
 * Thread:  one thread when it forks.
 */
#ifndef LAZARET_RUNTIME_PROCESS_H
#define LAZARET_RUNTIME_PROCESS_H

#include "base/fail.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define PROCESS_NAME 16

/* As fork. In the child: named, no signal blocked. SIGPIPE and SIGXFSZ are ignored: what they tell an error of write()
 * tells. So are SIGINT, SIGHUP and SIGTERM: who sends them means the parent, which tells its children. */
pid_t process_fork(const char *name) MUST_USE;

/* Closes every descriptor above standard error except these. */
void process_keep_only(const int *descriptors, size_t count);

/* How many descriptors the process may have from now on: as many as it can give itself. */
size_t process_descriptors(void);

/* So many connections may such a process have open, of as many as are wanted: it has some descriptors for all else. */
size_t process_connections(size_t wanted);

/* A child that ended: its process id, how ("was killed by signal 9 (Killed)") and the signal that killed it, or 0;
 * 0 if none did. */
pid_t process_ended(char how[64], bool *is_clean, int *signal);

/* Waits for a child of which nothing is expected but its exit code: 0, or -ECHILD with fail filled. */
int process_wait(pid_t child, const char *name, struct fail *fail) MUST_USE;

#endif
