/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/servers.h"

#include <math.h>

#define BITS 256
/* Above this the bits tell little. */
#define SOURCES_MOST 1000

struct server {
	int64_t first_us;
	int64_t last_us;
	uint64_t seen[BITS / 64];
	uint8_t is_server;
};

void
servers_init(struct servers *servers, unsigned sources, int64_t span_us)
{
	*servers = (struct servers){.sources = sources, .span_us = span_us};
	table_init(&servers->by_line, SERVERS_MOST);
	servers->array = memory_map(SERVERS_MOST, sizeof(*servers->array));
}

void
servers_done(struct servers *servers)
{
	table_done(&servers->by_line);
	memory_unmap(servers->array, SERVERS_MOST, sizeof(*servers->array));
	servers->array = NULL;
}

static unsigned
count_sources(const struct server *server)
{
	int set = 0;

	for (int i = 0; i < BITS / 64; i++)
		set += __builtin_popcountll(server->seen[i]);
	/* -inf where all bits are set. */
	return (unsigned)lround(fmin(-BITS * log1p(-(double)set / BITS), SOURCES_MOST));
}

bool
servers_add(struct servers *servers, uint64_t line, uint64_t network, struct wall time)
{
	struct table_slot *slot;
	struct server *server;
	int r = table_add(&servers->by_line, line, &slot);

	if (r < 0) {
		servers->dropped++;
		return false;
	}
	if (r == 1)
		slot->value = (uint32_t)servers->by_line.count - 1;
	server = &servers->array[slot->value];
	if (r == 1)
		server->first_us = time.us;
	server->last_us = time.us;
	server->seen[network >> 6 & (BITS / 64 - 1)] |= UINT64_C(1) << (network & 63);
	if (!server->is_server && server->last_us - server->first_us >= servers->span_us)
		server->is_server = count_sources(server) >= servers->sources;
	return server->is_server;
}

bool
servers_is_server(const struct servers *servers, uint64_t line)
{
	const struct table_slot *slot = table_find(&servers->by_line, line);

	return slot != NULL && servers->array[slot->value].is_server;
}

unsigned
servers_sources(const struct servers *servers, uint64_t line)
{
	const struct table_slot *slot = table_find(&servers->by_line, line);

	return slot ? count_sources(&servers->array[slot->value]) : 0;
}
