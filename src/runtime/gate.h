/* gate - what is said between the parent and the gate
 *
 * What:    the gate (program/gate.c) is the one process that keeps privileges. The parent sends orders over a
 *          seqpacket socket; the gate answers each with descriptors, or with what a person must read. Both are
 *          of fixed size. An order that is malformed ends the gate.
 * Owns:    nothing.
 * Limits:  one order at a time; SOCKETS_GROUP descriptors an answer.
 * Thread:  any.
 */
#ifndef LAZARET_RUNTIME_GATE_H
#define LAZARET_RUNTIME_GATE_H

#include "runtime/packetring.h"
#include "runtime/sockets.h"

#define GATE_VERSION 1
#define GATE_SOCKET  3 /* the descriptor that it is started with */

enum gate_order_kind {
	GATE_UDP = 1,     /* a port, low or not, with a queue above the system's limit */
	GATE_PACKETS = 2, /* the packets of an interface */
};

struct gate_order {
	uint16_t version;
	uint16_t kind; /* enum gate_order_kind */
	uint32_t size; /* of this struct */
	uint64_t number;
	union {
		struct udp_settings udp;
		struct packetring_settings packets;
		uint8_t bytes[112];
	};
};

struct gate_answer {
	uint16_t version;
	uint16_t kind;
	uint32_t size;
	uint64_t number; /* of the order */
	int32_t error;   /* 0, or -errno */
	uint32_t descriptors;
	struct socket_buffer buffer;
	struct fail fail;
};

_Static_assert(sizeof(struct gate_order) == 128, "an order has no holes");

#endif
