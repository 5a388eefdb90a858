/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/registraropening.h"

#include "runtime/sockets.h"

/* Requests of NASes that wait: all of a network may come at once when it was cut off. */
#define BUFFER (8U << 20)

static int
open_place(const struct kept_place *place, const void *context, struct fail *fail)
{
	struct udp_settings udp = {
		.address = place->address,
		.port = place->port,
		.buffer = BUFFER,
		.count = 1,
	};
	int descriptor = -1, r = sockets_open_udp(&udp, &descriptor, NULL, fail);

	(void)context;
	return r < 0 ? r : descriptor;
}

static const char *const protocols[] = {"accounting"};

static const struct keptsockets_kind kind = {"identity.accounting", protocols, open_place};

int
registraropening_prepare(const struct keptsockets *now, const struct registrar_settings *settings,
	struct keptsockets *next, struct fail *fail)
{
	return keptsockets_prepare(
		now, &kind, settings->place, settings->place_count, NULL, next, fail);
}
