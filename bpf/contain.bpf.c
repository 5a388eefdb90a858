/* SPDX-License-Identifier: BSD-2-Clause */
/* Stops port 25 of lines where their packets come in, before the network stack has seen them: what the chains of
 * ruleset.h do at ingress, in the same order and with the same counters. Ethernet with up to two tags, IPv4, and IPv6
 * with up to EXTENSIONS headers before TCP. All that is not understood passes, and so do later parts of what was
 * fragmented: without its first part nobody can put it together. Whatever is not port 25 costs a look at the ports. */
#include "gate/containshare.h"

/* The headers of libbpf need those of the kernel before them. */
/* clang-format off */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <stdbool.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
/* clang-format on */

#define INLINE static __attribute__((always_inline)) inline

#define EXTENSIONS 4
#define SMTP       bpf_htons(25)

struct vlan {
	__be16 tag;
	__be16 type;
};

/* What begins each header of IPv6 that can stand before TCP; of a fragment's one the word is its place. */
struct extension {
	__u8 next;
	__u8 length;
	__be16 word;
	__u32 more;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct contain_control);
} control SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, CONTAIN_COUNTERS);
	__type(key, __u32);
	__type(value, struct contain_count);
} counters SEC(".maps");

/* Memory for lines that are there, not for all that there could be. */
struct set {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(struct contain_line));
	__uint(value_size, 1);
};

struct list {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(struct contain_prefix));
	__uint(value_size, 1);
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 2 * CONTAIN_LINE_SETS);
	__type(key, __u32);
	__array(values, struct set);
} lines SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 2 * CONTAIN_LISTS);
	__type(key, __u32);
	__array(values, struct list);
} lists SEC(".maps");

/* A packet of TCP. Addresses as in struct address. */
struct packet {
	struct contain_prefix from;
	struct contain_prefix to;
	__u32 bytes;
	__be16 source;
	__be16 target;
	bool is_v4;
};

INLINE void
map_v4(struct contain_prefix *into, __be32 v4)
{
	into->length = 128;
	into->address[0] = 0;
	into->address[1] = 0;
	into->address[2] = bpf_htonl(0xffff);
	into->address[3] = v4;
}

INLINE void
map_v6(struct contain_prefix *into, const struct in6_addr *v6)
{
	into->length = 128;
	__builtin_memcpy(into->address, v6, 16);
}

/* Finds TCP; its offset, or 0. */
INLINE __u32
parse_v4(struct xdp_md *ctx, __u32 at, struct packet *p)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct iphdr *ip = data + at;

	if ((void *)(ip + 1) > end || ip->version != 4 || ip->ihl < 5 ||
		ip->protocol != IPPROTO_TCP || (ip->frag_off & bpf_htons(0x1fff)))
		return 0;
	p->is_v4 = true;
	p->bytes = bpf_ntohs(ip->tot_len);
	map_v4(&p->from, ip->saddr);
	map_v4(&p->to, ip->daddr);
	return at + ip->ihl * 4;
}

INLINE __u32
parse_v6(struct xdp_md *ctx, __u32 at, struct packet *p)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ipv6hdr *ip = data + at;
	__u8 next;

	if ((void *)(ip + 1) > end || ip->version != 6)
		return 0;
	p->bytes = sizeof(*ip) + bpf_ntohs(ip->payload_len);
	map_v6(&p->from, &ip->saddr);
	map_v6(&p->to, &ip->daddr);
	next = ip->nexthdr;
	at += sizeof(*ip);
#pragma clang loop unroll(full)
	for (int i = 0; i < EXTENSIONS; i++) {
		struct extension *extension = data + at;

		if (next == IPPROTO_TCP)
			return at;
		if ((void *)(extension + 1) > end)
			return 0;
		if (next == IPPROTO_FRAGMENT) {
			if (extension->word & bpf_htons(0xfff8))
				return 0;
			at += sizeof(*extension);
		} else if (next == IPPROTO_HOPOPTS || next == IPPROTO_ROUTING ||
			next == IPPROTO_DSTOPTS) {
			at += (extension->length + 1) * 8;
		} else {
			return 0;
		}
		next = extension->next;
	}
	return next == IPPROTO_TCP ? at : 0;
}

/* False: not TCP from or to port 25. */
INLINE bool
parse_frame(struct xdp_md *ctx, struct packet *p)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	__be16 *ports;
	__u32 at = sizeof(*eth);
	__be16 type;

	if ((void *)(eth + 1) > end)
		return false;
	type = eth->h_proto;
#pragma clang loop unroll(full)
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
		at = parse_v4(ctx, at, p);
	else if (type == bpf_htons(ETH_P_IPV6))
		at = parse_v6(ctx, at, p);
	else
		return false;
	ports = data + at;
	if (at == 0 || (void *)(ports + 2) > end)
		return false;
	p->source = ports[0];
	p->target = ports[1];
	return p->source == SMTP || p->target == SMTP;
}

