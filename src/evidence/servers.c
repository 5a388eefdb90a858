/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/servers.h"

#include <math.h>
#include <string.h>

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
	const struct table_slot *slot;

	/* Where mail that comes in is not seen, there are none. */
	if (servers->by_line.count == 0)
		return false;
	slot = table_find(&servers->by_line, line);
	return slot != NULL && servers->array[slot->value].is_server;
}

unsigned
servers_sources(const struct servers *servers, uint64_t line)
{
	const struct table_slot *slot = table_find(&servers->by_line, line);

	return slot ? count_sources(&servers->array[slot->value]) : 0;
}

struct servers_saved {
	uint64_t count;
	uint64_t dropped;
};

struct server_saved {
	uint64_t line;
	struct server server;
};

static uint64_t
layout(void)
{
	static const size_t numbers[] = {sizeof(struct server_saved), sizeof(struct servers_saved),
		offsetof(struct server, last_us), offsetof(struct server, seen),
		offsetof(struct server, is_server), BITS};

	return save_layout(numbers, sizeof(numbers) / sizeof(*numbers));
}

void
servers_save(const struct servers *servers, struct save *save)
{
	struct servers_saved saved = {servers->by_line.count, servers->dropped};

	save_section(save, "servers", layout(),
		sizeof(saved) + saved.count * sizeof(struct server_saved));
	save_bytes(save, &saved, sizeof(saved));
	for (uint64_t i = 0; i <= servers->by_line.mask; i++) {
		const struct table_slot *slot = &servers->by_line.slots[i];
		struct server_saved one = {.line = slot->key};

		if (slot->key == 0)
			continue;
		memcpy(&one.server, &servers->array[slot->value], sizeof(one.server));
		save_bytes(save, &one, sizeof(one));
	}
}

static bool
is_possible(const struct server *server)
{
	return restore_is_time((struct wall){server->first_us}) &&
		restore_is_time((struct wall){server->last_us}) &&
		server->first_us <= server->last_us && server->is_server <= 1;
}

int
servers_restore(struct servers *servers, struct restore *restore, struct fail *fail)
{
	struct servers_saved saved;
	uint64_t size;
	int r = restore_section(restore, "servers", layout(), &size, fail);

	if (r == 0)
		r = restore_bytes(restore, &saved, sizeof(saved), fail);
	if (r < 0)
		return r;
	if (saved.count > SERVERS_MOST ||
		size != sizeof(saved) + saved.count * sizeof(struct server_saved))
		return restore_damaged(restore, fail, "more mail servers than there can be");
	for (uint32_t i = 0; i < saved.count; i++) {
		struct server_saved one;
		struct table_slot *slot;

		r = restore_bytes(restore, &one, sizeof(one), fail);
		if (r < 0)
			return r;
		if (one.line == 0 || !is_possible(&one.server) ||
			table_add(&servers->by_line, one.line, &slot) != 1)
			return restore_damaged(restore, fail, "a mail server that cannot be");
		slot->value = i;
		servers->array[i] = one.server;
	}
	servers->dropped = saved.dropped;
	return 0;
}
