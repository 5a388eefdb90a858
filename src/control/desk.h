/* desk - the process that people and their tools ask: control socket and metrics
 *
 * What:    takes requests of one line from a Unix socket (lazaret-control(7)), finds out who asks and whether he may,
 *          puts questions to judges, keeper and parent a page at a time, and answers. Serves the metrics over HTTP.
 *          Reads the pages of status memory, and writes its own.
 * Owns:    nothing that it is handed: listening sockets and channels are the caller's. A channel whose other end is
 *          closed is not used any more; the parent keeps both ends of each pair open, so that a successor goes on
 *          with it and what an answer of the one before says is known by its number and dropped.
 * Limits:  DESK_CLIENTS clients and DESK_CLIENTS_SPARE more if they are admins, DESK_CLIENTS_USER of a user (not of
 *          root); one question of each under way; a client that reads nothing, or says nothing, for idle_s is let go.
 *          Who may ask is known when he connects. DESK_SCRAPES connections for metrics, each for scrape_s in all,
 *          whatever comes over it.
 * Security: opens no file but /proc/PID/loginuid (may be refused), makes no socket, forks nothing. System calls:
 *          accept4, close, epoll_*, eventfd2, fcntl, getpid, getrandom, getsockopt, ioctl FIONREAD, lseek, openat,
 *          read, readv, recvmsg, sendto without an address, setsockopt, shutdown, write, writev, clock_gettime and
 *          memory.
 * Thread:  one.
 */
#ifndef LAZARET_CONTROL_DESK_H
#define LAZARET_CONTROL_DESK_H

#include "control/caller.h"
#include "desk/status.h"

#define DESK_JUDGES       16
#define DESK_RECEIVERS    16
#define DESK_CLIENTS      64
#define DESK_CLIENTS_USER 8
/* More for admins, so that nobody can keep them out. */
#define DESK_CLIENTS_SPARE 8
#define DESK_SCRAPES       16

struct desk_settings {
	int control; /* listening Unix socket, or -1 */
	int metrics; /* listening TCP socket, or -1 */
	int parent;  /* channels, or -1 */
	int keeper;
	int guard; /* -1: mail is not limited here */
	int judge[DESK_JUDGES];
	uint32_t judges;
	struct status_process *own; /* page of this process, or NULL */
	const struct status_process *processes;
	size_t process_count;
	const struct status_exporters *exporters[DESK_RECEIVERS];
	size_t receivers;
	const struct status_rings *rings; /* or NULL */
	size_t ring_count;
	struct caller_rules rules;
	const char *operators; /* names of the groups, for who is refused; may be NULL */
	const char *viewers;
	const char *version;
	unsigned idle_s;   /* 30 */
	unsigned answer_s; /* 10 */
	unsigned scrape_s; /* 10 */
};

#define DESK_DEFAULTS                                                                              \
	((struct desk_settings){.control = -1,                                                     \
		.metrics = -1,                                                                     \
		.parent = -1,                                                                      \
		.keeper = -1,                                                                      \
		.guard = -1,                                                                       \
		.version = "",                                                                     \
		.idle_s = 30,                                                                      \
		.answer_s = 10,                                                                    \
		.scrape_s = 10})

/* Tells the parent that it is ready, and serves until the parent says stop (0) or is gone (-EPIPE), or somebody sent a
 * message that cannot be (-EBADMSG): then the process is to end, and the parent starts another. */
int desk_run(const struct desk_settings *settings) MUST_USE;

#endif
