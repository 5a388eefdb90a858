/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/serverplace.h"

#include "base/text.h"

#include <errno.h>
#include <stdio.h>

static bool
is_host(struct text host, size_t size)
{
	for (size_t i = 0; i < host.length; i++) {
		char c = text_small(host.at[i]);

		if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '.' &&
			c != ':')
			return false;
	}
	return host.length > 0 && host.length < size;
}

int
serverplace_take(const char *option, const char *text, char *host, size_t size, uint16_t *port,
	struct fail *fail)
{
	struct text rest = text_of(text), name;
	uint64_t number;

	if (*text == '[') {
		rest.at++, rest.length--;
		name = text_cut(&rest, ']');
		if (rest.length > 0 && *rest.at == ':')
			rest.at++, rest.length--;
	} else {
		name = text_cut(&rest, ':');
	}
	if (!is_host(name, size) || text_parse_u64(rest, UINT16_MAX, &number) < 0 || number == 0) {
		fail_where(fail, "%s", option);
		fail_what(fail, "is no place of a mail server");
		fail_hint(fail, "expected HOST:PORT, as mail.example.net:587 or [2001:db8::1]:25");
		return -EINVAL;
	}
	snprintf(host, size, "%.*s", (int)name.length, name.at);
	*port = (uint16_t)number;
	return 0;
}

bool
serverplace_is_loopback(const char *host)
{
	return strcmp(host, "127.0.0.1") == 0 || strcmp(host, "::1") == 0 ||
		strcmp(host, "localhost") == 0;
}
