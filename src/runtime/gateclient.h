/* gateclient - the parent's side of the gate
 *
 * What:    starts the gate and has it open what needs privileges. The calls wait for the answer.
 * Owns:    gateclient_start makes the process, gateclient_stop ends it and waits for it. The caller closes
 *          the descriptors it gets.
 * Limits:  GATECLIENT_WAIT seconds for an answer; then, and after any answer that is malformed, the gate is given
 *          up: all calls give -EPIPE. GATECLIENT_END seconds until it has ended: then it is killed.
 * Thread:  one at a time.
 */
#ifndef LAZARET_RUNTIME_GATECLIENT_H
#define LAZARET_RUNTIME_GATECLIENT_H

#include "runtime/gate.h"

#include <sys/types.h>

#define GATECLIENT_WAIT 10
#define GATECLIENT_END  3

struct gateclient {
	int descriptor; /* -1: there is none any more */
	pid_t process;
	uint64_t number;
};

/* For containment: the gate's end of its socket to the actor (gate/orders.h), and the memory of the rules. */
struct gateclient_contain {
	int orders;
	int rules;
};

/* program: the path of lazaret-gate. with_bpf: it loads the filter, and keeps CAP_BPF too. contain NULL: there is none.
 * Nothing but standard error, its socket and those of contain is handed on; they stay the caller's. */
int gateclient_start(struct gateclient *ret, const char *program, bool with_bpf,
	const struct gateclient_contain *contain, struct fail *fail) MUST_USE;
void gateclient_stop(struct gateclient *client);

/* As sockets_open_udp. */
int gateclient_udp(struct gateclient *client, const struct udp_settings *settings, int *descriptors,
	struct socket_buffer *ret, struct fail *fail) MUST_USE;

/* As packetring_check and packetring_open: puts in the defaults, and gives the descriptor for packetring_map. */
int gateclient_packets(struct gateclient *client, struct packetring_settings *settings,
	struct fail *fail) MUST_USE;

/* As sockets_open_transparent: gives the descriptor. */
int gateclient_transparent(struct gateclient *client, uint16_t port, struct fail *fail) MUST_USE;

/* Loads the filter and attaches it, of a gate that was started with_bpf. descriptors: room for SOCKETS_GROUP; how many
 * they are is returned (see gate_filter_descriptor). The modes in settings become those that it got. */
int gateclient_filter(struct gateclient *client, struct gate_filter *settings, int *descriptors,
	struct fail *fail) MUST_USE;

/* Has the rules of containment loaded, which are in the memory (gaterules.h). */
int gateclient_rules(struct gateclient *client, struct fail *fail) MUST_USE;

#endif
