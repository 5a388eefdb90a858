/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as objects of JSON, one a line. */
#include "fuzz_list.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	fuzz_read_list(bytes, size, &(struct listorder){.form = LISTFORM_JSON});
	return 0;
}
