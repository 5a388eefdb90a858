/* SPDX-License-Identifier: BSD-2-Clause */
#include "packets.h"

#include "base/address.h"

#include <errno.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ETHERNET 14
#define FRAME6   (ETHERNET + 40 + 20)
#define FRAME4   (ETHERNET + 20 + 20 + 6)

_Static_assert(PACKETS_FRAME == FRAME6, "the longer one");

void
packets_end_by(const char *what)
{
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, strerror(errno));
	exit(1);
}

static uint32_t
sum_of(const uint8_t *bytes, size_t size)
{
	uint32_t sum = 0;
	uint16_t word;

	for (size_t i = 0; i + 1 < size; i += 2) {
		memcpy(&word, bytes + i, 2);
		sum += word;
	}
	return sum;
}

static void
ask_address(const char *interface, struct ifreq *request)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	snprintf(request->ifr_name, sizeof(request->ifr_name), "%s", interface);
	if (fd < 0 || ioctl(fd, SIOCGIFHWADDR, request) < 0)
		packets_end_by(interface);
	close(fd);
}

size_t
packets_frame(const char *interface, bool v4, uint16_t port, uint8_t frame[PACKETS_FRAME])
{
	static uint8_t room[128];
	struct writer writer = writer_on(room, sizeof(room));
	struct ifreq request = {.ifr_flags = 0};
	struct address target;

	if (interface != NULL)
		ask_address(interface, &request);
	must(address_parse(v4 ? TEXT("203.0.113.10") : TEXT("2001:db8:ffff::10"), &target) == 0);
	writer_bytes(&writer, request.ifr_hwaddr.sa_data, 6);
	writer_bytes(&writer, "\2\0\0\0\0\1", 6);
	writer_u16(&writer, v4 ? 0x0800 : 0x86dd);
	if (v4) {
		writer_bytes(&writer, "\x45\0\0\x28\0\0\0\0\x40\6\0\0\0\0\0\0", 16);
		writer_bytes(&writer, target.byte + 12, 4);
	} else {
		writer_bytes(&writer, "\x60\0\0\0\0\x14\6\x40\x20\1\x0d\xb8\0\0\0\0", 16);
		writer_bytes(&writer, "\0\0\0\0\0\0\0\1", 8);
		writer_bytes(&writer, target.byte, 16);
	}
	writer_u16(&writer, 40000);
	writer_u16(&writer, port);
	writer_bytes(&writer, "\0\0\0\1\0\0\0\0\x50\2\xff\xff\0\0\0\0", 16);
	must(!writer.failed);
	memcpy(frame, room, PACKETS_FRAME);
	return v4 ? FRAME4 : FRAME6;
}

#define OP(code_, to, from, offset, value)                                                         \
	{                                                                                          \
		.code = (code_), .dst_reg = (to), .src_reg = (from), .off = (short)(offset),       \
		.imm = (int)(value)                                                                \
	}

/* The source is at the same place in both: 12 bytes into IPv4, the 5th byte of what is 8 bytes into IPv6. */
enum {
	HIGH = ETHERNET + 12,
	LOW = HIGH + 2,
	CHECKSUM = ETHERNET + 10,
	HEAD = 19,
	TAIL = 11,
	END = 7
};

