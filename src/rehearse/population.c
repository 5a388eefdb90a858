/* SPDX-License-Identifier: BSD-2-Clause */
#include "rehearse/population.h"

#include "base/hash.h"

#define SECOND     INT64_C(1000000)
#define DAY        (86400 * SECOND)
#define WEEK       (7 * DAY)
#define MONTH      (30 * DAY)
#define HASH_NAMES UINT64_C(0x6c617a6172657431)

static bool
has(const struct class *class, enum class_value value)
{
	return class->value[value].kind != DISTRIBUTION_NONE;
}

/* Drawn as a whole number of microseconds, at least one. */
static int64_t
draw_time(const struct class *class, enum class_value value, struct random *random)
{
	double us = distribution_draw(&class->value[value], random) * 1e6;

	return us < 1 ? 1 : (int64_t)us;
}

void
kind_init(struct kind *kind, const struct class *class)
{
	struct random none;

	random_seed(&none, 0);
	*kind = (struct kind){.class = class, .quiet = 1};
	if (has(class, VALUE_EXPONENT))
		zipf_init(&kind->zipf, class->value[VALUE_EXPONENT].low);
	if (has(class, VALUE_QUIET))
		kind->quiet = distribution_draw(&class->value[VALUE_QUIET], &none);
	if (has(class, VALUE_STRANGERS))
		kind->strangers = distribution_draw(&class->value[VALUE_STRANGERS], &none);
	if (has(class, VALUE_RENUMBER))
		kind->renumber = draw_time(class, VALUE_RENUMBER, &none);
}

static void
draw_failures(struct member *member, const struct class *class)
{
	struct random *random = &member->random;
	double unanswered = distribution_draw(&class->value[VALUE_UNANSWERED], random);
	double greylisted = distribution_draw(&class->value[VALUE_GREYLISTED], random);
	double refused = distribution_draw(&class->value[VALUE_REFUSED], random);

	member->unanswered = (float)unanswered;
	member->greylisted = (float)(unanswered + (1 - unanswered) * greylisted);
	member->refused = (float)(1 - (1 - unanswered) * (1 - greylisted) * (1 - refused));
	if (has(class, VALUE_DEAD))
		member->is_dead = random_unit(random) < class->value[VALUE_DEAD].low;
}

static void
draw_partners(struct member *member, const struct kind *kind)
{
	const struct class *class = kind->class;

	if (has(class, VALUE_NETWORKS)) {
		member->networks =
			distribution_draw_count(&class->value[VALUE_NETWORKS], &member->random);
		member->zipf_last = zipf_last(&kind->zipf, member->networks);
	} else {
		member->networks =
			distribution_draw_count(&class->value[VALUE_SERVERS], &member->random);
	}
}

/* Moves a time into the hours of the day when the line is on: the clock stands still while it is off. */
static int64_t
while_on(const struct member *member, int64_t from, double gap)
{
	int64_t on_for = member->on_for * SECOND;

	for (;;) {
		int64_t day = (from - member->on_from * SECOND) % DAY, left;

		if (day < 0)
			day += DAY;
		if (day >= on_for) {
			from += DAY - day;
			day = 0;
		}
		left = on_for - day;
		if (gap < (double)left)
			return from + (int64_t)gap;
		gap -= (double)left;
		from += left;
		if (from > MONTH * 20)
			return MEMBER_NEVER;
	}
}

/* The burst of the first day, of those that come, that has one. */
static int64_t
next_burst(struct member *member, const struct class *class, int64_t day, int64_t not_before)
{
	double share = class->value[VALUE_BURST_DAYS].low;
	struct random *random = &member->random;
	int64_t at;

	while (random_unit(random) >= share)
		day++;
	at = day * DAY + (int64_t)random_below(random, (uint64_t)DAY);
	member->run_from = at;
	member->left = distribution_draw_count(&class->value[VALUE_BURST_SIZE], random);
	member->rate = (double)draw_time(class, VALUE_BURST_GAP, random);
	return at > not_before ? at : not_before;
}

static int64_t
begin_run(struct member *member, const struct class *class, int64_t at)
{
	member->run_from = at;
	member->left = member->size;
	member->rate = member->size / (double)draw_time(class, VALUE_RUN_LENGTH, &member->random);
	return at + (int64_t)random_exponential(&member->random, member->rate);
}

