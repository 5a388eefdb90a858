/* sessionfile - the file in which what a receiver knows of its exporters outlives it
 *
 * What:    begun while the receiver goes on (runtime/statefile.h) when templates have changed, at most every
 *          SESSIONFILE_SOON, and every SESSIONFILE_EVERY; it becomes the good one when it is on the disk. The last
 *          one, at the end of a receiver, says that it is: only then are sequence numbers exact, and a gap after it
 *          is a loss.
 * Owns:    the file "receiver-N.sessions" and what is written beside it in the folder.
 * Limits:  one at a time.
 * Thread:  one at a time.
 */
#ifndef LAZARET_SERVICE_SESSIONFILE_H
#define LAZARET_SERVICE_SESSIONFILE_H

#include "runtime/statefile.h"
#include "source/export/exportstate.h"

#define SESSIONFILE_SOON  (5 * WALL_SECOND)
#define SESSIONFILE_EVERY WALL_MINUTE

struct sessionfile {
	struct statefile file;
	uint32_t seed;
	int64_t begun_us;   /* of clock_steady */
	uint64_t changes;   /* export_changes that the last one has */
	uint64_t datagrams; /* so many had been read */
};

/* seed: by which exporters are given to receivers. */
void sessionfile_init(struct sessionfile *file, const char *folder, uint32_t number, uint32_t seed);

/* The last good one into a fresh export: how many exporters are known, else as statefile_load. One of another seed is
 * of no use: other exporters came. If it was the last of an orderly end, one that does not say so is begun: nothing is
 * to be read before it is over, or, where the disk hangs, a loss may be told that was none if the receiver is
 * killed. */
int sessionfile_load(struct sessionfile *file, struct export *export_, struct wall now,
	struct fail *fail) MUST_USE;

/* Begins a new one if it is time, and takes over one that is written. */
void sessionfile_watch(struct sessionfile *file, const struct export *export_);

/* Begins the last one, in place of one that is not over. */
void sessionfile_finish(struct sessionfile *file, const struct export *export_);

/* Looks whether the one that was begun is over, and takes it over. Never waits. */
bool sessionfile_is_over(struct sessionfile *file);

#endif
