/* follow - reads a text file that others write, line by line, for as long as they do
 *
 * What:    as "tail -F" does: from a place that is remembered, or from the end; through a rename and a new file,
 *          through a file that is cut and written again from its begin (copytruncate), and where there is none yet.
 *          Behind a rename the old file is read until nothing came for FOLLOW_LINGER_US, as its writers may not know
 *          yet, at the most FOLLOW_LEAVE_US. A place is found again by inode and first bytes, also under another name
 *          that begins like the file's, in the same folder: so what was written before a restart and rotated since,
 *          once, is read, if it was not compressed. A FIFO works too; it has no place. It never waits.
 * Owns:    one or no descriptor, a buffer. Lines are valid in the callback, without their end.
 * Limits:  a line of line_most bytes; a longer one is passed over and counted, as is what has no end where a file ends
 *          for good, and what is left of a line whose begin was not seen. portion bytes are read a call.
 * Thread:  one at a time.
 */
#ifndef LAZARET_RUNTIME_FOLLOW_H
#define LAZARET_RUNTIME_FOLLOW_H

#include "base/text.h"

/* First bytes of a file, that tell it from others. */
#define FOLLOW_HEAD      256
#define FOLLOW_LINGER_US INT64_C(2000000)
#define FOLLOW_LEAVE_US  INT64_C(30000000)

/* Plain values, to be saved. All zero: none. */
struct follow_place {
	uint64_t inode;
	uint64_t offset; /* behind the last whole line that was given */
	uint64_t hash;   /* of the first bytes */
	uint64_t hashed; /* so many, at most FOLLOW_HEAD; 0: none was read */
};

struct follow_settings {
	const char *path;
	size_t line_most;
	size_t portion;
	/* Without a place, a file that is there at the first call is read from its begin, else from its end. */
	bool from_begin;
};

struct follow_counts {
	uint64_t lines;
	uint64_t bytes;
	uint64_t long_lines; /* passed over */
	uint64_t cut_lines;  /* without an end or a begin */
	uint64_t replaced;   /* another file took its place */
	uint64_t truncated;
	uint64_t
		lost; /* some lines were not read: a place was not found, or a file left before its end */
	uint64_t errors; /* of open and read; that there is no file is none */
	uint64_t behind; /* bytes of the file that were not read at the last call; 0 of a FIFO */
	/* Of the file that is read now, or was last: the number of the last line that was given or passed over, counted
	 * from the byte at which reading began, the number of the last long one, and bytes behind the last line end. */
	uint64_t line;
	uint64_t from;
	uint64_t long_line;
	uint64_t held;
	bool is_open;
};

typedef void (*follow_line)(void *context, struct text line);

struct follow;

/* place may be NULL. Nothing is opened yet. */
struct follow *follow_new(const struct follow_settings *settings, const struct follow_place *place);
struct follow *follow_free(struct follow *follow);

/* Reads a portion and hands out its lines. 1: there may be more at once; 0: not now; -errno of what does not work
 * (it is tried again at the next call), -ENOTSUP: it is no file or FIFO. steady_us: clock_steady(). */
int follow_read(struct follow *follow, int64_t steady_us, follow_line give, void *context) MUST_USE;

/* Where to go on: all lines that were given are before it, all others behind. */
struct follow_place follow_place(const struct follow *follow);

struct follow_counts follow_counts(const struct follow *follow);

#endif
