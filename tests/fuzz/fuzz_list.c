/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as a list of which nothing was told. */
#include "fuzz_list.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	fuzz_read_list(bytes, size, &(struct listorder){.list = 3});
	return 0;
}
