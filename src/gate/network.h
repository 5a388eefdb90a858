/* network - which elements are lines of the own network, for the gate, which knows no lines
 *
 * What:    the prefixes of the parent (gaterules.h), to be asked for an element of the lines' sets. The longest prefix
 *          that has its address says how long a line is there; an element that is shorter would hold several.
 * Owns:    its table.
 * Limits:  GATERULES_NETWORK prefixes. What cannot be a prefix is left out: then nobody is a line there.
 * Thread:  any, once it is made.
 */
#ifndef LAZARET_GATE_NETWORK_H
#define LAZARET_GATE_NETWORK_H

#include "action/lineset.h"
#include "runtime/gaterules.h"

struct network {
	struct network_prefix *at; /* by address, the shorter first */
	size_t count;
};

void network_make(struct network *network, const struct gaterules_network *of);
void network_free(struct network *network);

/* May the set hold this address? Of those that are not of lines any that it can hold. */
bool network_takes(const struct network *network, enum lineset set, const struct address *address);

#endif
