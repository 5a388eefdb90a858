/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/bpfprogram.h"

void
bpfprogram_add(struct bpfprogram *program, unsigned code, uint32_t k)
{
	must(program->length < BPFPROGRAM_MOST);
	program->code[program->length++] = (struct sock_filter){.code = (uint16_t)code, .k = k};
}

void
bpfprogram_test(struct bpfprogram *program, unsigned test, uint32_t k, unsigned yes, unsigned no)
{
	must(yes < BPFPROGRAM_LABELS && no < BPFPROGRAM_LABELS);
	bpfprogram_add(program, BPF_JMP | test | BPF_K, k);
	/* Labels until bpfprogram_finish puts distances in. */
	program->code[program->length - 1].jt = (uint8_t)yes;
	program->code[program->length - 1].jf = (uint8_t)no;
}

void
bpfprogram_go(struct bpfprogram *program, unsigned label)
{
	must(label > 0 && label < BPFPROGRAM_LABELS);
	bpfprogram_add(program, BPF_JMP | BPF_JA, label);
}

void
bpfprogram_label(struct bpfprogram *program, unsigned label)
{
	must(label > 0 && label < BPFPROGRAM_LABELS && program->place[label] == 0);
	program->place[label] = program->length;
}

static uint8_t
distance(const struct bpfprogram *program, unsigned from, unsigned label)
{
	unsigned far = 0;

	if (label != 0) {
		must(label < BPFPROGRAM_LABELS && program->place[label] > from);
		far = program->place[label] - from - 1;
	}
	must(far <= UINT8_MAX);
	return (uint8_t)far;
}

struct sock_fprog
bpfprogram_finish(struct bpfprogram *program)
{
	for (unsigned i = 0; i < program->length; i++) {
		struct sock_filter *code = &program->code[i];

		if (BPF_CLASS(code->code) != BPF_JMP)
			continue;
		if (BPF_OP(code->code) == BPF_JA) {
			code->k = distance(program, i, code->k);
			continue;
		}
		code->jt = distance(program, i, code->jt);
		code->jf = distance(program, i, code->jf);
	}
	return (struct sock_fprog){.len = program->length, .filter = program->code};
}
