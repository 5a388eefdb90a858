/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/flowstate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* So many records are read at once: some hundred KiB. */
#define PORTION 256
/* Sketches of a line, as parameters may ask for. */
#define SKETCH_MOST 65536
/* More than any test or memory can hold. */
#define LARGE 1e6

struct flow_saved {
	uint64_t seed;
	uint64_t evicted;
	uint64_t frozen[FREEZE_COUNT];
	int64_t window_us;
	double baseline;
	uint32_t window;
	struct outage_count now;
	struct outage_count before;
	uint32_t count;
	uint32_t hand;
	uint32_t filter_blocks;
	uint32_t registers;
	uint32_t spare;
};

static uint64_t
layout(void)
{
	static const size_t numbers[] = {sizeof(struct flow_saved), sizeof(struct flow_channel),
		sizeof(struct sender), sizeof(struct filter_block),
		offsetof(struct sender, attempts), offsetof(struct sender, window),
		offsetof(struct sender, role), offsetof(struct sender, ring_bits),
		offsetof(struct sender, cusum), offsetof(struct sender, active_hour),
		offsetof(struct sender, past_new), offsetof(struct sender, day),
		offsetof(struct sender, meter_rate), SENDER_RING, FLOW_RATES, FLOW_THETAS,
		ROLE_COUNT, FREEZE_COUNT};

	return save_layout(numbers, sizeof(numbers) / sizeof(*numbers));
}

void
flow_channel_save(const struct flow_channel *channel, struct save *save)
{
	const struct senders *senders = &channel->senders;
	uint64_t size = (uint64_t)senders->count * senders->stride;
	struct flow_saved saved = {
		.seed = channel->seed,
		.evicted = senders->evicted,
		.window_us = channel->outage.window_us,
		.baseline = channel->outage.baseline,
		.window = channel->outage.window,
		.now = channel->outage.now,
		.before = channel->outage.before,
		.count = senders->count,
		.hand = senders->hand,
		.filter_blocks = senders->filter_blocks,
		.registers = senders->registers,
	};

	memcpy(saved.frozen, channel->frozen, sizeof(saved.frozen));
	save_section(save, "flow", layout(), sizeof(saved));
	save_bytes(save, &saved, sizeof(saved));
	servers_save(&channel->servers, save);
	save_section(save, "senders", layout(), size);
	save_bytes(save, senders->block, size);
}

static bool
is_sketch(uint32_t count, uint32_t least)
{
	return count >= least && count <= SKETCH_MOST && (count & (count - 1)) == 0;
}

static int
check_head(const struct flow_channel *channel, const struct flow_saved *saved, struct wall now,
	struct restore *restore, struct fail *fail)
{
	if (!is_sketch(saved->filter_blocks, 1) || !is_sketch(saved->registers, 64))
		return restore_damaged(restore, fail, "sketches of a size that there is not");
	if (saved->hand > 0 && saved->hand >= saved->count)
		return restore_damaged(restore, fail, "a place among the lines that is none");
	if (saved->window_us <= 0 || !restore_is_real(saved->baseline, 0, 1) ||
		saved->now.failing > saved->now.lines ||
		saved->before.failing > saved->before.lines ||
		(saved->window > 0 &&
			(uint64_t)saved->window - 1 > (uint64_t)(now.us / saved->window_us)))
		return restore_damaged(restore, fail, "a share of failing lines that cannot be");
	if (saved->count <= channel->senders.most)
		return 0;
	fail_what(fail, "it holds %lu lines that send, more than the %zu there may be",
		(unsigned long)saved->count, channel->senders.most);
	fail_hint(fail, "let at least as many lines be judged as before");
	return -ENOSPC;
}

/* The smaller of what was saved and what the settings say. */
static void
set_sketches(struct senders *senders, const struct flow_saved *saved)
{
	unsigned blocks = senders->filter_blocks, registers = senders->registers;

	blocks = saved->filter_blocks < blocks ? saved->filter_blocks : blocks;
	registers = saved->registers < registers ? saved->registers : registers;
	if (blocks == senders->filter_blocks && registers == senders->registers)
		return;
	memory_unmap(senders->block, senders->most, senders->stride);
	senders->filter_blocks = blocks;
	senders->registers = registers;
	senders->stride = senders_stride(blocks, registers);
	senders->block = memory_map(senders->most, senders->stride);
}

