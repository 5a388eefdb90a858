/* SPDX-License-Identifier: BSD-2-Clause */
#include "relay/deliverytable.h"

#include <errno.h>

#define NONE UINT32_MAX
/* So many messages give way for one recipient at the most. */
#define DISPLACED_MOST 32

void
deliverytable_init(struct deliverytable *table, size_t messages, size_t recipients)
{
	must(messages > 0 && messages < NONE && recipients > 0 && recipients < NONE);
	*table = (struct deliverytable){
		.messages = memory_map(messages, sizeof(*table->messages)),
		.recipients = memory_map(recipients, sizeof(*table->recipients)),
		.messages_most = messages,
		.recipients_most = recipients,
		.messages_free = NONE,
		.recipients_free = NONE,
		.oldest = NONE,
		.newest = NONE,
	};
	table_init(&table->by_id, messages);
	table_init(&table->by_recipient, recipients);
}

void
deliverytable_done(struct deliverytable *table)
{
	table_done(&table->by_id);
	table_done(&table->by_recipient);
	memory_unmap(table->messages, table->messages_most, sizeof(*table->messages));
	memory_unmap(table->recipients, table->recipients_most, sizeof(*table->recipients));
	*table = (struct deliverytable){.oldest = NONE};
}

struct delivery_message *
deliverytable_find(const struct deliverytable *table, uint64_t id)
{
	const struct table_slot *slot = table_find(&table->by_id, id);

	return slot != NULL ? &table->messages[slot->value] : NULL;
}

struct delivery_message *
deliverytable_oldest(const struct deliverytable *table)
{
	return table->oldest != NONE ? &table->messages[table->oldest] : NULL;
}

static void
leave_recipients(struct deliverytable *table, const struct delivery_message *message)
{
	uint32_t place = message->first;

	while (place != NONE) {
		struct delivery_recipient *recipient = &table->recipients[place];
		struct table_slot *slot = table_find(&table->by_recipient, recipient->key);
		uint32_t next = recipient->next;

		must(slot != NULL);
		table_remove(&table->by_recipient, slot);
		recipient->next = table->recipients_free;
		table->recipients_free = place;
		place = next;
	}
}

void
deliverytable_remove(struct deliverytable *table, struct delivery_message *message)
{
	struct table_slot *slot = table_find(&table->by_id, message->id);
	uint32_t place;

	must(slot != NULL);
	place = slot->value;
	leave_recipients(table, message);
	table_remove(&table->by_id, slot);
	if (message->older != NONE)
		table->messages[message->older].newer = message->newer;
	else
		table->oldest = message->newer;
	if (message->newer != NONE)
		table->messages[message->newer].older = message->older;
	else
		table->newest = message->older;
	message->newer = table->messages_free;
	table->messages_free = place;
}

static void
displace_oldest(struct deliverytable *table)
{
	deliverytable_remove(table, deliverytable_oldest(table));
	table->displaced++;
}

struct delivery_message *
deliverytable_add(struct deliverytable *table, uint64_t id, struct wall known)
{
	struct delivery_message *message;
	struct table_slot *slot;
	uint32_t place;

	if (table->by_id.count == table->messages_most)
		displace_oldest(table);
	if (table->newest != NONE && table->messages[table->newest].known.us > known.us)
		known = table->messages[table->newest].known;
	must(table_add(&table->by_id, id, &slot) == 1);
	place = table->messages_free;
	if (place == NONE)
		place = table->messages_used++;
	else
		table->messages_free = table->messages[place].newer;
	slot->value = place;
	message = &table->messages[place];
	*message = (struct delivery_message){
		.id = id,
		.known = known,
		.older = table->newest,
		.newer = NONE,
		.first = NONE,
	};
	if (table->newest != NONE)
		table->messages[table->newest].newer = place;
	else
		table->oldest = place;
	table->newest = place;
	return message;
}

/* Older messages give way for a recipient of this one: true if there is room now. */
static bool
make_room(struct deliverytable *table, const struct delivery_message *message)
{
	for (unsigned i = 0;
		i < DISPLACED_MOST && table->by_recipient.count == table->recipients_most &&
		deliverytable_oldest(table) != message;
		i++)
		displace_oldest(table);
	return table->by_recipient.count < table->recipients_most;
}

int
deliverytable_recipient(struct deliverytable *table, struct delivery_message *message, uint64_t key,
	enum delivery_result result, struct delivery_recipient **ret)
{
	struct delivery_recipient *recipient;
	struct table_slot *slot = table_find(&table->by_recipient, key);
	uint32_t place;

	if (slot != NULL) {
		*ret = &table->recipients[slot->value];
		return 0;
	}
	if (message->recipients >= DELIVERY_RECIPIENTS || !make_room(table, message))
		return -ENOSPC;
	must(table_add(&table->by_recipient, key, &slot) == 1);
	place = table->recipients_free;
	if (place == NONE)
		place = table->recipients_used++;
	else
		table->recipients_free = table->recipients[place].next;
	slot->value = place;
	recipient = &table->recipients[place];
	*recipient = (struct delivery_recipient){
		.key = key, .next = message->first, .result = (uint8_t)result};
	message->first = place;
	message->recipients++;
	message->bounced += delivery_is_bounce(result);
	*ret = recipient;
	return 1;
}