static int64_t
first_mail(struct member *member, const struct class *class, int64_t begin)
{
	struct random *random = &member->random;

	switch ((enum rhythm) class->rhythm) {
	case RHYTHM_RANDOM:
		member->rate = distribution_draw(&class->value[VALUE_RATE], random) / 1e6;
		member->on_from = (uint32_t)random_below(random, 86400);
		member->on_for = 86400;
		if (has(class, VALUE_ON))
			member->on_for =
				(uint32_t)distribution_draw(&class->value[VALUE_ON], random);
		return while_on(member, begin, random_exponential(random, member->rate));
	case RHYTHM_EVERY:
		member->rate = (double)draw_time(class, VALUE_GAP, random);
		member->jitter = distribution_draw(&class->value[VALUE_JITTER], random);
		return begin + (int64_t)(member->rate * random_unit(random));
	case RHYTHM_BURST:
		return next_burst(member, class, begin / DAY, begin);
	case RHYTHM_RUN:
		member->size = distribution_draw_count(&class->value[VALUE_RUN_SIZE], random);
		return begin_run(
			member, class, begin + (int64_t)random_below(random, (uint64_t)WEEK));
	case RHYTHM_NONE:
		break;
	}
	return MEMBER_NEVER;
}

/* Days are counted from 1. */
static int64_t
draw_day(
	const struct class *class, enum class_value value, struct random *random, int64_t otherwise)
{
	if (!has(class, value))
		return otherwise;
	return (int64_t)((distribution_draw(&class->value[value], random) - 1) * (double)DAY);
}

static void
draw_outage(struct member *member, const struct class *class, int64_t month)
{
	member->down_from = month * MONTH + (int64_t)random_below(&member->random, (uint64_t)MONTH);
	member->down_until = member->down_from + draw_time(class, VALUE_DOWN, &member->random);
}

void
member_init(struct member *member, const struct kind *kind, uint64_t seed, uint32_t number)
{
	const struct class *class = kind->class;
	uint64_t name = hash_fast(class->name, strlen(class->name), HASH_NAMES);
	int64_t begin;

	*member = (struct member){.number = number, .first_attempt = MEMBER_NEVER};
	random_seed(&member->random, hash_mix(seed ^ hash_mix(name + number)));
	member->salt = random_u64(&member->random);
	draw_partners(member, kind);
	draw_failures(member, class);
	begin = draw_day(class, VALUE_BEGIN, &member->random, 0);
	member->end = draw_day(class, VALUE_END, &member->random, MEMBER_NEVER);
	if (has(class, VALUE_DOWN))
		draw_outage(member, class, 0);
	member->next = first_mail(member, class, begin);
}

void
member_next(struct member *member, const struct kind *kind)
{
	const struct class *class = kind->class;
	struct random *random = &member->random;
	int64_t at = member->next;

	switch ((enum rhythm) class->rhythm) {
	case RHYTHM_RANDOM:
		if (member->on_for < 86400)
			at = while_on(member, at, random_exponential(random, member->rate));
		else
			at += (int64_t)random_exponential(random, member->rate);
		break;
	case RHYTHM_EVERY:
		at += (int64_t)(member->rate *
			(1 + random_uniform(random, -member->jitter, member->jitter)));
		break;
	case RHYTHM_BURST:
		if (--member->left > 0)
			at += (int64_t)member->rate;
		else
			at = next_burst(member, class, member->run_from / DAY + 1, at + SECOND);
		break;
	case RHYTHM_RUN:
		if (--member->left > 0) {
			at += (int64_t)random_exponential(random, member->rate);
		} else {
			int64_t again = member->run_from + WEEK;

			at = begin_run(member, class, again > at ? again : at);
		}
		break;
	case RHYTHM_NONE:
		at = MEMBER_NEVER;
		break;
	}
	/* Time always moves, whatever a scenario says. */
	member->next = at > member->next ? at : member->next + 1;
}

bool
member_is_down(struct member *member, const struct kind *kind, int64_t at)
{
	if (!has(kind->class, VALUE_DOWN))
		return false;
	while (at >= member->down_until && at / MONTH > member->down_from / MONTH)
		draw_outage(member, kind->class, member->down_from / MONTH + 1);
	return at >= member->down_from && at < member->down_until;
}

uint32_t
member_network(struct member *member, const struct kind *kind)
{
	struct random list, *random = &member->random;
	uint64_t rank;

	if (kind->class->flags & CLASS_SAME_RUN) {
		/* The k-th mail of every run goes to the k-th entry of the same list. */
		random_seed(&list, member->salt + member->left);
		random = &list;
	}
	if (kind->strangers > 0 && random_unit(random) < kind->strangers)
		return (uint32_t)random_below(random, SCENARIO_NETWORKS);
	if (has(kind->class, VALUE_NETWORKS))
		rank = zipf_draw(&kind->zipf, member->networks, member->zipf_last, random);
	else
		rank = member->networks > 1 ? random_below(random, member->networks) : 0;
	return (uint32_t)hash_mix(member->salt + rank * UINT64_C(0x9e3779b97f4a7c15)) &
		(SCENARIO_NETWORKS - 1);
}
