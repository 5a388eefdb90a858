/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as a letter that was written: what is told of it is text that ends, and an address that is never written
 * about is one of those. */
#include "census/outbox/letterlook.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct text message = {(const char *)bytes, size};
	struct letterlook look;
	struct buffer scratch;
	struct prefix never[2];

	must(prefix_parse(TEXT("192.0.2.0/25"), &never[0]) == 0);
	must(prefix_parse(TEXT("2001:db8:0:1::99/128"), &never[1]) == 0);
	buffer_init(&scratch, size + 64);
	letterlook_read(message, never, 2, &scratch, &look);
	must(strnlen(look.mailbox, sizeof(look.mailbox)) < sizeof(look.mailbox));
	must(strnlen(look.name, sizeof(look.name)) < sizeof(look.name));
	must(strnlen(look.language, sizeof(look.language)) < sizeof(look.language));
	must(strlen(look.country) == 2);
	if (look.is_within)
		must(look.rows > 0 &&
			(prefix_has(&never[0], &look.within) ||
				address_is_v4(&look.within) == false));
	buffer_done(&scratch);
	return 0;
}
