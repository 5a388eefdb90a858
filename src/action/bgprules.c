/* SPDX-License-Identifier: BSD-2-Clause */
#include "action/bgprules.h"

#include "base/table.h"

#include <errno.h>
#include <stdlib.h>

#define NONE UINT32_MAX

/* Each held rule is in one list at most: first those to be told, by family. */
enum {
	TO_ANNOUNCE = 0,
	TO_WITHDRAW = BGP_FAMILIES,
	RECENT = 2 *
		BGP_FAMILIES, /* told less than an interval ago, in the order in which they were */
	LISTS,
	NOWHERE = LISTS
};

struct held {
	struct flowspec_rule rule;
	uint32_t told_rate;
	int64_t told_us;
	uint32_t next; /* in its list, or of the free ones */
	uint32_t previous;
	uint8_t family;
	uint8_t list;
	bool is_held; /* else it is free */
	bool is_wanted;
	bool is_announced;
	bool is_asked; /* the peer wants it again */
	bool is_marked;
};

struct list {
	uint32_t first;
	uint32_t last;
};

struct bgprules {
	struct bgprules_settings settings;
	struct table table; /* value: the place */
	struct held *held;
	uint32_t used; /* places that were ever taken */
	uint32_t free;
	uint32_t most_held;
	unsigned families; /* of the session */
	struct list list[LISTS];
	uint32_t wanted[BGP_FAMILIES];
	uint32_t all_wanted;
	uint32_t announced;
};

struct bgprules *
bgprules_new(const struct bgprules_settings *settings)
{
	struct bgprules *rules = xcalloc(1, sizeof(*rules));

	must(settings->most > 0 && settings->most < NONE / 2);
	rules->settings = *settings;
	rules->most_held = 2 * settings->most;
	rules->held = xcalloc(rules->most_held, sizeof(*rules->held));
	rules->free = NONE;
	table_init(&rules->table, rules->most_held);
	for (unsigned i = 0; i < LISTS; i++)
		rules->list[i] = (struct list){NONE, NONE};
	return rules;
}

struct bgprules *
bgprules_free(struct bgprules *rules)
{
	if (rules == NULL)
		return NULL;
	table_done(&rules->table);
	free(rules->held);
	free(rules);
	return NULL;
}

static uint64_t
key_of(const struct bgprules *rules, const struct flowspec_rule *rule)
{
	uint8_t bytes[18];

	memcpy(bytes, rule->prefix.address.byte, 16);
	bytes[16] = rule->prefix.length;
	bytes[17] = (uint8_t)rule->kind;
	return hash_keyed(&rules->settings.key, bytes, sizeof(bytes));
}

static void
leave(struct bgprules *rules, uint32_t at)
{
	struct held *held = &rules->held[at];
	struct list *list;

	if (held->list == NOWHERE)
		return;
	list = &rules->list[held->list];
	if (held->previous == NONE)
		list->first = held->next;
	else
		rules->held[held->previous].next = held->next;
	if (held->next == NONE)
		list->last = held->previous;
	else
		rules->held[held->next].previous = held->previous;
	held->list = NOWHERE;
}

static void
enter(struct bgprules *rules, uint32_t at, unsigned to)
{
	struct held *held = &rules->held[at];
	struct list *list = &rules->list[to];

	leave(rules, at);
	held->list = (uint8_t)to;
	held->next = NONE;
	held->previous = list->last;
	if (list->last == NONE)
		list->first = at;
	else
		rules->held[list->last].next = at;
	list->last = at;
}

static void
forget(struct bgprules *rules, uint32_t at)
{
	struct held *held = &rules->held[at];
	struct table_slot *slot = table_find(&rules->table, key_of(rules, &held->rule));

	leave(rules, at);
	must(slot != NULL);
	table_remove(&rules->table, slot);
	*held = (struct held){.next = rules->free, .list = NOWHERE};
	rules->free = at;
}

/* Puts a rule into the list where it belongs after a change; one that nobody needs goes. */
static void
place(struct bgprules *rules, uint32_t at)
{
	struct held *held = &rules->held[at];
	bool is_in_session = (rules->families & 1U << held->family) != 0;
	bool has_other =
		!held->is_announced || held->is_asked || held->told_rate != held->rule.rate;
	bool is_recent;

	/* Its withdrawal was not told: what it was told before still has its interval, or a little more. */
	if (held->is_wanted && held->list >= TO_WITHDRAW && held->list < RECENT &&
		rules->settings.interval_us > 0)
		enter(rules, at, RECENT);
	is_recent = held->list == RECENT;
	if (held->is_wanted && has_other && is_in_session) {
		if (!is_recent)
			enter(rules, at, (unsigned)TO_ANNOUNCE + held->family);
	} else if (!held->is_wanted && held->is_announced) {
		if (!is_recent || !rules->settings.withdrawals_wait)
			enter(rules, at, (unsigned)TO_WITHDRAW + held->family);
	} else if (!is_recent) {
		leave(rules, at);
		if (!held->is_wanted)
			forget(rules, at);
	}
}

/* A place for a new rule; NONE: there is none. */
static uint32_t
take_place(struct bgprules *rules)
{
	uint32_t at = rules->free;

	if (at != NONE)
		rules->free = rules->held[at].next;
	else if (rules->used < rules->most_held)
		at = rules->used++;
	return at;
}

static void
set_wanted(struct bgprules *rules, struct held *held, bool is_wanted)
{
	uint32_t change = is_wanted ? 1 : UINT32_MAX;

	if (held->is_wanted == is_wanted)
		return;
	held->is_wanted = is_wanted;
	rules->wanted[held->family] += change;
	rules->all_wanted += change;
}

