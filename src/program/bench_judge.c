/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/random.h"
#include "evidence/sender.h"
#include "identity/identify.h"
#include "judge/judge.h"
#include "program/bench.h"

#include <stdlib.h>

/* Ten million lines of which three in a hundred send; the events come in random order. */
#define LINES   10000000
#define SENDERS 300000
#define EVENTS  2000000
#define BATCH   32
/* Identified and judged at once. */
#define PORTION 1000

struct work {
	struct observation *events;
	uint32_t *senders; /* addresses of the lines that send, host order */
	struct random random;
	struct wall now;
};

/* One sender in a hundred is a zombie (two attempts in three fail, all over the world), one in ten a small
 * server with many partners, the others write to a few. */
static void
make_event(struct work *work, struct observation *event)
{
	uint64_t which = random_below(&work->random, SENDERS), network;
	uint32_t host = (uint32_t)random_below(&work->random, 200) + 1;
	double fails = .05;

	if (which % 100 == 0) {
		network = random_below(&work->random, 20000);
		fails = .67;
	} else if (which % 10 == 0) {
		network = which * 31 + random_below(&work->random, 150);
		fails = .12;
	} else {
		network = which * 31 + random_below(&work->random, 3);
	}
	work->now.us += WALL_DAY / 8 / EVENTS;
	*event = (struct observation){
		.time = work->now,
		.client = address_from_v4(work->senders[which]),
		.server = address_from_v4(0x30000000U + (uint32_t)(network % 3000000 * 256) + host),
		.sampling = 1,
		.client_port = 40000,
		.server_port = 25,
		.outcome = random_unit(&work->random) < fails ? OUTCOME_REFUSED : OUTCOME_ACCEPTED,
	};
}

static void
make_events(struct work *work)
{
	for (size_t i = 0; i < EVENTS; i++)
		make_event(work, &work->events[i]);
}

static void
init_work(struct work *work)
{
	random_seed(&work->random, 1);
	work->now.us = 15000 * WALL_DAY;
	work->events = memory_map(EVENTS, sizeof(*work->events));
	work->senders = memory_map(SENDERS, sizeof(*work->senders));
	for (size_t i = 0; i < SENDERS; i++)
		work->senders[i] = 0x0a000000U + (uint32_t)random_below(&work->random, LINES);
}

/* The limit: finds the line of each event and touches its record as the judge does, nothing else. */
static double
touch_all(const struct work *work, struct lines *lines, struct senders *senders)
{
	double begun = bench_cpu();
	struct line line[BATCH];

	for (size_t i = 0; i < EVENTS; i += BATCH) {
		for (size_t k = 0; k < BATCH; k++) {
			must(lines_find(lines, &work->events[i + k].client, 0, &line[k]) == 0);
			table_prefetch(&senders->by_line, line[k].pseudonym);
		}
		for (size_t k = 0; k < BATCH; k++) {
			const struct table_slot *slot =
				table_find(&senders->by_line, line[k].pseudonym);
			struct sender *sender;

			if (slot == NULL)
				continue;
			sender = senders_at(senders, slot->value);
			__builtin_prefetch(sender);
			__builtin_prefetch(filter_block_of(
				sender_filter(sender), senders->filter_blocks, line[k].pseudonym));
			__builtin_prefetch(sender_addresses(senders, sender));
		}
		for (size_t k = 0; k < BATCH; k++) {
			struct sender *sender;
			uint32_t hour, index;
			bool made;

			index = senders_take(
				senders, line[k].pseudonym, 0, work->now, &made, &hour);
			sender = senders_at(senders, index);
			sender->attempts++;
			sender->accepted++;
			filter_block_of(
				sender_filter(sender), senders->filter_blocks, line[k].pseudonym)
				->word[0]++;
			sender_addresses(senders, sender)[0]++;
		}
	}
	return bench_cpu() - begun;
}

static double
judge_all(const struct work *work, const struct lines *lines, struct judge *judge)
{
	static struct sighting sightings[IDENTIFY_EACH * PORTION];
	struct identify_counts counts = {0};
	double begun = bench_cpu();

	for (size_t i = 0; i < EVENTS; i += PORTION)
		judge_take(judge, sightings,
			identify(lines, work->events + i, PORTION, sightings, NULL, NULL, &counts));
	return bench_cpu() - begun;
}

int
bench_judge(FILE *out)
{
	struct lines_settings lines_settings = LINES_DEFAULTS;
	struct lines_prefix inside = {.prefix = {address_from_v4(0x0a000000), 104}};
	double ours[BENCH_RUNS], limit[BENCH_RUNS];
	struct judge_settings settings;
	struct judge_counts counts;
	struct senders senders;
	struct lines *lines;
	struct judge *judge;
	struct work work;

	judge_defaults(&settings);
	lines = lines_new(&lines_settings);
	must(lines_add(lines, &inside, NULL) == 0);
	judge = judge_new(&settings);
	init_work(&work);
	/* Once through, uncounted: all lines known, memory touched. */
	make_events(&work);
	judge_all(&work, lines, judge);
	for (int i = 0; i < BENCH_RUNS; i++) {
		make_events(&work);
		ours[i] = judge_all(&work, lines, judge);
	}
	counts = judge_counts(judge);
	fprintf(out, "%llu lines sent mail (of %d); watched %llu, suspect %llu, confirmed %llu\n",
		(unsigned long long)counts.lines, LINES,
		(unsigned long long)counts.by_highest[STATE_WATCH],
		(unsigned long long)counts.by_highest[STATE_SUSPECT],
		(unsigned long long)counts.by_highest[STATE_CONFIRMED]);
	fprintf(out, "peak memory %.2f GiB with %.2f GiB of events\n",
		(double)bench_peak_memory() / (1 << 30),
		(double)EVENTS * sizeof(struct observation) / (1 << 30));
	senders_init(&senders, &settings.parameters.flow);
	touch_all(&work, lines, &senders);
	for (int i = 0; i < BENCH_RUNS; i++) {
		make_events(&work);
		limit[i] = touch_all(&work, lines, &senders);
	}
	bench_row(out, "line table, evidence, fusion", "event", EVENTS, ours,
		"the same loop, only touching the records", limit);
	fprintf(out, "%.2f million events a CPU second\n", EVENTS / bench_median(ours) / 1e6);
	senders_done(&senders);
	judge_free(judge);
	lines_free(lines);
	memory_unmap(work.events, EVENTS, sizeof(*work.events));
	memory_unmap(work.senders, SENDERS, sizeof(*work.senders));
	return 0;
}
