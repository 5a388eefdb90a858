/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/exchangememory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct member {
	struct exchange exchange;
	struct exchangememory *hub;
	struct exchange_state state;
};

struct exchangememory {
	struct member *member[EXCHANGEMEMORY_MEMBERS];
	uint64_t said;
};

struct exchangememory *
exchangememory_new(void)
{
	return xcalloc(1, sizeof(struct exchangememory));
}

struct exchangememory *
exchangememory_free(struct exchangememory *hub)
{
	free(hub);
	return NULL;
}

static int
publish(struct exchange *exchange, const void *block, size_t size)
{
	struct member *from = (struct member *)exchange;
	struct exchangememory *hub = from->hub;

	must(size <= EXCHANGE_BLOCK);
	hub->said++;
	from->state.published++;
	for (size_t i = 0; i < EXCHANGEMEMORY_MEMBERS; i++) {
		struct member *to = hub->member[i];

		if (to == NULL)
			continue;
		to->state.heard++;
		if (to->exchange.hear != NULL)
			to->exchange.hear(to->exchange.context, block, size);
	}
	return 0;
}

static void
state(const struct exchange *exchange, struct exchange_state *ret)
{
	*ret = ((const struct member *)exchange)->state;
}

static void
position(const struct exchange *exchange, char ret[EXCHANGE_POSITION])
{
	(void)snprintf(ret, EXCHANGE_POSITION, "%llu",
		(unsigned long long)((const struct member *)exchange)->hub->said);
}

static void
end(struct exchange *exchange)
{
	struct member *member = (struct member *)exchange;

	for (size_t i = 0; i < EXCHANGEMEMORY_MEMBERS; i++) {
		if (member->hub->member[i] == member)
			member->hub->member[i] = NULL;
	}
	free(member);
}

static const struct exchange_kind kind = {
	.publish = publish, .state = state, .position = position, .end = end};

struct exchange *
exchangememory_join(struct exchangememory *hub)
{
	for (size_t i = 0; i < EXCHANGEMEMORY_MEMBERS; i++) {
		if (hub->member[i] != NULL)
			continue;
		hub->member[i] = xcalloc(1, sizeof(struct member));
		*hub->member[i] = (struct member){
			.exchange.kind = &kind,
			.hub = hub,
			.state = {.is_connected = true, .connections = 1},
		};
		return &hub->member[i]->exchange;
	}
	return NULL;
}
