/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/join/score.h"

#include "census/join/listed.h"

#include <errno.h>

/* One, in the units that are reckoned with: products of two are below 2^64. */
#define WHOLE (UINT64_C(1) << 31)

/* Of one address, as far as its listings were seen. */
struct sum {
	uint32_t newest;
	uint32_t lists;
	uint32_t groups; /* bits: those with a best */
	bool is_trapped;
	uint32_t best[SCORE_LISTS]; /* worth */
};

/* What stands behind the address in both sizes. */
struct told {
	uint32_t newest;
	uint32_t lists;
	uint16_t score;
	uint8_t groups;
	uint8_t flags;
};

_Static_assert(sizeof(struct score4) == RECORD4_SIZE && offsetof(struct score4, newest) == 4 &&
		offsetof(struct score4, flags) == offsetof(struct told, flags) + 4,
	"laid out as struct told behind the address");
_Static_assert(sizeof(struct score6) == RECORD6_SIZE && offsetof(struct score6, newest) == 8 &&
		offsetof(struct score6, flags) == offsetof(struct told, flags) + 8,
	"laid out as struct told behind the network");

/* The square root, rounded down. */
static uint64_t
root(uint64_t square)
{
	uint64_t root = 0;

	for (uint64_t bit = UINT64_C(1) << 31; bit > 0; bit >>= 1) {
		if ((root | bit) * (root | bit) <= square)
			root |= bit;
	}
	return root;
}

/* Powers of the roots of a half: 2^-(1/2), 2^-(1/4) and so on are each the root of the one before. */
static void
fill_halves(struct score_rules *rules)
{
	uint64_t power = WHOLE / 2;

	for (unsigned table = 0; table < 2; table++) {
		uint32_t *halves = rules->halves[table];

		halves[0] = WHOLE;
		for (unsigned bit = 128; bit > 0; bit /= 2) {
			power = root(power * WHOLE);
			for (unsigned i = bit; i < 256; i += bit * 2)
				halves[i] = (uint32_t)(halves[i - bit] * power / WHOLE);
		}
	}
}

int
score_init(struct score_rules *rules, const struct score_settings *settings, struct fail *fail)
{
	if (settings->lists > SCORE_LISTS) {
		fail_what(fail, "there are %u lists, at most %u can be told apart", settings->lists,
			SCORE_LISTS);
		return -EINVAL;
	}
	for (unsigned i = 0; i < settings->lists; i++) {
		const struct score_list *list = &settings->list[i];

		if (list->weight <= SCORE_ONE && list->half_life > 0 && list->group < SCORE_LISTS)
			continue;
		fail_what(fail,
			"list %u has the weight %u of %u, a half-life of %u s and the group %u", i,
			list->weight, SCORE_ONE, list->half_life, list->group);
		fail_hint(fail, "a weight is at most 1, a half-life not 0, and groups are below %u",
			SCORE_LISTS);
		return -EINVAL;
	}
	rules->settings = *settings;
	fill_halves(rules);
	return 0;
}

static const struct score_list *
list_of(const struct score_rules *rules, unsigned number)
{
	const struct score_list *list = &rules->settings.list[number % SCORE_LISTS];

	return number < rules->settings.lists && list->is_evidence ? list : NULL;
}

/* What a clock of another says to be in the future is of now. */
static uint32_t
until_now(const struct score_rules *rules, uint32_t time)
{
	return time < rules->settings.now ? time : rules->settings.now;
}

static uint32_t
time_of(const struct score_rules *rules, const struct score_list *list, const struct listed *listed)
{
	return until_now(rules, listed->time > 0 ? listed->time : list->time);
}

static uint32_t
worth(const struct score_rules *rules, const struct score_list *list, uint32_t age)
{
	/* Of 2^16, to the nearest: no score is wrong by more than a unit for it. */
	uint64_t halvings = (((uint64_t)age << 16) + list->half_life / 2) / list->half_life;
	uint64_t left = rules->halves[0][halvings >> 8 & 255];

	left = left * rules->halves[1][halvings & 255] / WHOLE;
	halvings >>= 16;
	return halvings < 32 ? (uint32_t)((left >> halvings) * list->weight / SCORE_ONE) : 0;
}

/* To units of 1/SCORE_ONE, to the nearest. */
static uint16_t
shown(uint64_t part)
{
	return (uint16_t)((part * SCORE_ONE + WHOLE / 2) / WHOLE);
}

static void
add_listing(const struct score_rules *rules, const struct listed *listed, struct sum *sum)
{
	const struct score_list *list = list_of(rules, listed->list);
	uint32_t time, part;

	if (list == NULL)
		return;
	time = time_of(rules, list, listed);
	part = worth(rules, list, rules->settings.now - time);
	if (!(sum->groups >> list->group & 1) || part > sum->best[list->group])
		sum->best[list->group] = part;
	sum->groups |= 1U << list->group;
	sum->lists |= 1U << listed->list;
	sum->is_trapped |= list->is_trap && shown(part) >= rules->settings.group_least;
	if (time > sum->newest)
		sum->newest = time;
}

