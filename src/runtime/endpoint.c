/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/endpoint.h"

#include <errno.h>

struct endpoint
endpoint_of(const struct address *address, uint16_t port)
{
	struct endpoint endpoint = {0};

	if (address_is_v4(address)) {
		endpoint.v4.sin_family = AF_INET;
		endpoint.v4.sin_port = htons(port);
		memcpy(&endpoint.v4.sin_addr, address->byte + 12, 4);
		endpoint.size = sizeof(endpoint.v4);
	} else {
		endpoint.v6.sin6_family = AF_INET6;
		endpoint.v6.sin6_port = htons(port);
		memcpy(&endpoint.v6.sin6_addr, address->byte, 16);
		endpoint.size = sizeof(endpoint.v6);
	}
	return endpoint;
}

void
endpoint_read(const struct sockaddr *at, struct address *address, uint16_t *port)
{
	struct sockaddr_in6 v6 = {0};
	struct sockaddr_in v4;

	if (at->sa_family == AF_INET) {
		memcpy(&v4, at, sizeof(v4));
		*address = address_from_v4(ntohl(v4.sin_addr.s_addr));
		*port = ntohs(v4.sin_port);
		return;
	}
	if (at->sa_family == AF_INET6)
		memcpy(&v6, at, sizeof(v6));
	*address = address_from_bytes(v6.sin6_addr.s6_addr, 16);
	*port = ntohs(v6.sin6_port);
}

int
endpoint_own(int socket, struct address *address, uint16_t *port)
{
	struct endpoint own = ENDPOINT_EMPTY;

	if (getsockname(socket, &own.any, &own.size) < 0)
		return -errno;
	if (own.any.sa_family != AF_INET && own.any.sa_family != AF_INET6)
		return -EAFNOSUPPORT;
	endpoint_read(&own.any, address, port);
	return 0;
}

int
endpoint_parse(struct text text, uint16_t least, struct address *address, uint16_t *port,
	struct fail *fail)
{
	struct text host = text, number = text;
	uint64_t value;
	size_t colon = text.length;

	while (colon > 0 && text.at[colon - 1] != ':')
		colon--;
	number.at += colon;
	number.length -= colon;
	host.length = colon > 0 ? colon - 1 : 0;
	if (host.length > 2 && host.at[0] == '[' && host.at[host.length - 1] == ']') {
		host.at++;
		host.length -= 2;
	} else if (host.length > 0 && memchr(host.at, ':', host.length) != NULL) {
		host.length = 0;
	}
	if (address_parse(host, address) < 0 || text_parse_u64(number, UINT16_MAX, &value) < 0 ||
		value < least) {
		fail_what(fail, "\"%.*s\" is no ADDRESS:PORT", (int)text.length, text.at);
		fail_hint(fail, "for example: 127.0.0.1:2055, or [2001:db8::1]:2055");
		return -EINVAL;
	}
	*port = (uint16_t)value;
	return 0;
}
