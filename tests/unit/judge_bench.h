/* judge_bench - a judge that can be killed and replaced in a test, with what it said */
#ifndef LAZARET_TESTS_JUDGE_BENCH_H
#define LAZARET_TESTS_JUDGE_BENCH_H

#include "identity/identify.h"
#include "judge/judge.h"
#include "memory_stream.h"
#include "unit.h"

#include <stdlib.h>

#define START        (INT64_C(15000) * WALL_DAY)
#define VERDICTS     20000
#define SERVER_HOURS 6

/* What a judge said: a sum of all that means something for each verdict, in order. */
struct said {
	uint64_t sum[VERDICTS];
	struct verdict last;
	size_t count;
};

static inline uint64_t
sum_of(const struct verdict *verdict)
{
	const struct flow_facts *facts = &verdict->facts;
	const uint64_t whole[] = {(uint64_t)verdict->time.us, verdict->line, verdict->index,
		verdict->from, verdict->to, verdict->highest, verdict->role, verdict->active_lines,
		verdict->parameters, (uint64_t)facts->first_seen.us, (uint64_t)facts->last_seen.us,
		facts->attempts, facts->failed, facts->refused, facts->accepted, facts->contacts,
		facts->contacts_bad, facts->networks, facts->addresses, facts->sources, facts->role,
		facts->sampled, facts->frozen};
	const float real[] = {verdict->score, verdict->threshold, facts->rate, facts->failure,
		facts->chances, facts->expected_a_day};
	uint64_t sum = hash_fast(whole, sizeof(whole), 1);

	sum = hash_fast(real, sizeof(real), sum);
	return hash_fast(verdict->channels, sizeof(verdict->channels), sum);
}

static inline void
keep(void *context, const struct verdict *verdict)
{
	struct said *said = context;

	assert_true(said->count < VERDICTS);
	said->last = *verdict;
	said->sum[said->count++] = sum_of(verdict);
}

struct bench {
	struct judge_settings settings;
	struct lines *lines;
	struct judge *judge;
	struct said *said;
	struct memory_stream stream;
	struct wall now;
};

static inline void
init_bench(struct bench *bench, size_t lines_most)
{
	struct lines_settings lines = LINES_DEFAULTS;
	struct lines_prefix inside = {.prefix = {address_from_v4(0xc0000200), 120}};

	*bench = (struct bench){.said = xcalloc(1, sizeof(*bench->said)), .now = {START}};
	judge_defaults(&bench->settings);
	bench->settings.parameters.flow.lines_most = lines_most;
	bench->settings.parameters.flow.server_us = SERVER_HOURS * WALL_HOUR;
	bench->settings.parameters.flow.outage_lines = 5;
	bench->settings.seed = 9;
	bench->settings.on_verdict = keep;
	bench->settings.context = bench->said;
	bench->lines = lines_new(&lines);
	assert_int_equal(lines_add(bench->lines, &inside, NULL), 0);
}

static inline void
start(struct bench *bench)
{
	bench->judge = judge_new(&bench->settings);
}

static inline void
done_bench(struct bench *bench)
{
	judge_free(bench->judge);
	lines_free(bench->lines);
	memory_done(&bench->stream);
	free(bench->said);
}

static inline void
save(struct bench *bench)
{
	struct save *save = save_new(memory_write, &bench->stream);

	bench->stream.size = 0;
	assert_int_equal(judge_save(bench->judge, save), 0);
	assert_int_equal(save_end(save), 0);
	save_free(save);
}

/* The judge dies, and another takes over from what was saved. */
static inline int
try_restore(struct bench *bench, struct fail *fail)
{
	struct restore *restore = restore_new(memory_read, &bench->stream);
	int r;

	judge_free(bench->judge);
	start(bench);
	bench->stream.at = 0;
	r = judge_restore(bench->judge, restore, fail);
	if (r == 0)
		r = restore_end(restore, fail);
	restore_free(restore);
	return r;
}

static inline void
restore(struct bench *bench)
{
	struct fail fail = {0};

	/* Another secret would hash all networks otherwise: the saved one counts. */
	bench->settings.seed++;
	if (try_restore(bench, &fail) < 0)
		fail_msg("%s", fail.what);
}

static inline void
take(struct bench *bench, const struct observation *observations, size_t count)
{
	struct sighting *sightings = xcalloc(count * IDENTIFY_EACH + 1, sizeof(*sightings));
	struct identify_counts counts = {0};

	judge_take(bench->judge, sightings,
		identify(bench->lines, observations, count, sightings, NULL, NULL, &counts));
	free(sightings);
}

/* The line of a host of 192.0.2.0/24 writes to a network. */
static inline void
attempt(struct bench *bench, uint32_t host, unsigned network, enum outcome outcome)
{
	struct observation mail = {
		.time = bench->now,
		.client = address_from_v4(0xc0000200 + host),
		.server = address_from_v4(0x01000000 + network * 256),
		.sampling = 1,
		.client_port = 40000,
		.server_port = 25,
		.outcome = (uint8_t)outcome,
	};

	take(bench, &mail, 1);
}

static inline void
spam(struct bench *bench, uint32_t host, unsigned contacts)
{
	for (unsigned i = 0; i < contacts; i++) {
		bench->now.us += WALL_SECOND;
		attempt(bench, host, i, OUTCOME_REFUSED);
	}
}

static inline void
pass(struct bench *bench, double days)
{
	bench->now.us += (int64_t)(days * (double)WALL_DAY);
	judge_advance(bench->judge, bench->now);
}

static inline uint64_t
line_of(const struct bench *bench, uint32_t host)
{
	struct address address = address_from_v4(0xc0000200 + host);
	struct line line;

	assert_int_equal(lines_find(bench->lines, &address, 0, &line), 0);
	return line.pseudonym;
}

static inline enum state
state_of(const struct bench *bench, uint32_t host)
{
	struct judge_line line;

	if (judge_find(bench->judge, line_of(bench, host), &line) < 0)
		return STATE_CLEAR;
	return (enum state)line.now.to;
}

#endif