static bool
has_possible_times(const struct sender *sender)
{
	return restore_is_time((struct wall){sender->first_us}) &&
		restore_is_time((struct wall){sender->last_us}) &&
		restore_is_time((struct wall){sender->contact_us}) &&
		sender->first_us <= sender->last_us && sender->contact_us <= sender->last_us;
}

static bool
has_possible_counts(const struct sender *sender)
{
	uint64_t outcomes = (uint64_t)sender->failed + sender->refused + sender->accepted;

	/* As its mail server told it. */
	if (sender->role == ROLE_ACCOUNT)
		return true;
	return outcomes <= sender->attempts && sender->contacts <= sender->attempts &&
		sender->contacts_bad <= sender->contacts &&
		sender->window.failed <= sender->window.total;
}

static bool
has_possible_evidence(const struct sender *sender)
{
	for (int j = 0; j < FLOW_RATES; j++) {
		if (!restore_is_real((double)sender->cusum.rate[j], 0, LARGE))
			return false;
	}
	for (int k = 0; k < FLOW_THETAS; k++) {
		if (!restore_is_real((double)sender->cusum.failure[k], -LARGE, LARGE))
			return false;
	}
	/* The sum of days that fade to nine tenths each is below ten. */
	return restore_is_real((double)sender->days, 0, LARGE) &&
		restore_is_real((double)sender->past_new, 0, LARGE) &&
		(sender->past_days == 0 || restore_is_real((double)sender->past_days, 1, 11));
}

static bool
is_possible(const struct sender *sender)
{
	return sender->pseudonym != 0 && sender->role < ROLE_COUNT &&
		(sender->flags &
			~(SENDER_SAMPLED | SENDER_SERVER | SENDER_UNTOLD | SENDER_INCOMPLETE)) ==
		0 &&
		sender->frozen < FREEZE_COUNT && has_possible_times(sender) &&
		has_possible_counts(sender) && has_possible_evidence(sender);
}

/* The limits may be lower than they were. */
static void
clip(struct cusum *cusum, const struct cusum_steps *steps)
{
	for (int j = 0; j < FLOW_RATES; j++)
		cusum->rate[j] = cusum->rate[j] < steps->ceiling ? cusum->rate[j] : steps->ceiling;
	for (int k = 0; k < FLOW_THETAS; k++) {
		float *failure = &cusum->failure[k];

		*failure = *failure > -steps->credit ? *failure : -steps->credit;
		*failure = *failure < steps->ceiling ? *failure : steps->ceiling;
	}
}

/* Activity is counted again: hours that no line is active in any more count nothing. */
static void
count_activity(struct activity *activity, uint32_t hour)
{
	if (hour == 0 || hour < activity->ring[hour % ACTIVITY_HOURS].hour)
		return;
	activity_move(activity, 0, hour);
}

/* What was counted in the present window of outages, by the lines that are still held. */
static bool
count_window(const struct outage *outage, const struct sender *sender, struct outage_count *count)
{
	if (sender->window.window != outage->window || outage->window == 0)
		return sender->window.window <= outage->window;
	count->lines++;
	count->failing += sender->window.failed * 2 > sender->window.total;
	return true;
}

struct senders_read {
	struct flow_channel *channel;
	struct restore *restore;
	struct fail *fail;
	bool other_windows; /* outages were counted in windows of another length */
	struct outage_count window;
};

static int
take_record(struct senders_read *read, uint32_t index)
{
	struct flow_channel *channel = read->channel;
	struct sender *sender = senders_at(&channel->senders, index);
	struct table_slot *slot;

	if (read->other_windows)
		sender->window = (struct outage_line){0};
	if (!is_possible(sender) || !count_window(&channel->outage, sender, &read->window) ||
		table_add(&channel->senders.by_line, sender->pseudonym, &slot) != 1)
		return restore_damaged(read->restore, read->fail, "a line that cannot be");
	slot->value = index;
	clip(&sender->cusum, &channel->steps);
	count_activity(&channel->activity, sender->active_hour);
	return 0;
}

