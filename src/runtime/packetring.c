/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/packetring.h"

#include "runtime/packetfilter.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/* Only the accounting of the kernel uses it in this version of the ring. */
#define FRAME_SIZE 2048U

static int
failed(struct fail *fail, const struct packetring_settings *settings, const char *what, int r)
{
	fail_where(fail, "interface %s", settings->interface);
	fail_what(fail, "%s: %s", what, strerror(-r));
	if (r == -EPERM || r == -EACCES)
		fail_hint(fail, "reading packets needs CAP_NET_RAW");
	else if (r == -ENODEV || r == -ENXIO)
		fail_hint(fail, "ip link shows the interfaces there are");
	return r;
}

/* As the kernel wants names, and as they can stand in a log. */
static bool
is_name(const char *name, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (name[i] <= ' ' || name[i] > '~' || name[i] == '"' || name[i] == '/' ||
			name[i] == ':')
			return false;
	}
	return length > 0 && length < PACKETRING_INTERFACE;
}

int
packetring_check(struct packetring_settings *settings, struct fail *fail)
{
	size_t length = strnlen(settings->interface, sizeof(settings->interface));
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);

	if (settings->block_size == 0)
		settings->block_size = 1U << 20;
	if (settings->block_count == 0)
		settings->block_count = 16;
	if (settings->wait_ms == 0)
		settings->wait_ms = 100;
	if (!is_name(settings->interface, length)) {
		settings->interface[0] = '\0';
		return failed(fail, settings, "its name is none", -EINVAL);
	}
	if (settings->block_size % page != 0 || settings->block_size < 2 * FRAME_SIZE ||
		(settings->block_size & (settings->block_size - 1)) != 0 ||
		(uint64_t)settings->block_size * settings->block_count > PACKETRING_BYTES ||
		settings->wait_ms > 10000 || settings->promiscuous > 1 || settings->with_export > 1)
		return failed(fail, settings, "no ring can be like this", -EINVAL);
	return 0;
}

static int
set_ring(int descriptor, const struct packetring_settings *settings)
{
	struct tpacket_req3 request = {.tp_block_size = settings->block_size,
		.tp_block_nr = settings->block_count,
		.tp_frame_size = FRAME_SIZE,
		.tp_frame_nr = settings->block_size / FRAME_SIZE * settings->block_count,
		.tp_retire_blk_tov = settings->wait_ms};
	struct bpfprogram program;
	struct sock_fprog code;
	int version = TPACKET_V3, locked = 1;

	packetfilter_make(&program, settings->with_export);
	code = bpfprogram_finish(&program);
	if (setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &code, sizeof(code)) < 0 ||
		setsockopt(descriptor, SOL_SOCKET, SO_LOCK_FILTER, &locked, sizeof(locked)) < 0 ||
		setsockopt(descriptor, SOL_PACKET, PACKET_VERSION, &version, sizeof(version)) < 0 ||
		setsockopt(descriptor, SOL_PACKET, PACKET_RX_RING, &request, sizeof(request)) < 0)
		return -errno;
	return 0;
}

static int
join_interface(int descriptor, const struct packetring_settings *settings, int index)
{
	struct sockaddr_ll at = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = index};
	struct packet_mreq wants = {.mr_ifindex = index, .mr_type = PACKET_MR_PROMISC};
	uint32_t fanout =
		settings->fanout | (PACKET_FANOUT_HASH | PACKET_FANOUT_FLAG_DEFRAG) * 65536U;

	if (settings->promiscuous &&
		setsockopt(descriptor, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &wants, sizeof(wants)) <
			0)
		return -errno;
	if (bind(descriptor, (struct sockaddr *)&at, sizeof(at)) < 0)
		return -errno;
	if (settings->fanout != 0 &&
		setsockopt(descriptor, SOL_PACKET, PACKET_FANOUT, &fanout, sizeof(fanout)) < 0)
		return -errno;
	return 0;
}

