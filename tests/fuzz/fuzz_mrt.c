/* SPDX-License-Identifier: BSD-2-Clause */
/* The dump of a routing table. What comes out must be prefixes with an AS, and counted. */
#include "census/registry/mrt.h"
#include "fuzz.h"

static void
check_route(const struct announced *route)
{
	ipnumber behind = route->range.low ^ route->range.high;

	must(route->family == RANGE_IPV4 || route->family == RANGE_IPV6);
	must(route->range.low <= route->range.high);
	must(route->range.high <= range_highest(route->family));
	must(behind != range_highest(route->family)); /* a default route is none */
	must((behind & (behind + 1)) == 0 && (route->range.low & behind) == 0);
	must(route->system != 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct input input = {.at = bytes, .left = size, .ended = true, .name = "fuzz"};
	struct mrt *mrt = mrt_new(&input);
	const struct mrt_counts *counts = mrt_counts(mrt);
	struct announced route;
	uint64_t found = 0, faults = 0;
	struct fail fail;
	int r;

	while ((r = mrt_next(mrt, &route, &fail)) > 0) {
		check_route(&route);
		found++;
	}
	must(mrt_next(mrt, &route, &fail) == r);
	must(r < 0 || input.left == 0);
	must(counts->prefixes == found && counts->several <= found && counts->refused == 0);
	for (size_t i = 0; i < MRT_FAULT_COUNT; i++)
		faults += counts->faults[i];
	for (uint64_t i = 0; i < MRT_TOLD_MOST + 1; i++)
		must(mrt_tell(mrt, i, &fail) == (i < faults && i < MRT_TOLD_MOST));
	mrt_free(mrt);
	return 0;
}