/* Puts a random source into the packet, for IPv4 the header's checksum, and lets it in. */
int
packets_program(const uint8_t frame[PACKETS_FRAME], size_t size, bool v4, int verdict, int programs)
{
	const uint32_t rest = sum_of(frame + ETHERNET, 20);
	const uint32_t mac = (uint32_t)frame[3] << 24 | (uint32_t)frame[2] << 16 |
		(uint32_t)frame[1] << 8 | frame[0];
	const uint32_t mac_end = (uint32_t)frame[5] << 8 | frame[4];
	const struct bpf_insn program[] = {
		OP(BPF_ALU64 | BPF_MOV | BPF_X, 6, 1, 0, 0),
		OP(BPF_LDX | BPF_W | BPF_MEM, 7, 1, 0, 0),
		OP(BPF_LDX | BPF_W | BPF_MEM, 3, 1, 4, 0),
		OP(BPF_ALU64 | BPF_MOV | BPF_X, 4, 7, 0, 0),
		OP(BPF_ALU64 | BPF_ADD | BPF_K, 4, 0, 0, size),
		OP(BPF_JMP | BPF_JGT | BPF_X, 4, 3, HEAD - 6 + (v4 ? TAIL : 0), 0),
		/* what forwarding changes in a frame, which comes here again: the target's MAC, the hops left */
		OP(BPF_ST | BPF_W | BPF_MEM, 7, 0, 0, mac),
		OP(BPF_ST | BPF_H | BPF_MEM, 7, 0, 4, mac_end),
		OP(BPF_ST | BPF_B | BPF_MEM, 7, 0, ETHERNET + (v4 ? 8 : 7), 64),
		OP(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_get_prandom_u32),
		/* r8: the low half; r9: the high one, 100.64 to 100.79 of IPv4 */
		OP(BPF_ALU64 | BPF_MOV | BPF_X, 8, 0, 0, 0),
		OP(BPF_ALU64 | BPF_AND | BPF_K, 8, 0, 0, 0xffff),
		OP(BPF_STX | BPF_H | BPF_MEM, 7, 8, LOW, 0),
		OP(BPF_ALU64 | BPF_MOV | BPF_X, 9, 0, 0, 0),
		OP(BPF_ALU64 | BPF_RSH | BPF_K, 9, 0, 0, 16),
		OP(BPF_ALU64 | BPF_AND | BPF_K, 9, 0, 0, 0x0f),
		OP(BPF_ALU64 | BPF_LSH | BPF_K, 9, 0, 0, 8),
		OP(BPF_ALU64 | BPF_ADD | BPF_K, 9, 0, 0, v4 ? 100 | 64 << 8 : 0),
		OP(BPF_STX | BPF_H | BPF_MEM, 7, 9, HIGH, 0),
		/* the sum of all words of the header, folded twice */
		OP(BPF_ALU64 | BPF_ADD | BPF_X, 8, 9, 0, 0),
		OP(BPF_ALU64 | BPF_ADD | BPF_K, 8, 0, 0, rest),
		OP(BPF_ALU64 | BPF_MOV | BPF_X, 9, 8, 0, 0),
		OP(BPF_ALU64 | BPF_RSH | BPF_K, 9, 0, 0, 16),
		OP(BPF_ALU64 | BPF_AND | BPF_K, 8, 0, 0, 0xffff),
		OP(BPF_ALU64 | BPF_ADD | BPF_X, 8, 9, 0, 0),
		OP(BPF_ALU64 | BPF_MOV | BPF_X, 9, 8, 0, 0),
		OP(BPF_ALU64 | BPF_RSH | BPF_K, 9, 0, 0, 16),
		OP(BPF_ALU64 | BPF_ADD | BPF_X, 8, 9, 0, 0),
		OP(BPF_ALU64 | BPF_XOR | BPF_K, 8, 0, 0, 0xffff),
		OP(BPF_STX | BPF_H | BPF_MEM, 7, 8, CHECKSUM, 0),
		/* on to the program of the map; where there is none, that is all */
		OP(BPF_ALU64 | BPF_MOV | BPF_X, 1, 6, 0, 0),
		OP(BPF_LD | BPF_DW | BPF_IMM, 2, BPF_PSEUDO_MAP_FD, 0, programs),
		OP(0, 0, 0, 0, 0),
		OP(BPF_ALU64 | BPF_MOV | BPF_K, 3, 0, 0, 0),
		OP(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_tail_call),
		OP(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, verdict),
		OP(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};
	const unsigned end = programs >= 0 ? END : 2, begin = v4 ? HEAD + TAIL : HEAD;
	struct bpf_insn taken[HEAD + TAIL + END];
	union bpf_attr attributes = {.prog_type = BPF_PROG_TYPE_XDP,
		.insns = (uint64_t)(uintptr_t)taken,
		.insn_cnt = begin + end,
		.prog_flags = BPF_F_XDP_HAS_FRAGS,
		.expected_attach_type = BPF_XDP,
		.license = (uint64_t)(uintptr_t) "Dual BSD/GPL"};
	int fd;

	_Static_assert(sizeof(program) == sizeof(taken), "head, tail, and the end");
	memcpy(taken, program, begin * sizeof(*taken));
	memcpy(taken + begin, program + HEAD + TAIL + END - end, end * sizeof(*taken));
	fd = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof(attributes));
	if (fd < 0)
		packets_end_by("the program is not taken");
	return fd;
}
