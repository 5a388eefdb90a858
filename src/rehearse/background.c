/* SPDX-License-Identifier: BSD-2-Clause */
#include "rehearse/background.h"

#define ICMP 1
#define TCP  6
#define UDP  17

#define ODD_ONE_IN 256

static const struct {
	uint16_t port;
	uint8_t protocol;
	uint8_t until; /* of 100 */
} services[] = {{443, TCP, 45}, {443, UDP, 62}, {53, UDP, 85}, {80, TCP, 92}, {123, UDP, 97},
	{0, ICMP, 100}};

#define SERVICES (sizeof(services) / sizeof(*services))

/* A client may take port 2525 by chance, and anybody may send UDP to port 25: neither is mail. The client has
 * no answer, so that the flags tell who he is. */
static void
make_odd(struct random *random, struct flow *flow)
{
	if (random_below(random, 2) == 0) {
		flow->protocol = TCP;
		flow->source_port = 2525;
		flow->destination_port = 443;
		flow->known |= FLOW_TCP_FLAGS;
		flow->forward.tcp_flags = TCP_SYN;
		flow->reverse = (struct flow_side){.packets = 0};
	} else {
		flow->protocol = UDP;
		flow->destination_port = 25;
		flow->known &= (uint16_t)~FLOW_TCP_FLAGS;
		flow->forward.tcp_flags = flow->reverse.tcp_flags = 0;
	}
}

void
background_make(struct random *random, struct wall now, struct flow *ret)
{
	uint64_t roll = random_below(random, 100), bits = random_u64(random);
	unsigned service = 0;
	struct flow flow = {.known = FLOW_COUNTS | FLOW_BOTH_SIDES, .sampling = 1};

	while (service < SERVICES - 1 && roll >= services[service].until)
		service++;
	flow.protocol = services[service].protocol;
	flow.destination_port = services[service].port;
	if (flow.protocol != ICMP)
		flow.source_port = (uint16_t)(32768 + (bits & 0x3fff));
	flow.source = address_from_v4(UINT32_C(0x0a000000) | (uint32_t)(bits >> 14 & 0xffffff));
	flow.destination =
		address_from_v4(UINT32_C(0x22000000) | (uint32_t)(bits >> 38 & 0xffffff));
	flow.forward.packets = 1 + random_below(random, 12);
	flow.forward.bytes = flow.forward.packets * (60 + random_below(random, 200));
	flow.reverse.packets = 1 + random_below(random, 30);
	flow.reverse.bytes = flow.reverse.packets * (60 + random_below(random, 1400));
	if (flow.protocol == TCP) {
		flow.known |= FLOW_TCP_FLAGS;
		flow.forward.tcp_flags = TCP_SYN | TCP_ACK | TCP_PSH | TCP_FIN;
		flow.reverse.tcp_flags = flow.forward.tcp_flags;
	}
	if (random_below(random, ODD_ONE_IN) == 0)
		make_odd(random, &flow);
	flow.end.us = now.us - 1000 - (int64_t)random_below(random, 900) * 1000;
	flow.start.us = flow.end.us - (int64_t)random_below(random, 20000) * 1000;
	*ret = flow;
}
