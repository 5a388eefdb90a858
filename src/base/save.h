/* save - the state of a process as a stream of bytes, for one that goes on in its place
 *
 * What:    a head (mark, byte order, format), sections (tag, layout, size, bytes) and a checksum of it all
 *          (XXH3, 128 bits). What a section holds lies as it does in memory: a snapshot is for the machine
 *          and the build that made it. layout is a hash of the sizes and offsets that the section rests on
 *          (save_layout), so that another build refuses it. restore.h reads it.
 * Owns:    a buffer; small pieces are gathered in it, large ones are handed to write as they are.
 * Limits:  the first error stays: later calls do nothing, and save_end gives it.
 * Thread:  one at a time.
 */
#ifndef LAZARET_BASE_SAVE_H
#define LAZARET_BASE_SAVE_H

#include "base/fail.h"

#include <stddef.h>
#include <stdint.h>

#define SAVE_MARK   "lazaret\n"
#define SAVE_FORMAT 1
#define SAVE_ORDER  0x01020304U

struct save_head {
	char mark[8];
	uint32_t order;
	uint32_t format;
};

struct save_section {
	char tag[8];
	uint64_t layout;
	uint64_t size;
};

/* Takes all bytes: 0 or -errno. */
typedef int (*save_write)(void *context, const void *bytes, size_t size);

struct save;

struct save *save_new(save_write write, void *context);
struct save *save_free(struct save *save);

/* Begins a section of exactly size bytes, which save_bytes gives. tag: at most 8 characters. */
void save_section(struct save *save, const char *tag, uint64_t layout, uint64_t size);
void save_bytes(struct save *save, const void *bytes, size_t size);

/* Writes the checksum: 0 or the first error, -errno. Without it nothing can be restored. */
int save_end(struct save *save) MUST_USE;

/* The first error until now, or 0. */
int save_error(const struct save *save);

/* Bytes given until now, with heads. */
uint64_t save_size(const struct save *save);

/* A hash of sizes and offsets. */
uint64_t save_layout(const size_t *numbers, size_t count);

#endif
