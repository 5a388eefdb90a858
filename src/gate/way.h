/* way - how packets for the garden come to a socket of this machine, whatever their address is
 *
 * What:    a rule of ip(8) for the garden's mark, and a table with that number which says that all is local, both
 *          with a protocol number that says whose they are. Others
 *          take such rules away (systemd-networkd does at its start, unless it is told not to), and no rule of
 *          nf_tables shows it; so the kernel is asked whether the way leads, and what is gone is made again.
 * Owns:    a socket, from the first way_set on.
 * Limits:  one mark; IPv4 and IPv6. A family that the machine has no way for is told once and left alone.
 * Thread:  one.
 */
#ifndef LAZARET_GATE_WAY_H
#define LAZARET_GATE_WAY_H

#include <stdbool.h>
#include <stdint.h>

#define WAY_FAMILIES 2

struct way {
	uint32_t mark; /* that was last set; 0: none */
	bool has_led[WAY_FAMILIES];
	bool is_lost[WAY_FAMILIES];
	int netlink; /* 0: not open */
};

/* What has the mark is led to this machine, and what any earlier mark led is not any more; 0: nothing is. */
void way_set(struct way *way, uint32_t mark);

/* To be asked now and then: false: it does not lead any more, and could not be made again. */
bool way_look(struct way *way);

#endif
