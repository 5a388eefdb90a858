/* bpfprogram - a classic BPF program, put together with labels
 *
 * What:    the kernel's classic BPF (socket(7), Documentation/networking/filter.rst) knows only jumps
 *          forward by a number of instructions; here jumps name labels, and bpfprogram_finish puts the
 *          numbers in. Label 0 is the next instruction.
 * Owns:    nothing; what bpfprogram_finish gives points into the program.
 * Limits:  BPFPROGRAM_MOST instructions, BPFPROGRAM_LABELS labels, jumps of 255: more is a mistake in the
 *          program (must), since none of this comes from outside.
 * Thread:  any, one struct per caller.
 */
#ifndef LAZARET_RUNTIME_BPFPROGRAM_H
#define LAZARET_RUNTIME_BPFPROGRAM_H

#include "base/fail.h"

#include <linux/filter.h>
#include <stdint.h>

#define BPFPROGRAM_MOST   192
#define BPFPROGRAM_LABELS 32

struct bpfprogram {
	struct sock_filter code[BPFPROGRAM_MOST];
	uint16_t length;
	uint16_t place[BPFPROGRAM_LABELS]; /* of each label; 0: not set */
};

/* code: as BPF_STMT takes it. */
void bpfprogram_add(struct bpfprogram *program, unsigned code, uint32_t k);
/* test: BPF_JEQ, BPF_JGT, BPF_JGE, BPF_JSET; with the accumulator. */
void bpfprogram_test(
	struct bpfprogram *program, unsigned test, uint32_t k, unsigned yes, unsigned no);
void bpfprogram_go(struct bpfprogram *program, unsigned label);
/* The next instruction is where the label is. */
void bpfprogram_label(struct bpfprogram *program, unsigned label);

struct sock_fprog bpfprogram_finish(struct bpfprogram *program);

#endif
