/* snapshot - the file in which a judge's state outlives it
 *
 * What:    written by a child (fork), beside the last good one, while the judge goes on; it becomes the good one when
 *          it is on the disk and the keeper has taken every verdict that the judge had given before. So
 *          a snapshot never knows of a case that the ledger does not.
 * Owns:    the file "judge-N.snapshot" and what is written beside it in the folder.
 * Limits:  one at a time.
 * Thread:  one at a time.
 */
#ifndef LAZARET_SERVICE_SNAPSHOT_H
#define LAZARET_SERVICE_SNAPSHOT_H

#include "judge/judge.h"
#include "runtime/ring.h"
#include "service/estate.h"

#include <sys/types.h>

#define SNAPSHOT_PATH 576

/* How far the rings of receivers were taken. */
struct snapshot_places {
	uint32_t receivers;
	uint32_t judges;                 /* among which the lines were divided */
	uint64_t ring[ESTATE_RECEIVERS]; /* identities */
	uint64_t place[ESTATE_RECEIVERS];
};

struct snapshot {
	char path[SNAPSHOT_PATH];
	char new_path[SNAPSHOT_PATH];
	pid_t writer;      /* 0: none */
	bool is_written;   /* and waits for the keeper */
	uint64_t verdicts; /* place of the ring to the keeper when it was made */
	struct wall began;
	/* For status. */
	uint64_t made;
	uint64_t failed;
	uint64_t bytes;
	struct wall time; /* of the last good one */
};

/* For save.h and restore.h; context: the descriptor of a file, an int. */
int snapshot_write(void *context, const void *bytes, size_t size);
int64_t snapshot_read(void *context, void *into, size_t size);

/* Makes a file for writing, always a new one: a writer that outlives its process still has the old one, which has no
 * name any more. The descriptor or -errno. Before the writer is forked. */
int snapshot_create(const char *path) MUST_USE;

void snapshot_init(struct snapshot *snapshot, const char *folder, uint32_t number);

/* The last good one into a fresh judge. -ENOENT: there is none; else fail says what is wrong, and the judge is of no
 * use. */
int snapshot_load(const struct snapshot *snapshot, struct judge *judge,
	struct snapshot_places *places, struct fail *fail) MUST_USE;

/* The good one is none: it is kept under another name, for whoever wants to know why. */
void snapshot_put_aside(const struct snapshot *snapshot);

bool snapshot_is_busy(const struct snapshot *snapshot);

/* Begins one; verdicts: place of the ring to the keeper. What goes wrong is told and counted. */
void snapshot_begin(struct snapshot *snapshot, const struct judge *judge,
	const struct snapshot_places *places, uint64_t verdicts, struct wall now);

/* Looks whether the one that was begun is written, and the keeper as far: then it is the good one. */
void snapshot_watch(struct snapshot *snapshot, uint64_t kept);

/* The last one, before the end of the process, which writes it itself; snapshot_watch makes it the good one. */
void snapshot_finish(struct snapshot *snapshot, const struct judge *judge,
	const struct snapshot_places *places, uint64_t verdicts, struct wall now);

#endif
