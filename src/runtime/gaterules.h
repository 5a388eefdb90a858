/* gaterules - the rules of containment, on their way from the parent to the gate
 *
 * What:    shared memory that the parent writes and the gate's warden hands to nft(8): two versions, of which one is
 *          current, so that the gate can load it again at any time. Each is there twice: as a text that keeps the
 *          elements of the sets, and as one that begins from nothing.
 * Owns:    nothing; the memory is a file without a name, whose descriptor the gate inherits.
 * Limits:  GATE_RULES_TEXT bytes a text.
 * Thread:  one writes, one reads.
 */
#ifndef LAZARET_RUNTIME_GATERULES_H
#define LAZARET_RUNTIME_GATERULES_H

#include <stdint.h>

/* The descriptors in the gate: of its socket to the actor, and of the memory. */
#define GATE_ORDERS_SOCKET 4
#define GATE_RULES_MEMORY  5

#define GATE_RULES_TEXT (8 << 20)

enum gaterules_how { GATERULES_RENEW, GATERULES_REPLACE, GATERULES_HOWS };

struct gaterules {
	uint32_t current; /* version 0 or 1 */
	uint32_t most;    /* elements of a set at the most */
	uint32_t mark
		[2]; /* of packets for the garden, which are led to this machine; 0: there are none */
	uint32_t length[2][GATERULES_HOWS];
	char text[2][GATERULES_HOWS][GATE_RULES_TEXT];
};

#endif
