/* keptfile - a file of arrays that is read where it lies, and takes its name when it is whole
 *
 * What:    a head of 64 bytes, then what the owner of the mark puts there, as it lies in memory: a file is for machines
 *          of one byte order. It is written under the name with ".new" behind it, synced, and renamed: a run that is
 *          cut leaves the one before it as it was. Reading maps it and checks the head; keptfile_verify reads all of
 *          it against the checksum, XXH3 of 128 bits, which finds damage, not forgery: so who uses what is in it
 *          checks every number that leads anywhere.
 * Owns:    the descriptor and the mapping. Nobody may shorten a file in place while it is mapped; here none does.
 * Limits:  paths of KEPTFILE_PATH - 1 bytes.
 * Thread:  one at a time. Who writes a file that another run is writing is refused.
 */
#ifndef LAZARET_CENSUS_REGISTRY_KEPTFILE_H
#define LAZARET_CENSUS_REGISTRY_KEPTFILE_H

#include "base/fail.h"
#include "base/hash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEPTFILE_PATH    4096
#define KEPTFILE_ORDER   0x01020304U
#define KEPTFILE_FIGURES 3

struct keptfile_head {
	char mark[8]; /* whose it is */
	uint32_t order;
	uint32_t version;                  /* of what the mark's owner puts there */
	uint64_t size;                     /* of the file, with the head */
	uint64_t figure[KEPTFILE_FIGURES]; /* the owner's, too */
	uint8_t checksum
		[HASH_STREAM_SIZE]; /* of what follows the head, and then of the head up to here */
};

/* What a file should be: mark of 8 bytes, and a word for it in messages. */
struct keptfile_kind {
	char mark[8];
	uint32_t version;
	const char *name;
};

/* For writing. */
struct keptfile {
	int descriptor;
	int error; /* 0, or the first -errno */
	/* The caller's, after keptfile_create: it is in a folder that is synced as a whole before it is used. */
	bool is_unsynced;
	uint64_t size;
	struct hash_stream *hash;
	char path[KEPTFILE_PATH];
	char new_path[KEPTFILE_PATH];
};

/* 0, or -errno with fail; after 0 either keptfile_end or keptfile_drop must follow. */
int keptfile_create(struct keptfile *file, const char *path, struct fail *fail) MUST_USE;
/* The first error stays; keptfile_end tells it. */
void keptfile_add(struct keptfile *file, const void *bytes, size_t size);
/* Makes it the file of that name: 0, or -errno with fail. Whichever it is, a whole file is there afterwards, if one was
 * before. */
int keptfile_end(struct keptfile *file, const struct keptfile_kind *kind,
	const uint64_t figure[KEPTFILE_FIGURES], struct fail *fail) MUST_USE;
/* Leaves nothing of it. */
void keptfile_drop(struct keptfile *file);

/* Maps a whole file for reading: 0, or -errno with fail. */
int keptfile_map(
	const char *path, const uint8_t **ret_bytes, size_t *ret_size, struct fail *fail) MUST_USE;
void keptfile_unmap(const uint8_t *bytes, size_t size);

/* Is this a whole file of the kind? 0, or -EBADMSG with fail. bytes: aligned as uint64_t is. */
int keptfile_check(const uint8_t *bytes, size_t size, const struct keptfile_kind *kind,
	struct fail *fail) MUST_USE;
/* And is it as it was written? For one that keptfile_check has taken. */
int keptfile_verify(const uint8_t *bytes, size_t size, struct fail *fail) MUST_USE;

static inline const struct keptfile_head *
keptfile_head(const uint8_t *bytes)
{
	return (const struct keptfile_head *)(const void *)bytes;
}

#endif
