/* stringtable - short texts one behind the other, as files have them
 *
 * What:    each stands behind its length in two bytes, and is known by its place; the first, at 0, is empty.
 * Owns:    its bytes; a text is valid until the next is added.
 * Limits:  STRINGTABLE_LONGEST bytes a text, the rest is cut off; STRINGTABLE_MOST bytes in all.
 * Thread:  one at a time; any, once nothing is added.
 */
#ifndef LAZARET_CENSUS_REGISTRY_STRINGTABLE_H
#define LAZARET_CENSUS_REGISTRY_STRINGTABLE_H

#include "base/text.h"

#include <stdint.h>
#include <string.h>

#define STRINGTABLE_LONGEST 1000
#define STRINGTABLE_MOST    (1UL << 31)

struct stringtable {
	char *at;
	uint32_t length, size; /* bytes */
};

void stringtable_init(struct stringtable *table);
void stringtable_done(struct stringtable *table);

/* Its place; 0: it is empty, or there is no room. */
uint32_t stringtable_add(struct stringtable *table, struct text text);

static inline struct text
stringtable_get(const struct stringtable *table, uint32_t place)
{
	uint16_t length;

	memcpy(&length, table->at + place, sizeof(length));
	return (struct text){.at = table->at + place + sizeof(length), .length = length};
}

#endif
