/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as a mailbox with reports. */
#include "fuzz_list.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	fuzz_read_list(bytes, size, &(struct listorder){.form = LISTFORM_MAIL});
	return 0;
}
