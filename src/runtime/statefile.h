/* statefile - the file in which a process's state outlives it
 *
 * What:    written by a child (fork), beside the last good one, while the process goes on. When it is on the disk it
 *          waits until the process takes it over: then the child makes it the good one. So the process itself touches
 *          no file but at its start (statefile_load, statefile_put_aside), and as long as one that was put aside
 *          is there (statefile_refused): a disk that hangs stops its writer only. A good one that turns out to be
 *          none is kept under another name. What goes wrong in writing is told in the log and counted.
 * Owns:    the file at path, and path.new, path.lock and path.refused beside it.
 * Limits:  one is written at a time; the writer of the next one waits for the end of that before it.
 * Thread:  one at a time.
 */
#ifndef LAZARET_RUNTIME_STATEFILE_H
#define LAZARET_RUNTIME_STATEFILE_H

#include "base/restore.h"
#include "base/save.h"

#include <sys/types.h>

#define STATEFILE_PATH 576

enum statefile_stage {
	STATEFILE_NONE, /* none is written */
	STATEFILE_WRITING,
	STATEFILE_WRITTEN, /* waits to be taken over */
	STATEFILE_TAKEN,   /* is being made the good one */
};

struct statefile {
	char path[STATEFILE_PATH];
	char new_path[STATEFILE_PATH];
	char lock_path[STATEFILE_PATH];
	enum statefile_stage stage;
	pid_t writer;   /* 0: none */
	int word;       /* a socket to it */
	bool is_told;   /* what went wrong, and it ends */
	uint64_t bytes; /* of the last one that was written */
	uint64_t failed;
	bool is_aside;       /* one that was put aside is there, or was at the last look */
	struct wall refused; /* but could not be put aside */
};

/* All sections of the file, without its end: 0 or -errno. */
typedef int (*statefile_save)(const void *context, struct save *save);
typedef int (*statefile_restore)(void *context, struct restore *restore, struct fail *fail);

/* number: of the process. */
void statefile_init(struct statefile *file, const char *folder, const char *process,
	uint32_t number, const char *ending);

/* From the good one. -ENOENT: there is none; else fail says what is wrong, and what was restored is of no use. */
int statefile_load(const struct statefile *file, statefile_restore restore, void *context,
	struct fail *fail) MUST_USE;

/* The good one is none: it is kept under another name, for whoever wants to know why. */
void statefile_put_aside(struct statefile *file);

/* When one was last put aside; us 0: never, or what was put aside is gone. */
struct wall statefile_refused(struct statefile *file);

/* A new one, by a child; in place of one that is not over, which becomes the good one no more unless it is taken
 * over already. In the child save has no descriptor but the standard ones. */
void statefile_begin(struct statefile *file, statefile_save save, const void *context);

/* Looks how far the child is, and never waits for it; takes_over: one that is written may become the good one. True,
 * once: it is the good one now. */
bool statefile_watch(struct statefile *file, bool takes_over);

/* One is written, or not yet the good one. */
bool statefile_is_busy(const struct statefile *file);

#endif
