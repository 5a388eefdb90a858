/* memory_exchange - an exchange (runtime/exchange.h) of several in one process, for tests: what one says all hear
 * before publish returns. Each member is ended with exchange_end, the hub after them. */
#ifndef LAZARET_TESTS_MEMORY_EXCHANGE_H
#define LAZARET_TESTS_MEMORY_EXCHANGE_H

#include "runtime/exchange.h"

#include <stdio.h>
#include <stdlib.h>

#define MEMORY_EXCHANGE_MEMBERS 64

struct memory_member {
	struct exchange exchange;
	struct memory_exchange *hub;
	struct exchange_state state;
};

struct memory_exchange {
	struct memory_member *member[MEMORY_EXCHANGE_MEMBERS];
	uint64_t said;
};

static inline struct memory_exchange *
memory_exchange_new(void)
{
	return xcalloc(1, sizeof(struct memory_exchange));
}

static inline struct memory_exchange *
memory_exchange_free(struct memory_exchange *hub)
{
	free(hub);
	return NULL;
}

static inline int
memory_exchange_publish(struct exchange *exchange, const void *block, size_t size)
{
	struct memory_member *from = (struct memory_member *)exchange;
	struct memory_exchange *hub = from->hub;

	must(size <= EXCHANGE_BLOCK);
	hub->said++;
	from->state.published++;
	for (size_t i = 0; i < MEMORY_EXCHANGE_MEMBERS; i++) {
		struct memory_member *to = hub->member[i];

		if (to == NULL)
			continue;
		to->state.heard++;
		if (to->exchange.hear != NULL)
			to->exchange.hear(to->exchange.context, block, size);
	}
	return 0;
}

static inline void
memory_exchange_state(const struct exchange *exchange, struct exchange_state *ret)
{
	*ret = ((const struct memory_member *)exchange)->state;
}

static inline void
memory_exchange_position(const struct exchange *exchange, char ret[EXCHANGE_POSITION])
{
	(void)snprintf(ret, EXCHANGE_POSITION, "%llu",
		(unsigned long long)((const struct memory_member *)exchange)->hub->said);
}

static inline void
memory_exchange_end(struct exchange *exchange)
{
	struct memory_member *member = (struct memory_member *)exchange;

	for (size_t i = 0; i < MEMORY_EXCHANGE_MEMBERS; i++) {
		if (member->hub->member[i] == member)
			member->hub->member[i] = NULL;
	}
	free(member);
}

static const struct exchange_kind memory_exchange_kind = {.publish = memory_exchange_publish,
	.state = memory_exchange_state,
	.position = memory_exchange_position,
	.end = memory_exchange_end};

static inline struct exchange *
memory_exchange_join(struct memory_exchange *hub)
{
	struct memory_member *member = xcalloc(1, sizeof(*member));
	size_t at = 0;

	while (hub->member[at] != NULL)
		must(++at < MEMORY_EXCHANGE_MEMBERS);
	*member = (struct memory_member){
		.exchange.kind = &memory_exchange_kind,
		.hub = hub,
		.state = {.is_connected = true, .connections = 1},
	};
	hub->member[at] = member;
	return &member->exchange;
}

#endif
