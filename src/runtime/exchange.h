/* exchange - a store that several hosts share, as those see it who use it: what one says, all hear
 *
 * What:    blocks of bytes, in one order that is the same for all; who publishes hears its own too. What was heard once
 *          may come again after a failure, and what was said while the store was away, or longer ago than it remembers,
 *          is not heard: who uses it numbers its blocks. No call waits for anything.
 *          One is there: exchangeredis.h; tests have another, in one process.
 * Owns:    what waits to be written.
 * Limits:  EXCHANGE_BLOCK bytes a block that is published; what is heard may be anything. Those of each.
 * Thread:  one, that of the event loop.
 */
#ifndef LAZARET_RUNTIME_EXCHANGE_H
#define LAZARET_RUNTIME_EXCHANGE_H

#include "base/fail.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EXCHANGE_BLOCK 65536
/* Text of a place in the order of blocks, with its end. */
#define EXCHANGE_POSITION 44

struct exchange_state {
	bool is_connected; /* both ways */
	size_t waiting;    /* bytes that the store has not said to have */
	uint64_t published;
	uint64_t heard; /* own ones too */
	uint64_t connections;
	uint64_t failures;  /* of connections: ended, silent, refused */
	uint64_t wrong;     /* of them: answers that are none */
	uint64_t redirects; /* to another server of a cluster */
	uint64_t rewinds;   /* the store has forgotten what was read already: read from its begin */
	char why[128];      /* the last failure, in printable letters */
};

/* Called with each block; may not end the exchange. */
typedef void exchange_hear(void *context, const void *block, size_t size);

struct exchange {
	const struct exchange_kind *kind;
	exchange_hear *hear;
	void *context;
};

struct exchange_kind {
	int (*publish)(struct exchange *exchange, const void *block, size_t size);
	void (*state)(const struct exchange *exchange, struct exchange_state *ret);
	void (*position)(const struct exchange *exchange, char ret[EXCHANGE_POSITION]);
	void (*end)(struct exchange *exchange);
};

static inline void
exchange_listen(struct exchange *exchange, exchange_hear *hear, void *context)
{
	exchange->hear = hear;
	exchange->context = context;
}

/* 0: it is on its way, and is said again until the store has it. -EAGAIN: not now; nothing was kept of it. */
static inline int MUST_USE
exchange_publish(struct exchange *exchange, const void *block, size_t size)
{
	return exchange->kind->publish(exchange, block, size);
}

static inline void
exchange_state(const struct exchange *exchange, struct exchange_state *ret)
{
	exchange->kind->state(exchange, ret);
}

/* Up to where it has heard all: for one who goes on from here later. */
static inline void
exchange_position(const struct exchange *exchange, char ret[EXCHANGE_POSITION])
{
	exchange->kind->position(exchange, ret);
}

static inline struct exchange *
exchange_end(struct exchange *exchange)
{
	if (exchange != NULL)
		exchange->kind->end(exchange);
	return NULL;
}

#endif
