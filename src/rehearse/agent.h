/* agent - a made-up switch that samples packets and exports them as sFlow v5
 *
 * What:    writes datagrams of flow samples with raw packet headers (sFlow v5 s5): Ethernet, IPv4 or IPv6, and
 *          TCP, UDP or ICMP. A packet that was dropped has the output interface that says so.
 * Owns:    nothing; a value with the datagram that it is about to send.
 * Limits:  datagrams of EXPORTER_SIZE bytes.
 * Thread:  one an agent.
 */
#ifndef LAZARET_REHEARSE_AGENT_H
#define LAZARET_REHEARSE_AGENT_H

#include "rehearse/exporter.h"

struct agent_settings {
	unsigned number;
	struct address address; /* as it calls itself */
	uint32_t sampling;
	struct wall started;
};

struct agent {
	struct agent_settings settings;
	struct exporter_outlet outlet;
	struct exporter_counts counts; /* records: samples */
	struct wall clock;
	uint32_t sequence;
	uint32_t samples; /* ever */
	uint32_t held;    /* of the open datagram */
	struct writer writer;
	uint8_t bytes[EXPORTER_SIZE];
};

/* One packet. */
struct agent_packet {
	struct address source;
	struct address destination;
	uint16_t source_port;
	uint16_t destination_port;
	uint16_t size; /* of the IP packet */
	uint8_t protocol;
	uint8_t tcp_flags;
	bool is_dropped;
};

void agent_init(struct agent *agent, const struct agent_settings *settings);

/* It is now this time, and datagrams go there. */
void agent_tick(struct agent *agent, struct wall clock, const struct exporter_outlet *outlet);

/* A packet that was sampled. */
void agent_packet(struct agent *agent, const struct agent_packet *packet);

void agent_flush(struct agent *agent);

#endif
