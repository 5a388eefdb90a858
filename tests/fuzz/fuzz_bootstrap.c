/* SPDX-License-Identifier: BSD-2-Clause */
/* IANA's files of RDAP servers: each entry is found by an address of its own, and its URL is one line. */
#include "census/online/bootstrap.h"
#include "fuzz.h"

#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct bootstrap bootstrap;
	struct fail fail;

	bootstrap_init(&bootstrap);
	(void)!bootstrap_read(
		&bootstrap, (struct text){.at = (const char *)bytes, .length = size}, &fail);
	must(bootstrap.count <= BOOTSTRAP_ENTRIES);
	for (size_t i = 0; i < bootstrap.count && i < 64; i++) {
		const struct bootstrap_entry *entry = &bootstrap.entries[i];
		const char *found;

		must(memchr(entry->url, '\0', BOOTSTRAP_URL) != NULL);
		must(strpbrk(entry->url, " \r\n\t") == NULL);
		must(entry->url[strlen(entry->url) - 1] == '/');
		found = bootstrap_find(&bootstrap, entry->family, entry->range.low, 0);
		must(found != NULL && *found == 'h');
		must(bootstrap_find(&bootstrap, entry->family, entry->range.low, bootstrap.count) ==
			NULL);
	}
	bootstrap_done(&bootstrap);
	return 0;
}
