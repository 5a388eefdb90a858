/* censusletters - the letters of a run, as they lie in its folder
 *
 * What:    the manifest of runs/DAY, and the files that it names, each of which must still be what it was. The newest
 *          run that has a manifest, where no day is named.
 * Owns:    the manifest, and the letter at hand until the next is read; censusletters_close.
 * Limits:  those of the manifest, and LETTER_BYTES of a letter.
 * Thread:  one at a time.
 */
#ifndef LAZARET_PROGRAM_CENSUSLETTERS_H
#define LAZARET_PROGRAM_CENSUSLETTERS_H

#include "census/letter/manifest.h"
#include "program/censusfolder.h"

struct censusletters {
	struct wall day;
	uint16_t number; /* of the day, as in join/state.h */
	struct manifest *manifest;
	char path[CENSUSFOLDER_PATH];
	struct buffer bytes;
};

/* day: as 2026-11-27, or NULL. 0; -EINVAL with fail: that is no day; -ENOENT: there are none; or another -errno. */
int censusletters_open(const struct censusfolder *folder, const char *day,
	struct censusletters *ret, struct fail *fail) MUST_USE;
/* The verbs' exit code after it failed. */
int censusletters_code(int r);
void censusletters_close(struct censusletters *letters);

/* The letter of that place in the manifest. -EBADMSG with fail: it is not the one that the manifest names. */
int censusletters_read(
	struct censusletters *letters, size_t i, struct text *ret, struct fail *fail) MUST_USE;

/* "2026-11-27" */
const char *censusletters_day(struct wall day, char into[WALL_TEXT]);

#endif
