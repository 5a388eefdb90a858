/* nest - which network is inside of which
 *
 * What:    puts the networks of a registry in order (first address, then last from high to low), drops those that
 *          stand twice or begin inside of another one and end outside of it, and finds for each that which holds it. In
 *          ARIN, where a block is reassigned whole, networks of identical range all stand, below those that they name
 *          as Parent, and the way up is by Parent, if that holds the range.
 * Owns:    nothing; it fills the columns.
 * Limits:  time n log n.
 * Thread:  one at a time.
 */
#ifndef LAZARET_CENSUS_REGISTRY_NEST_H
#define LAZARET_CENSUS_REGISTRY_NEST_H

#include "census/registry/columns.h"

void nest(struct columns *columns);

#endif
