/* gate - what is said between the parent and the gate
 *
 * What:    the gate (program/gate.c) is the one process that keeps privileges. The parent sends orders over a
 *          seqpacket socket; the gate answers each with descriptors, or with what a person must read. Both are
 *          of fixed size. An order that is malformed ends the gate.
 * Owns:    nothing.
 * Limits:  one order at a time; SOCKETS_GROUP descriptors an answer; one filter in a gate's life.
 * Thread:  any.
 */
#ifndef LAZARET_RUNTIME_GATE_H
#define LAZARET_RUNTIME_GATE_H

#include "runtime/packetring.h"
#include "runtime/sockets.h"

#define GATE_VERSION 2
#define GATE_SOCKET  3 /* the descriptor that it is started with */

enum gate_order_kind {
	GATE_UDP = 1,     /* a port, low or not, with a queue above the system's limit */
	GATE_PACKETS = 2, /* the packets of an interface */
	GATE_FILTER = 3,  /* the filter of export datagrams in the kernel; of a gate with --bpf */
	GATE_RULES =
		4, /* the rules of containment are there (gaterules.h); of one with --contain */
	GATE_TRANSPARENT = 5, /* the garden's socket, see sockets_open_transparent */
};

#define GATE_INTERFACES 4
#define GATE_LISTENERS  16
#define GATE_RINGS      16

/* How the filter is attached; in the answer how it was. */
enum gate_mode { GATE_MODE_ANY, GATE_MODE_NATIVE, GATE_MODE_GENERIC, GATE_MODE_COUNT };

/* All that is not used is zero. */
struct gate_filter {
	struct gate_interface {
		char name[16];
		uint32_t mode; /* enum gate_mode */
	} interface[GATE_INTERFACES];
	struct gate_listener {
		struct address address; /* of this machine */
		uint32_t port;
	} listener[GATE_LISTENERS];
	uint32_t interfaces;
	uint32_t listeners;
	uint32_t rings;
	uint32_t ring_bytes; /* a power of two, of whole pages */
};

/* Descriptors of an answer to GATE_FILTER: these, a ring for each asked for, a link for each interface. */
enum gate_filter_descriptor { GATE_FILTER_CONTROL, GATE_FILTER_SLOTS, GATE_FILTER_RINGS };

struct gate_transparent {
	uint32_t port;
	uint32_t zero;
};

struct gate_order {
	uint16_t version;
	uint16_t kind; /* enum gate_order_kind */
	uint32_t size; /* of this struct */
	uint64_t number;
	union {
		struct udp_settings udp;
		struct packetring_settings packets;
		struct gate_filter filter;
		struct gate_transparent transparent;
		uint8_t bytes[496];
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
	uint8_t mode[GATE_INTERFACES]; /* enum gate_mode of each interface */
	struct fail fail;
};

_Static_assert(sizeof(struct gate_order) == 512, "an order has no holes");

#endif
