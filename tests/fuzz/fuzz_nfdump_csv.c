/* SPDX-License-Identifier: BSD-2-Clause */
/* nfdump CSV: the input is a whole file. */
#include "textformat.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	textformat_run(&format_nfdump_csv, bytes, size);
	return 0;
}
