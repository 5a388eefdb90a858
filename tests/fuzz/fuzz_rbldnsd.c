/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as a zone of rbldnsd: the first says the type of its data set, and whether A values were asked for. */
#include "fuzz_list.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct listorder order = {.form = LISTFORM_RBLDNSD, .values = {0x7f000002}};

	if (size == 0)
		return 0;
	order.type = (enum zonetype)(bytes[0] % ZONETYPE_COUNT);
	order.values_count = bytes[0] >> 6 & 1;
	if (bytes[0] >> 7)
		memcpy(order.dataset, "proxy", sizeof("proxy"));
	fuzz_read_list(bytes + 1, size - 1, &order);
	return 0;
}
