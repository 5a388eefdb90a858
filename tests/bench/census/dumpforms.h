/* dumpforms - objects as each registry writes them
 *
 * What:    RPSL as RIPE, APNIC and AFRINIC have it, and the texts of ARIN and LACNIC. What an object is about is in
 *          struct dumpnetwork, or is an AS that holds networks.
 * Owns:    nothing; the files are dumps.c's.
 * Thread:  one a registry.
 */
#ifndef LAZARET_TESTS_DUMPFORMS_H
#define LAZARET_TESTS_DUMPFORMS_H

#include "dumpfile.h"
#include "spaces.h"

enum dumppart {
	DUMPPART_INETNUM,
	DUMPPART_INET6NUM,
	DUMPPART_AUT_NUM,
	DUMPPART_ORGANISATION,
	DUMPPART_ROLE,
	DUMPPART_IRT,
	DUMPPART_ROUTE,
	DUMPPART_COUNT
};

struct dump {
	enum registry_name registry;
	const char *source, *suffix, *top; /* the maintainer of allocations */
	struct dumpfile *part[DUMPPART_COUNT];
	struct dumpfile file[DUMPPART_COUNT]; /* those that there are */
};

struct dumpnetwork {
	const struct space *space;
	enum range_family family;
	struct range range;
	bool is_assigned; /* in the space; else it is the space, or a part of it */
	uint32_t number;  /* of the object */
};

struct dumpform {
	/* All objects of one who has networks; the system is in this registry, or only the networks are. */
	void (*holder)(struct dump *dump, const struct space *space);
	void (*network)(struct dump *dump, const struct dumpnetwork *network);
	bool has_ranges; /* else an object has one prefix */
};

extern const struct dumpform dumpform_rpsl, dumpform_arin, dumpform_lacnic;

#endif