static int
find_interface(
	int descriptor, const struct packetring_settings *settings, int *ret, struct fail *fail)
{
	struct ifreq request = {0};

	memcpy(request.ifr_name, settings->interface, sizeof(request.ifr_name) - 1);
	if (ioctl(descriptor, SIOCGIFHWADDR, &request) < 0)
		return failed(fail, settings, "is not there", -errno);
	if (request.ifr_hwaddr.sa_family != ARPHRD_ETHER &&
		request.ifr_hwaddr.sa_family != ARPHRD_LOOPBACK)
		return failed(fail, settings, "is no Ethernet", -EPROTONOSUPPORT);
	if (ioctl(descriptor, SIOCGIFINDEX, &request) < 0)
		return failed(fail, settings, "is not there", -errno);
	*ret = request.ifr_ifindex;
	return 0;
}

int
packetring_open(const struct packetring_settings *settings, struct fail *fail)
{
	/* Protocol 0: nothing arrives before the filter is there and it is bound. */
	int r = 0, descriptor = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int index = 0;

	if (descriptor < 0)
		return failed(fail, settings, "packets cannot be read", -errno);
	r = find_interface(descriptor, settings, &index, fail);
	if (r < 0)
		goto out;
	r = set_ring(descriptor, settings);
	if (r < 0) {
		failed(fail, settings, "the ring cannot be made", r);
		goto out;
	}
	r = join_interface(descriptor, settings, index);
	if (r < 0)
		failed(fail, settings, "packets cannot be read", r);

out:
	if (r < 0) {
		close(descriptor);
		return r;
	}
	return descriptor;
}

int
packetring_map(struct packetring *ret, int descriptor, const struct packetring_settings *settings,
	struct fail *fail)
{
	size_t bytes = (size_t)settings->block_size * settings->block_count;
	void *blocks = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);

	if (blocks == MAP_FAILED) {
		int r = failed(fail, settings, "the ring cannot be mapped", -errno);

		close(descriptor);
		return r;
	}
	*ret = (struct packetring){.descriptor = descriptor,
		.blocks = blocks,
		.block_size = settings->block_size,
		.block_count = settings->block_count};
	return 0;
}

void
packetring_close(struct packetring *ring)
{
	if (ring->blocks != NULL)
		munmap(ring->blocks, ring->block_size * ring->block_count);
	if (ring->descriptor >= 0)
		close(ring->descriptor);
	*ring = (struct packetring){.descriptor = -1};
}

static struct tpacket_hdr_v1 *
head_of(const struct packetring *ring)
{
	void *block = ring->blocks + ring->block * ring->block_size;

	return &((struct tpacket_block_desc *)block)->hdr.bh1;
}

