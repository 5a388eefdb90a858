/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of any packing: the first byte says in which portions they are asked for. */
#include "fuzz.h"
#include "memory_file.h"
#include "source/input.h"

/* What is unpacked of one input; little packs much. */
#define UNPACKED_MOST (8UL << 20)

/* What is read must be there: volatile, so that the reading is not left out. */
static volatile uint8_t touched;

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct fail fail = {.what = ""};
	struct input input;
	size_t portion, left;
	char name[32];
	int fd;

	if (size < 1)
		return 0;
	portion = (size_t)bytes[0] * 1021 + 1;
	fd = memory_file(bytes + 1, size - 1, name);
	if (input_open(&input, name, 0, &fail) == 0) {
		while (input.offset < UNPACKED_MOST &&
			(left = input_need(&input, portion, &fail)) > 0) {
			touched = input.at[0];
			touched = input.at[left - 1];
			input_step(&input, left < portion ? left : portion);
		}
		must(input.offset >= UNPACKED_MOST || input.ended);
		must((input.error == 0) == (fail.what[0] == 0));
		input_close(&input);
	}
	close(fd);
	return 0;
}
