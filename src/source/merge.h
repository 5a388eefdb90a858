/* merge - several files as one stream of observations in the order of their time
 *
 * What:    reads the file that is furthest behind, keeps what it gives for late_us of record time, and
 *          hands it out in non-decreasing time. An observation whose connection ended earlier than
 *          that is late: counted and left out. One that only began earlier (it was told of at its end)
 *          gets the earliest time that is still in order.
 *          Zeek's conn.log and smtp.log tell of the same connections: what an application's log tells
 *          (OBSERVATION_DETAIL) is added to the observation of the packets when both are there.
 * Owns:    the files that it has opened; counts and errors of those that are done.
 * Limits:  merge_settings. With more files than open_most, those that are not needed yet are closed
 *          after their beginning was looked at, and opened again when their time comes.
 * Thread:  one at a time.
 */
#ifndef LAZARET_SOURCE_MERGE_H
#define LAZARET_SOURCE_MERGE_H

#include "source/source.h"

struct merge_settings {
	struct intake_settings intake; /* of each file */
	int64_t late_us;               /* 10 minutes */
	size_t waiting_most;           /* observations in order, at the most; at most 2^24 */
	size_t open_most;              /* files at the same time, if they may be opened again */
};

#define MERGE_DEFAULTS                                                                             \
	((struct merge_settings){.intake = INTAKE_DEFAULTS,                                        \
		.late_us = 10 * WALL_MINUTE,                                                       \
		.waiting_most = 1 << 20,                                                           \
		.open_most = 16})

struct merge_counts {
	struct intake_counts intake; /* sums over all files */
	uint64_t late_records;       /* observations that were left out */
	uint64_t forced;             /* handed out before their time because too many waited */
	uint64_t raised;             /* whose time was raised to be in order */
	uint64_t details;            /* that were added to another observation */
	uint64_t damaged_files;      /* that could not be read to their end */
};

struct merge;

struct merge *merge_new(const struct merge_settings *settings);
struct merge *merge_free(struct merge *merge);

/* Adds a file or "-". 0, or -errno with fail filled (it cannot be read, or is of no known format): the
 * others can still be read. All are added before the first merge_read. */
int merge_add(struct merge *merge, const char *path, struct fail *fail) MUST_USE;

/* How many observations (> 0), 0 at the end of all files. */
size_t merge_read(struct merge *merge, struct observation *into, size_t room);

/* Of all files so far. The errors are in the order of the files as they ended; there may be fewer than
 * counts.intake.errors. */
void merge_counts(const struct merge *merge, struct merge_counts *ret);
const struct intake_error *merge_errors(const struct merge *merge, size_t *count);

/* Bytes read and to be read over all files; size is 0 where one of them is not known. */
void merge_progress(const struct merge *merge, uint64_t *done, uint64_t *size);
void merge_watch(struct merge *merge, source_watcher watcher, void *context);

#endif
