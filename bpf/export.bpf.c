/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads datagrams of flow export where the kernel receives them, and hands on what concerns mail: one
 * entry in a ring for each datagram, with its header and those records of it that a mail port stands
 * in. Only the plain case is read: NetFlow v5, or one set of data of NetFlow v9 or IPFIX whose
 * template is known to have fixed places for both ports; not fragmented; and of a session that is
 * not barred (kernelshare.h). All else goes to the socket. */
#include "source/export/kernelshare.h"

/* The headers of libbpf need those of the kernel before them. */
/* clang-format off */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <stdbool.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
/* clang-format on */

#define INLINE static __attribute__((always_inline)) inline

enum dialect { NETFLOW5, NETFLOW9, IPFIX };

#define NULL ((void *)0)

#define SET_FIRST 256 /* lower set numbers are not for data */

struct vlan {
	__be16 tag;
	__be16 type;
};

struct ipv6_fragment {
	__u8 next;
	__u8 reserved;
	__be16 offset;
	__be32 id;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct kernel_control);
} control SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, KERNEL_SLOTS);
	__type(key, __u32);
	__type(value, struct kernel_slot);
} slots SEC(".maps");

struct ring {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, KERNEL_RINGS);
	__type(key, __u32);
	__array(values, struct ring);
} rings SEC(".maps");

/* An entry while it is put together. */
struct draft {
	struct kernel_entry entry;
	__u8 kept[2 * KERNEL_KEPT];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct draft);
} drafts SEC(".maps");

/* What is known of a datagram; offsets are from the begin of the frame. */
struct datagram {
	struct kernel_key key;
	struct kernel_listener to;
	__u32 at; /* of the payload */
	__u32 size;
	__u32 first; /* offset of the first record */
	__u32 data;  /* bytes of the records */
	__u32 uptime;
	__u32 seconds;
	__u16 port;
	__u16 template_id;
	bool odd; /* not to be read here */
};

INLINE void
map_v4(uint64_t address[2], __u32 v4)
{
	address[0] = 0;
	address[1] = (uint64_t)v4 << 32 | 0xffff0000;
}

/* Finds UDP in IPv4; returns its offset, or 0. ip_size: of what follows the header. */
INLINE __u32
parse_v4(struct xdp_md *ctx, __u32 at, struct datagram *d, __u32 *ip_size)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct iphdr *ip = data + at;
	__u32 head;

	if ((void *)(ip + 1) > end || ip->version != 4 || ip->ihl < 5 ||
		ip->protocol != IPPROTO_UDP || (ip->frag_off & bpf_htons(0x1fff)))
		return 0;
	if (ip->frag_off & bpf_htons(0x2000))
		d->odd = true;
	map_v4(d->key.address, ip->saddr);
	map_v4(d->to.address, ip->daddr);
	head = ip->ihl * 4;
	*ip_size = bpf_ntohs(ip->tot_len) - head;
	return at + head;
}

INLINE __u32
parse_v6(struct xdp_md *ctx, __u32 at, struct datagram *d, __u32 *ip_size)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ipv6hdr *ip = data + at;
	struct ipv6_fragment *fragment = (void *)(ip + 1);

	if ((void *)(ip + 1) > end || ip->version != 6)
		return 0;
	__builtin_memcpy(d->key.address, &ip->saddr, 16);
	__builtin_memcpy(d->to.address, &ip->daddr, 16);
	*ip_size = bpf_ntohs(ip->payload_len);
	at += sizeof(*ip);
	if (ip->nexthdr == IPPROTO_UDP)
		return at;
	/* Of a fragmented one the first part tells whose it is. */
	if (ip->nexthdr != IPPROTO_FRAGMENT || (void *)(fragment + 1) > end ||
		fragment->next != IPPROTO_UDP || (fragment->offset & bpf_htons(0xfff8)))
		return 0;
	d->odd = true;
	return at + sizeof(*fragment);
}

