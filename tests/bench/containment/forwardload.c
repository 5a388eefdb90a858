/* SPDX-License-Identifier: BSD-2-Clause */
/* forwardload - what a forwarded packet costs: for `forward` and `xdp`, which make the namespaces and the rules
 *
 *   forwardload INTERFACE 4|6 PORT COUNT THREAD [out]   nanoseconds of CPU a packet
 *
 * The kernel makes the packets itself (packets.h, live frames), as if they came in by the interface; or they go out by
 * it, to whatever is at its other end. CPU is that of this process, in which nearly all of it is done, and of the
 * kernel's thread ksoftirqd/0, process THREAD.
 */
#include "base/text.h"
#include "packets.h"

#include <linux/bpf.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BATCH 64

static void
send_packets(int program, const char *interface, const uint8_t *frame, size_t size, uint32_t count)
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
		packets_end_by("the packets are not sent");
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
		packets_end_by(path);
	fclose(file);
	words = text_of(line);
	must(text_parse_u64(text_cut(&words, ' '), UINT64_MAX, &spent) == 0);
	return (double)spent;
}

int
main(int count, char **words)
{
	uint64_t port = 0, packets = 0, thread = 0;
	uint8_t frame[PACKETS_FRAME] = {0};
	bool v4 = count > 2 && words[2][0] == '4';
	cpu_set_t cpus;
	char path[64];
	double before;
	size_t size;
	int program;

	if (count < 6 || count > 7 || text_parse_u64(text_of(words[3]), UINT16_MAX, &port) < 0 ||
		text_parse_u64(text_of(words[4]), 1 << 30, &packets) < 0 ||
		text_parse_u64(text_of(words[5]), 1 << 22, &thread) < 0)
		return 2;
	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus) < 0)
		packets_end_by("CPU 0");
	size = packets_frame(words[1], v4, (uint16_t)port, frame);
	program = packets_program(frame, size, v4, count == 7 ? XDP_TX : XDP_PASS, -1);
	snprintf(path, sizeof(path), "/proc/%u/schedstat", (unsigned)thread);
	before = spent_ns("/proc/self/schedstat") + spent_ns(path);
	send_packets(program, words[1], frame, size, (uint32_t)packets);
	printf("%.1f\n",
		(spent_ns("/proc/self/schedstat") + spent_ns(path) - before) / (double)packets);
	return 0;
}
