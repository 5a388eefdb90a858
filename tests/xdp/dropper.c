/* SPDX-License-Identifier: BSD-2-Clause */
/* Has the kernel drop everything that comes to an interface, until standard input ends: what only sending costs. */
#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	const struct bpf_insn code[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = XDP_DROP},
		{.code = BPF_JMP | BPF_EXIT}};
	struct bpf_link_create_opts options = {.sz = sizeof(options), .flags = XDP_FLAGS_DRV_MODE};
	unsigned index = argc == 2 ? if_nametoindex(argv[1]) : 0;
	int program, link;
	char end;

	if (index == 0) {
		fputs("usage: dropper INTERFACE\n", stderr);
		return 2;
	}
	program = bpf_prog_load(BPF_PROG_TYPE_XDP, "drop", "Dual BSD/GPL", code, 2, NULL);
	link = program < 0 ? program : bpf_link_create(program, (int)index, BPF_XDP, &options);
	if (link < 0) {
		fprintf(stderr, "dropper: %s: %s\n", argv[1], strerror(-link));
		return 1;
	}
	puts("drops");
	fflush(stdout);
	while (read(0, &end, 1) > 0)
		continue;
	return 0;
}
