/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/export/sflowagent.h"

#include "base/hash.h"

#define NONE UINT32_MAX

/* A jump of more than this is no loss but a counter that began anew. */
#define GAP_MOST 1000000

/* A sequence that is not more than this behind is late; not more than this ahead, the same run. */
#define LATE_MOST 64
#define NEAR_MOST 4096

/* Looking through all agents for idle ones is worth it only so often. */
#define SWEEP_EVERY (10 * WALL_SECOND)

/* So many strangers are looked at to find one of the same sender. */
#define LOOK_MOST 64

void
sflowagents_init(struct sflow_agents *agents, const struct sflow_settings *settings,
	struct sflow_counts *counts)
{
	struct hash_key key;

	hash_key_random(&key);
	*agents = (struct sflow_agents){
		.settings = *settings, .counts = counts, .free = NONE, .source_free = NONE};
	memcpy(&agents->seed, key.byte, sizeof(agents->seed));
	if (agents->settings.agents_most == 0)
		agents->settings.agents_most = 1;
	settings = &agents->settings;
	table_init(&agents->index, settings->agents_most);
	table_init(&agents->senders, settings->agents_most);
	table_init(&agents->sources_index, settings->sources_most);
	agents->agent = memory_map(settings->agents_most, sizeof(*agents->agent));
	agents->source = memory_map(settings->sources_most, sizeof(*agents->source));
	standing_init(&agents->standing, settings->agents_most);
}

void
sflowagents_done(struct sflow_agents *agents)
{
	const struct sflow_settings *settings = &agents->settings;

	table_done(&agents->index);
	table_done(&agents->senders);
	table_done(&agents->sources_index);
	memory_unmap(agents->agent, settings->agents_most, sizeof(*agents->agent));
	memory_unmap(agents->source, settings->sources_most, sizeof(*agents->source));
	standing_done(&agents->standing);
}

static uint64_t
agent_hash(const struct sflow_agents *agents, const struct sflow_agent_key *key)
{
	return hash_fast(key, sizeof(*key), agents->seed);
}

static uint64_t
sender_hash(const struct sflow_agents *agents, const struct sflow_agent_key *key)
{
	return hash_fast_16(key->sender.byte, agents->seed);
}

static uint64_t
source_hash(const struct sflow_agents *agents, const struct sflow_agent *agent,
	const uint32_t source[2])
{
	const uint32_t key[3] = {agent->number, source[0], source[1]};

	return hash_fast(key, sizeof(key), agents->seed);
}

static void
end(struct sflow_agents *agents, struct sflow_agent *agent)
{
	struct table_slot *slot = table_find(&agents->index, agent_hash(agents, &agent->key));
	struct table_slot *sender = table_find(&agents->senders, sender_hash(agents, &agent->key));
	uint32_t number = agent->number;

	while (agent->source != NONE) {
		uint32_t at = agent->source;
		struct sflow_source *source = &agents->source[at];
		struct table_slot *own =
			table_find(&agents->sources_index, source_hash(agents, agent, source->id));

		if (own != NULL)
			table_remove(&agents->sources_index, own);
		agent->source = source->next;
		*source = (struct sflow_source){.next = agents->source_free};
		agents->source_free = at;
	}
	standing_end(&agents->standing, number);
	if (slot != NULL)
		table_remove(&agents->index, slot);
	if (sender != NULL && --sender->value == 0)
		table_remove(&agents->senders, sender);
	*agent = (struct sflow_agent){.number = number, .source = agents->free};
	agents->free = number;
}

/* Ends the agents that were silent for long. */
static void
sweep(struct sflow_agents *agents, struct wall now)
{
	int64_t since;

	if (agents->swept.us != 0 && !__builtin_sub_overflow(now.us, agents->swept.us, &since) &&
		since > -SWEEP_EVERY && since < SWEEP_EVERY)
		return;
	agents->swept = now;
	for (uint32_t i = 0; i < agents->used; i++) {
		struct sflow_agent *agent = &agents->agent[i];

		if (agent->is_used && now.us > agent->seen.us &&
			now.us - agent->seen.us > agents->settings.life_us)
			end(agents, agent);
	}
}

