/* relayfile - a file in which what the relay guard knows outlives it
 *
 * What:    begun while the guard goes on (runtime/statefile.h), every so often; the last one, at its end, has all.
 *          A guard that was killed goes on from the one before: what was counted since is lost, and may be sent again.
 * Owns:    the file "guard-0.ENDING" and what is written beside it in the folder.
 * Limits:  one at a time.
 * Thread:  one at a time.
 */
#ifndef LAZARET_SERVICE_RELAYFILE_H
#define LAZARET_SERVICE_RELAYFILE_H

#include "base/wall.h"
#include "runtime/statefile.h"

#include <stdbool.h>

struct relayfile {
	bool fails; /* the last try to keep it did not succeed */
	struct statefile file;
	statefile_save save;
	const void *of;
	int64_t every_us;
	int64_t begun_us; /* of clock_steady */
};

void relayfile_init(
	struct relayfile *file, const char *folder, const char *ending, int64_t every_us);

/* What is kept from now on. */
void relayfile_keep(struct relayfile *file, statefile_save save, const void *of);

/* Begins a new one if it is time, and takes over one that is written. Never waits. */
void relayfile_watch(struct relayfile *file);

/* Begins the last one, in place of one that is not over. */
void relayfile_finish(struct relayfile *file);

/* Looks whether the one that was begun is over, and takes it over. Never waits. */
bool relayfile_is_over(struct relayfile *file);

#endif
