/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/told.h"

#include "base/fail.h"

#define SLOTS         8 /* of a bucket */
#define BUCKETS_LEAST 1024

/* A slot, from its lowest bit on: what is known (never 0), how long before it came out it ended, when that was (units,
 * rounded up, modulo WHENS), and the highest bits of the key. 0 is an empty one. */
#define END_AT   6
#define END_BITS 20
#define END_US   (WALL_SECOND / 8)
#define WHEN_AT  (END_AT + END_BITS)
#define WHENS    1024
#define PRINT_AT 36

_Static_assert(INT64_C(1) << END_BITS > (WALL_DAY + WALL_HOUR) / END_US, "a day before fits");
_Static_assert(
	(uint64_t)WHENS << WHEN_AT == UINT64_C(1) << PRINT_AT, "the fields touch each other");

/* Units of a life, and until all buckets were swept: so an older one is gone before its time comes again. */
#define UNITS 256

enum known {
	KNOWN_SOURCE_LOW = 1 << 0,
	KNOWN_FIN = 1 << 1,
	KNOWN_FIN_BACK = 1 << 2,
	KNOWN_OPEN = 1 << 3,
	KNOWN_REDATED = 1 << 4,
	KNOWN = 1 << 5,
};

void
told_init(struct told_set *set, size_t most, int64_t life_us)
{
	uint64_t buckets = BUCKETS_LEAST;

	while (buckets * SLOTS < 2 * most)
		buckets *= 2;
	*set = (struct told_set){
		.slot = memory_map(buckets, SLOTS * sizeof(*set->slot)),
		.mask = buckets - 1,
		.unit_us = (life_us + UNITS - 1) / UNITS,
	};
	memory_keep(set->slot, buckets, SLOTS * sizeof(*set->slot));
}

void
told_done(struct told_set *set)
{
	memory_unmap(set->slot, set->mask + 1, SLOTS * sizeof(*set->slot));
	set->slot = NULL;
}

/* Units since it came out; -1 where that was within the present one. */
static int64_t
age_of(const struct told_set *set, uint64_t slot)
{
	int64_t when = (int64_t)(slot >> WHEN_AT) & (WHENS - 1);
	int64_t age = (set->unit - when) & (WHENS - 1);

	return age < WHENS - 1 ? age : -1;
}

static void
sweep(struct told_set *set, uint64_t buckets)
{
	for (; buckets > 0; buckets--, set->swept++) {
		uint64_t *slot = told_bucket(set, set->swept);

		for (int i = 0; i < SLOTS; i++) {
			if (slot[i] != 0 && age_of(set, slot[i]) >= UNITS)
				slot[i] = 0;
		}
	}
}

void
told_advance(struct told_set *set, struct wall now)
{
	uint64_t buckets = set->mask + 1;
	int64_t since, unit;

	if (set->begin.us == 0)
		set->begin = now;
	set->now = now;
	since = now.us - set->begin.us;
	unit = since / set->unit_us;
	set->is_within = since % set->unit_us != 0;
	if (unit == set->unit)
		return;
	if (unit - set->unit <= UNITS) {
		uint64_t share = buckets / UNITS * (uint64_t)(unit - set->unit);

		set->unit = unit;
		sweep(set, share);
		return;
	}
	/* No life is longer. */
	set->unit = unit;
	for (uint64_t i = 0; i < buckets * SLOTS; i++)
		set->slot[i] = 0;
}

static uint64_t
pack(const struct told_set *set, uint64_t key, const struct told *told)
{
	int64_t when = set->unit + set->is_within;
	int64_t ago = (set->begin.us + when * set->unit_us - told->end.us) / END_US;
	int64_t most = (INT64_C(1) << END_BITS) - 1;
	uint64_t known = KNOWN | (told->source_is_low ? KNOWN_SOURCE_LOW : 0U) |
		(told->has_fin[0] ? KNOWN_FIN : 0U) | (told->has_fin[1] ? KNOWN_FIN_BACK : 0U) |
		(told->was_open ? KNOWN_OPEN : 0U) | (told->is_redated ? KNOWN_REDATED : 0U);

	ago = ago < 0 ? 0 : ago > most ? most : ago;
	return key >> PRINT_AT << PRINT_AT | (uint64_t)(when & (WHENS - 1)) << WHEN_AT |
		(uint64_t)ago << END_AT | known;
}

static bool
is_same(uint64_t slot, uint64_t key)
{
	return slot != 0 && (slot ^ key) >> PRINT_AT == 0;
}

void
told_add(struct told_set *set, uint64_t key, const struct told *told)
{
	uint64_t *bucket = told_bucket(set, key), *best = bucket;
	int64_t oldest = -2;

	for (uint64_t *slot = bucket; slot < bucket + SLOTS; slot++) {
		int64_t age = *slot == 0 ? WHENS : age_of(set, *slot);

		if (is_same(*slot, key)) {
			best = slot;
			oldest = WHENS;
			break;
		}
		if (age > oldest) {
			best = slot;
			oldest = age;
		}
	}
	set->forgotten += oldest < UNITS;
	*best = pack(set, key, told);
}

uint64_t *
told_find(const struct told_set *set, uint64_t key, struct told *ret)
{
	uint64_t *bucket = told_bucket(set, key);

	for (uint64_t *slot = bucket; slot < bucket + SLOTS; slot++) {
		int64_t age, when, ago;

		if (!is_same(*slot, key))
			continue;
		age = age_of(set, *slot);
		if (age >= UNITS)
			return NULL;
		when = set->begin.us + (set->unit - age) * set->unit_us;
		ago = (int64_t)(*slot >> END_AT) & ((INT64_C(1) << END_BITS) - 1);
		*ret = (struct told){
			.end.us = when - ago * END_US,
			.source_is_low = *slot & KNOWN_SOURCE_LOW,
			.has_fin = {*slot & KNOWN_FIN, *slot & KNOWN_FIN_BACK},
			.was_open = *slot & KNOWN_OPEN,
			.is_redated = *slot & KNOWN_REDATED,
		};
		return slot;
	}
	return NULL;
}