/* Makes the sketches of one record smaller, and puts it in its place. */
static void
fold_into(const struct senders *senders, uint32_t index, const struct senders *from)
{
	struct sender *old = senders_at(from, 0), *new = senders_at(senders, index);

	for (unsigned blocks = from->filter_blocks; blocks > senders->filter_blocks; blocks /= 2)
		filter_fold(sender_filter(old), blocks);
	for (unsigned size = from->registers; size > senders->registers; size /= 2) {
		distinct_fold(sender_addresses(from, old), size);
		distinct_fold(sender_networks(from, old), size);
	}
	memcpy(new, old, sizeof(*new) + senders->filter_blocks * sizeof(struct filter_block));
	memcpy(sender_addresses(senders, new), sender_addresses(from, old), senders->registers / 2);
	memcpy(sender_networks(senders, new), sender_networks(from, old), senders->registers / 2);
}

static int
read_folded(struct senders_read *read, const struct flow_saved *saved)
{
	struct senders *senders = &read->channel->senders,
		       from = {
			       .filter_blocks = saved->filter_blocks,
			       .registers = saved->registers,
			       .stride = senders_stride(saved->filter_blocks, saved->registers),
		       };
	int r = 0;

	from.block = memory_map(1, from.stride);
	while (senders->count < saved->count && r == 0) {
		r = restore_bytes(read->restore, from.block, from.stride, read->fail);
		if (r == 0) {
			fold_into(senders, senders->count, &from);
			r = take_record(read, senders->count++);
		}
	}
	memory_unmap(from.block, 1, from.stride);
	return r;
}

static int
read_as_they_are(struct senders_read *read, const struct flow_saved *saved)
{
	struct senders *senders = &read->channel->senders;

	while (senders->count < saved->count) {
		uint32_t left = saved->count - senders->count;
		uint32_t portion = left < PORTION ? left : PORTION;
		int r = restore_bytes(read->restore, senders_at(senders, senders->count),
			portion * senders->stride, read->fail);

		for (uint32_t i = 0; i < portion && r == 0; i++)
			r = take_record(read, senders->count++);
		if (r < 0)
			return r;
	}
	return 0;
}

static int
read_senders(struct senders_read *read, const struct flow_saved *saved)
{
	const struct outage *outage = &read->channel->outage;
	struct senders *senders = &read->channel->senders;
	uint64_t size;
	int r = restore_section(read->restore, "senders", layout(), &size, read->fail);

	if (r < 0)
		return r;
	if (size != saved->count * senders_stride(saved->filter_blocks, saved->registers))
		return restore_damaged(read->restore, read->fail, "another number of lines");
	set_sketches(senders, saved);
	if (saved->filter_blocks == senders->filter_blocks &&
		saved->registers == senders->registers)
		r = read_as_they_are(read, saved);
	else
		r = read_folded(read, saved);
	if (r < 0)
		return r;
	/* More may have been counted: those that gave way since. */
	if (outage->now.lines < read->window.lines || outage->now.failing < read->window.failing)
		return restore_damaged(read->restore, read->fail, "failing lines miscounted");
	return 0;
}

static void
set_outage(struct outage *outage, const struct flow_saved *saved)
{
	outage->baseline = saved->baseline;
	if (saved->window_us != outage->window_us)
		return;
	outage->window = saved->window;
	outage->now = saved->now;
	outage->before = saved->before;
}

int
flow_channel_restore(
	struct flow_channel *channel, struct restore *restore, struct wall now, struct fail *fail)
{
	struct senders_read read = {.channel = channel, .restore = restore, .fail = fail};
	struct flow_saved saved;
	int r = restore_struct(restore, "flow", layout(), &saved, sizeof(saved), fail);

	must(channel->senders.count == 0 && channel->servers.by_line.count == 0);
	if (r == 0)
		r = check_head(channel, &saved, now, restore, fail);
	if (r < 0)
		return r;
	channel->seed = saved.seed;
	memcpy(channel->frozen, saved.frozen, sizeof(channel->frozen));
	set_outage(&channel->outage, &saved);
	read.other_windows = saved.window_us != channel->outage.window_us;
	channel->senders.evicted = saved.evicted;
	channel->senders.hand = saved.hand;
	r = servers_restore(&channel->servers, restore, fail);
	if (r == 0)
		r = read_senders(&read, &saved);
	return r;
}
