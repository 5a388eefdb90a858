/* SPDX-License-Identifier: BSD-2-Clause */
/* forwardload - what a forwarded packet costs: for `forward`, which makes the namespaces and the rules
 *
 *   forwardload INTERFACE 4|6 PORT COUNT THREAD   nanoseconds of CPU a packet
 *
 * The kernel makes the packets itself, as if they came in by the interface (BPF_PROG_TEST_RUN, live frames): TCP SYN
 * to 203.0.113.10 or 2001:db8:ffff::10, from a million sources in no order (100.64.0.0/12, /64s of 2001:db8::/32). CPU
 * is that of this process, in which nearly all of it is done, and of the kernel's thread ksoftirqd/0, process THREAD.
 */
#include "base/address.h"

#include <errno.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ETHERNET 14
#define FRAME6   (ETHERNET + 40 + 20)
#define FRAME4   (ETHERNET + 20 + 20 + 6)
#define BATCH    64

static uint8_t frame[FRAME6];

static void
end_by(const char *what)
{
	fprintf(stderr, "forwardload: %s: %s\n", what, strerror(errno));
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

/* The frame but for the source's random half, which the program puts in; its size. */
static size_t
make_frame(const char *interface, bool v4, uint16_t port)
{
	struct writer writer = writer_on(frame, sizeof(frame));
	struct ifreq request = {.ifr_flags = 0};
	struct address target;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", interface);
	if (fd < 0 || ioctl(fd, SIOCGIFHWADDR, &request) < 0)
		end_by(interface);
	close(fd);
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
	return v4 ? FRAME4 : FRAME6;
}

#define OP(code_, to, from, offset, value)                                                         \
	{                                                                                          \
		.code = (code_), .dst_reg = (to), .src_reg = (from), .off = (short)(offset),       \
		.imm = (int)(value)                                                                \
	}

/* The source is at the same place in both: 12 bytes into IPv4, the 5th byte of what is 8 bytes into IPv6. */
enum { HIGH = ETHERNET + 12, LOW = HIGH + 2, CHECKSUM = ETHERNET + 10, HEAD = 18, TAIL = 11 };

/* Puts a random source into the packet, for IPv4 the header's checksum, and lets it in. */
static int
load_program(bool v4, size_t size)
{
	const uint32_t rest = sum_of(frame + ETHERNET, 20);
	const uint32_t mac = (uint32_t)frame[3] << 24 | (uint32_t)frame[2] << 16 |
		(uint32_t)frame[1] << 8 | frame[0];
	const uint32_t mac_end = (uint32_t)frame[5] << 8 | frame[4];
	const struct bpf_insn program[] = {
		OP(BPF_LDX | BPF_W | BPF_MEM, 7, 1, 0, 0),
		OP(BPF_LDX | BPF_W | BPF_MEM, 3, 1, 4, 0),
		OP(BPF_ALU64 | BPF_MOV | BPF_X, 4, 7, 0, 0),
		OP(BPF_ALU64 | BPF_ADD | BPF_K, 4, 0, 0, size),
		OP(BPF_JMP | BPF_JGT | BPF_X, 4, 3, HEAD - 5 + (v4 ? TAIL : 0), 0),
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
		OP(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, XDP_PASS),
		OP(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};
	struct bpf_insn taken[HEAD + TAIL + 2];
	union bpf_attr attributes = {.prog_type = BPF_PROG_TYPE_XDP,
		.insns = (uint64_t)(uintptr_t)taken,
		.insn_cnt = HEAD + (v4 ? TAIL : 0) + 2,
		.license = (uint64_t)(uintptr_t) "Dual BSD/GPL"};
	int fd;

	_Static_assert(sizeof(program) == sizeof(taken), "head, tail, and the end");
	memcpy(taken, program, sizeof(program));
	if (!v4)
		memcpy(taken + HEAD, program + HEAD + TAIL, 2 * sizeof(*taken));
	fd = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof(attributes));
	if (fd < 0)
		end_by("the program is not taken");
	return fd;
}

static void
send_packets(int program, const char *interface, size_t size, uint32_t count)
{
	struct xdp_md context = {
		.data_end = (uint32_t)size, .ingress_ifindex = if_nametoindex(interface)};
	union bpf_attr attributes = {.test = {.prog_fd = (uint32_t)program,
					     .repeat = count,
					     .data_size_in = (uint32_t)size,
					     .data_in = (uint64_t)(uintptr_t)frame,
					     .ctx_size_in = sizeof(context),
					     .ctx_in = (uint64_t)(uintptr_t)&context,
					     .flags = BPF_F_TEST_XDP_LIVE_FRAMES,
					     .batch_size = BATCH}};

	if (syscall(SYS_bpf, BPF_PROG_TEST_RUN, &attributes, sizeof(attributes)) < 0)
		end_by("the packets are not sent");
}

/* Nanoseconds on the CPU, as schedstat says it. */
static double
spent_ns(const char *path)
{
	FILE *file = fopen(path, "r");
	char line[128] = "";
	struct text words;
	uint64_t spent = 0;

	if (file == NULL || fgets(line, sizeof(line), file) == NULL)
		end_by(path);
	fclose(file);
	words = text_of(line);
	must(text_parse_u64(text_cut(&words, ' '), UINT64_MAX, &spent) == 0);
	return (double)spent;
}

int
main(int count, char **words)
{
	uint64_t port = 0, packets = 0, thread = 0;
	bool v4 = count == 6 && words[2][0] == '4';
	cpu_set_t cpus;
	char path[64];
	double before;
	size_t size;
	int program;

	if (count != 6 || text_parse_u64(text_of(words[3]), UINT16_MAX, &port) < 0 ||
		text_parse_u64(text_of(words[4]), 1 << 30, &packets) < 0 ||
		text_parse_u64(text_of(words[5]), 1 << 22, &thread) < 0)
		return 2;
	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus) < 0)
		end_by("CPU 0");
	size = make_frame(words[1], v4, (uint16_t)port);
	program = load_program(v4, size);
	snprintf(path, sizeof(path), "/proc/%u/schedstat", (unsigned)thread);
	before = spent_ns("/proc/self/schedstat") + spent_ns(path);
	send_packets(program, words[1], size, (uint32_t)packets);
	printf("%.1f\n",
		(spent_ns("/proc/self/schedstat") + spent_ns(path) - before) / (double)packets);
	return 0;
}
