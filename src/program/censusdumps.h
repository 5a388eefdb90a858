/* censusdumps - the files that registry.lzr is made of: read, noted, and read again
 *
 * What:    files of registries, each with its kind, which is told or found out (registrykind.h). registry.files in the
 *          folder of the census notes them beside registry.lzr, with their whole paths, so that who asks why can have
 *          them read again: the reasons for all addresses would be many times as large as the answers.
 * Owns:    its paths, from censusdumps_init to censusdumps_done.
 * Limits:  REGISTRIES_FILES files; their names in 4 MiB.
 * Thread:  one at a time.
 */
#ifndef LAZARET_PROGRAM_CENSUSDUMPS_H
#define LAZARET_PROGRAM_CENSUSDUMPS_H

#include "census/registry/registries.h"

struct censusdump {
	const char *kind; /* NULL: it is to be found out */
	char *path;
};

struct censusdumps {
	struct censusdump at[REGISTRIES_FILES];
	size_t count;
};

void censusdumps_init(struct censusdumps *dumps);
void censusdumps_done(struct censusdumps *dumps);

/* "KIND:FILE" or "FILE". -E2BIG with fail: there are too many. */
int censusdumps_add(struct censusdumps *dumps, const char *argument, struct fail *fail) MUST_USE;

/* Reads them all, several at once, with a line of progress that has this label, and settles: how many could not be read
 * whole. What is wrong in them is told at the end, in the order of the files. The kinds that were to be found out are
 * known then. */
size_t censusdumps_read(
	struct censusdumps *dumps, struct registries *registries, const char *label);

/* registry.files at this path: 0, or -errno with fail. */
int censusdumps_write(
	const struct censusdumps *dumps, const char *path, struct fail *fail) MUST_USE;
int censusdumps_open(struct censusdumps *ret, const char *path, struct fail *fail) MUST_USE;

/* For registries_new: prints what is to be told. */
void censusdumps_tell(void *context, uint16_t file, const struct fail *fail);

#endif
