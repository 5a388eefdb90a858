/* input - the bytes of a file, unpacked, through one window
 *
 * What:    opens a file or "-" (standard input), unpacks gzip, bzip2, xz and zstd (found from the content,
 *          also several members one after the other), and shows the bytes through a window that the reader
 *          moves. Readers of packets and of lines work in the window without copying.
 * Owns:    the window's memory; pointers into it are valid until the next input_need.
 * Limits:  the window holds INPUT_WINDOW bytes, the most that input_need can ask for.
 * Thread:  one reader; with input_ahead another one of its own, until it is closed.
 */
#ifndef LAZARET_SOURCE_INPUT_H
#define LAZARET_SOURCE_INPUT_H

#include "base/fail.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INPUT_WINDOW (4UL << 20)

struct input {
	const uint8_t *at; /* what can be read now */
	size_t left;
	uint64_t offset;        /* of at, in the unpacked bytes */
	uint64_t packed_offset; /* read from the file itself, for progress */
	uint64_t packed_size;   /* of the file; 0 where not known (standard input) */
	const char *name;       /* for messages */
	int error;              /* 0, or -errno: the file is unreadable or damaged from here on */
	bool ended;             /* nothing comes after what is left */
	struct input_inner *inner;
};

/* 0, or -errno with fail filled (missing, no permission, a directory, ...). stop: a descriptor that becomes
 * readable when reading is to end, even where it waits: from then on the file's error is -EINTR. 0: none. */
int input_open(struct input *input, const char *path, int stop, struct fail *fail) MUST_USE;
void input_close(struct input *input);

/* Of one that was just opened: from now on it is unpacked on a thread of its own, a little ahead of who reads. Nothing
 * changes where it is not packed, is no regular file, or there is no thread. */
void input_ahead(struct input *input);

/* Tries to have want bytes in the window (want <= INPUT_WINDOW) and returns how many there are: fewer
 * only at the end, or where the file is damaged (then error is set and fail filled, once). */
size_t input_need(struct input *input, size_t want, struct fail *fail);

/* The name of the packing that these bytes begin, or NULL. */
const char *input_packing(const uint8_t *at, size_t size);

/* Steps over bytes of the window. */
static inline void
input_step(struct input *input, size_t size)
{
	input->at += size;
	input->left -= size;
	input->offset += size;
}

#endif