/* False: not UDP to one of our ports. */
INLINE bool
parse_frame(struct xdp_md *ctx, const struct kernel_control *ours, struct datagram *d)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct udphdr *udp;
	__u32 at = sizeof(*eth), ip_size = 0;
	__u16 type, port;

	if ((void *)(eth + 1) > end)
		return false;
	type = eth->h_proto;
	for (int i = 0; i < 2; i++) {
		struct vlan *vlan = data + at;

		if (type != bpf_htons(ETH_P_8021Q) && type != bpf_htons(ETH_P_8021AD))
			break;
		if ((void *)(vlan + 1) > end)
			return false;
		type = vlan->type;
		at += sizeof(*vlan);
	}
	if (type == bpf_htons(ETH_P_IP))
		at = parse_v4(ctx, at, d, &ip_size);
	else if (type == bpf_htons(ETH_P_IPV6))
		at = parse_v6(ctx, at, d, &ip_size);
	else
		return false;
	udp = data + at;
	if (at == 0 || (void *)(udp + 1) > end)
		return false;
	port = bpf_ntohs(udp->dest);
	if (!(ours->ports[port / 64] >> (port % 64) & 1))
		return false;
	d->to.port = udp->dest;
	d->port = bpf_ntohs(udp->source);
	d->at = at + sizeof(*udp);
	d->size = bpf_ntohs(udp->len) - sizeof(*udp);
	if (bpf_ntohs(udp->len) != ip_size || d->size > ip_size ||
		d->at + d->size > (__u32)(end - data))
		d->odd = true;
	return true;
}

/* The header of the export's own protocol: whose it is, and whether its form is the plain one. False: there
 * is no session that it could be of. */
INLINE bool
parse_header(struct datagram *d, const __u8 *header)
{
	const __u16 *half = (const __u16 *)header;
	const __u32 *word = (const __u32 *)header;
	__u16 version = bpf_ntohs(half[0]), set;
	__u32 room;

	if (version == 9 && d->size >= 20) {
		d->key.rest = bpf_ntohl(word[4]) | (__u64)NETFLOW9 << 48;
		d->uptime = bpf_ntohl(word[1]);
		d->seconds = bpf_ntohl(word[2]);
		set = 10;
	} else if (version == 10 && d->size >= 16) {
		d->key.rest = bpf_ntohl(word[3]) | (__u64)d->port << 32 | (__u64)IPFIX << 48;
		d->seconds = bpf_ntohl(word[1]);
		set = 8;
		if (bpf_ntohs(half[1]) != d->size)
			d->odd = true;
	} else if (version == 5 && d->size >= 24) {
		d->key.rest = bpf_ntohs(half[10]) | (__u64)NETFLOW5 << 48;
		d->uptime = bpf_ntohl(word[1]);
		d->template_id = KERNEL_NETFLOW5_ID;
		d->first = d->at + 24;
		d->data = d->size - 24;
		if (d->data != bpf_ntohs(half[1]) * 48U)
			d->odd = true;
		return true;
	} else {
		return false;
	}
	room = d->size - set * 2;
	d->template_id = bpf_ntohs(version == 9 ? half[10] : half[8]);
	d->first = d->at + set * 2 + 4;
	d->data = room - 4;
	if (room < 8 || d->template_id < SET_FIRST ||
		bpf_ntohs(version == 9 ? half[11] : half[9]) != room)
		d->odd = true;
	return true;
}

/* Copies the first bytes of the payload; what is not there is 0. */
INLINE bool
copy_header(struct xdp_md *ctx, const struct datagram *d, __u8 *into)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	const __u8 *payload = data + d->at;
	__u32 size = d->size;

	if (payload + KERNEL_HEADER <= (const __u8 *)end) {
		__builtin_memcpy(into, payload, KERNEL_HEADER);
		return true;
	}
	__builtin_memset(into, 0, KERNEL_HEADER);
	if (size < 16 || size >= KERNEL_HEADER)
		return false;
	return bpf_xdp_load_bytes(ctx, d->at, into, size) == 0;
}