static struct told
conclude(const struct score_rules *rules, const struct sum *sum)
{
	const struct score_settings *settings = &rules->settings;
	struct told told = {.newest = sum->newest, .lists = sum->lists};
	uint64_t rest = WHOLE;

	for (uint32_t left = sum->groups; left > 0; left &= left - 1) {
		uint32_t best = sum->best[__builtin_ctz(left)];

		rest = rest * (WHOLE - best) / WHOLE;
		told.groups = (uint8_t)(told.groups + (shown(best) >= settings->group_least));
	}
	told.score = (uint16_t)(SCORE_ONE - shown(rest));
	if (sum->is_trapped)
		told.flags |= SCORE_TRAP;
	if (told.score >= settings->least && (told.groups >= settings->groups || sum->is_trapped))
		told.flags |= SCORE_CANDIDATE;
	return told;
}

/* One address; returns where the next one begins. */
RECORD_EITHER const uint8_t *
sum_up(const struct score_rules *rules, const uint8_t *at, const uint8_t *end, size_t size,
	struct sum *sum)
{
	uint64_t key = record_key(at, size);

	sum->newest = sum->lists = sum->groups = 0;
	sum->is_trapped = false;
	do {
		struct listed listed = listed_in(at, size);

		add_listing(rules, &listed, sum);
		at += size;
	} while (at < end && record_key(at, size) == key);
	return at;
}

RECORD_EITHER const uint8_t *
score_records(const struct score_rules *rules, const uint8_t *at, const uint8_t *end, size_t size,
	uint8_t *into, size_t *room)
{
	size_t count = 0;
	struct sum sum;

	while (at < end && count < *room) {
		const uint8_t *first = at;
		struct told told;

		at = sum_up(rules, at, end, size, &sum);
		if (sum.lists == 0)
			continue;
		told = conclude(rules, &sum);
		memset(into, 0, size);
		memcpy(into, first, record_rest(size));
		memcpy(into + record_rest(size), &told, sizeof(told));
		into += size;
		count++;
	}
	*room = count;
	return at;
}

size_t
score4(const struct score_rules *rules, const struct listing4 **at, const struct listing4 *end,
	struct score4 *into, size_t room)
{
	*at = (const struct listing4 *)(const void *)score_records(rules, (const uint8_t *)*at,
		(const uint8_t *)end, RECORD4_SIZE, (uint8_t *)into, &room);
	return room;
}

size_t
score6(const struct score_rules *rules, const struct listing6 **at, const struct listing6 *end,
	struct score6 *into, size_t room)
{
	*at = (const struct listing6 *)(const void *)score_records(rules, (const uint8_t *)*at,
		(const uint8_t *)end, RECORD6_SIZE, (uint8_t *)into, &room);
	return room;
}

/* Of equal ones the first counts. */
RECORD_EITHER size_t
explain(const struct score_rules *rules, const uint8_t *listings, size_t count, size_t size,
	struct score_reason *into, size_t room)
{
	size_t best[SCORE_LISTS];
	uint32_t part[SCORE_LISTS];
	uint32_t groups = 0;

	if (count > room)
		count = room;
	for (size_t i = 0; i < count; i++) {
		struct listed listed = listed_in(listings + i * size, size);
		const struct score_list *list = list_of(rules, listed.list);
		uint32_t own, time;

		time = time_of(rules, &rules->settings.list[listed.list % SCORE_LISTS], &listed);
		into[i] = (struct score_reason){.line = listed.line,
			.list = listed.list,
			.age = rules->settings.now - time};
		if (list == NULL)
			continue;
		own = worth(rules, list, into[i].age);
		into[i].weight = shown(own);
		if ((groups >> list->group & 1) && own <= part[list->group])
			continue;
		if (groups >> list->group & 1)
			into[best[list->group]].is_best = false;
		groups |= 1U << list->group;
		best[list->group] = i;
		part[list->group] = own;
		into[i].is_best = true;
	}
	return count;
}

size_t
score_explain4(const struct score_rules *rules, const struct listing4 *listings, size_t count,
	struct score_reason *into, size_t room)
{
	return explain(rules, (const uint8_t *)listings, count, RECORD4_SIZE, into, room);
}

size_t
score_explain6(const struct score_rules *rules, const struct listing6 *listings, size_t count,
	struct score_reason *into, size_t room)
{
	return explain(rules, (const uint8_t *)listings, count, RECORD6_SIZE, into, room);
}
