/* registries - the files of all registries, read and put together
 *
 * What:    dumps (RPSL, and the texts of ARIN and LACNIC that are built alike), delegated-extended files and tables of
 *          addresses to AS, and of routes, become columns; then the networks are nested, and the other tables cut into
 *          pieces. What cannot be read is told, with file and line, and the rest is done.
 * Owns:    all it holds.
 * Limits:  REGISTRIES_FILES files. Of each file REGISTRIES_TOLD sentences are told, all are counted.
 * Thread:  one at a time, but files of different lanes can be read at once; any, once it is settled. What comes out
 *          does not depend on the number of threads.
 */
#ifndef LAZARET_CENSUS_REGISTRY_REGISTRIES_H
#define LAZARET_CENSUS_REGISTRY_REGISTRIES_H

#include "census/registry/columns.h"
#include "census/registry/mrt.h"
#include "census/registry/rankedranges.h"
#include "census/registry/systemnames.h"
#include "source/input.h"

#define REGISTRIES_FILES 1000
#define REGISTRIES_TOLD  10

static_assert(REGISTRIES_FILES < 1 << 10, "an entry has room for its number");

struct registries_ranges {
	struct rankedrange *at;
	size_t count, size;
	struct piece *pieces; /* when it is settled */
	size_t piece_count;
};

/* What cannot be read. file: its number; file_count: it is of none. Several threads may tell at once, of different
 * files. */
typedef void registries_tell(void *context, uint16_t file, const struct fail *fail);

struct registries {
	struct columns *columns[REGISTRY_COUNT]; /* those of REGISTRY_NONE are empty */
	struct words mailboxes; /* of all of them, when it is settled; domains in small letters */
	struct words suspects;  /* that failed their registry's validation */
	/* The value is a registry, and above it a country (delegated.h) from bit 8 on. */
	struct registries_ranges delegated[RANGE_FAMILY_COUNT];
	bool has_delegated; /* else nobody's authority was checked */
	/* The value is an AS number + 1. */
	struct registries_ranges announced[RANGE_SYSTEM];
	struct systemnames system_names;
	struct mrt_counts routes; /* of all tables of routes */
	/* In the order in which they were named. */
	enum registry_name named[REGISTRY_COUNT];
	size_t named_count;
	uint16_t file_count;
	uint8_t kinds[REGISTRIES_FILES]; /* places of registries_kind */
	uint64_t troubles;
	registries_tell *tell;
	/* How far a file is, now and then; NULL: nobody looks. */
	void (*look)(void *context, uint16_t file, const struct input *input);
	void *context;
	unsigned threads; /* at the most; at first as many as there are processors */
	bool portable;    /* without what only some processors can */
};

struct registries *registries_new(registries_tell *tell, void *context);
struct registries *registries_free(struct registries *registries);

/* The next file. kind: ripe, ripe-nonauth, apnic, afrinic, arin, lacnic, irr, delegated, asn, mrt or suspect
 * (mailboxes, one a line). Its number, or -EINVAL with fail: the kind is unknown, or there are too many files. */
int registries_add(struct registries *registries, struct text kind, const char *name,
	struct fail *fail) MUST_USE;

/* Files of one lane are read one after the other, as they were named; those of different lanes do not meet. */
#define REGISTRIES_LANES (REGISTRY_COUNT + REGISTRIES_FILES)
unsigned registries_lane(const struct registries *registries, uint16_t file);

/* Reads that file, which is open and at its beginning; it is the caller's. 0, or -errno with fail: it can only be read
 * in part; what was read counts. Of the same range announced in several files the first counts. */
int registries_take(struct registries *registries, uint16_t file, struct input *input,
	struct fail *fail) MUST_USE;

/* All of that with one file: 0, or -errno with fail, also where it is not there. */
int registries_read(struct registries *registries, struct text kind, const char *path,
	struct fail *fail) MUST_USE;

/* The kinds by their place; NULL behind the last. */
const char *registries_kind(size_t place);

/* After the last file. */
void registries_settle(struct registries *registries);

#endif
