/* filteropening - the filter in the kernel, as the parent has it
 *
 * What:    has the gate attach the filter of export datagrams (bpf/export.bpf.c) to interfaces, for the UDP ports
 *          that are open, and keeps what receivers need of it. So a receiver that dies leaves the filter as it was to
 *          its successor, and when all processes are gone the kernel takes it off.
 * Owns:    its descriptors.
 * Limits:  GATE_LISTENERS pairs of address and port. A socket that is bound to no address has one pair for each address
 *          of the machine: first those of the interfaces, then the others, without loopback and link-local ones;
 *          what finds no place, and addresses that come later, go by the socket.
 * Thread:  the parent's.
 */
#ifndef LAZARET_SERVICE_FILTEROPENING_H
#define LAZARET_SERVICE_FILTEROPENING_H

#include "runtime/gateclient.h"
#include "service/daemon.h"
#include "service/receiver.h"

struct filter_opened {
	struct gate_filter as; /* with the modes that it got; no interfaces: there is none */
	int descriptor[SOCKETS_GROUP];
	int count;
	uint32_t left_out; /* pairs that found no place */
};

/* One UDP socket, or group of them. */
struct filter_socket {
	struct address address; /* :: all of both families, 0.0.0.0 all of IPv4 */
	uint16_t port;
};

/* Fills the settings' places to listen at; how many pairs found no place. */
uint32_t filteropening_list(
	struct gate_filter *filter, const struct filter_socket *sockets, size_t count);

int filteropening_open(struct filter_opened *ret, const struct daemon_settings *settings,
	const struct filter_socket *sockets, size_t count, struct gateclient *gate,
	struct fail *fail) MUST_USE;
void filteropening_close(struct filter_opened *opened);

/* The filter is attached once, for the ports that were open then: may a reload make new of old? */
int filteropening_check(const struct daemon_settings *old, const struct daemon_settings *new,
	struct fail *fail) MUST_USE;

/* Into the log, if there is one. */
void filteropening_tell(const struct filter_opened *opened);

/* What one receiver gets. */
struct receiver_filter filteropening_of(const struct filter_opened *opened, uint32_t receiver);

/* "eth0 (native), eth1 (generic)". */
void filteropening_describe(const struct filter_opened *opened, char into[STATUS_FILTER]);

#endif
