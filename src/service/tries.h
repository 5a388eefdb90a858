/* tries - so many of a key in so long a time, and then no more until it is over
 *
 * What:    counts of a window for each key that was seen lately: questions of a line, wrong PINs of a case. The window
 *          of a key begins with its first; keys are hashed with a secret of the table, so nobody chooses whose place
 *          another one takes.
 * Owns:    nothing beside itself.
 * Limits:  TRIES_KEYS keys; of more, those whose windows are the oldest are forgotten.
 * Thread:  one at a time.
 */
#ifndef LAZARET_SERVICE_TRIES_H
#define LAZARET_SERVICE_TRIES_H

#include "base/hash.h"

#include <stdbool.h>

#define TRIES_WAYS 8U
#define TRIES_KEYS 65536U

struct tries_of {
	uint64_t key;
	int64_t begun_us;
	uint32_t count; /* 0: the place is free */
};

struct tries {
	uint64_t seed;
	int64_t window_us;
	uint32_t most;
	struct tries_of of[TRIES_KEYS];
};

void tries_begin(struct tries *tries, uint32_t most, int64_t window_us);

/* Are there any left to a key? steady_us: a clock that is never set back. */
bool tries_left(const struct tries *tries, uint64_t key, int64_t steady_us);

/* Counts one. */
void tries_take(struct tries *tries, uint64_t key, int64_t steady_us);

#endif
