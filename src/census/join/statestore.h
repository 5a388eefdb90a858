/* statestore - the state of a day in a file
 *
 * What:    rows of IPv4, then those of IPv6, in a file of keptfile.h. One that is damaged, or whose rows no run
 *          can have written, is refused as a whole. It is not synced: a run's folder is, before it takes its name.
 * Owns:    the mapping, from statestore_open to statestore_close: rows are valid that long.
 * Limits:  reading checks all of it, once: time is linear.
 * Thread:  one at a time.
 */
#ifndef LAZARET_CENSUS_JOIN_STATESTORE_H
#define LAZARET_CENSUS_JOIN_STATESTORE_H

#include "census/join/state.h"
#include "census/registry/keptfile.h"

struct statestore {
	const struct state4 *rows4;
	const struct state6 *rows6;
	size_t count4;
	size_t count6;
	uint16_t day;
	const uint8_t *bytes;
	size_t size;
};

/* -ENOENT: there is none yet. All other errors mean that it is refused; fail says why. */
int statestore_open(const char *path, struct statestore *ret, struct fail *fail) MUST_USE;
void statestore_close(struct statestore *store);

/* The same of bytes that are the caller's and outlive it; aligned as uint64_t is. */
int statestore_on(
	const uint8_t *bytes, size_t size, struct statestore *ret, struct fail *fail) MUST_USE;

/* For writing. */
struct statestore_writer {
	struct keptfile file;
	uint64_t count4;
	uint64_t count6;
};

/* 0, or -errno with fail; after 0 either statestore_end or statestore_drop must follow. */
int statestore_begin(
	struct statestore_writer *writer, const char *path, struct fail *fail) MUST_USE;
/* Rows in batches, sorted; all of IPv4 before the first of IPv6. */
void statestore_add4(struct statestore_writer *writer, const struct state4 *rows, size_t count);
void statestore_add6(struct statestore_writer *writer, const struct state6 *rows, size_t count);
int statestore_end(struct statestore_writer *writer, uint16_t day, struct fail *fail) MUST_USE;
void statestore_drop(struct statestore_writer *writer);

#endif
