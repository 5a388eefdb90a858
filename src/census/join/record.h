/* record - what is sorted, joined and merged: records that begin with their address
 *
 * What:    16 bytes that begin with an IPv4 address (uint32_t, order of the host), or 24 that begin with the /64 of an
 *          IPv6 address (uint64_t, its upper half). What follows the address is laid out alike in both, so one function
 *          serves both: it is given the size as a constant and is compiled for each.
 * Owns:    nothing.
 * Thread:  any.
 */
#ifndef LAZARET_CENSUS_JOIN_RECORD_H
#define LAZARET_CENSUS_JOIN_RECORD_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define RECORD4_SIZE 16
#define RECORD6_SIZE 24

/* A function that is compiled for each of the two sizes. */
#define RECORD_EITHER static inline __attribute__((always_inline))

RECORD_EITHER uint64_t
record_key(const void *record, size_t size)
{
	uint32_t address;
	uint64_t network;

	if (size == RECORD4_SIZE) {
		memcpy(&address, record, sizeof(address));
		return address;
	}
	memcpy(&network, record, sizeof(network));
	return network;
}

/* Where what follows the address begins. */
RECORD_EITHER size_t
record_rest(size_t size)
{
	return size == RECORD4_SIZE ? sizeof(uint32_t) : sizeof(uint64_t);
}

/* The number of records of a sorted array whose address is below this one. */
RECORD_EITHER size_t
record_seek(const void *sorted, size_t count, size_t size, uint64_t key)
{
	const uint8_t *records = sorted;
	size_t low = 0;

	while (count > 0) {
		size_t half = count / 2;

		if (record_key(records + (low + half) * size, size) < key) {
			low += half + 1;
			count -= half + 1;
		} else {
			count = half;
		}
	}
	return low;
}

#endif
