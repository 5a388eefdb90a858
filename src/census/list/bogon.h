/* bogon - addresses from which nobody can send mail to the world
 *
 * What:    private, reserved and documentation space of the IANA special-purpose registries (RFC 6890), and
 *          multicast. A list that names them says nothing about a zombie: it is a mistake, or a jest.
 *          Transition space (6to4, Teredo) is none: a host can be behind it.
 * Thread:  any.
 */
#ifndef LAZARET_CENSUS_LIST_BOGON_H
#define LAZARET_CENSUS_LIST_BOGON_H

#include "census/list/spans.h"

extern const struct spans bogon4, bogon6; /* of IPv6: networks of 64 bits */

/* What the space is for. The span is one of these sets. */
const char *bogon_name(const struct span *span);

/* Whether any address with the same first number is one. */
static inline bool
bogon_is_near(uint32_t address)
{
	/* 0, 10; 100, 127; 169, 172; 192, 198, 203, and all from 224. */
	static const uint64_t first[4] = {UINT64_C(0x401), UINT64_C(0x8000001000000000),
		UINT64_C(0x0000120000000000), UINT64_C(0xffffffff00000841)};

	return first[address >> 30] >> (address >> 24 & 63) & 1;
}

#endif