INLINE struct kernel_slot *
find_slot(const struct kernel_control *ours, const struct kernel_key *key, __u32 *number)
{
	__u32 at = kernel_place(key, ours->seed);

	for (int i = 0; i < KERNEL_PROBES; i++) {
		__u32 place = (at + i) % KERNEL_SLOTS;
		struct kernel_slot *slot = bpf_map_lookup_elem(&slots, &place);

		if (slot && slot->owner != 0 && slot->key.rest == key->rest &&
			slot->key.address[1] == key->address[1] &&
			slot->key.address[0] == key->address[0]) {
			*number = place;
			return slot;
		}
	}
	return NULL;
}

INLINE bool
is_for_us(const struct kernel_control *ours, const struct kernel_listener *to)
{
	for (int i = 0; i < KERNEL_LISTENERS; i++) {
		const struct kernel_listener *one = &ours->listener[i];

		if ((__u32)i >= ours->listeners)
			break;
		if (one->port == to->port && one->address[1] == to->address[1] &&
			one->address[0] == to->address[0])
			return true;
	}
	return false;
}

/* The layout that the datagram is to be read with. */
INLINE const struct kernel_template *
find_template(const struct kernel_slot *slot, const struct datagram *d)
{
	for (int i = 0; i < KERNEL_TEMPLATES; i++) {
		const struct kernel_template *t = &slot->template[i];

		if ((__u32)i >= slot->templates)
			break;
		if (t->id != d->template_id)
			continue;
		if ((t->flags & KERNEL_REDEFINED) &&
			t->since - d->seconds - 1 < REORDER_SECONDS - 1)
			return NULL;
		return t;
	}
	return NULL;
}

INLINE bool
is_mail_port(__u16 port)
{
	return port == bpf_htons(25) || port == bpf_htons(465) || port == bpf_htons(587) ||
		port == bpf_htons(2525);
}

/* Copies one record to the others that are kept. How many bytes they have is read anew each time: the
 * verifier would follow every sum that it could have. */
INLINE bool
keep(struct xdp_md *ctx, struct draft *draft, __u32 at, __u32 length)
{
	__u32 kept = *(volatile __u32 *)&draft->entry.kept_bytes;

	if (kept >= KERNEL_KEPT || bpf_xdp_load_bytes(ctx, at, draft->kept + kept, length) < 0)
		return false;
	draft->entry.kept_bytes = kept + length;
	draft->entry.kept++;
	return true;
}

/* Copies the records with a mail port. Not 0: something is wrong, or they are too many. */
static __attribute__((noinline)) int
keep_mail(struct xdp_md *ctx, const struct kernel_template *t, struct draft *draft, __u32 at)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u32 length = t->length, source = t->source_port, destination = t->destination_port;
	__u32 protocol = t->protocol, mask = t->protocol_mask, records = draft->entry.records;

	if (length == 0 || length > KERNEL_RECORD_LENGTH || source > KERNEL_RECORD_LENGTH ||
		destination > KERNEL_RECORD_LENGTH || protocol > KERNEL_RECORD_LENGTH)
		return 1;
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < KERNEL_RECORDS; i++) {
		const __u8 *record;

		if (i >= records)
			break;
		at &= 0x3fff;
		record = data + at;
		if (record + source + 2 > (const __u8 *)end ||
			record + destination + 2 > (const __u8 *)end ||
			record + protocol + 1 > (const __u8 *)end)
			return 1;
		if ((is_mail_port(*(const __u16 *)(record + source)) ||
			    is_mail_port(*(const __u16 *)(record + destination))) &&
			((record[protocol] ^ IPPROTO_TCP) & mask) == 0 &&
			!keep(ctx, draft, at, length))
			return 1;
		at += length;
	}
	return 0;
}

