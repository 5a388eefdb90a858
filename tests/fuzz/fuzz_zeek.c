/* SPDX-License-Identifier: BSD-2-Clause */
/* Zeek's conn.log and smtp.log: the input is a whole file, once with header lines and once as JSON. */
#include "textformat.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	textformat_run(&format_zeek_tsv, bytes, size);
	textformat_run(&format_zeek_json, bytes, size);
	return 0;
}
