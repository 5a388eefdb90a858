/* sflowagent - the agents of sFlow, their data sources, and what the sequence numbers of both say
 *
 * What:    an agent is who sent the datagrams, who he says he is, and his part (sub-agent). It numbers its
 *          datagrams; each of its data sources numbers its samples.
 * Owns:    agents and sources. A pointer to an agent is valid until the next sflowagents_find.
 * Limits:  sflow_settings. Where there is no room, agents that were silent for long make it, then the
 *          weakest stranger (standing.h); what belongs to an agent or a source that finds none is not
 *          followed, so losses of it are not noticed.
 * Thread:  one at a time.
 */
#ifndef LAZARET_SOURCE_EXPORT_SFLOWAGENT_H
#define LAZARET_SOURCE_EXPORT_SFLOWAGENT_H

#include "base/table.h"
#include "source/export/figures.h"
#include "source/export/sflow.h"
#include "source/export/standing.h"

/* No padding: it is hashed as it lies. */
struct sflow_agent_key {
	struct address sender;
	struct address agent;
	uint32_t sub_agent;
};

/* The sequence of an agent's datagrams, or of a data source's samples. */
struct track {
	uint32_t sequence;
	uint32_t drops;
	uint32_t uptime_ms;
	bool begun;
};

struct sflow_source {
	struct track track;
	uint32_t id[2];
	uint32_t next; /* of the same agent, or of the free ones */
};

struct sflow_agent {
	struct sflow_agent_key key;
	uint32_t number;
	struct wall seen;
	struct track track;
	uint32_t source; /* the first of them; of a free agent the next free one */
	uint32_t source_count;
	uint32_t rate; /* of the last sample */
	bool is_used;
	bool is_established; /* standing.h */
	bool has_address;
	uint16_t port; /* where the last datagram came from */
	struct figures_often often;
	struct figures figures;
};

struct sflow_agents {
	struct sflow_settings settings;
	struct sflow_counts *counts;
	struct table index;   /* of agents */
	struct table senders; /* sender -> how many agents */
	struct table sources_index;
	struct sflow_agent *agent;
	struct sflow_source *source;
	uint32_t used; /* of agent, ever */
	uint32_t free;
	uint32_t source_used;
	uint32_t source_free;
	struct standing standing;
	struct wall swept;
	uint64_t seed;
};

void sflowagents_init(struct sflow_agents *agents, const struct sflow_settings *settings,
	struct sflow_counts *counts);
void sflowagents_done(struct sflow_agents *agents);

/* The agent, made if there was none; NULL (counted) if there is no room for it. */
struct sflow_agent *sflowagents_find(
	struct sflow_agents *agents, const struct sflow_agent_key *key, struct wall now);

/* An agent, or a data source of one, that was kept beyond a restart of ours. Nobody gives way to it: NULL if there is
 * no room, or it is there already. */
struct sflow_agent *sflowagents_resume(
	struct sflow_agents *agents, const struct sflow_agent_key *key, struct wall now);
struct track *sflowagents_resume_source(
	struct sflow_agents *agents, struct sflow_agent *agent, const uint32_t source[2]);

/* A datagram of this number came. True if some were lost before it. */
bool sflowagents_follow(struct sflow_agents *agents, struct sflow_agent *agent, uint32_t sequence,
	uint32_t uptime_ms);

/* A sample of one of its data sources came. True if some were lost or dropped before it; they are added to
 * *lost. */
bool sflowagents_follow_source(struct sflow_agents *agents, struct sflow_agent *agent,
	const uint32_t source[2], uint32_t sequence, uint32_t drops, uint64_t *lost);

/* A datagram of it was read. */
void sflowagents_see(struct sflow_agents *agents, struct sflow_agent *agent);

#endif
