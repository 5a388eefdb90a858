/* relayfile - the file in which what the relay guard has counted outlives it
 *
 * What:    begun while the guard goes on (runtime/statefile.h), every so often; the last one, at its end, has all.
 *          A guard that was killed goes on from the one before: what was counted since is lost, and may be sent again.
 * Owns:    the file "guard-0.counts" and what is written beside it in the folder.
 * Limits:  one at a time.
 * Thread:  one at a time.
 */
#ifndef LAZARET_SERVICE_RELAYFILE_H
#define LAZARET_SERVICE_RELAYFILE_H

#include "relay/relay.h"
#include "runtime/statefile.h"

struct relayfile {
	struct statefile file;
	int64_t every_us;
	int64_t begun_us; /* of clock_steady */
};

void relayfile_init(struct relayfile *file, const char *folder, int64_t every_us);

/* The last good one into a fresh relay: as statefile_load. */
int relayfile_load(
	struct relayfile *file, struct relay *relay, struct wall now, struct fail *fail) MUST_USE;

/* Begins a new one if it is time, and takes over one that is written. Never waits. */
void relayfile_watch(struct relayfile *file, const struct relay *relay);

/* Begins the last one, in place of one that is not over. */
void relayfile_finish(struct relayfile *file, const struct relay *relay);

/* Looks whether the one that was begun is over, and takes it over. Never waits. */
bool relayfile_is_over(struct relayfile *file);

#endif
