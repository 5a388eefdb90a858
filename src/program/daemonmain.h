/* daemonmain - lazaretd and "lazaret run": arguments, configuration, and the daemon
 *
 * What:    the same daemon both times; "run" is for the foreground and people, and says what it does and what to do
 *          next.
 */
#ifndef LAZARET_PROGRAM_DAEMONMAIN_H
#define LAZARET_PROGRAM_DAEMONMAIN_H

/* As what it was started: in the foreground for a person, as the daemon, as the relay guard alone. */
enum daemon_name { DAEMON_RUN, DAEMON_LAZARETD, DAEMON_RELAY, DAEMON_NAMES };

/* Returns the exit code. */
int daemon_main(int argc, char **argv, enum daemon_name name);

#endif
