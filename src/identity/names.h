/* names - pseudonym to name, in memory that several processes may share
 *
 * What:    buckets of eight slots; a name may lie in one bucket only. Who writes puts the name of each line that
 *          sends; who reads checks what he found against the pseudonym, under the network's key: a slot
 *          that was just being written, or that is false, is not found. A name that is found is never wrong.
 * Owns:    nothing: the memory is the caller's and must outlive the handle. There are no pointers in it.
 * Limits:  it never grows. Where a bucket is full a name gives way to a new one, and is counted.
 * Thread:  one process writes at a time, any number read, also where the memory is mapped read-only. Of what is in the
 *          memory a handle trusts its head when it is made, and nothing later.
 */
#ifndef LAZARET_IDENTITY_NAMES_H
#define LAZARET_IDENTITY_NAMES_H

#include "base/fail.h"
#include "identity/linename.h"

#include <stddef.h>

/* Ceiling of names_bytes: more are taken as so many. */
#define NAMES_MOST ((size_t)1 << 30)

struct names_head;
struct names_slot;

/* A handle; each process has its own. */
struct names {
	struct names_head *head;
	struct names_slot *slots;
	uint64_t mask; /* buckets - 1, a power of two */
};

/* Bytes of memory for so many names; of each bucket half is free then, so that few give way. */
size_t names_bytes(size_t most);

/* Makes a table in zeroed memory. -EINVAL if there is less of it than names_bytes says, or if it does not
 * begin at a multiple of 64. */
int names_make(struct names *ret, void *memory, size_t bytes, size_t most) MUST_USE;

/* A table that was made before, to read or to go on writing. -EINVAL if its head is not of a table that fits into
 * the memory, -EPROTO if it is of another version. */
int names_open(struct names *ret, void *memory, size_t bytes) MUST_USE;

/* Asks for the memory that names_put will touch, some tens of nanoseconds before it does. */
void names_prefetch(const struct names *names, uint64_t pseudonym);

/* Keeps the name of a line; costs one cache line when it is there already. */
void names_put(struct names *names, uint64_t pseudonym, const struct line_name *name);

/* The name of a line, checked under the key of the pseudonyms. 0 or -ENOENT. */
int names_find(const struct names *names, const struct hash_key *key, uint64_t pseudonym,
	struct line_name *ret) MUST_USE;

/* As they stand in the memory: figures to report, no more. */
struct names_counts {
	uint64_t names;    /* held */
	uint64_t gave_way; /* to new ones, where a bucket was full */
};

struct names_counts names_counts(const struct names *names);

#endif
