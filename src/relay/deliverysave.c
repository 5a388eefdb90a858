/* SPDX-License-Identifier: BSD-2-Clause */
#include "relay/deliverytable.h"

#define NONE UINT32_MAX

/* From the oldest on; behind each as many of its recipients as it says. */
struct message_saved {
	uint64_t id;
	uint64_t who;
	struct wall arrival;
	struct wall known;
	struct wall taken;
	uint32_t recipients;
	uint32_t told;
	uint8_t limit;
	uint8_t flags;
	uint8_t pad[6];
};

struct recipient_saved {
	uint64_t key;
	uint64_t result;
};

static uint64_t
layout(void)
{
	static const size_t numbers[] = {sizeof(struct message_saved),
		offsetof(struct message_saved, flags), sizeof(struct recipient_saved),
		DELIVERY_RESULTS, DELIVERY_FLAGS, 1};

	return save_layout(numbers, sizeof(numbers) / sizeof(*numbers));
}

void
deliverytable_save(const struct deliverytable *table, struct save *save)
{
	save_section(save, "mails", layout(),
		table->by_id.count * sizeof(struct message_saved) +
			table->by_recipient.count * sizeof(struct recipient_saved));
	for (uint32_t at = table->oldest; at != NONE; at = table->messages[at].newer) {
		const struct delivery_message *message = &table->messages[at];
		struct message_saved saved = {
			.id = message->id,
			.who = message->who,
			.arrival = message->arrival,
			.known = message->known,
			.taken = message->taken,
			.recipients = message->recipients,
			.told = message->told,
			.limit = message->limit,
			.flags = message->flags,
		};

		save_bytes(save, &saved, sizeof(saved));
		for (uint32_t of = message->first; of != NONE; of = table->recipients[of].next) {
			struct recipient_saved recipient = {.key = table->recipients[of].key,
				.result = table->recipients[of].result};

			save_bytes(save, &recipient, sizeof(recipient));
		}
	}
}

static bool
can_be(const struct message_saved *saved, uint8_t limits, struct wall after)
{
	return saved->id != 0 && saved->limit < limits && saved->flags < DELIVERY_FLAGS &&
		saved->recipients <= DELIVERY_RECIPIENTS && restore_is_time(saved->arrival) &&
		restore_is_time(saved->known) && saved->known.us >= after.us &&
		restore_is_time(saved->taken);
}

static int
read_recipients(struct deliverytable *table, struct delivery_message *message, uint32_t count,
	struct restore *restore, struct fail *fail)
{
	for (uint32_t i = 0; i < count; i++) {
		struct delivery_recipient *recipient;
		struct recipient_saved saved;
		int r = restore_bytes(restore, &saved, sizeof(saved), fail);

		if (r < 0)
			return r;
		if (saved.key == 0 || saved.result >= DELIVERY_RESULTS)
			return restore_damaged(restore, fail, "a recipient that cannot be");
		r = deliverytable_recipient(
			table, message, saved.key, (enum delivery_result)saved.result, &recipient);
		if (r == 0)
			return restore_damaged(restore, fail, "a recipient that is there twice");
		if (r < 0)
			message->flags |= DELIVERY_UNSURE;
	}
	return 0;
}

int
deliverytable_restore(
	struct deliverytable *table, struct restore *restore, uint8_t limits, struct fail *fail)
{
	struct wall after = {0};
	uint64_t size, used;
	int r = restore_section(restore, "mails", layout(), &size, fail);

	for (; r == 0 && size > 0; size -= used) {
		struct message_saved saved;
		struct delivery_message *message;

		r = restore_bytes(restore, &saved, sizeof(saved), fail);
		if (r < 0)
			return r;
		used = sizeof(saved) + saved.recipients * sizeof(struct recipient_saved);
		if (!can_be(&saved, limits, after) || used > size ||
			deliverytable_find(table, saved.id) != NULL)
			return restore_damaged(restore, fail, "a message that cannot be");
		after = saved.known;
		message = deliverytable_add(table, saved.id, saved.known);
		message->who = saved.who;
		message->arrival = saved.arrival;
		message->taken = saved.taken;
		message->told = saved.told;
		message->limit = saved.limit;
		message->flags = saved.flags;
		r = read_recipients(table, message, saved.recipients, restore, fail);
	}
	return r;
}
