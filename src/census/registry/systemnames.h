/* systemnames - who an AS is, as tables of AS say it
 *
 * What:    a name for a number; the first that is told stands. Where a registry's own objects are not at hand this is
 *          all that a person can read of an AS.
 * Owns:    its texts.
 * Limits:  SYSTEMNAMES_LONGEST bytes a name, the rest is cut off; SYSTEMNAMES_MOST names.
 * Thread:  one at a time; any, once nothing is added.
 */
#ifndef LAZARET_CENSUS_REGISTRY_SYSTEMNAMES_H
#define LAZARET_CENSUS_REGISTRY_SYSTEMNAMES_H

#include "base/table.h"
#include "census/registry/stringtable.h"

#define SYSTEMNAMES_LONGEST 200
#define SYSTEMNAMES_MOST    (1UL << 22)

struct systemnames {
	struct table table; /* a hash of the number -> place */
	struct stringtable texts;
};

void systemnames_init(struct systemnames *names);
void systemnames_done(struct systemnames *names);

/* An empty name is none. */
void systemnames_add(struct systemnames *names, uint32_t system, struct text name);

/* The place of its text; 0: it has no name. */
uint32_t systemnames_find(const struct systemnames *names, uint32_t system);

#endif
