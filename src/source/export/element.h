/* element - the information elements of flow export: number to name and type
 *
 * What:    the IANA registry of IPFIX information elements (RFC 7012 and those after it), their reverse
 *          counterparts (RFC 5103 s6.1), the numbers that only NetFlow v9 has, and the enterprise
 *          elements whose numbers their makers have published.
 * Owns:    nothing; all of it is constant.
 * Limits:  one load for IANA and reverse elements; a binary search for the others. Meant for the time
 *          when a template is learnt.
 * Thread:  any.
 */
#ifndef LAZARET_SOURCE_EXPORT_ELEMENT_H
#define LAZARET_SOURCE_EXPORT_ELEMENT_H

#include "source/export/decode.h"

#define ELEMENT_REVERSE 29305 /* the enterprise number of reverse elements (RFC 5103 s6.1) */

/* Longest text that element_format writes, with the end. */
#define ELEMENT_TEXT 80

/* The element, or NULL where it is not known. In NetFlow v9 the enterprise is 0 and the number may be
 * above 32767. */
const struct element *element_find(uint32_t enterprise, uint16_t id);

/* The scope field of a NetFlow v9 options record (RFC 3954 s6.1): its numbers are a space of their own.
 * NULL for others than 1 to 5. */
const struct element *element_find_scope(uint16_t scope);

/* The name, or "enterprise:id" where the element has none; returns into. */
char *element_format(const struct element *element, char into[ELEMENT_TEXT]);

/* Rows of the tables; only element*.c look at these. */
struct element_pair {
	struct element forward;
	struct element reverse; /* name NULL: not reversible */
};
extern const struct element_pair element_iana[];
extern const unsigned element_iana_count;
extern const struct element element_enterprise[]; /* in the order of enterprise and id */
extern const unsigned element_enterprise_count;

#endif