static void
give_back(struct packetring *ring)
{
	/* What was read of it must be read before the kernel writes there again. */
	__atomic_store_n(&head_of(ring)->block_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
	ring->block = ring->block + 1 == ring->block_count ? 0 : ring->block + 1;
	ring->offset = 0;
	ring->left = 0;
}

static bool
is_full(const struct tpacket_hdr_v1 *head)
{
	return (__atomic_load_n(&head->block_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER) != 0;
}

/* Somebody may have read the ring before, up to anywhere: the oldest block that waits is the next one. */
static bool
find_begin(struct packetring *ring)
{
	uint64_t oldest = UINT64_MAX;
	size_t begin = 0;

	for (ring->block = 0; ring->block < ring->block_count; ring->block++) {
		const struct tpacket_hdr_v1 *head = head_of(ring);

		if (is_full(head) && head->seq_num < oldest) {
			oldest = head->seq_num;
			begin = ring->block;
		}
	}
	ring->block = begin;
	ring->has_begun = oldest != UINT64_MAX;
	return ring->has_begun;
}

/* A block with packets; the ones without, which the kernel gives out when time is over, go back. */
static bool
begin_block(struct packetring *ring)
{
	if (!ring->has_begun && !find_begin(ring))
		return false;
	for (size_t i = 0; i < ring->block_count; i++) {
		const struct tpacket_hdr_v1 *head = head_of(ring);

		if (!is_full(head))
			return false;
		if ((head->block_status & TP_STATUS_LOSING) != 0)
			ring->is_losing = true;
		ring->left = head->num_pkts;
		ring->offset = head->offset_to_first_pkt;
		if (ring->left > 0)
			return true;
		give_back(ring);
	}
	return false;
}

/* The packet at the offset, as far as it stays inside of the block. */
static bool
read_packet(const struct packetring *ring, struct packetring_packet *ret, size_t *next)
{
	const uint8_t *block = ring->blocks + ring->block * ring->block_size;
	struct tpacket3_hdr head;
	struct sockaddr_ll from;
	size_t room;

	if (ring->offset < sizeof(struct tpacket_block_desc) || ring->offset > ring->block_size)
		return false;
	room = ring->block_size - ring->offset;
	if (room < sizeof(head) + sizeof(from))
		return false;
	memcpy(&head, block + ring->offset, sizeof(head));
	memcpy(&from, block + ring->offset + TPACKET_ALIGN(sizeof(head)), sizeof(from));
	if (head.tp_mac < sizeof(head) || head.tp_mac > room ||
		head.tp_snaplen > room - head.tp_mac)
		return false;
	/* Only the last one may say that none follows; none may lead back. */
	if (ring->left > 1 && (head.tp_next_offset < head.tp_mac || head.tp_next_offset >= room))
		return false;
	*ret = (struct packetring_packet){
		.time = {.us = (int64_t)head.tp_sec * WALL_SECOND + head.tp_nsec / 1000},
		.bytes = block + ring->offset + head.tp_mac,
		.captured = head.tp_snaplen,
		.wire = head.tp_len < head.tp_snaplen ? head.tp_snaplen : head.tp_len,
		.tag = (uint16_t)head.hv1.tp_vlan_tci,
		.tagged = (head.tp_status & TP_STATUS_VLAN_VALID) != 0,
		.outgoing = from.sll_pkttype == PACKET_OUTGOING};
	*next = ring->offset + head.tp_next_offset;
	return true;
}

bool
packetring_next(struct packetring *ring, struct packetring_packet *ret)
{
	for (size_t i = 0; i <= ring->block_count; i++) {
		if (ring->offset != 0 && ring->left == 0)
			give_back(ring);
		if (ring->offset == 0 && !begin_block(ring))
			return false;
		if (read_packet(ring, ret, &ring->offset)) {
			ring->left--;
			ring->packets++;
			return true;
		}
		ring->broken++;
		give_back(ring);
	}
	return false;
}

int
packetring_count(struct packetring *ring)
{
	struct tpacket_stats_v3 figures;
	socklen_t length = sizeof(figures);

	ring->is_losing = false;
	if (getsockopt(ring->descriptor, SOL_PACKET, PACKET_STATISTICS, &figures, &length) < 0)
		return -errno;
	ring->dropped += figures.tp_drops;
	return 0;
}

enum packetring_state
packetring_look(int descriptor)
{
	struct sockaddr_ll at = {.sll_family = AF_PACKET};
	socklen_t length = sizeof(at);
	struct ifreq request = {0};
	int error = 0;
	socklen_t error_length = sizeof(error);

	(void)getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &error_length);
	/* The kernel puts -1 there when the interface is taken away. */
	if (getsockname(descriptor, (struct sockaddr *)&at, &length) < 0 || at.sll_ifindex <= 0)
		return PACKETRING_GONE;
	/* It may have another name by now. */
	request.ifr_ifindex = at.sll_ifindex;
	if (ioctl(descriptor, SIOCGIFNAME, &request) < 0 ||
		ioctl(descriptor, SIOCGIFFLAGS, &request) < 0)
		return PACKETRING_GONE;
	return (request.ifr_flags & IFF_UP) != 0 ? PACKETRING_UP : PACKETRING_DOWN;
}