/* The weakest stranger gives way; of one sender, if sender is not NULL. */
static bool
displace(struct sflow_agents *agents, const struct address *sender, uint32_t but)
{
	uint32_t number = standing_weakest(&agents->standing, but);

	for (int i = 0; i < LOOK_MOST && number != NONE; i++) {
		struct sflow_agent *agent = &agents->agent[number];

		if (number != but &&
			(sender == NULL || address_equal(&agent->key.sender, sender))) {
			end(agents, agent);
			agents->counts->agents_displaced++;
			return true;
		}
		number = standing_after(&agents->standing, number);
	}
	return false;
}

static bool
has_room(const struct sflow_agents *agents)
{
	return agents->free != NONE || agents->used < agents->settings.agents_most;
}

static bool
has_room_of_its_own(const struct sflow_agents *agents, const struct sflow_agent_key *key)
{
	const struct table_slot *sender = table_find(&agents->senders, sender_hash(agents, key));

	return sender == NULL || agents->settings.agents_per_sender == 0 ||
		sender->value < agents->settings.agents_per_sender;
}

static bool
make_room(struct sflow_agents *agents, const struct sflow_agent_key *key, struct wall now)
{
	if (has_room(agents) && has_room_of_its_own(agents, key))
		return true;
	sweep(agents, now);
	if (!has_room_of_its_own(agents, key))
		return displace(agents, &key->sender, NONE);
	return has_room(agents) || displace(agents, NULL, NONE);
}

/* There is room for it. */
static struct sflow_agent *
begin(struct sflow_agents *agents, const struct sflow_agent_key *key, struct wall now)
{
	uint32_t number = agents->free;
	struct sflow_agent *agent;
	struct table_slot *slot;

	if (number != NONE)
		agents->free = agents->agent[number].source;
	else
		number = agents->used++;
	/* There are never more senders than agents, and as many slots as agents. */
	must(table_add(&agents->index, agent_hash(agents, key), &slot) >= 0);
	slot->value = number;
	must(table_add(&agents->senders, sender_hash(agents, key), &slot) >= 0);
	slot->value++;
	standing_begin(&agents->standing, number, STANDING_NEW);
	agent = &agents->agent[number];
	*agent = (struct sflow_agent){
		.key = *key, .number = number, .seen = now, .source = NONE, .is_used = true};
	return agent;
}

struct sflow_agent *
sflowagents_find(struct sflow_agents *agents, const struct sflow_agent_key *key, struct wall now)
{
	struct table_slot *slot = table_find(&agents->index, agent_hash(agents, key));
	struct sflow_agent *agent;

	if (slot != NULL) {
		agent = &agents->agent[slot->value];
		if (now.us > agent->seen.us)
			agent->seen = now;
		return agent;
	}
	if (!make_room(agents, key, now)) {
		agents->counts->sources_full++;
		return NULL;
	}
	return begin(agents, key, now);
}

struct sflow_agent *
sflowagents_resume(struct sflow_agents *agents, const struct sflow_agent_key *key, struct wall now)
{
	if (table_find(&agents->index, agent_hash(agents, key)) != NULL || !has_room(agents) ||
		!has_room_of_its_own(agents, key))
		return NULL;
	return begin(agents, key, now);
}

void
sflowagents_see(struct sflow_agents *agents, struct sflow_agent *agent)
{
	if (!agent->is_established)
		agent->is_established = standing_see(&agents->standing, agent->number,
			agent->often.messages, agent->often.records);
}

static bool
has_room_for_source(const struct sflow_agents *agents, const struct sflow_agent *agent)
{
	return agents->settings.sources_per_agent == 0 ||
		agent->source_count < agents->settings.sources_per_agent;
}

static struct track *
begin_source(struct sflow_agents *agents, struct sflow_agent *agent, const uint32_t source[2],
	struct table_slot *slot)
{
	uint32_t at = agents->source_free;

