/* daemonmain - lazaretd and "lazaret run": arguments, configuration, and the daemon
 *
 * What:    the same daemon both times; "run" is for the foreground and people, and says what it does and what to do
 *          next.
 */
#ifndef LAZARET_PROGRAM_DAEMONMAIN_H
#define LAZARET_PROGRAM_DAEMONMAIN_H

#include <stdbool.h>

/* Returns the exit code. */
int daemon_main(int argc, char **argv, bool is_run);

#endif
