/* censusfolder - the folder of a census: which one is meant, what is in it, who writes there
 *
 * What:    --out DIR, or the configuration's census.folder, or "census" in the folder of the daemon's state
 *          (daemonsettings_state). For who writes it is made where it is not there, for nobody else to see, and held: a
 *          second verb that writes is refused until the first one ends. Who only reads holds nothing: every file in it
 *          takes its name when it is whole, and none is changed in place but the store, which has locks of its own.
 * Owns:    the lock, from censusfolder_open to censusfolder_close.
 * Limits:  CENSUSFOLDER_PATH bytes of a path, with the end.
 * Thread:  one a process.
 */
#ifndef LAZARET_PROGRAM_CENSUSFOLDER_H
#define LAZARET_PROGRAM_CENSUSFOLDER_H

#include "base/fail.h"
#include "base/wall.h"

#define CENSUSFOLDER_PATH 4096

enum census_file {
	CENSUS_REGISTRY,  /* registry.lzr (census/registry/registryfile.h) */
	CENSUS_DUMPS,     /* registry.files (program/censusdumps.h) */
	CENSUS_SIGHTINGS, /* sightings.lzs (census/list/sightingfile.h) */
	CENSUS_TRAPS, /* traps.lzm (census/letter/trapfile.h); only where a list of mail is a trap */
	CENSUS_STORE,   /* census.sqlite */
	CENSUS_ANSWERS, /* online.answers (census/online/answerlog.h) */
	CENSUS_RUNS,    /* a folder, with one for each run */
	CENSUS_FILES
};

enum censusfolder_mode { CENSUSFOLDER_READ, CENSUSFOLDER_WRITE };

struct censusfolder {
	char path[CENSUSFOLDER_PATH];
	int lock; /* -1: it is only read */
};

/* out: what --out said, or NULL; settings: the configuration's file, or NULL for the usual one. 0, or the exit code
 * after what is wrong was told. */
int censusfolder_open(struct censusfolder *ret, const char *out, const char *settings,
	enum censusfolder_mode mode) MUST_USE;
void censusfolder_close(struct censusfolder *folder);

/* Where a file of it is; returns into. */
char *censusfolder_file(
	const struct censusfolder *folder, enum census_file file, char into[CENSUSFOLDER_PATH]);

/* runs/YYYY-MM-DD of that day (UTC), and below it name, which may be "" and may have folders in it; returns into. */
char *censusfolder_run(const struct censusfolder *folder, struct wall day, const char *name,
	char into[CENSUSFOLDER_PATH]);

/* Makes a folder in it, and those above, as far as they are not there: 0, or -errno with fail. */
int censusfolder_make(const char *path, struct fail *fail) MUST_USE;

#endif
