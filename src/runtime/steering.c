/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/steering.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <string.h>
#include <sys/socket.h>

enum label {
	NEXT,
	IPV6,
	SOURCE_KNOWN,
	NETFLOW_5,
	NETFLOW_9,
	IPFIX,
	SFLOW,
	SFLOW_IPV6,
	OTHER,
	MIX,
};

#define LOAD_NETWORK (BPF_LD | BPF_W | BPF_ABS)
#define NETWORK(at)  ((uint32_t)SKF_NET_OFF + (at))
/* Any odd numbers with many bits; these are of xxHash and MurmurHash. */
#define SPREAD_1 0x9e3779b1U
#define SPREAD_2 0x85ebca6bU
#define SPREAD_3 0xc2b2ae35U

/* The accumulator takes the next word of an IPv6 address in. */
static void
add_word(struct bpfprogram *program, uint32_t at)
{
	bpfprogram_add(program, BPF_ALU | BPF_MUL | BPF_K, SPREAD_2);
	bpfprogram_add(program, BPF_MISC | BPF_TAX, 0);
	bpfprogram_add(program, LOAD_NETWORK, NETWORK(at));
	bpfprogram_add(program, BPF_ALU | BPF_XOR | BPF_X, 0);
}

/* A ^= A >> bits */
static void
fold(struct bpfprogram *program, unsigned bits)
{
	bpfprogram_add(program, BPF_MISC | BPF_TAX, 0);
	bpfprogram_add(program, BPF_ALU | BPF_RSH | BPF_K, bits);
	bpfprogram_add(program, BPF_ALU | BPF_XOR | BPF_X, 0);
}

static void
load_domain(struct bpfprogram *program, enum label label, unsigned size, uint32_t at)
{
	bpfprogram_label(program, label);
	bpfprogram_add(program, BPF_LD | size | BPF_ABS, at);
	bpfprogram_go(program, MIX);
}

/* sockets: how many the group has. seed: so that nobody outside can choose whose socket he shares. */
static void
make_program(struct bpfprogram *ret, unsigned sockets, uint32_t seed)
{
	must(sockets > 0);
	memset(ret, 0, sizeof(*ret));
	bpfprogram_add(ret, BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_PROTOCOL));
	bpfprogram_test(ret, BPF_JEQ, ETH_P_IPV6, IPV6, NEXT);
	bpfprogram_add(ret, LOAD_NETWORK, NETWORK(12));
	bpfprogram_go(ret, SOURCE_KNOWN);
	bpfprogram_label(ret, IPV6);
	bpfprogram_add(ret, LOAD_NETWORK, NETWORK(8));
	add_word(ret, 12);
	add_word(ret, 16);
	add_word(ret, 20);
	bpfprogram_label(ret, SOURCE_KNOWN);
	bpfprogram_add(ret, BPF_ST, 0);

	/* The payload begins at 0. */
	bpfprogram_add(ret, BPF_LD | BPF_H | BPF_ABS, 0);
	bpfprogram_test(ret, BPF_JEQ, 9, NETFLOW_9, NEXT);
	bpfprogram_test(ret, BPF_JEQ, 10, IPFIX, NEXT);
	bpfprogram_test(ret, BPF_JEQ, 5, NETFLOW_5, NEXT);
	bpfprogram_test(ret, BPF_JEQ, 0, SFLOW, OTHER);
	load_domain(ret, NETFLOW_9, BPF_W, 16);
	load_domain(ret, IPFIX, BPF_W, 12);
	load_domain(ret, NETFLOW_5, BPF_H, 20);
	bpfprogram_label(ret, SFLOW);
	bpfprogram_add(ret, BPF_LD | BPF_H | BPF_ABS, 2);
	bpfprogram_test(ret, BPF_JEQ, 5, NEXT, OTHER);
	/* Behind the agent's address, whose length its type tells. */
	bpfprogram_add(ret, BPF_LD | BPF_W | BPF_ABS, 4);
	bpfprogram_test(ret, BPF_JEQ, 2, SFLOW_IPV6, NEXT);
	bpfprogram_add(ret, BPF_LD | BPF_W | BPF_ABS, 12);
	bpfprogram_go(ret, MIX);
	load_domain(ret, SFLOW_IPV6, BPF_W, 24);
	bpfprogram_label(ret, OTHER);
	bpfprogram_add(ret, BPF_LD | BPF_IMM, 0);

	bpfprogram_label(ret, MIX);
	bpfprogram_add(ret, BPF_MISC | BPF_TAX, 0);
	bpfprogram_add(ret, BPF_LD | BPF_MEM, 0);
	bpfprogram_add(ret, BPF_ALU | BPF_XOR | BPF_K, seed);
	bpfprogram_add(ret, BPF_ALU | BPF_MUL | BPF_K, SPREAD_1);
	bpfprogram_add(ret, BPF_ALU | BPF_XOR | BPF_X, 0);
	fold(ret, 16);
	bpfprogram_add(ret, BPF_ALU | BPF_MUL | BPF_K, SPREAD_2);
	fold(ret, 13);
	bpfprogram_add(ret, BPF_ALU | BPF_MUL | BPF_K, SPREAD_3);
	fold(ret, 16);
	bpfprogram_add(ret, BPF_ALU | BPF_MOD | BPF_K, sockets);
	bpfprogram_add(ret, BPF_RET | BPF_A, 0);
}

int
steering_attach(int descriptor, unsigned sockets, uint32_t seed, struct fail *fail)
{
	struct bpfprogram program;
	struct sock_fprog code;

	make_program(&program, sockets, seed);
	code = bpfprogram_finish(&program);
	if (setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &code, sizeof(code)) < 0) {
		int r = -errno;

		fail_what(fail, "the datagrams of %u sockets cannot be told apart: %s", sockets,
			strerror(-r));
		return r;
	}
	return 0;
}
