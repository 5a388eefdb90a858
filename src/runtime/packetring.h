/* packetring - live packets of an interface, through a ring that the kernel fills
 *
 * What:    packetring_open makes an AF_PACKET socket with a ring (TPACKET_V3) and the filter of packetfilter.h, which
 *          nobody can take off again; this needs CAP_NET_RAW, so the gate does it. packetring_map, which needs
 *          nothing, maps it in the process that reads; packetring_next walks it. Who maps it after somebody else goes
 *          on with the oldest block that was not given back. The descriptor is readable when a block is full, or when
 *          its time is over. When the interface goes down it has an error, until packetring_look takes it; when it is
 *          up again packets come as before. One that is taken away comes back only as another, which needs a new
 *          ring.
 *          A block from the time after a loss says so (is_losing), until packetring_count has asked.
 * Owns:    a packetring owns the mapping and the descriptor. What packetring_next points at is the kernel's
 *          again at the next call.
 * Limits:  PACKETRING_BYTES a ring. Packets larger than a block are cut. What the kernel could not place is
 *          in `dropped`; a block that contradicts itself is given back and in `broken`.
 * Thread:  one at a time.
 */
#ifndef LAZARET_RUNTIME_PACKETRING_H
#define LAZARET_RUNTIME_PACKETRING_H

#include "base/fail.h"
#include "base/wall.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PACKETRING_INTERFACE 16
#define PACKETRING_BYTES     (UINT64_C(1) << 30)

/* Of fixed size: it travels to the gate as it is. */
struct packetring_settings {
	char interface[PACKETRING_INTERFACE]; /* a name, with its end */
	uint32_t block_size;                  /* a power of two, of pages; 0: 1 MiB */
	uint32_t block_count;                 /* 0: 16 */
	uint32_t wait_ms; /* after which a block that is not full is given out; 0: 100 */
	uint16_t fanout;  /* sockets with this number on the interface divide it by flow; 0: none */
	uint8_t promiscuous;
	uint8_t with_export; /* UDP that looks like flow export too */
};

enum packetring_state { PACKETRING_UP, PACKETRING_DOWN, PACKETRING_GONE };

struct packetring {
	int descriptor;
	uint8_t *blocks;
	size_t block_size;
	size_t block_count;
	size_t block;   /* the one that is read */
	size_t offset;  /* of the next packet in it; 0: the block is not begun */
	uint32_t left;  /* packets in it that were not given out yet */
	bool has_begun; /* the first block was found */
	bool is_losing; /* packets were lost before or in the block that was begun last */
	uint64_t packets;
	uint64_t dropped; /* renewed by packetring_count */
	uint64_t broken;  /* blocks */
};

struct packetring_packet {
	struct wall time;
	const uint8_t *bytes; /* from the Ethernet header on */
	uint32_t captured;
	uint32_t wire;
	uint16_t tag; /* of the VLAN that the kernel took off */
	bool tagged;
	bool outgoing; /* sent by this machine */
};

/* Puts in the defaults for zeros; -EINVAL for what cannot be. */
int packetring_check(struct packetring_settings *settings, struct fail *fail) MUST_USE;

/* Gives the descriptor, already receiving. The settings must be checked ones. */
int packetring_open(const struct packetring_settings *settings, struct fail *fail) MUST_USE;

/* Takes the descriptor over, also when it fails. The settings must be those it was opened with. */
int packetring_map(struct packetring *ret, int descriptor,
	const struct packetring_settings *settings, struct fail *fail) MUST_USE;
void packetring_close(struct packetring *ring);

/* The next packet, if there is one now. */
bool packetring_next(struct packetring *ring, struct packetring_packet *ret);

/* How the interface of a descriptor is; an error that waits there is taken, so that poll does not tell it again. */
enum packetring_state packetring_look(int descriptor);

/* Adds what the kernel dropped since the last time. */
int packetring_count(struct packetring *ring) MUST_USE;

#endif
