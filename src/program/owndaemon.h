/* owndaemon - a daemon of one's own, for the length of a rehearsal
 *
 * What:    runs the daemon's processes as children, with a folder of their own that nobody else may look into, at a
 *          port of the loopback network that was free, by the clock of the records; says how far it has come, over its
 *          control socket; ends it, and removes the folder.
 * Owns:    the processes and the folder, until owndaemon_free. If this process is killed, they end, too.
 * Thread:  one at a time.
 */
#ifndef LAZARET_PROGRAM_OWNDAEMON_H
#define LAZARET_PROGRAM_OWNDAEMON_H

#include "base/fail.h"
#include "identity/lines.h"
#include "verdict/parameters.h"

#include <stdbool.h>
#include <stdint.h>

#define OWNDAEMON_PATH 256

struct owndaemon;

struct owndaemon_settings {
	/* Puts the network into lines; called in the daemon's process. */
	int (*identify)(void *context, struct lines *lines, struct fail *fail);
	void *context;
	struct parameters parameters;
};

/* Returns when it listens. stop: as of interrupt_begin; -EINTR if it became readable. */
int owndaemon_new(struct owndaemon **ret, const struct owndaemon_settings *settings, int stop,
	struct fail *fail) MUST_USE;

/* Ends what still runs, and removes the folder. */
struct owndaemon *owndaemon_free(struct owndaemon *daemon);

uint16_t owndaemon_port(const struct owndaemon *daemon);

/* Bytes that wait in the socket that it receives at, and so many that there is room for, both as the kernel counts
 * them; negative where it does not tell. */
int64_t owndaemon_waiting(const struct owndaemon *daemon);
int64_t owndaemon_room(const struct owndaemon *daemon);

struct owndaemon_figures {
	uint64_t datagrams; /* read */
	uint64_t dropped;   /* by the kernel */
	uint64_t malformed;
	uint64_t lost;      /* records, as the sequence numbers tell */
	uint64_t sightings; /* of lines, for the judge */
	uint64_t refused;   /* of them: the judge's ring was full */
	uint64_t judged;
	uint64_t processes_ended; /* that should not have */
};

/* What it counts now. -errno if it does not answer. */
int owndaemon_ask(const struct owndaemon *daemon, struct owndaemon_figures *ret) MUST_USE;

/* Lets it finish what it has, and end. -errno with fail filled, the end of its log in it, if it did not end well. */
int owndaemon_stop(struct owndaemon *daemon, struct fail *fail) MUST_USE;

/* The ledger, to be read when the daemon has ended. */
const char *owndaemon_ledger(const struct owndaemon *daemon);

#endif
