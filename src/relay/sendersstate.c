/* SPDX-License-Identifier: BSD-2-Clause */
#include "relay/senders.h"
#include "relay/sendersinside.h"

#include <string.h>

/* So many records are read at once: some tens of KiB. */
#define PORTION 256
/* What a clock may have gone back. */
#define AHEAD_S 86400
/* More than any test or memory can hold. */
#define LARGE 1e6

struct senders_saved {
	uint64_t seed;
	uint32_t count;
	uint32_t hand;
	struct refusals refusals;
	uint8_t spare[3];
};

static uint64_t
layout(void)
{
	static const size_t numbers[] = {sizeof(struct senders_saved), sizeof(struct record),
		sizeof(struct relay_record), offsetof(struct record, few),
		offsetof(struct record, recipients), offsetof(struct record, denied),
		offsetof(struct record, relay), offsetof(struct record, first_s),
		offsetof(struct record, logins), offsetof(struct record, day),
		offsetof(struct record, before), offsetof(struct record, denied_hour),
		offsetof(struct record, place), offsetof(struct record, dead),
		offsetof(struct record, class), offsetof(struct relay_record, login),
		offsetof(struct relay_record, time_s), offsetof(struct relay_record, flags),
		RELAY_UNKNOWNS, RELAY_REFUSALS, SENDER_RESULTS, SENDER_KINDS, LIMITS};

	return save_layout(numbers, sizeof(numbers) / sizeof(*numbers));
}

void
senders_save(const struct senders *senders, struct save *save)
{
	uint64_t size = (uint64_t)senders->count * sizeof(struct record);
	struct senders_saved saved = {
		.seed = senders->settings.seed,
		.count = senders->count,
		.hand = senders->hand,
		.refusals = senders->refusals,
	};

	save_section(save, "accounts", layout(), sizeof(saved));
	save_bytes(save, &saved, sizeof(saved));
	save_section(save, "records", layout(), size);
	save_bytes(save, senders->records, size);
}

static bool
has_possible_times(const struct record *record, struct wall now)
{
	uint64_t most = (uint64_t)wall_seconds(now) + AHEAD_S;

	return record->first_s <= record->relay.time_s && record->relay.time_s <= most;
}

/* The sum of days that fade to nine tenths each is below ten. */
static bool
has_possible_past(const struct relay_record *relay)
{
	return (relay->past_days == 0 || restore_is_real((double)relay->past_days, .1, 10.01)) &&
		restore_is_real((double)relay->past_recipients, 0, LARGE) &&
		restore_is_real((double)relay->past_accepted, 0, LARGE) &&
		restore_is_real((double)relay->past_domains, 0, LARGE);
}

static bool
has_possible_evidence(const struct relay_record *relay)
{
	for (int k = 0; k < RELAY_UNKNOWNS; k++) {
		if (!restore_is_real((double)relay->unknown[k], 0, LARGE))
			return false;
	}
	for (int k = 0; k < RELAY_REFUSALS; k++) {
		if (!restore_is_real((double)relay->refused[k], 0, LARGE))
			return false;
	}
	return restore_is_real((double)relay->domains, 0, LARGE) &&
		restore_is_real((double)relay->volume, 0, LARGE) &&
		restore_is_real((double)relay->login, 0, LARGE) &&
		(relay->flags & ~(RELAY_WAS_SUSPECT | RELAY_IS_TOLD)) == 0;
}

static bool
has_possible_counts(const struct record *record)
{
	for (int i = 0; i < FEW_KINDS - 1; i++) {
		if (record->before_few[i] > SENDERS_FEW)
			return false;
	}
	return record->class < LIMITS && record->day_asked <= record->attempts;
}

static float
lower(float value, double most)
{
	return (double)value < most ? value : (float)most;
}

/* The ceilings may be lower than they were. */
static void
clip(struct relay_record *relay, const struct relay_steps *steps)
{
	double most = steps->settings.ceiling;

	for (int k = 0; k < RELAY_UNKNOWNS; k++)
		relay->unknown[k] = lower(relay->unknown[k], most);
	for (int k = 0; k < RELAY_REFUSALS; k++)
		relay->refused[k] = lower(relay->refused[k], most);
	relay->domains = lower(relay->domains, most + (double)steps->domain_off);
	relay->volume = lower(relay->volume, most);
	relay->login = lower(relay->login, steps->settings.login_most);
}

static int
take_record(struct senders *senders, uint32_t index, struct restore *restore, struct wall now,
	struct fail *fail)
{
	struct record *record = &senders->records[index];
	struct table_slot *slot;

	if (record->key == 0 || !has_possible_times(record, now) ||
		!has_possible_past(&record->relay) || !has_possible_evidence(&record->relay) ||
		!has_possible_counts(record) || table_add(&senders->table, record->key, &slot) != 1)
		return restore_damaged(restore, fail, "an account that cannot be");
	slot->value = index;
	clip(&record->relay, &senders->steps);
	return 0;
}

static int
read_records(struct senders *senders, uint32_t count, struct restore *restore, struct wall now,
	struct fail *fail)
{
	int r = 0;

	while (senders->count < count && r == 0) {
		uint32_t left = count - senders->count, portion = left < PORTION ? left : PORTION;

		r = restore_bytes(restore, &senders->records[senders->count],
			portion * sizeof(struct record), fail);
		for (uint32_t i = 0; i < portion && r == 0; i++)
			r = take_record(senders, senders->count++, restore, now, fail);
	}
	return r;
}

/* There may be fewer now. */
static int
pass_over(struct senders *senders, uint32_t count, struct restore *restore, struct fail *fail)
{
	struct record record;
	int r = 0;

	for (; count > 0 && r == 0; count--) {
		r = restore_bytes(restore, &record, sizeof(record), fail);
		senders->refused++;
	}
	return r;
}

static int
check_head(const struct senders_saved *saved, struct wall now, struct restore *restore,
	struct fail *fail)
{
	uint64_t hour = (uint64_t)wall_seconds(now) / 3600;

	/* A byte that is neither of both would be no bool. */
	if (saved->refusals.was_on > 1 || saved->refusals.hour > hour + AHEAD_S / 3600)
		return restore_damaged(restore, fail, "a share of refusals that cannot be");
	return 0;
}

int
senders_restore(
	struct senders *senders, struct restore *restore, struct wall now, struct fail *fail)
{
	struct senders_saved saved;
	uint64_t size;
	uint32_t taken;
	int r = restore_struct(restore, "accounts", layout(), &saved, sizeof(saved), fail);

	must(senders->count == 0);
	if (r == 0)
		r = check_head(&saved, now, restore, fail);
	if (r < 0)
		return r;
	senders->settings.seed = saved.seed;
	senders->hand = saved.hand;
	senders->refusals = saved.refusals;
	r = restore_section(restore, "records", layout(), &size, fail);
	if (r == 0 && size != saved.count * sizeof(struct record))
		r = restore_damaged(restore, fail, "another number of accounts");
	taken = saved.count < senders->settings.most ? saved.count
						     : (uint32_t)senders->settings.most;
	if (r == 0)
		r = read_records(senders, taken, restore, now, fail);
	return r == 0 ? pass_over(senders, saved.count - taken, restore, fail) : r;
}
