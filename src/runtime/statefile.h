/* statefile - the file in which a process's state outlives it
 *
 * What:    written by a child (fork), beside the last good one, while the process goes on. When it is on the disk it
 *          waits until the process takes it over: then it is the good one. A good one that turns out to be none is
 *          kept under another name. What goes wrong in writing is told in the log and counted.
 * Owns:    the file at path, and path.new and path.refused beside it.
 * Limits:  one is written at a time.
 * Thread:  one at a time.
 */
#ifndef LAZARET_RUNTIME_STATEFILE_H
#define LAZARET_RUNTIME_STATEFILE_H

#include "base/restore.h"
#include "base/save.h"

#include <sys/types.h>

#define STATEFILE_PATH 576

struct statefile {
	char path[STATEFILE_PATH];
	char new_path[STATEFILE_PATH];
	pid_t writer;    /* 0: none */
	bool is_written; /* and waits to be taken over */
	uint64_t failed;
};

/* All sections of the file, without its end: 0 or -errno. */
typedef int (*statefile_save)(const void *context, struct save *save);
typedef int (*statefile_restore)(void *context, struct restore *restore, struct fail *fail);

/* number: of the process. What one that was killed left half written is gone. */
void statefile_init(struct statefile *file, const char *folder, const char *process,
	uint32_t number, const char *ending);

/* From the good one. -ENOENT: there is none; else fail says what is wrong, and what was restored is of no use. */
int statefile_load(const struct statefile *file, statefile_restore restore, void *context,
	struct fail *fail) MUST_USE;

/* The good one is none: it is kept under another name, for whoever wants to know why. */
void statefile_put_aside(const struct statefile *file);

/* A new one, by a child; in place of one that is not over. */
void statefile_begin(struct statefile *file, statefile_save save, const void *context);

/* A new one, by the process itself; one that a child still writes has no name any more. */
void statefile_write(struct statefile *file, statefile_save save, const void *context);

/* Looks whether the child is done, or waits for it: is there one that can be taken over? */
bool statefile_is_written(struct statefile *file, bool waits);

/* It is written, or not yet taken over. */
bool statefile_is_busy(const struct statefile *file);

/* The new one, if there is one, is the good one: false if it is not. */
bool statefile_take_over(struct statefile *file);

#endif
