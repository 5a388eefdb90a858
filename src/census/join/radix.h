/* radix - sorts records by their address
 *
 * What:    least significant digit first, a byte at a time; a byte that is the same in all records costs one look. It
 *          is stable: records of one address stay in the order in which they came. The result is the same bytes
 *          whatever the number of threads.
 * Owns:    nothing: the records and as much scratch memory are the caller's, on the same alignment.
 * Limits:  time and memory are linear, whatever the records hold. More than RADIX_THREADS threads are not started, nor
 *          any for less than a million records; where none can be started one does it all.
 * Thread:  any, one call per array; threads of its own end before it returns.
 */
#ifndef LAZARET_CENSUS_JOIN_RADIX_H
#define LAZARET_CENSUS_JOIN_RADIX_H

#include <stddef.h>

#define RADIX_THREADS 2

/* Both give where the sorted records are: in records or in scratch. The other one holds nothing of use. */
void *radix_sort4(void *records, void *scratch, size_t count, unsigned threads);
void *radix_sort6(void *records, void *scratch, size_t count, unsigned threads);

#endif
