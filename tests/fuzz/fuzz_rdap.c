/* SPDX-License-Identifier: BSD-2-Clause */
/* An answer of RDAP, to questions for an address of each family and with some codes of HTTP. */
#include "census/online/rdap.h"
#include "fuzz.h"
#include "fuzz_netanswer.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const unsigned status[] = {200, 404, 429};
	struct text json = {.at = (const char *)bytes, .length = size};
	const ipnumber four = 0xc0000201, six = (ipnumber)0x20010db8 << 96 | 1;

	for (size_t i = 0; i < sizeof(status) / sizeof(*status); i++) {
		struct netanswer answer = rdap_parse(json, status[i], RANGE_IPV4, four);

		check_netanswer(&answer, four);
		answer = rdap_parse(json, status[i], RANGE_IPV6, six);
		check_netanswer(&answer, six);
	}
	return 0;
}
