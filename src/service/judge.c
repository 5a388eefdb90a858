/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/judge.h"

#include <errno.h>
#include <stdlib.h>

/* Contacts whose memory is asked for at once: enough to keep the memory busy, few enough to stay in the
 * first cache. */
#define BATCH 32
/* One is filled and its slots asked for, one's records are, and one is taken. */
#define BATCHES 3

/* Mail that a line of ours accepted: it may change the role under which later contacts are judged, so it is
 * taken in its place among them. */
struct inbound {
	const struct observation *origin;
	struct line server;
	struct wall time;
	size_t before; /* contact of the batch */
};

struct batch {
	struct contact contact[BATCH];
	const struct observation *origin[BATCH];
	struct inbound inbound[BATCH];
	size_t count;
	size_t inbounds;
};

struct judge {
	struct judge_settings settings;
	struct lines *lines;
	struct flow_channel *flow;
	struct court *court;
	struct wall now;
	struct judge_counts counts;
	uint32_t parameters;
	struct batch batches[BATCHES]; /* empty between two calls */
};

void
judge_defaults(struct judge_settings *settings)
{
	*settings = (struct judge_settings){0};
	parameters_defaults(&settings->parameters);
}

struct judge *
judge_new(const struct judge_settings *settings, struct lines *lines)
{
	const struct parameters *parameters = &settings->parameters;
	struct judge *judge = xcalloc(1, sizeof(*judge));

	judge->settings = *settings;
	judge->lines = lines;
	judge->parameters = parameters_version(parameters);
	judge->flow = flow_channel_new(&parameters->flow, settings->seed);
	judge->court = court_new(
		&parameters->court, parameters->flow.lines_most, judge->parameters, judge->flow);
	court_listen(judge->court, settings->on_verdict, settings->context);
	return judge;
}

struct judge *
judge_free(struct judge *judge)
{
	if (judge == NULL)
		return NULL;
	court_free(judge->court);
	flow_channel_free(judge->flow);
	free(judge);
	return NULL;
}

/* Mail that a line of ours accepted tells that it is a server. */
static void
add_inbound(struct judge *judge, struct batch *batch, const struct observation *observation,
	const struct line *server)
{
	if (observation->server_port != 25 || observation->outcome != OUTCOME_ACCEPTED)
		return;
	batch->inbound[batch->inbounds++] = (struct inbound){
		.origin = observation,
		.server = *server,
		.time = judge->now,
		.before = batch->count,
	};
}

/* Adds what the observation says of our lines to a batch that has room: a contact, an inbound, both or none. */
static void
add_observation(struct judge *judge, struct batch *batch, const struct observation *observation)
{
	bool is_ours, to_ours = false;
	struct line client, server;

	if (observation->kind != OBSERVATION_MAIL)
		return;
	is_ours = lines_find(judge->lines, &observation->client, observation->client_port,
			  &client) == 0;
	if (lines_has_inside(judge->lines))
		to_ours = lines_find(judge->lines, &observation->server, observation->server_port,
				  &server) == 0;
	if (to_ours)
		add_inbound(judge, batch, observation, &server);
	if (!is_ours) {
		judge->counts.outside += !to_ours;
		return;
	}
	if (to_ours && (observation->server_port == 465 || observation->server_port == 587)) {
		judge->counts.submissions++;
		return;
	}
	batch->origin[batch->count] = observation;
	batch->contact[batch->count] = flow_channel_contact(judge->flow, &client, observation);
	batch->contact[batch->count++].time = judge->now;
}

static void
take_contact(struct judge *judge, const struct contact *contact, const struct observation *origin)
{
	struct evidence evidence;

	court_advance(judge->court, contact->time);
	flow_channel_take(judge->flow, contact, &evidence);
	if (evidence.is_new_line) {
		judge->counts.lines++;
		lines_remember(judge->lines, &origin->client, origin->client_port);
	}
	court_take(judge->court, &evidence);
}

/* All of a batch, one after the other; only its memory is asked for together. */
static void
take_batch(struct judge *judge, struct batch *batch)
{
	const struct inbound *inbound = batch->inbound, *end = inbound + batch->inbounds;

	for (size_t i = 0; i <= batch->count; i++) {
		for (; inbound < end && inbound->before == i; inbound++)
			flow_channel_inbound(judge->flow, &inbound->server,
				&inbound->origin->client, inbound->time);
		if (i < batch->count)
			take_contact(judge, &batch->contact[i], batch->origin[i]);
	}
	batch->count = batch->inbounds = 0;
}

/* The batch was filled: each of the last three goes a step on, and the first of them is taken. */
static void
step(struct judge *judge, size_t filled)
{
	static const enum flow_round rounds[] = {
		FLOW_ROUND_SLOT, FLOW_ROUND_RECORD, FLOW_ROUND_FIRST};

	for (size_t age = 0; age < BATCHES; age++) {
		struct batch *batch = &judge->batches[(filled + BATCHES - age) % BATCHES];

		flow_channel_prefetch(judge->flow, batch->contact, batch->count, rounds[age]);
	}
	take_batch(judge, &judge->batches[(filled + 1) % BATCHES]);
}

void
judge_take(struct judge *judge, const struct observation *observations, size_t count)
{
	size_t filling = 0;

	judge->counts.observations += count;
	for (size_t i = 0; i < count; i++) {
		struct batch *batch = &judge->batches[filling % BATCHES];

		if (observations[i].time.us > judge->now.us)
			judge->now = observations[i].time;
		add_observation(judge, batch, &observations[i]);
		if (batch->count == BATCH || batch->inbounds == BATCH)
			step(judge, filling++);
	}
	for (size_t i = 0; i < BATCHES; i++)
		step(judge, filling++);
}

void
judge_advance(struct judge *judge, struct wall now)
{
	if (now.us > judge->now.us)
		judge->now = now;
	court_advance(judge->court, judge->now);
}

uint32_t
judge_parameters(const struct judge *judge)
{
	return judge->parameters;
}

static void
fill_line(const struct judge *judge, uint32_t index, struct judge_line *ret)
{
	*ret = (struct judge_line){
		.now = court_verdict_of(judge->court, index, judge->now),
		.confirmed = court_confirmation(judge->court, index),
		.highest_at = court_standing(judge->court, index)->highest_at,
	};
}

void
judge_each(const struct judge *judge, enum state least, judge_visit visit, void *context)
{
	uint32_t lines = flow_channel_lines(judge->flow);
	struct judge_line line;

	for (uint32_t index = 0; index < lines; index++) {
		if (court_standing(judge->court, index)->highest < least)
			continue;
		fill_line(judge, index, &line);
		visit(context, &line);
	}
}

int
judge_find(const struct judge *judge, uint64_t pseudonym, struct judge_line *ret)
{
	int64_t index = flow_channel_find(judge->flow, pseudonym);

	if (index < 0)
		return -ENOENT;
	fill_line(judge, (uint32_t)index, ret);
	return 0;
}

struct judge_counts
judge_counts(const struct judge *judge)
{
	const uint64_t *frozen = flow_channel_frozen(judge->flow);
	struct judge_counts counts = judge->counts;

	counts.evicted = flow_channel_evicted(judge->flow);
	memcpy(counts.by_highest, court_highest(judge->court), sizeof(counts.by_highest));
	counts.by_highest[STATE_CLEAR] = counts.lines;
	for (int state = STATE_WATCH; state < STATE_COUNT; state++)
		counts.by_highest[STATE_CLEAR] -= counts.by_highest[state];
	for (int reason = FREEZE_BLOCKED; reason < FREEZE_COUNT; reason++)
		counts.frozen += frozen[reason];
	return counts;
}
