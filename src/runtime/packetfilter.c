/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/packetfilter.h"

#include <stddef.h>
#include <string.h>

enum label {
	NEXT,
	TAG_1,
	TAG_2,
	UNTAGGED,
	IPV4,
	TCP_4,
	UDP_4,
	IPV6,
	EXTENDED,
	TCP_6,
	UDP_6,
	TAKE,
	LEAVE
};

/* More than any system captures of one packet. */
#define ALL_OF_IT 262144

#define HALF (BPF_LD | BPF_H | BPF_IND)
#define BYTE (BPF_LD | BPF_B | BPF_IND)

/* X is how far tags have moved everything. */
static void
skip_tag(struct bpfprogram *program, enum label label)
{
	bpfprogram_label(program, label);
	bpfprogram_add(program, BPF_MISC | BPF_TXA, 0);
	bpfprogram_add(program, BPF_ALU | BPF_ADD | BPF_K, 4);
	bpfprogram_add(program, BPF_MISC | BPF_TAX, 0);
}

/* Loads the type; goes to the label if it is a tag. */
static void
test_tag(struct bpfprogram *program, enum label tag)
{
	static const uint16_t types[] = {0x8100, 0x88a8, 0x9100, 0x9200, 0x9300};

	bpfprogram_add(program, HALF, 12);
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		bpfprogram_test(program, BPF_JEQ, types[i], tag, NEXT);
}

static void
test_ports(struct bpfprogram *program, uint32_t at)
{
	static const uint16_t ports[] = {25, 465, 587, 2525};

	for (uint32_t end = 0; end < 2; end++) {
		bpfprogram_add(program, HALF, at + 2 * end);
		for (size_t i = 0; i < sizeof(ports) / sizeof(*ports); i++)
			bpfprogram_test(program, BPF_JEQ, ports[i], TAKE, NEXT);
	}
	bpfprogram_go(program, LEAVE);
}

static void
test_export(struct bpfprogram *program, uint32_t at)
{
	static const uint16_t versions[] = {5, 9, 10};

	bpfprogram_add(program, HALF, at);
	for (size_t i = 0; i < sizeof(versions) / sizeof(*versions); i++)
		bpfprogram_test(program, BPF_JEQ, versions[i], TAKE, NEXT);
	bpfprogram_test(program, BPF_JEQ, 0, NEXT, LEAVE);
	bpfprogram_add(program, HALF, at + 2);
	bpfprogram_test(program, BPF_JEQ, 5, TAKE, LEAVE);
}

/* Fragments are taken whole, and so are headers with options, whose length this cannot step over. */
static void
test_ipv4(struct bpfprogram *program, bool with_export)
{
	bpfprogram_label(program, IPV4);
	bpfprogram_add(program, BYTE, 14);
	bpfprogram_add(program, BPF_ALU | BPF_AND | BPF_K, 0xf0);
	bpfprogram_test(program, BPF_JEQ, 0x40, NEXT, TAKE);
	bpfprogram_add(program, BYTE, 23);
	bpfprogram_test(program, BPF_JEQ, 6, TCP_4, NEXT);
	bpfprogram_test(program, BPF_JEQ, 17, with_export ? UDP_4 : LEAVE, LEAVE);
	bpfprogram_label(program, TCP_4);
	bpfprogram_add(program, HALF, 20);
	bpfprogram_test(program, BPF_JSET, 0x3fff, TAKE, NEXT);
	bpfprogram_add(program, BYTE, 14);
	bpfprogram_test(program, BPF_JEQ, 0x45, NEXT, TAKE);
	test_ports(program, 34);
	if (!with_export)
		return;
	bpfprogram_label(program, UDP_4);
	bpfprogram_add(program, HALF, 20);
	bpfprogram_test(program, BPF_JSET, 0x3fff, TAKE, NEXT);
	bpfprogram_add(program, BYTE, 14);
	bpfprogram_test(program, BPF_JEQ, 0x45, NEXT, TAKE);
	test_export(program, 42);
}

static void
test_ipv6(struct bpfprogram *program, bool with_export)
{
	/* The extension headers that source/packet steps over. */
	static const uint8_t extensions[] = {0, 43, 44, 51, 60, 135, 139, 140};

	bpfprogram_label(program, IPV6);
	bpfprogram_add(program, BYTE, 14);
	bpfprogram_add(program, BPF_ALU | BPF_AND | BPF_K, 0xf0);
	bpfprogram_test(program, BPF_JEQ, 0x60, NEXT, TAKE);
	bpfprogram_add(program, BYTE, 20);
	bpfprogram_test(program, BPF_JEQ, 6, TCP_6, NEXT);
	if (with_export)
		bpfprogram_test(program, BPF_JEQ, 17, UDP_6, NEXT);
	for (size_t i = 0; i < sizeof(extensions); i++)
		bpfprogram_test(program, BPF_JEQ, extensions[i], EXTENDED, NEXT);
	bpfprogram_go(program, LEAVE);
	/* Most headers with extensions are of ICMPv6: they are left. */
	bpfprogram_label(program, EXTENDED);
	bpfprogram_add(program, BYTE, 54);
	bpfprogram_test(program, BPF_JEQ, 58, LEAVE, NEXT);
	bpfprogram_test(program, BPF_JEQ, 17, with_export ? TAKE : LEAVE, TAKE);
	bpfprogram_label(program, TCP_6);
	test_ports(program, 54);
	if (!with_export)
		return;
	bpfprogram_label(program, UDP_6);
	test_export(program, 62);
}

void
packetfilter_make(struct bpfprogram *ret, bool with_export)
{
	memset(ret, 0, sizeof(*ret));
	bpfprogram_add(ret, BPF_LDX | BPF_IMM, 0);
	test_tag(ret, TAG_1);
	bpfprogram_go(ret, UNTAGGED);
	skip_tag(ret, TAG_1);
	test_tag(ret, TAG_2);
	bpfprogram_go(ret, UNTAGGED);
	skip_tag(ret, TAG_2);
	test_tag(ret, TAKE);
	bpfprogram_label(ret, UNTAGGED);
	bpfprogram_test(ret, BPF_JEQ, 0x0800, IPV4, NEXT);
	bpfprogram_test(ret, BPF_JEQ, 0x86dd, IPV6, NEXT);
	/* MPLS, PPPoE; below 1501 a length: 802.2. */
	bpfprogram_test(ret, BPF_JEQ, 0x8847, TAKE, NEXT);
	bpfprogram_test(ret, BPF_JEQ, 0x8848, TAKE, NEXT);
	bpfprogram_test(ret, BPF_JEQ, 0x8864, TAKE, NEXT);
	bpfprogram_test(ret, BPF_JGT, 1500, LEAVE, TAKE);
	test_ipv4(ret, with_export);
	test_ipv6(ret, with_export);
	bpfprogram_label(ret, TAKE);
	bpfprogram_add(ret, BPF_RET | BPF_K, ALL_OF_IT);
	/* A load behind the end of the packet leaves it too. */
	bpfprogram_label(ret, LEAVE);
	bpfprogram_add(ret, BPF_RET | BPF_K, 0);
}
