/* steering - which socket of a group gets a datagram of flow export
 *
 * What:    a program of classic BPF for SO_ATTACH_REUSEPORT_CBPF, which needs no privilege: hashes the sender's
 *          address together with the observation domain that the payload names (source id of NetFlow v9, domain
 *          of IPFIX, engine of v5, sub-agent of sFlow v5), so that templates, sequence and sampling of a
 *          domain live behind one socket. What is no flow export goes by its address alone, and what is
 *          too short to tell goes to the first socket.
 * Limits:  classic BPF; the kernel falls back to its own hash while the group has fewer sockets than the
 *          program was made for.
 * Thread:  any.
 */
#ifndef LAZARET_RUNTIME_STEERING_H
#define LAZARET_RUNTIME_STEERING_H

#include "runtime/bpfprogram.h"

#include <stdint.h>

/* Gives the whole group of this socket the program. */
int steering_attach(int descriptor, unsigned sockets, uint32_t seed, struct fail *fail) MUST_USE;

#endif
