/* SPDX-License-Identifier: BSD-2-Clause */
/* Suricata's eve.json: the input is a whole file. */
#include "textformat.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	textformat_run(&format_suricata, bytes, size);
	return 0;
}
