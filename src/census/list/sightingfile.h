/* sightingfile - sightings.lzs: what all lists of a day name, in a file that is used where it lies
 *
 * What:    the lists, each with what its card says and what was found in its file, and the four columns of listings.h
 *          as they were read: list by list, in the order of the files. The number of a list is its place. The same
 *          lists give the same bytes.
 * Owns:    the mapping, from sightingfile_open to sightingfile_close.
 * Limits:  SIGHTINGFILE_LISTS lists, as many as a row of a census's state has bits for. Opening reads all of it:
 *          whatever a file holds, each listing of one that was opened is of a list that it has, each range has ends in
 *          order, and texts end.
 * Thread:  any, once it is open.
 */
#ifndef LAZARET_CENSUS_LIST_SIGHTINGFILE_H
#define LAZARET_CENSUS_LIST_SIGHTINGFILE_H

#include "census/list/listcard.h"
#include "census/list/listings.h"

#define SIGHTINGFILE_LISTS  32
#define SIGHTINGFILE_WEIGHT 10000 /* a weight of one */

struct sightingfile_list {
	/* Lines of UTF-8; what follows the end is 0. None but the file is empty. */
	char name[LISTCARD_TEXT], group[LISTCARD_TEXT], licence[LISTCARD_TEXT];
	char file[LISTCARD_TEXT]; /* whose lines the listings name; without its folder */
	uint64_t lines;           /* of the file */
	uint64_t entries;         /* lines and records that were listed, exclusions too */
	uint64_t listed;          /* listings of it in the four columns */
	uint64_t bad;             /* lines and records that are none, too long or too wide */
	uint64_t bogons;          /* entries with addresses from which no mail comes */
	uint64_t wholes;          /* /24s written out as hosts */
	uint64_t dropped;         /* listings that had no room */
	/* How many it names, ranges with all that is in them: addresses of IPv4, /64s of IPv6; and when it last did not
	 * explode (listsurge.h), 0 both: it never was there. */
	struct sightingfile_named {
		uint64_t addresses, networks;
	} named, before;
	uint64_t fresh;     /* of listed, those that no list had then; without ranges */
	uint32_t time;      /* when it was made: seconds since 1970 */
	uint32_t expires;   /* the same; 0: not told */
	uint32_t half_life; /* seconds */
	uint16_t weight;    /* of SIGHTINGFILE_WEIGHT */
	uint8_t meaning;    /* enum listmeaning */
	uint8_t form;       /* enum listform */
	uint8_t is_trap;    /* the agency's own */
	uint8_t is_damaged; /* its file ended in damage: what came before is here */
	uint8_t is_surging; /* it exploded overnight and nobody accepted it: it counts for nothing */
	uint8_t spare[5];   /* 0 */
};

static_assert(sizeof(struct sightingfile_list) == 4 * LISTCARD_TEXT + 120,
	"no padding that would hold chance bytes");

struct sightingfile {
	const struct sightingfile_list *lists;
	const struct listing4 *four;
	const struct listing6 *six;
	const struct listedrange4 *ranges4;
	const struct listedrange6 *ranges6;
	size_t list_count, fours, sixes, ranges4_count, ranges6_count;
	const uint8_t *bytes;
	size_t size;
};

/* The listings are so many parts, one behind the other. 0, or -errno with fail. */
int sightingfile_write(const char *path, const struct sightingfile_list *lists, size_t count,
	const struct listings *listings, size_t parts, struct fail *fail) MUST_USE;

/* -ENOENT: there is none yet. All other errors mean that it is refused; fail says why. */
int sightingfile_open(const char *path, struct sightingfile *ret, struct fail *fail) MUST_USE;
void sightingfile_close(struct sightingfile *file);

/* The same of bytes that are the caller's and outlive it, aligned as uint64_t is: 0, or -EBADMSG with fail. */
int sightingfile_on(
	const uint8_t *bytes, size_t size, struct sightingfile *ret, struct fail *fail) MUST_USE;

/* The list of that name, or NULL. */
const struct sightingfile_list *sightingfile_find(
	const struct sightingfile *file, const char *name);

#endif
