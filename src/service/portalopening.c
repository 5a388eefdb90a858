/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/portalopening.h"

#include "runtime/endpoint.h"
#include "runtime/sockets.h"

#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

int
portalopening_open(
	struct portalopening *opening, const struct portaling_settings *settings, struct fail *fail)
{
	*opening = (struct portalopening){.count = 0};
	for (size_t i = 0; i < settings->place_count; i++) {
		const struct portal_place *place = &settings->place[i];
		int r = sockets_open_tcp(&place->address, place->port, SOMAXCONN, fail);

		if (r < 0) {
			while (opening->count > 0)
				close(opening->descriptor[--opening->count]);
			return r;
		}
		opening->descriptor[opening->count++] = r;
	}
	return 0;
}

void
portalopening_describe(const struct portalopening *opening, size_t number, char into[96])
{
	struct address address;
	char text[ADDRESS_TEXT];
	uint16_t port;

	must(endpoint_own(opening->descriptor[number], &address, &port) == 0);
	address_format(&address, text);
	snprintf(into, 96, address_is_v4(&address) ? "portal:%s:%u" : "portal:[%s]:%u", text, port);
}
