/* radix - sorts records by their address
 *
 * What:    least significant digit first, a byte at a time; a byte that is the same in all records costs one look. It
 *          is stable: records of one address stay in the order in which they came.
 * Owns:    nothing: the records and as much scratch memory are the caller's, on the same alignment.
 * Limits:  time and memory are linear, whatever the records hold. What fits into the caches of a processor is sorted
 *          faster: portions.h makes it so.
 * Thread:  any, one call per array.
 */
#ifndef LAZARET_CENSUS_JOIN_RADIX_H
#define LAZARET_CENSUS_JOIN_RADIX_H

#include <stddef.h>

/* Both give where the sorted records are: in records or in scratch. The other one holds nothing of use. */
void *radix_sort4(void *records, void *scratch, size_t count);
void *radix_sort6(void *records, void *scratch, size_t count);

#endif
