/* containshare - what the filter of port 25 in the kernel and the process that fills it tell each other
 *
 * What:    the layout of the maps of bpf/contain.bpf.c. Lines stand in hash maps, one for each set of lineset.h up to
 *          CONTAIN_LINE_SETS, with the same numbers; prefixes in three tries. Each of these eleven has two places, in
 *          one of which it stands; the word of the control map says in which, beside mode and lengths. So one store of
 *          one word changes any number of sets, modes and prefixes at the same moment, and a packet sees all of it or
 *          none.
 * Owns:    nothing.
 * Limits:  the constants.
 * Thread:  one process writes; the filter reads, on any number of processors.
 */
#ifndef LAZARET_GATE_CONTAINSHARE_H
#define LAZARET_GATE_CONTAINSHARE_H

#include <stdint.h>

/* Another layout: what is pinned by an older one is not taken over. */
#define CONTAIN_LAYOUT 2

#define CONTAIN_BLOCK       0 /* LINESET_BLOCK4; then /64, /56, /48 */
#define CONTAIN_EXEMPT      4 /* LINESET_EXEMPT4; and so on */
#define CONTAIN_LINE_SETS   8
#define CONTAIN_SERVERS     8
#define CONTAIN_RESIDENTIAL 9
#define CONTAIN_PROTECTED   10
#define CONTAIN_SETS        11
#define CONTAIN_LISTS       (CONTAIN_SETS - CONTAIN_LINE_SETS)

/* Where a set stands in its map of maps. */
#define CONTAIN_LINES_PLACE(set, side) ((side)*CONTAIN_LINE_SETS + (set))
#define CONTAIN_LIST_PLACE(set, side)  ((side)*CONTAIN_LISTS + (set)-CONTAIN_LINE_SETS)

/* The word: a bit for each set, its side; the modes, as enum ruleset_mode; which lengths IPv6 lines have. */
#define CONTAIN_SIDE(word, set) ((uint32_t)((word) >> (set)) & 1)
#define CONTAIN_SIDES           ((UINT64_C(1) << CONTAIN_SETS) - 1)
#define CONTAIN_LINES_SHIFT     16
#define CONTAIN_LINES_ENFORCE   (UINT64_C(2) << 16)
#define CONTAIN_LINES           (UINT64_C(3) << 16)
#define CONTAIN_POLICY_SHIFT    18
#define CONTAIN_POLICY_ENFORCE  (UINT64_C(2) << 18)
#define CONTAIN_POLICY          (UINT64_C(3) << 18)
#define CONTAIN_64              (UINT64_C(1) << 24)
#define CONTAIN_56              (UINT64_C(1) << 25)
#define CONTAIN_48              (UINT64_C(1) << 26)
#define CONTAIN_GUARDS          (UINT64_C(1) << 27) /* there are protected destinations */
#define CONTAIN_LENGTHS         (CONTAIN_64 | CONTAIN_56 | CONTAIN_48)

struct contain_control {
	uint64_t word;
	uint64_t
		layout; /* CONTAIN_LAYOUT once the filter has been attached: then what is pinned is whole */
};

/* Network order: an IPv4 address and 4 zeros, or the first half of an IPv6 address, masked. */
struct contain_line {
	uint32_t half[2];
};

/* Network order; length and address as in struct prefix. */
struct contain_prefix {
	uint32_t length;
	uint32_t address[4];
};

/* The first four of enum ruleset_counter. */
enum contain_counter {
	CONTAIN_COUNT_LINE,
	CONTAIN_COUNT_OUT,
	CONTAIN_COUNT_IN,
	CONTAIN_COUNT_BACK,
	CONTAIN_COUNTERS
};

/* Of one processor. Bytes: of the packets of IP. */
struct contain_count {
	uint64_t packets;
	uint64_t bytes;
};

#endif