INLINE bool
send(struct kernel_control *ours, const struct kernel_slot *slot, struct draft *draft)
{
	__u32 number = slot->owner - 1, key = number, size = draft->entry.kept_bytes;
	__u64 flags = BPF_RB_NO_WAKEUP;
	void *ring;

	if (number >= KERNEL_RINGS || size > sizeof(draft->kept))
		return false;
	ring = bpf_map_lookup_elem(&rings, &key);
	if (!ring)
		return false;
	if (ours->waits[number]) {
		ours->waits[number] = 0;
		flags = BPF_RB_FORCE_WAKEUP;
	}
	return bpf_ringbuf_output(ring, draft, sizeof(draft->entry) + size, flags) == 0;
}

/* The state, before all that is read after it and after all that was read before it: a layout between two looks at the
 * same state is of that state. Where the machine lets loads overtake each other BPF has an order only in changes that
 * give the value before them. */
INLINE __u64
look_at_state(struct kernel_slot *slot)
{
#ifdef LOADS_IN_ORDER
	__u64 state;

	asm volatile("" ::: "memory");
	state = *(volatile __u64 *)&slot->state;
	asm volatile("" ::: "memory");
	return state;
#else
	return __sync_fetch_and_add(&slot->state, 0);
#endif
}

/* Takes the datagram off the network, if all of it is understood. */
INLINE bool
take(struct xdp_md *ctx, struct kernel_control *ours, struct kernel_slot *slot,
	const struct datagram *d, struct draft *draft)
{
	struct kernel_entry *entry = &draft->entry;
	__u64 state = look_at_state(slot);
	const struct kernel_template *t;

	if (d->odd || state >> 32 != (__u32)state || !is_for_us(ours, &d->to))
		return false;
	if (d->key.rest >> 48 != IPFIX && d->uptime < slot->uptime)
		return false;
	t = find_template(slot, d);
	if (!t || t->length == 0)
		return false;
	entry->records = d->data / t->length;
	if (entry->records == 0 || entry->records > KERNEL_RECORDS)
		return false;
	entry->address[0] = d->key.address[0];
	entry->address[1] = d->key.address[1];
	entry->passed = (__u32)state;
	entry->port = d->port;
	entry->collector_port = bpf_ntohs((__u16)d->to.port);
	entry->size = d->size;
	entry->template_id = d->template_id;
	entry->kept = 0;
	entry->kept_bytes = 0;
	if (bpf_xdp_load_bytes(ctx, d->at + d->size / 2, entry->middle, 8) < 0 ||
		bpf_xdp_load_bytes(ctx, d->at + d->size - 8, entry->last, 8) < 0)
		return false;
	if (!(t->flags & KERNEL_SKIP) && keep_mail(ctx, t, draft, d->first) != 0)
		return false;
	/* Barred meanwhile: what was read may have been another layout. */
	if (look_at_state(slot) != state || !send(ours, slot, draft))
		return false;
	slot->uptime = d->uptime;
	return true;
}

SEC("xdp")
int
lazaret_export(struct xdp_md *ctx)
{
	struct datagram d = {};
	struct kernel_slot *slot;
	struct draft *draft;
	struct kernel_control *ours;
	__u32 zero = 0;

	ours = bpf_map_lookup_elem(&control, &zero);
	draft = bpf_map_lookup_elem(&drafts, &zero);
	if (!ours || !draft || !parse_frame(ctx, ours, &d) ||
		!copy_header(ctx, &d, draft->entry.header) ||
		!parse_header(&d, draft->entry.header))
		return XDP_PASS;
	slot = find_slot(ours, &d.key, &draft->entry.slot);
	if (!slot)
		return XDP_PASS;
	if (take(ctx, ours, slot, &d, draft))
		return XDP_DROP;
	__sync_fetch_and_add(&slot->state, 1ULL << 32);
	return XDP_PASS;
}

/* The kernel asks for it: some of what is called here is only for programs under a licence like its own. */
char LICENSE[] SEC("license") = "Dual BSD/GPL";
