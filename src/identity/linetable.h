/* linetable - something about each of many lines, in memory that several processes share
 *
 * What:    slots of one size, found by the line's pseudonym. One process writes, others read copies: what is read
 *          while it is written is read again, and a slot whose writer died in the middle is not found until it is
 *          written again. Each says when it was last written, so that who writes can forget what is old.
 * Owns:    nothing: the memory is the caller's, all zero at the start, and must outlive the handle. There are no
 *          pointers in it.
 * Limits:  a line may lie in LINETABLE_WAYS slots; of each as many again as half are free where there are as many lines
 *          as it is made for. Where all are taken the one that was written longest ago gives way, and is counted.
 * Thread:  one process writes, any number read, also where the memory is mapped read-only.
 */
#ifndef LAZARET_IDENTITY_LINETABLE_H
#define LAZARET_IDENTITY_LINETABLE_H

#include "base/fail.h"
#include "base/wall.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINETABLE_WAYS    64
#define LINETABLE_MOST    ((size_t)1 << 30)
#define LINETABLE_PAYLOAD 512

struct linetable_head;

/* A handle; each process has its own. */
struct linetable {
	struct linetable_head *head;
	uint8_t *slots;
	size_t count;   /* of slots */
	size_t payload; /* bytes of each that are the caller's: a multiple of 8 */
};

/* Bytes of memory for so many lines. */
size_t linetable_bytes(size_t most, size_t payload);

/* In zeroed memory that begins at a multiple of 64. -EINVAL: it is too small. */
int linetable_make(
	struct linetable *ret, void *memory, size_t bytes, size_t most, size_t payload) MUST_USE;

/* Memory that was made before. -EINVAL: it is none for this payload. */
int linetable_open(struct linetable *ret, void *memory, size_t bytes, size_t payload) MUST_USE;

/* What is known of a line from now on. True: another line gave way. */
bool linetable_put(struct linetable *table, uint64_t line, const void *payload, struct wall now);

/* True: it was there. */
bool linetable_remove(struct linetable *table, uint64_t line);

/* A copy of what is known of a line: 0 or -ENOENT. */
int linetable_find(const struct linetable *table, uint64_t line, void *payload) MUST_USE;

/* The slot at a place below count: the line, 0 if there is none; when may be NULL. */
uint64_t linetable_at(
	const struct linetable *table, size_t place, void *payload, struct wall *when);

struct linetable_counts {
	uint64_t held;
	uint64_t gave_way;
};

struct linetable_counts linetable_counts(const struct linetable *table);

#endif
