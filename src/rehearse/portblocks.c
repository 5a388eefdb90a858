/* SPDX-License-Identifier: BSD-2-Clause */
#include "rehearse/portblocks.h"

#include <errno.h>
#include <stdlib.h>

#define INSIDE       UINT32_C(0x64400000)
#define INSIDE_LINES (UINT32_C(1) << 22)

/* Never used, or released. */
#define RELEASED INT64_MIN

struct portblocks {
	struct pool {
		struct traffic_shared shared;
		uint32_t first; /* of its lines: number in used, and in the inside network */
	} pool[SCENARIO_CLASSES_MOST];
	unsigned pools;
	uint32_t lines;
	int64_t *used;
	uint32_t next; /* to be looked at for release */
};

static uint32_t
v4_of(const struct address *address)
{
	return bytes_u32(address->byte + 12);
}

/* The least power of two that is not less. */
static uint32_t
power_of(uint32_t count)
{
	uint32_t size = 1;

	while (size < count)
		size *= 2;
	return size;
}

int
portblocks_new(
	struct portblocks **ret, const struct traffic *traffic, unsigned classes, struct fail *fail)
{
	struct portblocks *blocks = xcalloc(1, sizeof(*blocks));
	uint64_t next = 0;

	for (unsigned i = 0; i < classes; i++) {
		struct pool *pool = &blocks->pool[blocks->pools];
		uint32_t size;

		if (!traffic_shared(traffic, i, &pool->shared))
			continue;
		size = power_of(pool->shared.lines);
		next = (next + size - 1) / size * size;
		pool->first = (uint32_t)next;
		next += size;
		blocks->pools++;
		if (next <= INSIDE_LINES)
			continue;
		fail_what(
			fail, "too many lines are behind CGNAT for the addresses of 100.64.0.0/10");
		free(blocks);
		return -ENOSPC;
	}
	blocks->lines = (uint32_t)next;
	blocks->used = xcalloc(next + 1, sizeof(*blocks->used));
	for (uint32_t i = 0; i < blocks->lines; i++)
		blocks->used[i] = RELEASED;
	*ret = blocks;
	return 0;
}

struct portblocks *
portblocks_free(struct portblocks *blocks)
{
	if (blocks == NULL)
		return NULL;
	free(blocks->used);
	free(blocks);
	return NULL;
}

bool
portblocks_has_any(const struct portblocks *blocks)
{
	return blocks->pools > 0;
}

static bool
find(const struct portblocks *blocks, const struct address *outside, uint16_t port, uint32_t *ret)
{
	if (!address_is_v4(outside))
		return false;
	for (unsigned i = 0; i < blocks->pools; i++) {
		const struct traffic_shared *shared = &blocks->pool[i].shared;
		uint32_t address = v4_of(outside) - v4_of(&shared->first);
		uint32_t block = ((uint32_t)port - shared->first_port) / shared->ports;
		uint64_t line = (uint64_t)address * shared->each + block;

		if (port < shared->first_port || block >= shared->each || line >= shared->lines)
			continue;
		*ret = blocks->pool[i].first + (uint32_t)line;
		return true;
	}
	return false;
}

bool
portblocks_inside(const struct portblocks *blocks, const struct address *outside, uint16_t port,
	struct address *ret)
{
	uint32_t line;

	if (!find(blocks, outside, port, &line))
		return false;
	*ret = address_from_v4(INSIDE + line);
	return true;
}

/* The block of a line, as an entry of the log. */
static struct observation
entry(const struct portblocks *blocks, uint32_t line, enum observation_kind kind, struct wall now)
{
	struct observation o = {
		.kind = (uint8_t)kind, .time = now, .client = address_from_v4(INSIDE + line)};
	const struct pool *pool = &blocks->pool[0];
	uint32_t number;

	for (unsigned i = 1; i < blocks->pools && blocks->pool[i].first <= line; i++)
		pool = &blocks->pool[i];
	number = line - pool->first;
	o.server = address_from_v4(v4_of(&pool->shared.first) + number / pool->shared.each);
	o.client_port = (uint16_t)(pool->shared.first_port +
		number % pool->shared.each * pool->shared.ports);
	o.server_port = (uint16_t)(o.client_port + pool->shared.ports - 1);
	return o;
}

bool
portblocks_use(struct portblocks *blocks, const struct address *outside, uint16_t port,
	struct wall now, struct observation *ret)
{
	uint32_t line;
	bool is_new;

	if (!find(blocks, outside, port, &line))
		return false;
	is_new = blocks->used[line] == RELEASED;
	blocks->used[line] = now.us;
	if (is_new)
		*ret = entry(blocks, line, OBSERVATION_BINDING_OPEN, now);
	return is_new;
}

bool
portblocks_release(
	struct portblocks *blocks, struct wall since, struct wall now, struct observation *ret)
{
	for (; blocks->next < blocks->lines; blocks->next++) {
		int64_t *used = &blocks->used[blocks->next];

		if (*used == RELEASED || *used >= since.us)
			continue;
		*used = RELEASED;
		*ret = entry(blocks, blocks->next, OBSERVATION_BINDING_CLOSE, now);
		return true;
	}
	blocks->next = 0;
	return false;
}

int
portblocks_identify(const struct portblocks *blocks, struct lines *lines, struct fail *fail)
{
	int r = 0;

	for (unsigned i = 0; i < blocks->pools && r == 0; i++) {
		const struct pool *pool = &blocks->pool[i];
		uint32_t size = power_of(pool->shared.lines);
		struct lines_prefix prefix = {.role = pool->shared.role,
			.prefix = {.address = address_from_v4(INSIDE + pool->first),
				.length = (uint8_t)(128 - __builtin_ctz(size))}};

		r = lines_add(lines, &prefix, fail);
	}
	return r;
}
