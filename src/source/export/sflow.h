/* sflow - sFlow version 5: packets that switches and routers sampled
 *
 * What:    takes datagrams of sFlow version 5 (sflow.org; RFC 3176 describes version 4). A flow sample,
 *          plain or expanded, is one packet: its header is taken apart (frame.h), or the sampled IPv4
 *          and IPv6 records are used where there is no header. The packet goes into the intake as a flow
 *          of one packet in one direction, with the sampling rate of its data source; or, where the
 *          intake has a visitor, every field is shown under the IPFIX name that means the same, those of
 *          extended records too (sflowextended.h). Counter samples and the records of enterprises are
 *          stepped over.
 * Owns:    the sequence numbers of agents and data sources (sflowagent.h).
 * Limits:  sflow_settings; what came from an agent or a data source beyond them is used, but losses of it
 *          are not noticed. At most 1024 samples a datagram and 256 records a sample are looked at.
 * Thread:  one at a time.
 */
#ifndef LAZARET_SOURCE_EXPORT_SFLOW_H
#define LAZARET_SOURCE_EXPORT_SFLOW_H

#include "source/export/export.h"

struct sflow_settings {
	size_t agents_most;       /* whose sequence is followed */
	size_t agents_per_sender; /* 0: all of them */
	size_t sources_most;      /* data sources whose sequence is followed, of all agents */
	size_t sources_per_agent; /* 0: all of them */
	int64_t life_us;          /* silent agents make room after this */
};

#define SFLOW_DEFAULTS                                                                             \
	((struct sflow_settings){.agents_most = 4096,                                              \
		.agents_per_sender = 256,                                                          \
		.sources_most = 1 << 16,                                                           \
		.sources_per_agent = 1 << 13,                                                      \
		.life_us = 30 * WALL_MINUTE})

struct sflow_counts {
	uint64_t datagrams;
	uint64_t damaged; /* of them: a length or count contradicts the bytes that are there */
	uint64_t samples; /* flow samples */
	uint64_t other_samples; /* counter samples and unknown ones, stepped over */
	uint64_t
		other_records; /* stepped over: unknown ones, and extended ones without a visitor */
	uint64_t lost_datagrams;
	uint64_t lost_samples;
	uint64_t dropped_samples; /* that the agents say they had to drop */
	uint64_t restarts;
	uint64_t foreign_agents;   /* datagrams whose agent address is not the sender's address */
	uint64_t sources_full;     /* datagrams and samples whose sequence could not be followed */
	uint64_t agents_displaced; /* strangers that made room for another */
};

struct sflow;

struct sflow *sflow_new(const struct sflow_settings *settings, struct intake *intake);
struct sflow *sflow_free(struct sflow *sflow);

/* Does the payload look like sFlow version 5? */
bool sflow_matches(const uint8_t *payload, size_t size);

/* Takes one datagram. Anything wrong in it goes to intake_error and the counters; never fails. */
void sflow_datagram(
	struct sflow *sflow, const struct export_from *from, const uint8_t *payload, size_t size);

/* As export_each_exporter. */
void sflow_each_exporter(const struct sflow *sflow,
	void (*visit)(void *context, const struct export_exporter *exporter), void *context);

/* Its agents, for exportstate.c. */
struct sflow_agents;
struct sflow_agents *sflow_agents(struct sflow *sflow);

const struct sflow_counts *sflow_counts(const struct sflow *sflow);

#endif
