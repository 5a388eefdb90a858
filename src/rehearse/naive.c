/* SPDX-License-Identifier: BSD-2-Clause */
#include "rehearse/naive.h"

const char *const naive_names[NAIVE_COUNT] = {
	[NAIVE_CONNECTIONS] = "connections",
	[NAIVE_DESTINATIONS] = "destinations",
	[NAIVE_FAILURES] = "failures",
};

static void
see_destination(struct naive *naive, uint32_t second, uint32_t network)
{
	if (second / 300 != naive->slot) {
		naive->slot = second / 300;
		naive->in_slot = 0;
	}
	for (unsigned i = 0; i < naive->in_slot; i++) {
		if (naive->destination[i] == network)
			return;
	}
	if (naive->in_slot == NAIVE_DESTINATIONS_MOST)
		naive->flagged |= 1 << NAIVE_DESTINATIONS;
	else
		naive->destination[naive->in_slot++] = network;
}

void
naive_end(struct naive *naive)
{
	if (naive->in_day >= NAIVE_ATTEMPTS_LEAST && naive->failed_in_day > naive->in_day / 2)
		naive->flagged |= 1 << NAIVE_FAILURES;
	naive->in_day = naive->failed_in_day = 0;
}

void
naive_see(struct naive *naive, uint32_t second, uint32_t network, bool is_failed)
{
	if (second / 3600 != naive->hour) {
		naive->hour = second / 3600;
		naive->in_hour = 0;
	}
	if (++naive->in_hour > NAIVE_CONNECTIONS_MOST)
		naive->flagged |= 1 << NAIVE_CONNECTIONS;
	if (!(naive->flagged & 1 << NAIVE_DESTINATIONS))
		see_destination(naive, second, network);
	if (second / 86400 != naive->day) {
		naive_end(naive);
		naive->day = second / 86400;
	}
	naive->in_day++;
	naive->failed_in_day += is_failed;
}