	if (at != NONE)
		agents->source_free = agents->source[at].next;
	else
		at = agents->source_used++;
	slot->value = at;
	agents->source[at] =
		(struct sflow_source){.id = {source[0], source[1]}, .next = agent->source};
	agent->source = at;
	agent->source_count++;
	return &agents->source[at].track;
}

struct track *
sflowagents_resume_source(
	struct sflow_agents *agents, struct sflow_agent *agent, const uint32_t source[2])
{
	struct table_slot *slot;

	if (!has_room_for_source(agents, agent) ||
		table_add(&agents->sources_index, source_hash(agents, agent, source), &slot) != 1)
		return NULL;
	return begin_source(agents, agent, source, slot);
}

static struct track *
find_source(struct sflow_agents *agents, struct sflow_agent *agent, const uint32_t source[2])
{
	uint64_t hash = source_hash(agents, agent, source);
	struct table_slot *slot = table_find(&agents->sources_index, hash);

	if (slot != NULL)
		return &agents->source[slot->value].track;
	if (!has_room_for_source(agents, agent))
		return NULL;
	if (agents->sources_index.count >= agents->settings.sources_most)
		sweep(agents, agent->seen);
	while (table_add(&agents->sources_index, hash, &slot) < 0) {
		if (!displace(agents, NULL, agent->number))
			return NULL;
	}
	return begin_source(agents, agent, source, slot);
}

/* Close enough to the last one to be its successor, a late one or one after a few lost ones. */
static bool
is_near(const struct track *track, uint32_t sequence)
{
	int32_t step = (int32_t)(sequence - track->sequence);

	return step > -LATE_MOST && step < NEAR_MOST;
}

/* How many the sequence left out; 0 after a restart. One that comes late makes up for one left out:
 * -1. */
static int32_t
track_step(struct track *track, uint32_t sequence)
{
	int32_t step = (int32_t)(sequence - track->sequence);
	bool begun = track->begun;

	if (begun && step <= 0 && step > -LATE_MOST)
		return step < 0 ? -1 : 0;
	track->begun = true;
	track->sequence = sequence;
	return begun && step > 0 && step < GAP_MOST ? step - 1 : 0;
}

bool
sflowagents_follow(struct sflow_agents *agents, struct sflow_agent *agent, uint32_t sequence,
	uint32_t uptime_ms)
{
	struct track *track = &agent->track;
	int32_t lost;

	/* The time since the start wraps after 49 days; the sequence begins anew only after a restart. */
	if (track->begun && uptime_ms < track->uptime_ms && !is_near(track, sequence)) {
		agents->counts->restarts++;
		agent->figures.restarts++;
		track->begun = false;
	}
	if (track->begun && sequence == track->sequence)
		agent->figures.duplicates++;
	lost = track_step(track, sequence);
	track->uptime_ms = uptime_ms;
	agent->figures.late += lost < 0;
	figures_lose(&agents->counts->lost_datagrams, lost);
	return lost > 0;
}

bool
sflowagents_follow_source(struct sflow_agents *agents, struct sflow_agent *agent,
	const uint32_t source[2], uint32_t sequence, uint32_t drops, uint64_t *lost)
{
	struct track *track = find_source(agents, agent, source);
	bool begun;
	uint32_t dropped;
	int32_t left_out;

	if (track == NULL) {
		agents->counts->sources_full++;
		return false;
	}
	begun = track->begun;
	dropped = drops - track->drops;
	left_out = track_step(track, sequence);
	track->drops = drops;
	if (!begun || dropped >= GAP_MOST)
		dropped = 0;
	figures_lose(&agents->counts->lost_samples, left_out);
	figures_lose(lost, left_out);
	figures_lose(&agent->figures.lost, left_out);
	agents->counts->dropped_samples += dropped;
	agent->figures.lost += dropped;
	*lost += dropped;
	return left_out > 0 || dropped > 0;
}
