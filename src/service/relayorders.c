/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/relayorders.h"

#include <stdlib.h>

void
relayorders_begin(struct relayorders *orders, const struct ordertable *from)
{
	*orders = (struct relayorders){
		.from = from,
		.copy = xcalloc(1, sizeof(*orders->copy)),
		.entry = xcalloc(ACCOUNT_ORDERS, sizeof(*orders->entry)),
	};
	table_init_small(&orders->of, ACCOUNT_ORDERS, 16);
}

void
relayorders_end(struct relayorders *orders)
{
	free(orders->copy);
	free(orders->entry);
	table_done(&orders->of);
}

static struct relayorders_entry *
find(const struct relayorders *orders, uint64_t key)
{
	const struct table_slot *slot = orders->count > 0 ? table_find(&orders->of, key) : NULL;

	return slot != NULL ? &orders->entry[slot->value - 1] : NULL;
}

static struct relayorders_entry *
make(struct relayorders *orders, uint64_t key)
{
	struct table_slot *slot;
	int r = table_add(&orders->of, key, &slot);

	if (r < 0)
		return NULL;
	if (r == 1) {
		orders->entry[orders->count++] = (struct relayorders_entry){.until = WALL_NONE};
		slot->value = orders->count;
	}
	return &orders->entry[slot->value - 1];
}

/* One row; false if it cannot be. */
static bool
take_row(struct relayorders *orders, struct ordertable_row *row, struct senders *senders)
{
	struct relayorders_entry *entry = row->line != 0 ? make(orders, row->line) : NULL;
	struct fail fail;
	struct rule rule;
	size_t column;

	row->rule[ACCOUNT_RULE] = '\0';
	if (entry == NULL)
		return false;
	if (row->kind == ORDER_RELEASE) {
		entry->released = row->number;
		entry->of_case = row->of_case;
		entry->threshold = row->threshold;
		if (row->number > orders->cleared && senders != NULL)
			(void)!senders_clear(senders, row->line);
		return true;
	}
	if (row->kind != ORDER_LIMIT || rule_parse(text_of(row->rule), &rule, &column, &fail) < 0)
		return false;
	entry->has_rule = true;
	entry->rule = rule;
	entry->until = row->until;
	return true;
}

/* Releases that were over before stay so. */
static void
keep_over(struct relayorders *orders, const struct table *before,
	const struct relayorders_entry *entries)
{
	for (uint32_t i = 0; i < orders->copy->count; i++) {
		uint64_t line = orders->copy->row[i].line;
		const struct table_slot *slot = table_find(before, line);
		struct relayorders_entry *now = find(orders, line);

		if (slot != NULL && now != NULL && entries[slot->value - 1].is_over &&
			entries[slot->value - 1].released == now->released)
			now->is_over = true;
	}
}

void
relayorders_look(struct relayorders *orders, struct senders *senders)
{
	struct relayorders_entry *before = orders->entry;
	struct table of = orders->of;
	uint64_t newest = 0;

	if (orders->from == NULL || ordertable_version(orders->from) == orders->version ||
		ordertable_copy(orders->from, orders->copy) < 0)
		return;
	orders->version = orders->copy->version;
	for (uint32_t i = 0; i < orders->copy->count; i++) {
		if (orders->copy->row[i].kind == ORDER_RELEASE &&
			orders->copy->row[i].number > newest)
			newest = orders->copy->row[i].number;
	}
	/* Numbers grow; these are of a ledger that was made anew. */
	if (newest > 0 && newest < orders->cleared)
		orders->cleared = 0;
	orders->entry = xcalloc(ACCOUNT_ORDERS, sizeof(*orders->entry));
	orders->count = 0;
	table_init_small(&orders->of, ACCOUNT_ORDERS, 16);
	for (uint32_t i = 0; i < orders->copy->count; i++) {
		struct ordertable_row *row = &orders->copy->row[i];

		if (!take_row(orders, row, senders))
			orders->wrong++;
	}
	if (newest > orders->cleared)
		orders->cleared = newest;
	keep_over(orders, &of, before);
	table_done(&of);
	free(before);
}

bool
relayorders_limit(const struct relayorders *orders, uint64_t key, struct wall now, struct rule *ret)
{
	const struct relayorders_entry *entry = find(orders, key);

	if (entry == NULL || !entry->has_rule ||
		(!wall_is_none(entry->until) && entry->until.us <= now.us))
		return false;
	*ret = entry->rule;
	return true;
}

struct wall
relayorders_until(const struct relayorders *orders, uint64_t key)
{
	const struct relayorders_entry *entry = find(orders, key);

	return entry != NULL ? entry->until : WALL_NONE;
}

bool
relayorders_has_release(const struct relayorders *orders, uint64_t key, uint64_t of_case)
{
	const struct relayorders_entry *entry = find(orders, key);

	return entry != NULL && entry->released != 0 && entry->of_case == of_case &&
		!entry->is_over;
}

bool
relayorders_is_released(
	struct relayorders *orders, uint64_t key, uint64_t of_case, double score, double threshold)
{
	struct relayorders_entry *entry;

	if (!relayorders_has_release(orders, key, of_case))
		return false;
	entry = find(orders, key);
	entry->is_over = score >= (threshold > 0 ? threshold : entry->threshold);
	return !entry->is_over;
}
