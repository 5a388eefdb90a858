/* packetfilter - which packets of an interface are worth copying
 *
 * What:    a classic BPF program that lets through what the reader of packets (source/capture) would use:
 *          TCP with a mail port at one end, its fragments, and what a filter cannot follow to the ports
 *          (IP options, extension headers, MPLS, PPPoE, 802.2, more than two tags). Everything else of the
 *          interface stays in the kernel. With flow export, UDP that begins like NetFlow, IPFIX or sFlow too.
 * Limits:  Ethernet. The kernel has taken the outermost tag off already, or not; both are right.
 * Thread:  any.
 */
#ifndef LAZARET_RUNTIME_PACKETFILTER_H
#define LAZARET_RUNTIME_PACKETFILTER_H

#include "runtime/bpfprogram.h"

#include <stdbool.h>

void packetfilter_make(struct bpfprogram *ret, bool with_export);

#endif
