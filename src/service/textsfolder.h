/* textsfolder - reads the folder of texts for customers
 *
 * What:    texts/LANG/FILE and texts/links/COUNTRY of the project's folder, then of the operator's own, whose files
 *          stand in place of ours. Other files are left alone (words), but in a folder of a language NAME.md is an
 *          error where no text has that name, as is one that cannot be read as what it should be: nothing is shown
 *          half.
 * Owns:    what it reads is the caller's.
 * Limits:  files of 1 MiB; 64 languages and countries of a folder, 64 files of each: more are an error.
 * Thread:  any; at the start, since the portal reads no files later.
 */
#ifndef LAZARET_SERVICE_TEXTSFOLDER_H
#define LAZARET_SERVICE_TEXTSFOLDER_H

#include "care/texts.h"

struct textsfolder {
	const char *ours;
	const char *own; /* may be empty */
	const char *
		own_b; /* the same: its files stand in place of those of both, in the second version */
	const char *
		language; /* of who names none; -EINVAL with portal.language where there are no texts in it */
};

/* *ret_b is the second version, or NULL where there is no own_b; that may add no language. */
int textsfolder_read(const struct textsfolder *of, struct texts **ret, struct texts **ret_b,
	struct fail *fail) MUST_USE;

/* Only what is in links/, which may be nothing. */
int textsfolder_read_links(
	const char *folder, const char *own, struct texts **ret, struct fail *fail) MUST_USE;

#endif
