/* SPDX-License-Identifier: BSD-2-Clause */
#include "gate/network.h"

#include <stdlib.h>

#define NONE UINT32_MAX

struct network_prefix {
	struct gaterules_prefix is;
	uint32_t outer; /* the longest that it lies in, or NONE */
};

static bool
is_prefix(const struct gaterules_prefix *is)
{
	struct address masked;

	if (is->line_length > 128 || is->prefix.length > is->line_length)
		return false;
	masked = address_mask(&is->prefix.address, is->prefix.length);
	return address_equal(&masked, &is->prefix.address);
}

static int
compare(const void *left, const void *right)
{
	const struct prefix *a = &((const struct network_prefix *)left)->is.prefix;
	const struct prefix *b = &((const struct network_prefix *)right)->is.prefix;
	int order = memcmp(a->address.byte, b->address.byte, sizeof(a->address.byte));

	return order != 0 ? order : (int)a->length - (int)b->length;
}

/* The longest that has the address, of the one at index and those around it. */
static uint32_t
outward(const struct network *network, uint32_t index, const struct address *address)
{
	while (index != NONE && !prefix_has(&network->at[index].is.prefix, address))
		index = network->at[index].outer;
	return index;
}

void
network_make(struct network *network, const struct gaterules_network *of)
{
	*network = (struct network){.at = xcalloc(of->count + 1UL, sizeof(*network->at))};
	for (uint32_t i = 0; i < of->count && i < GATERULES_NETWORK; i++) {
		if (is_prefix(&of->at[i]))
			network->at[network->count++].is = of->at[i];
	}
	qsort(network->at, network->count, sizeof(*network->at), compare);
	for (uint32_t i = 0; i < network->count; i++)
		network->at[i].outer =
			i == 0 ? NONE : outward(network, i - 1, &network->at[i].is.prefix.address);
}

void
network_free(struct network *network)
{
	free(network->at);
	*network = (struct network){.at = NULL};
}

/* How many begin at this address or before it. */
static size_t
count_before(const struct network *network, const struct address *address)
{
	size_t low = 0, high = network->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (memcmp(network->at[middle].is.prefix.address.byte, address->byte,
			    sizeof(address->byte)) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool
network_takes(const struct network *network, enum lineset set, const struct address *address)
{
	const struct gaterules_prefix *is;
	uint32_t found = NONE;
	size_t before;

	if (set >= LINESET_ALLOW4)
		return true;
	before = count_before(network, address);
	if (before > 0)
		found = outward(network, (uint32_t)before - 1, address);
	if (found == NONE)
		return false;
	is = &network->at[found].is;
	/* Not ::/0 of IPv4. */
	return address_is_v4(address) == address_is_v4(&is->prefix.address) &&
		linesets[set].length >= is->line_length;
}
