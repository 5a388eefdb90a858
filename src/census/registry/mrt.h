/* mrt - who announces which prefix, by the dump of a routing table
 *
 * What:    reads tables in the Multi-threaded Routing Toolkit's TABLE_DUMP_V2 (RFC 6396 s4.3), also with several paths
 *          of a peer (RFC 8050), as RouteViews (rib.*), RIPE RIS (bview.*) and BIRD write them, and gives each prefix
 *          with the AS that it comes from. That is the last AS of the path (RFC 4271 s5.1.2), members of confederations
 *          aside (RFC 5065); where the path is empty it is the peer's own. Where peers say otherwise of the same prefix
 *          it is the one that most of them say, of several the lowest; only records that follow one another are taken
 *          together. A path that ends in a set of several AS names nobody, and so does AS 0. Unicast only; a default
 *          route tells nothing of who has the addresses, and is left out.
 * Faults:  a damaged record loses what comes after the damage in it; the first MRT_TOLD_MOST are kept with their
 *          offset, all are counted.
 * Owns:    its buffers; the input is the caller's, and must be at its beginning.
 * Limits:  records of MRT_RECORD_MOST bytes; MRT_VOTES paths of a prefix, more are counted.
 * Thread:  one reader.
 */
#ifndef LAZARET_CENSUS_REGISTRY_MRT_H
#define LAZARET_CENSUS_REGISTRY_MRT_H

#include "census/registry/systems.h"
#include "source/input.h"

#define MRT_RECORD_MOST (2UL << 20)
#define MRT_VOTES       (1UL << 17)
#define MRT_TOLD_MOST   10

/* What is damaged. */
enum mrt_fault {
	MRT_NO_PEERS,   /* a route before the table of peers */
	MRT_PEERS,      /* the table of peers is cut */
	MRT_PREFIX,     /* no prefix, or one that is too long */
	MRT_ENTRY,      /* an entry goes beyond its record */
	MRT_PEER,       /* an entry of a peer that the table does not have */
	MRT_ATTRIBUTES, /* attributes, or the path in them, go beyond their end */
	MRT_FAULT_COUNT
};

struct mrt_counts {
	uint64_t prefixes; /* given */
	uint64_t several;  /* of these, that come from several AS */
	uint64_t nobodys;  /* prefixes that no path gives an AS for */
	uint64_t sets;     /* paths that end in a set of several AS */
	uint64_t defaults; /* default routes */
	uint64_t others;   /* records of other types, or of other than unicast routes */
	uint64_t refused;  /* paths that had no room */
	uint64_t faults[MRT_FAULT_COUNT];
};

struct mrt;

struct mrt *mrt_new(struct input *input);
struct mrt *mrt_free(struct mrt *mrt);

/* 1 with the next prefix; 0 at the end of the file; -errno, with fail filled, where the rest cannot be read: it is
 * damaged (input.h), cut, or no such table (-EBADMSG). */
int mrt_next(struct mrt *mrt, struct announced *ret, struct fail *fail) MUST_USE;

const struct mrt_counts *mrt_counts(const struct mrt *mrt);

/* The fault of that index as a sentence, with file and offset; false where so many are not kept. */
bool mrt_tell(const struct mrt *mrt, size_t index, struct fail *fail);

#endif