INLINE bool
has_key(__u64 word, __u32 set, const struct contain_line *key)
{
	__u32 place = CONTAIN_LINES_PLACE(set, CONTAIN_SIDE(word, set));
	void *map = bpf_map_lookup_elem(&lines, &place);

	return map && bpf_map_lookup_elem(map, key);
}

/* Is it of a line in one of the four sets that begin with this one? */
INLINE bool
has_line(__u64 word, __u32 first, bool is_v4, const struct contain_prefix *who)
{
	struct contain_line key;

	if (is_v4) {
		key.half[0] = who->address[3];
		key.half[1] = 0;
		return has_key(word, first, &key);
	}
	key.half[0] = who->address[0];
	key.half[1] = who->address[1];
	if ((word & CONTAIN_64) && has_key(word, first + 1, &key))
		return true;
	key.half[1] &= bpf_htonl(0xffffff00);
	if ((word & CONTAIN_56) && has_key(word, first + 2, &key))
		return true;
	key.half[1] &= bpf_htonl(0xffff0000);
	return (word & CONTAIN_48) && has_key(word, first + 3, &key);
}

INLINE bool
is_listed(__u64 word, __u32 list, const struct contain_prefix *who)
{
	__u32 place = CONTAIN_LIST_PLACE(list, CONTAIN_SIDE(word, list));
	void *map = bpf_map_lookup_elem(&lists, &place);

	return map && bpf_map_lookup_elem(map, who);
}

/* What a packet to port 25 counts as, which is to be stopped; CONTAIN_COUNTERS: it may pass. */
INLINE __u32
judge_port25(__u64 word, const struct packet *p)
{
	if ((word & CONTAIN_LINES) &&
		(has_line(word, CONTAIN_BLOCK, p->is_v4, &p->from) ||
			has_line(word, CONTAIN_BLOCK, p->is_v4, &p->to)))
		return CONTAIN_COUNT_LINE;
	if (!(word & CONTAIN_POLICY))
		return CONTAIN_COUNTERS;
	if (is_listed(word, CONTAIN_SERVERS, &p->to) || is_listed(word, CONTAIN_SERVERS, &p->from))
		return CONTAIN_COUNTERS;
	if (has_line(word, CONTAIN_EXEMPT, p->is_v4, &p->from) ||
		has_line(word, CONTAIN_EXEMPT, p->is_v4, &p->to))
		return CONTAIN_COUNTERS;
	if (is_listed(word, CONTAIN_RESIDENTIAL, &p->from))
		return CONTAIN_COUNT_OUT;
	return is_listed(word, CONTAIN_RESIDENTIAL, &p->to) ? CONTAIN_COUNT_IN : CONTAIN_COUNTERS;
}

/* And one from port 25: an answer to what a line sent by another way. */
INLINE __u32
judge_back25(__u64 word, const struct packet *p)
{
	if (!(word & CONTAIN_POLICY) || is_listed(word, CONTAIN_SERVERS, &p->from) ||
		((word & CONTAIN_GUARDS) && is_listed(word, CONTAIN_PROTECTED, &p->from)) ||
		has_line(word, CONTAIN_EXEMPT, p->is_v4, &p->to))
		return CONTAIN_COUNTERS;
	return is_listed(word, CONTAIN_RESIDENTIAL, &p->to) ? CONTAIN_COUNT_BACK : CONTAIN_COUNTERS;
}

SEC("xdp.frags")
int
lazaret_contain(struct xdp_md *ctx)
{
	struct packet p = {};
	struct contain_control *ours;
	struct contain_count *count;
	__u32 zero = 0, stopped = CONTAIN_COUNTERS;
	__u64 word;

	if (!parse_frame(ctx, &p))
		return XDP_PASS;
	ours = bpf_map_lookup_elem(&control, &zero);
	if (!ours)
		return XDP_PASS;
	/* Once: all that it says is of the same moment. */
	word = *(volatile __u64 *)&ours->word;
	if (!(word & (CONTAIN_LINES | CONTAIN_POLICY)))
		return XDP_PASS;
	if (p.target == SMTP)
		stopped = judge_port25(word, &p);
	/* Asked last: most packets are not stopped. */
	if (stopped != CONTAIN_COUNTERS && (word & CONTAIN_GUARDS) &&
		is_listed(word, CONTAIN_PROTECTED, &p.to))
		return XDP_PASS;
	if (stopped == CONTAIN_COUNTERS && p.source == SMTP)
		stopped = judge_back25(word, &p);
	count = bpf_map_lookup_elem(&counters, &stopped);
	if (!count)
		return XDP_PASS;
	count->packets++;
	count->bytes += p.bytes;
	if (stopped == CONTAIN_COUNT_LINE)
		return (word & CONTAIN_LINES_ENFORCE) ? XDP_DROP : XDP_PASS;
	return (word & CONTAIN_POLICY_ENFORCE) ? XDP_DROP : XDP_PASS;
}

/* The kernel asks for it: some of what is called here is only for programs under a licence like its own. */
char LICENSE[] SEC("license") = "Dual BSD/GPL";
