/* kernelshare - what the filter in the kernel and the process behind it tell each other
 *
 * What:    the memory that bpf/export.bpf.c and kernel.c share: a control page (which ports and addresses
 *          are ours), a slot for each session that the filter may read, and the entry that it
 *          puts into its ring for each datagram that it took off the network.
 *
 *          A slot's state is two numbers: in its upper half how many datagrams of the session the
 *          filter has passed to the socket, in its lower half how many there were when the process
 *          allowed it to read. The filter reads a session only while the two are the same, so
 *          whatever it passes (a template, something odd, anything while the ring is full) bars the
 *          session, before the datagram is in the socket, until the process has read that datagram and
 *          allows it again. So no datagram is read with a layout that is not the latest, and the two
 *          ways, ring and socket, never overtake each other.
 * Owns:    nothing. Slots are written by the process while the session is barred; state and uptime
 *          by both, as one word each.
 * Limits:  the constants. What does not fit goes by the socket.
 * Thread:  one process a slot; the filter on any number of processors.
 */
#ifndef LAZARET_SOURCE_EXPORT_KERNELSHARE_H
#define LAZARET_SOURCE_EXPORT_KERNELSHARE_H

#include <stdint.h>

#define KERNEL_SLOTS         8192 /* a power of two */
#define KERNEL_PROBES        4    /* slots in which a session may stand */
#define KERNEL_TEMPLATES     8    /* of a session */
#define KERNEL_RECORDS       128  /* of a datagram */
#define KERNEL_RECORD_LENGTH 512
#define KERNEL_KEPT          2048 /* bytes of the records that are kept of a datagram, before the last one */
#define KERNEL_LISTENERS     16
#define KERNEL_RINGS         16
#define KERNEL_HEADER        24
#define KERNEL_NETFLOW5_ID   0 /* the number under which its layout stands in a slot */

/* Messages that left the exporter by less than this apart may come in another order: for the filter and the process. */
#define REORDER_SECONDS 60

enum kernel_template_flag {
	KERNEL_REDEFINED = 1 << 0, /* messages from before `since` mean another layout */
	KERNEL_SKIP = 1 << 1,      /* no record is kept */
};

struct kernel_template {
	uint16_t id;
	uint16_t length;
	uint16_t source_port; /* offsets */
	uint16_t destination_port;
	uint16_t protocol;     /* of one byte */
	uint8_t protocol_mask; /* 0: it has no such byte, and only TCP */
	uint8_t flags;
	uint32_t since; /* export time, in seconds */
};

/* The address as in struct address; the rest: domain, port << 32 (of IPFIX), dialect << 48. */
struct kernel_key {
	uint64_t address[2];
	uint64_t rest;
};

struct kernel_slot {
	uint64_t state; /* passed << 32 | passed when it was allowed */
	struct kernel_key key;
	uint32_t owner;  /* number of the ring + 1; 0: the slot is free */
	uint32_t uptime; /* of the last datagram: sysUpTime must not go back */
	uint32_t templates;
	uint32_t unused[5]; /* to whole cache lines */
	struct kernel_template template[KERNEL_TEMPLATES];
};

/* An address and port where export is received, in network order. */
struct kernel_listener {
	uint64_t address[2];
	uint64_t port;
};

struct kernel_control {
	uint64_t seed[2]; /* secret: where a session stands cannot be aimed at */
	uint64_t ports
		[1024]; /* of all listeners, a bit each: what is not for them is passed at once */
	struct kernel_listener listener[KERNEL_LISTENERS];
	uint32_t listeners;
	uint32_t
		waits[KERNEL_RINGS]; /* not 0: whoever reads this ring sleeps, and is to be woken */
};

/* One datagram. Its kept records follow, each as long as the template says. */
struct kernel_entry {
	uint64_t address[2]; /* the exporter's */
	uint8_t middle[8];   /* as sent: 8 bytes from the middle, and the last 8 */
	uint8_t last[8];
	uint32_t slot;
	uint32_t passed; /* of the slot's state */
	uint16_t port;   /* the exporter's */
	uint16_t collector_port;
	uint16_t size; /* of the payload */
	uint16_t template_id;
	uint16_t records; /* in the datagram */
	uint16_t kept;
	uint32_t kept_bytes;
	uint8_t header[KERNEL_HEADER]; /* the payload's first bytes */
};

/* Where the search for a session begins. */
static inline uint32_t
kernel_place(const struct kernel_key *key, const uint64_t seed[2])
{
	uint64_t h = (key->address[0] ^ seed[0]) * UINT64_C(0x9e3779b97f4a7c15);

	h = (h ^ h >> 32 ^ key->address[1] ^ seed[1]) * UINT64_C(0xbf58476d1ce4e5b9);
	h = (h ^ h >> 29 ^ key->rest) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)(h >> 40);
}

#endif
