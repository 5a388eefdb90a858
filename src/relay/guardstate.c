/* SPDX-License-Identifier: BSD-2-Clause */
#include "relay/guardinside.h"

static uint64_t
layout(void)
{
	static const size_t numbers[] = {sizeof(struct message),
		offsetof(struct message, uncounted), RESPONSIBLE_KEYS, LIMITS};

	return save_layout(numbers, sizeof(numbers) / sizeof(*numbers));
}

/* Oldest first; those that may be forgotten last, as where there is less room they are left out. */
void
guard_save(const struct guard *guard, struct save *save)
{
	windows_save(guard->windows, save);
	save_section(save, "messages", layout(), guard->table.count * sizeof(struct message));
	for (int i = 0; i < 2; i++) {
		for (uint32_t at = guard->line[i].oldest; at != NONE; at = guard->message[at].newer)
			save_bytes(save, &guard->message[at], sizeof(struct message));
	}
}

/* What is no truth value must not even be read as one. */
static bool
has_sound_flags(const struct message *message)
{
	static const size_t flags[] = {offsetof(struct message, is_settled),
		offsetof(struct message, is_near), offsetof(struct message, is_over),
		offsetof(struct message, is_loose), offsetof(struct message, is_free),
		offsetof(struct message, responsible.has_rule)};

	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
		if (((const uint8_t *)message)[flags[i]] > 1)
			return false;
	}
	return true;
}

static bool
is_sound(const struct message *message, struct wall now)
{
	if (!has_sound_flags(message))
		return false;
	if (message->id == 0 || message->responsible.count == 0 ||
		message->responsible.count > RESPONSIBLE_KEYS || !restore_is_time(message->heard) ||
		!restore_is_time(message->taken) || !restore_is_time(message->first) ||
		message->heard.us > now.us + WALL_DAY)
		return false;
	for (unsigned i = 0; i < message->responsible.count; i++) {
		if (message->responsible.of[i].limit >= LIMITS)
			return false;
	}
	return message->amount.of[RULE_RECIPIENTS] <= 2 * GUARD_RECIPIENTS &&
		message->amount.of[RULE_MESSAGES] <= 1 &&
		message->uncounted <= 2 * GUARD_RECIPIENTS;
}

static int
restore_message(struct guard *guard, struct restore *restore, struct wall now, struct fail *fail)
{
	struct table_slot *slot;
	struct message message;
	uint32_t at;
	int r = restore_bytes(restore, &message, sizeof(message), fail);

	if (r < 0)
		return r;
	if (!is_sound(&message, now))
		return restore_damaged(restore, fail, "a message that cannot be");
	/* Limits of its own are looked up again with the next question. */
	message.responsible.has_rule = false;
	r = table_add(&guard->table, message.id, &slot);
	if (r == 0)
		return restore_damaged(restore, fail, "a message that is there twice");
	/* No room: then what it took is never given back. */
	if (r < 0)
		return 0;
	at = slot->value = guard->used++;
	guard->message[at] = message;
	guard->message[at].is_loose = guard_is_loose(&message);
	guard_link_newest(guard, at);
	guard->counts.open += !guard->message[at].is_loose;
	return 0;
}

int
guard_restore(struct guard *fresh, struct restore *restore, struct wall now, struct fail *fail)
{
	uint64_t size = 0;
	int r = windows_restore(fresh->windows, restore, now, fail);

	if (r == 0)
		r = restore_section(restore, "messages", layout(), &size, fail);
	if (r == 0 && size % sizeof(struct message) != 0)
		r = restore_damaged(restore, fail, "messages miscounted");
	for (uint64_t i = 0; i < size / sizeof(struct message) && r == 0; i++)
		r = restore_message(fresh, restore, now, fail);
	return r;
}