static void
set_announced(struct bgprules *rules, struct held *held, bool is_announced)
{
	if (held->is_announced != is_announced)
		rules->announced += is_announced ? 1 : UINT32_MAX;
	held->is_announced = is_announced;
}

/* The place of a rule that is held or, while there is room, can be. */
static int
find_or_add(struct bgprules *rules, const struct flowspec_rule *rule, uint32_t *ret)
{
	uint64_t key = key_of(rules, rule);
	struct table_slot *slot = table_find(&rules->table, key);
	uint32_t at;

	if (slot != NULL) {
		*ret = slot->value;
		return 0;
	}
	if (rules->all_wanted >= rules->settings.most)
		return -ENOSPC;
	at = take_place(rules);
	if (at == NONE)
		return -ENOSPC;
	must(table_add(&rules->table, key, &slot) == 1);
	slot->value = at;
	rules->held[at] = (struct held){.rule = *rule,
		.family = (uint8_t)flowspec_family(rule),
		.list = NOWHERE,
		.is_held = true};
	*ret = at;
	return 0;
}

int
bgprules_want(struct bgprules *rules, const struct flowspec_rule *rule)
{
	struct held *held;
	uint32_t at;

	if (find_or_add(rules, rule, &at) < 0)
		return -ENOSPC;
	held = &rules->held[at];
	/* One that is on its way out comes back only below the ceiling. */
	if (!held->is_wanted && rules->all_wanted >= rules->settings.most)
		return -ENOSPC;
	held->is_marked = false;
	if (held->is_wanted && held->rule.rate == rule->rate)
		return 0;
	held->rule.rate = rule->rate;
	set_wanted(rules, held, true);
	place(rules, at);
	return 1;
}

static void
unwant(struct bgprules *rules, uint32_t at)
{
	set_wanted(rules, &rules->held[at], false);
	place(rules, at);
}

int
bgprules_unwant(struct bgprules *rules, const struct flowspec_rule *rule)
{
	struct table_slot *slot = table_find(&rules->table, key_of(rules, rule));

	if (slot == NULL || !rules->held[slot->value].is_wanted)
		return 0;
	unwant(rules, slot->value);
	return 1;
}

void
bgprules_unwant_all(struct bgprules *rules)
{
	for (uint32_t at = 0; at < rules->used; at++) {
		if (rules->held[at].is_wanted)
			unwant(rules, at);
	}
}

void
bgprules_mark(struct bgprules *rules)
{
	for (uint32_t at = 0; at < rules->used; at++)
		rules->held[at].is_marked = rules->held[at].is_wanted;
}

uint32_t
bgprules_sweep(struct bgprules *rules)
{
	uint32_t count = 0;

	for (uint32_t at = 0; at < rules->used; at++) {
		if (!rules->held[at].is_marked || !rules->held[at].is_wanted)
			continue;
		unwant(rules, at);
		count++;
	}
	return count;
}

void
bgprules_session(struct bgprules *rules, unsigned families)
{
	rules->families = families;
	for (uint32_t at = 0; at < rules->used; at++) {
		if (!rules->held[at].is_held)
			continue;
		set_announced(rules, &rules->held[at], false);
		rules->held[at].is_asked = false;
		/* An interval is one of a session. */
		leave(rules, at);
		place(rules, at);
	}
}

void
bgprules_again(struct bgprules *rules, enum bgp_family family)
{
	for (uint32_t at = 0; at < rules->used; at++) {
		struct held *held = &rules->held[at];

		/* It may still have them: what is to be withdrawn is withdrawn all the same. */
		if (!held->is_held || held->family != family || !held->is_wanted)
			continue;
		held->is_asked = true;
		leave(rules, at);
		place(rules, at);
	}
}

struct wall
bgprules_expire(struct bgprules *rules, struct wall now)
{
	int64_t interval = rules->settings.interval_us;

	while (rules->list[RECENT].first != NONE) {
		uint32_t at = rules->list[RECENT].first;

		if (rules->held[at].told_us + interval > now.us)
			return (struct wall){rules->held[at].told_us + interval};
		leave(rules, at);
		place(rules, at);
	}
	return (struct wall){INT64_MAX};
}

const struct flowspec_rule *
bgprules_first(const struct bgprules *rules, enum bgp_family family, bool is_withdrawal)
{
	uint32_t at = rules->list[(is_withdrawal ? TO_WITHDRAW : TO_ANNOUNCE) + family].first;

	return at == NONE ? NULL : &rules->held[at].rule;
}

void
bgprules_told(struct bgprules *rules, enum bgp_family family, bool is_withdrawal, struct wall now)
{
	uint32_t at = rules->list[(is_withdrawal ? TO_WITHDRAW : TO_ANNOUNCE) + family].first;
	struct held *held;

	must(at != NONE);
	held = &rules->held[at];
	set_announced(rules, held, !is_withdrawal);
	held->is_asked = false;
	held->told_rate = held->rule.rate;
	held->told_us = now.us;
	if (rules->settings.interval_us > 0) {
		enter(rules, at, RECENT);
	} else {
		leave(rules, at);
		place(rules, at);
	}
}

uint32_t
bgprules_wanted(const struct bgprules *rules, enum bgp_family family)
{
	return rules->wanted[family];
}

uint32_t
bgprules_announced(const struct bgprules *rules)
{
	return rules->announced;
}
