/* gaterules - the rules of containment, on their way from the parent to the gate
 *
 * What:    shared memory that the parent writes and the gate's warden hands to nft(8): two versions, of which one is
 *          current, so that the gate can load it again at any time. Each is there twice: as a text that keeps the
 *          elements of the sets, and as one that begins from nothing. Beside them is what the filter of port 25 in XDP
 *          needs of the same settings, and the own network: where lines are whose elements the gate takes.
 *          In front is what the gate tells the parent; all else it only reads.
 * Owns:    nothing; the memory is a file without a name, whose descriptor the gate inherits.
 * Limits:  GATE_RULES_TEXT bytes a text; GATERULES_INTERFACES; GATERULES_PREFIXES a list; GATERULES_NETWORK.
 * Thread:  one writes, one reads, each part.
 */
#ifndef LAZARET_RUNTIME_GATERULES_H
#define LAZARET_RUNTIME_GATERULES_H

#include "runtime/gate.h"

/* The descriptors in the gate: of its socket to the actor, and of the memory. */
#define GATE_ORDERS_SOCKET 4
#define GATE_RULES_MEMORY  5

#define GATE_RULES_TEXT      (8 << 20)
#define GATERULES_INTERFACES 16
#define GATERULES_FOLDER     256
#define GATERULES_PREFIXES   4096
#define GATERULES_NETWORK    65536

enum gaterules_how { GATERULES_RENEW, GATERULES_REPLACE, GATERULES_HOWS };

/* Port 25 as XDP stops it. */
struct gaterules_filter {
	char folder[GATERULES_FOLDER]; /* where it is pinned, also if it is to be removed there */
	struct gate_interface interface[GATERULES_INTERFACES];
	uint32_t interfaces; /* 0: it is to be nowhere */
	uint32_t lines_most;
	uint32_t exempt_most;
	uint8_t stops_lines; /* each 0 or 1 */
	uint8_t stops_policy;
	uint8_t is_64;
	uint8_t is_56;
	uint8_t is_48;
	uint32_t residential_count;
	uint32_t server_count;
	uint32_t protected_count;
	struct prefix residential[GATERULES_PREFIXES];
	struct prefix server[GATERULES_PREFIXES];
	struct prefix protected[GATERULES_PREFIXES]; /* destinations */
};

/* Inside which prefixes an element of the lines' sets may lie; the longest that has it says how long it is. */
struct gaterules_network {
	uint32_t count;
	struct gaterules_prefix {
		struct prefix prefix;
		uint8_t line_length; /* of a line, as in struct prefix; none is shorter */
	} at[GATERULES_NETWORK];
};

/* Of sets of lines, as enum lineset_kind. */
#define GATERULES_KINDS 3

/* Counted over all workers. */
struct gaterules_told {
	uint64_t malformed; /* messages of an actor that cannot be: he is to be replaced */
	uint64_t refused;   /* elements outside the own network */
	uint64_t foreign;   /* transactions of others in this network namespace */
	uint64_t replaced;  /* workers that died */
	uint64_t loads;     /* of the rules */
	uint64_t loaded_s;  /* the last of them, in seconds since 1970 */
	uint64_t counts;    /* 1: the kernel tells how many elements its sets have, which are: */
	uint64_t held[GATERULES_KINDS];
	uint64_t astray; /* 1: packets for the garden find no way to it */
};

/* What the gate maps to write it. */
#define GATERULES_TOLD 65536

struct gaterules {
	union {
		struct gaterules_told told;
		uint8_t told_room[GATERULES_TOLD];
	};
	uint32_t current; /* version 0 or 1 */
	uint32_t most;    /* elements of a set at the most */
	uint32_t removes
		[2]; /* 1: there are no rules any more, and what an earlier one left is to go */
	uint32_t mark[2];  /* of packets for the garden; 0: there is none */
	uint32_t leads[2]; /* 1: what has it is led to this machine; else it is not, any more */
	uint32_t length[2][GATERULES_HOWS];
	char text[2][GATERULES_HOWS][GATE_RULES_TEXT];
	struct gaterules_filter filter[2];
	struct gaterules_network network[2];
};

#endif
