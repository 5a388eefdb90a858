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
