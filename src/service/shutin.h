/* shutin - how each process of the daemon is shut in: what it may still do, by what it is for
 *
 * What:    a row a process (runtime/sandbox.h does the work). What the kernel could not do is shown in the process's
 *          status and told once.
 * Thread:  before anything hostile is read.
 */
#ifndef LAZARET_SERVICE_SHUTIN_H
#define LAZARET_SERVICE_SHUTIN_H

#include "service/daemon.h"
#include "service/post.h"

/* The groups of system calls (runtime/sandbox.h) that a process has. */
unsigned shutin_calls(enum counter_owner owner);

/* Does not return if the process cannot be shut in. */
void shutin_enter(
	struct duty *duty, const struct post *post, const struct daemon_settings *settings);

#endif
