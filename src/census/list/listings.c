/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/list/listings.h"

#include "base/fail.h"

void
listings_init(struct listings *listings, size_t most)
{
	*listings = (struct listings){.four = memory_map(most, sizeof(*listings->four)),
		.six = memory_map(most, sizeof(*listings->six)),
		.ranges4 = memory_map(most, sizeof(*listings->ranges4)),
		.ranges6 = memory_map(most, sizeof(*listings->ranges6)),
		.most = most};
}

void
listings_done(struct listings *listings)
{
	memory_unmap(listings->four, listings->most, sizeof(*listings->four));
	memory_unmap(listings->six, listings->most, sizeof(*listings->six));
	memory_unmap(listings->ranges4, listings->most, sizeof(*listings->ranges4));
	memory_unmap(listings->ranges6, listings->most, sizeof(*listings->ranges6));
	*listings = (struct listings){0};
}

void
listings_add4(struct listings *listings, const struct listing4 *one)
{
	if (listings->fours < listings->most)
		listings->four[listings->fours++] = *one;
	else
		listings->dropped++;
}

void
listings_add6(struct listings *listings, const struct listing6 *one)
{
	if (listings->sixes < listings->most)
		listings->six[listings->sixes++] = *one;
	else
		listings->dropped++;
}

void
listings_add_range4(struct listings *listings, const struct listedrange4 *range)
{
	if (listings->ranges4_count < listings->most)
		listings->ranges4[listings->ranges4_count++] = *range;
	else
		listings->dropped++;
}

void
listings_add_range6(struct listings *listings, const struct listedrange6 *range)
{
	if (listings->ranges6_count < listings->most)
		listings->ranges6[listings->ranges6_count++] = *range;
	else
		listings->dropped++;
}
