/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as CSV: with a header, or, where the first byte is odd, with columns that were told. */
#include "fuzz_list.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct listorder order = {.form = LISTFORM_CSV};

	if (size == 0)
		return 0;
	if (bytes[0] & 1)
		memcpy(order.columns, "address,first,last,port", sizeof("address,first,last,port"));
	fuzz_read_list(bytes + 1, size - 1, &order);
	return 0;
}
