/* registries - the files of all registries, read and put together
 *
 * What:    dumps (RPSL, and the texts of ARIN and LACNIC that are built alike), delegated-extended files and tables of
 *          addresses to AS, and of routes, become columns; then the networks are nested, and the other tables cut into
 *          pieces. What cannot be read is told, with file and line, and the rest is done.
 * Owns:    all it holds.
 * Limits:  REGISTRIES_FILES files. Of each file REGISTRIES_TOLD sentences are told, all are counted.
 * Thread:  one at a time; any, once it is settled.
 */
#ifndef LAZARET_CENSUS_REGISTRY_REGISTRIES_H
#define LAZARET_CENSUS_REGISTRY_REGISTRIES_H

#include "census/registry/columns.h"
#include "census/registry/mrt.h"
#include "census/registry/rankedranges.h"
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

struct registries {
	struct columns *columns;
	/* The value is a registry, and above it a country (delegated.h) from bit 8 on. */
	struct registries_ranges delegated[RANGE_FAMILY_COUNT];
	bool has_delegated; /* else nobody's authority was checked */
	/* The value is an AS number + 1. */
	struct registries_ranges announced[RANGE_SYSTEM];
	struct mrt_counts routes; /* of all tables of routes */
	/* In the order in which they were named. */
	enum registry_name named[REGISTRY_COUNT];
	size_t named_count;
	uint16_t file_count;
	uint64_t troubles;
	void (*tell)(void *context, const struct fail *fail);
	/* How far a file is, now and then; NULL: nobody looks. */
	void (*look)(void *context, const struct input *input);
	void *context;
	bool portable; /* without what only some processors can */
};

struct registries *registries_new(
	void (*tell)(void *context, const struct fail *fail), void *context);
struct registries *registries_free(struct registries *registries);

/* kind: ripe, ripe-nonauth, apnic, afrinic, arin, lacnic, irr, delegated, asn, mrt or suspect (mailboxes, one a line).
 * 0, or -errno with fail: the kind is unknown (-EINVAL), the file is not there or can only be read in part; what was
 * read counts. Of the same range announced in several files the first counts. */
int registries_read(struct registries *registries, struct text kind, const char *path,
	struct fail *fail) MUST_USE;

/* The same of a file that is open and at its beginning; it is the caller's. */
int registries_take(struct registries *registries, struct text kind, struct input *input,
	struct fail *fail) MUST_USE;

/* The kinds by their place; NULL behind the last. */
const char *registries_kind(size_t place);

/* After the last file. */
void registries_settle(struct registries *registries);

static inline const struct columns *
registries_columns(const struct registries *registries, enum registry_name registry)
{
	(void)registry;
	return registries->columns;
}

#endif
