/* censusruns - the folders of runs, one a day
 *
 * What:    a run is made in runs/DAY.new and takes its name when it is whole and on the disk; so a folder that is
 *          there is of a run that was done, and one that was cut left nothing that counts. Each has the state of its
 *          day; a run begins with that of the latest run before it. States that no run can begin with any more are
 *          removed.
 * Owns:    nothing.
 * Limits:  CENSUSRUNS_PATH bytes of a path.
 * Thread:  one at a time: who holds the census's folder.
 */
#ifndef LAZARET_PROGRAM_CENSUSRUNS_H
#define LAZARET_PROGRAM_CENSUSRUNS_H

#include "program/censusfolder.h"

#include <stdbool.h>
#include <stdint.h>

#define CENSUSRUNS_PATH (CENSUSFOLDER_PATH + 64)

struct censusruns {
	uint16_t before; /* day of the latest run before (join/state.h); 0: none */
	uint16_t after;  /* of the first run behind it; 0: none */
	bool is_done;    /* there is one of the day */
};

int censusruns_look(const struct censusfolder *folder, uint16_t day, struct censusruns *ret,
	struct fail *fail) MUST_USE;

/* Day of the latest run of all; 0: there is none. */
int censusruns_latest(const struct censusfolder *folder, uint16_t *ret, struct fail *fail) MUST_USE;

/* The path of a file of a day's run, or, where is_new, of one that is being made. */
char *censusruns_path(const struct censusfolder *folder, uint16_t day, bool is_new,
	const char *name, char into[CENSUSRUNS_PATH]);

/* Makes the folder, and letters/ in it, anew. */
int censusruns_begin(const struct censusfolder *folder, uint16_t day, struct fail *fail) MUST_USE;
/* Gives it its name, in place of one that was there; then removes the states of all runs before the one before, and of
 * runs more than keep_days ago all that has single addresses: cases and letters, not their manifest and sums. */
int censusruns_end(const struct censusfolder *folder, uint16_t day, uint16_t keep_days,
	struct fail *fail) MUST_USE;
/* Leaves nothing of what was begun. */
void censusruns_drop(const struct censusfolder *folder, uint16_t day);

/* A new file with these bytes: 0, or -errno with fail. */
int censusruns_write(const char *path, const void *bytes, size_t size, struct fail *fail) MUST_USE;
/* One in place of that which was there, if any: it takes its name when it is whole and on the disk. 0, or -errno with
 * fail, and nothing has changed. */
int censusruns_replace(const char *path, const struct buffer *text, struct fail *fail) MUST_USE;

#endif
