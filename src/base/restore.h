/* restore - reads back what save.h wrote, and believes none of it
 *
 * What:    sections in the order in which they were saved. Only restore_end, after the last, compares the
 *          checksum: a snapshot has hundreds of MiB, so it is not read twice, but restored into something
 *          fresh that is thrown away when restore_end, or anything before it, fails. So whoever reads
 *          checks all values, too: they must be safe to hold and to free before the checksum was seen.
 * Owns:    a buffer; large pieces are read to where they belong.
 * Limits:  the first error stays: later reads give zeros. Nothing outside the section is read.
 * Thread:  one at a time.
 */
#ifndef LAZARET_BASE_RESTORE_H
#define LAZARET_BASE_RESTORE_H

#include "base/fail.h"
#include "base/wall.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Gives at most size bytes: how many, 0 at the end, or -errno. */
typedef int64_t (*restore_read)(void *context, void *bytes, size_t size);

struct restore;

struct restore *restore_new(restore_read read, void *context);
struct restore *restore_free(struct restore *restore);

/* All of these give 0 or the first error: -EBADMSG where bytes are damaged or missing, -ENOTSUP where
 * another build or version wrote them, else what read gave. fail then says it. */

/* Enters the next section, which must have this tag and layout, and be left to its last byte. */
int restore_section(struct restore *restore, const char *tag, uint64_t layout, uint64_t *size,
	struct fail *fail) MUST_USE;
int restore_bytes(struct restore *restore, void *into, size_t size, struct fail *fail) MUST_USE;

/* A section that is one struct. */
int restore_struct(struct restore *restore, const char *tag, uint64_t layout, void *into,
	size_t size, struct fail *fail) MUST_USE;

/* After the last section: the checksum, and nothing behind it. */
int restore_end(struct restore *restore, struct fail *fail) MUST_USE;

/* What was read cannot be: says so and gives -EBADMSG, which stays. */
int restore_damaged(struct restore *restore, struct fail *fail, const char *what) MUST_USE;

/* From 1970 to the year 9999: differences of two such times do not overflow. */
static inline bool
restore_is_time(struct wall time)
{
	return time.us >= 0 && time.us < INT64_C(253402300800) * WALL_SECOND;
}

/* False for what is no number. */
static inline bool
restore_is_real(double value, double low, double high)
{
	return value >= low && value <= high;
}

#endif
