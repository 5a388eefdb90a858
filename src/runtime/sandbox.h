/* sandbox - a process shuts itself in
 *
 * What:    sandbox_enter takes away what a process does not need, for good and for its children: new
 *          privileges, core dumps and being looked into, capabilities with their bounding set, files
 *          outside the paths given (Landlock), system calls outside the groups given (seccomp; the process is
 *          killed), memory that is both written and executed, and, without threads, the writing of memory
 *          that could only be read. What the kernel lacks is told in the report and ends nothing: a
 *          container may have no Landlock, an old kernel no network rights.
 *          To be done before it, because it is forbidden afterwards: opening what is outside, threads'
 *          libraries (dlopen), a change of user, the number of processors (a file of /sys). The time zone
 *          is read by sandbox_enter, which sets TZ if it is not set.
 *          A sanitizer's runtime makes calls of its own, so builds with one, and those with
 *          -DLAZARET_NO_SECCOMP, leave seccomp out and say so.
 * Owns:    nothing; the settings are read only.
 * Limits:  SANDBOX_PATHS paths. With SANDBOX_FORK a child may shut itself in further, never open up.
 * Thread:  best before others are made: Landlock and capabilities hold for the calling thread and those that
 *          it makes; seccomp is set for all.
 */
#ifndef LAZARET_RUNTIME_SANDBOX_H
#define LAZARET_RUNTIME_SANDBOX_H

#include "base/fail.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SANDBOX_PATHS 64

/* Groups of system calls. What every loop needs is always there: read, write, poll, epoll, futex, clocks,
 * timers, memory that is not executed, signals of its own, random bytes, exit. */
enum sandbox_calls {
	SANDBOX_FILES_READ = 1 << 0,  /* open for reading, look, list */
	SANDBOX_FILES_WRITE = 1 << 1, /* what a database needs: write, sync, lock, rename, remove */
	SANDBOX_SOCKETS_RECEIVE = 1 << 2, /* of sockets that are open already */
	SANDBOX_SOCKETS_ACCEPT = 1 << 3,  /* take connections, answer on them */
	SANDBOX_SOCKETS_OPEN = 1 << 4,    /* make, bind, listen; interfaces by name */
	SANDBOX_SOCKETS_CONNECT = 1 << 5, /* make, connect */
	SANDBOX_FORK = 1 << 6, /* make processes that shut themselves in, wait for them */
	SANDBOX_SIGNAL_CHILDREN = 1 << 7, /* with Landlock 6: those inside only */
	SANDBOX_DESCRIPTORS = 1 << 8,     /* pass and take them; who may can send to any address */
	SANDBOX_SHARE = 1 << 9,           /* make shared memory (memfd) */
	SANDBOX_THREADS = 1 << 10,
	SANDBOX_BPF = 1 << 11,
	SANDBOX_SOCKETS_ANSWER = 1
		<< 13,              /* send to any address from sockets that are open already */
	SANDBOX_CHANNELS = 1 << 12, /* send and receive on sockets that are connected (channel.h) */
};

enum sandbox_rights {
	SANDBOX_READ = 1 << 0, /* files, and lists of folders */
	SANDBOX_WRITE = 1 << 1,
	SANDBOX_MAKE = 1 << 2,    /* make, rename and remove files below it */
	SANDBOX_FOLDERS = 1 << 3, /* the same of folders */
	SANDBOX_SOCKETS = 1 << 4, /* make and remove sockets */
	SANDBOX_MAY_BE_MISSING = 1 << 5,
};

struct sandbox_path {
	const char *path;
	unsigned rights; /* enum sandbox_rights; for a folder, of all below it */
};

struct sandbox {
	unsigned calls; /* enum sandbox_calls */
	const struct sandbox_path *paths;
	size_t path_count;
	uint64_t capabilities; /* kept: bit n is capability n; what is not held is not got */
	unsigned descriptors;  /* RLIMIT_NOFILE; 0 leaves it */
	bool log; /* for finding what is missing: forbidden calls go to the kernel's log, and on */
};

enum sandbox_filter {
	SANDBOX_FILTER_KILLS,
	SANDBOX_FILTER_LOGS,
	SANDBOX_FILTER_LEFT_OUT, /* of this build */
	SANDBOX_FILTER_MISSING,  /* in this kernel, or not allowed here */
};

struct sandbox_report {
	enum sandbox_filter filter;
	int landlock;             /* the kernel's ABI; 0: none */
	uint64_t capabilities;    /* what is left */
	bool bounding_set_stands; /* it has others, and without CAP_SETPCAP they cannot be dropped */
};

/* -errno if something that every kernel has did not work, or a path is not there: the process must end then,
 * since some of it may be done. *ret may be NULL. */
int sandbox_enter(
	const struct sandbox *sandbox, struct sandbox_report *ret, struct fail *fail) MUST_USE;

/* For a process that cannot shut itself in, since it runs programs: new privileges and all capabilities but these are
 * given up, by those programs too; what is kept they get (ambient). -errno as above; *ret has no filter and no
 * Landlock. */
int sandbox_keep(uint64_t capabilities, struct sandbox_report *ret, struct fail *fail) MUST_USE;

/* "capabilities net_admin+net_raw", or "no capabilities". */
void sandbox_capabilities_print(const struct sandbox_report *report, struct buffer *into);

/* One line of words for the log and for people: "seccomp, Landlock 7, no capabilities". */
void sandbox_report_print(const struct sandbox_report *report, struct buffer *into);

/* Is everything there that a current kernel gives? */
bool sandbox_report_is_whole(const struct sandbox_report *report);

#endif
