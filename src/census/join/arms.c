/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/join/arms.h"

#include <stdlib.h>

uint32_t
arms_stratum(uint16_t country, uint32_t listed)
{
	uint32_t class = 0;

	if (listed > 1)
		class = listed < 10 ? 1 : listed < 100 ? 2 : listed < 1000 ? 3 : 4;
	return (uint32_t)country << 8 | class;
}

/* What is hashed: fixed, so that the same mailbox never stands for a stratum. */
static uint64_t
draw(const struct hash_key *key, uint16_t day, uint32_t stratum, struct text mailbox)
{
	uint8_t bytes[8 + 254] = {(uint8_t)day, (uint8_t)(day >> 8), (uint8_t)stratum,
		(uint8_t)(stratum >> 8), (uint8_t)(stratum >> 16), mailbox.length > 0};
	size_t length = mailbox.length < 254 ? mailbox.length : 254;

	if (length > 0)
		memcpy(bytes + 8, mailbox.at, length);
	return hash_keyed(key, bytes, 8 + length);
}

static int
compare(const void *a, const void *b)
{
	const struct arms_case *x = *(struct arms_case *const *)a;
	const struct arms_case *y = *(struct arms_case *const *)b;

	if (x->stratum != y->stratum)
		return x->stratum < y->stratum ? -1 : 1;
	return (x->draw > y->draw) - (x->draw < y->draw);
}

void
arms_draw(struct arms_case *cases, size_t count, unsigned share, uint16_t day,
	const struct hash_key *key)
{
	struct arms_case **order = xcalloc(count + 1, sizeof(struct arms_case *));
	size_t end;

	for (size_t i = 0; i < count; i++) {
		cases[i].draw = draw(key, day, cases[i].stratum, cases[i].mailbox);
		order[i] = &cases[i];
	}
	if (count > 1)
		qsort(order, count, sizeof(struct arms_case *), compare);
	for (size_t begin = 0; begin < count; begin = end) {
		uint32_t stratum = order[begin]->stratum;
		uint64_t held;

		for (end = begin; end < count && order[end]->stratum == stratum; end++)
			;
		held = (end - begin) * (uint64_t)share;
		held = held / ARMS_ONE +
			(draw(key, day, stratum, TEXT("")) % ARMS_ONE < held % ARMS_ONE);
		for (size_t i = begin; i < end; i++)
			order[i]->is_held_out = i - begin < held;
	}
	free(order);
}
