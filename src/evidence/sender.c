/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/sender.h"

#include <math.h>
#include <string.h>

/* How many records are looked at for the one that gives way. */
#define EVICT_LOOK 128
/* How many more where all of these are guarded. */
#define EVICT_FAR 65536

size_t
senders_stride(unsigned filter_blocks, unsigned registers)
{
	return sizeof(struct sender) + filter_blocks * sizeof(struct filter_block) + registers;
}

void
senders_init(struct senders *senders, const struct flow_channel_settings *settings)
{
	must(settings->filter_blocks > 0 &&
		(settings->filter_blocks & (settings->filter_blocks - 1)) == 0);
	must(settings->distinct_registers >= 64 &&
		(settings->distinct_registers & (settings->distinct_registers - 1)) == 0);
	must(settings->lines_most > 0 && settings->lines_most < UINT32_MAX);
	*senders = (struct senders){
		.most = settings->lines_most,
		.filter_blocks = settings->filter_blocks,
		.registers = settings->distinct_registers,
		.stride = senders_stride(settings->filter_blocks, settings->distinct_registers),
		.fold_bytes = settings->fold_bytes,
		.half_life_us = (double)settings->half_life_us,
	};
	must(senders->stride % 64 == 0);
	table_init(&senders->by_line, senders->most);
	senders->block = memory_map(senders->most, senders->stride);
}

void
senders_done(struct senders *senders)
{
	table_done(&senders->by_line);
	memory_unmap(senders->block, senders->most, senders->stride);
	senders->block = NULL;
}

/* The stronger of the ends of the failure test, as of now; what a good past is worth is no reason to be
 * forgotten first. */
static float
evidence_of(const struct senders *senders, const struct sender *sender, struct wall now)
{
	float first = sender->cusum.failure[0], last = sender->cusum.failure[FLOW_THETAS - 1];
	float most = first > last ? first : last;

	if (most <= 0)
		return 0;
	if (now.us <= sender->contact_us)
		return most;
	return most *
		exp2f((float)(-(double)(now.us - sender->contact_us) / senders->half_life_us));
}

static bool
is_guarded(const struct senders *senders, uint32_t index)
{
	return senders->guard.ranks != NULL && senders->guard.ranks[index] >= senders->guard.least;
}

static void
move_hand(struct senders *senders)
{
	senders->hand = senders->hand + 1 < senders->count ? senders->hand + 1 : 0;
}

/* Of the next records, the one with the least evidence, and of those the one quiet for longest. One that is
 * guarded is taken only where the others are far away. */
static uint32_t
pick_victim(struct senders *senders, struct wall now)
{
	uint32_t best = senders->hand;
	bool best_guarded = true;
	float best_score = 1e9F;
	int64_t best_us = INT64_MAX;

	for (int i = 0; i < EVICT_LOOK; i++, move_hand(senders)) {
		const struct sender *sender = senders_at(senders, senders->hand);
		bool guarded = is_guarded(senders, senders->hand);
		float score = evidence_of(senders, sender, now);

		if (guarded > best_guarded)
			continue;
		if (guarded < best_guarded || score < best_score ||
			(score <= best_score && sender->last_us < best_us)) {
			best = senders->hand;
			best_guarded = guarded;
			best_score = score;
			best_us = sender->last_us;
		}
	}
	for (uint32_t i = 0; best_guarded && i < EVICT_FAR && i < senders->count; i++) {
		best_guarded = is_guarded(senders, senders->hand);
		if (!best_guarded)
			best = senders->hand;
		move_hand(senders);
	}
	return best;
}

/* Copies a record to where its sketches are smaller. */
static void
fold_record(const struct senders *from, const struct senders *to, uint32_t index)
{
	struct sender *old = senders_at(from, index), *new = senders_at(to, index);

	if (to->filter_blocks < from->filter_blocks)
		filter_fold(sender_filter(old), from->filter_blocks);
	if (to->registers < from->registers) {
		distinct_fold(sender_addresses(from, old), from->registers);
		distinct_fold(sender_networks(from, old), from->registers);
	}
	memcpy(new, old, sizeof(*new) + to->filter_blocks * sizeof(struct filter_block));
	memcpy(sender_addresses(to, new), sender_addresses(from, old), to->registers / 2);
	memcpy(sender_networks(to, new), sender_networks(from, old), to->registers / 2);
}

/* Halves the sketches of all lines. Each is then as if it had been so small from the beginning, so figures of
 * lines that came early and late are as good as each other. */
static void
fold(struct senders *senders)
{
	struct senders old = *senders;

	if (old.filter_blocks > FLOW_FILTER_BLOCKS)
		senders->filter_blocks = old.filter_blocks / 2;
	if (old.registers > FLOW_REGISTERS)
		senders->registers = old.registers / 2;
	senders->stride = senders_stride(senders->filter_blocks, senders->registers);
	senders->block = memory_map(senders->most, senders->stride);
	for (uint32_t i = 0; i < senders->count; i++)
		fold_record(&old, senders, i);
	memory_unmap(old.block, old.most, old.stride);
}

static bool
can_fold(const struct senders *senders)
{
	return senders->fold_bytes > 0 &&
		(senders->filter_blocks > FLOW_FILTER_BLOCKS ||
			senders->registers > FLOW_REGISTERS);
}

uint32_t
senders_take(struct senders *senders, uint64_t pseudonym, uint32_t hint, struct wall now,
	bool *made, uint32_t *evicted_hour)
{
	struct table_slot *slot;
	struct sender *sender;
	uint32_t index;

	*evicted_hour = 0;
	*made = false;
	if (hint > 0 && senders_at(senders, hint - 1)->pseudonym == table_key(pseudonym))
		return hint - 1;
	slot = table_find(&senders->by_line, pseudonym);
	if (slot != NULL)
		return slot->value;
	*made = true;
	while (can_fold(senders) && (senders->count + 1) * senders->stride > senders->fold_bytes)
		fold(senders);
	if (senders->count < senders->most) {
		index = senders->count++;
	} else {
		index = pick_victim(senders, now);
		if (senders->guard.on_evict != NULL)
			senders->guard.on_evict(senders->guard.context, index, now);
		sender = senders_at(senders, index);
		*evicted_hour = sender->active_hour;
		table_remove(&senders->by_line, table_find(&senders->by_line, sender->pseudonym));
		memset(sender, 0, senders->stride);
		senders->evicted++;
	}
	must(table_add(&senders->by_line, pseudonym, &slot) == 1);
	slot->value = index;
	sender = senders_at(senders, index);
	sender->pseudonym = table_key(pseudonym);
	return index;
}
