/* SPDX-License-Identifier: BSD-2-Clause */
/* An answer of a whois server: of any registry, to questions for an address of each family. */
#include "census/online/whoisanswer.h"
#include "fuzz.h"
#include "fuzz_netanswer.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct text text = {.at = (const char *)bytes, .length = size};
	const ipnumber four = 0xc0000201, six = (ipnumber)0x20010db8 << 96 | 1;

	for (enum registry_name i = 0; i < REGISTRY_COUNT; i++) {
		struct netanswer answer = whoisanswer_parse(text, i, RANGE_IPV4, four);

		check_netanswer(&answer, four);
		answer = whoisanswer_parse(text, i, RANGE_IPV6, six);
		check_netanswer(&answer, six);
	}
	return 0;
}
