/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/tries.h"

static size_t
set_of(const struct tries *tries, uint64_t key)
{
	return hash_fast(&key, sizeof(key), tries->seed) % (TRIES_KEYS / TRIES_WAYS) * TRIES_WAYS;
}

static bool
is_over(const struct tries *tries, const struct tries_of *of, int64_t steady_us)
{
	return of->count == 0 || steady_us - of->begun_us >= tries->window_us;
}

void
tries_begin(struct tries *tries, uint32_t most, int64_t window_us)
{
	memset(tries, 0, sizeof(*tries));
	tries->most = most;
	tries->window_us = window_us;
	hash_words_random(&tries->seed, 1);
}

bool
tries_left(const struct tries *tries, uint64_t key, int64_t steady_us)
{
	const struct tries_of *set = &tries->of[set_of(tries, key)];

	for (unsigned i = 0; i < TRIES_WAYS; i++) {
		if (set[i].key == key && !is_over(tries, &set[i], steady_us))
			return set[i].count < tries->most;
	}
	return true;
}

void
tries_take(struct tries *tries, uint64_t key, int64_t steady_us)
{
	struct tries_of *set = &tries->of[set_of(tries, key)], *place = set;

	for (unsigned i = 0; i < TRIES_WAYS; i++) {
		if (set[i].key == key && !is_over(tries, &set[i], steady_us)) {
			set[i].count++;
			return;
		}
		if (is_over(tries, &set[i], steady_us))
			set[i].count = 0;
		if (set[i].count == 0 || (place->count > 0 && set[i].begun_us < place->begun_us))
			place = &set[i];
	}
	*place = (struct tries_of){.key = key, .begun_us = steady_us, .count = 1};
}
