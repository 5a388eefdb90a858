/* SPDX-License-Identifier: BSD-2-Clause */
#include "rehearse/wire.h"

#include "base/hash.h"
#include "rehearse/agent.h"
#include "rehearse/background.h"
#include "rehearse/dialogue.h"
#include "rehearse/portblocks.h"

#include <stdlib.h>

#define NOBODY UINT32_MAX
#define TCP    6

/* Exporters have been up since before the rehearsal, each a little longer than the one before. */
#define UPTIME (3 * WALL_HOUR)

/* 127.0.0.1 is the first exporter. */
#define LOOPBACK UINT32_C(0x7f000001)

/* By the second at which they are due; more seconds than a connection can last. */
#define RING 128
_Static_assert(RING > WIRE_LONGEST / WALL_SECOND + 2, "the ring holds the longest connection");

/* A connection that is not over. Its packets are made from the seed whenever they are needed. */
struct open {
	struct observation observation; /* shifted, with the inside address */
	uint64_t seed;
	uint32_t link;
	uint16_t next; /* packet, where they are exported one by one */
	uint16_t exporter;
	bool is_seen; /* something of it was exported */
};

struct station {
	struct wire_exporter as;
	struct exporter exporter;
	struct agent agent;
	double background; /* records that are due */
};

struct wire {
	const struct traffic *traffic;
	struct portblocks *blocks;
	struct random random;
	int64_t shift_us;
	struct wall clock;
	double background; /* records for each one about mail */
	unsigned routers;  /* exporters of flows */
	unsigned count;    /* with the NAT */
	struct station *station;
	struct open *open;
	uint32_t open_count; /* ever used */
	uint32_t open_size;
	uint32_t open_free;
	struct {
		uint32_t first;
		uint32_t last;
	} ring[RING];
	uint64_t left_out;
};

void
wire_scenario(const struct scenario *scenario, struct scenario *ret)
{
	*ret = *scenario;
	for (unsigned i = 0; i < ret->group_count; i++) {
		if (ret->group[i].sampling == 0)
			ret->group[i].sampling = ret->sampling;
	}
	ret->sampling = 1;
}

static bool
is_agent(const struct station *station)
{
	return station->as.dialect == EXPORT_SFLOW;
}

static void
station_init(struct wire *wire, unsigned number, const struct export_group *group, bool is_nat)
{
	struct station *station = &wire->station[number];
	struct wall started = {wire->clock.us - UPTIME - (int64_t)number * 17 * WALL_MINUTE};
	struct exporter_settings exporter = {.number = number,
		.dialect = group->dialect,
		.is_nat = is_nat,
		.has_direction = group->is_twice,
		.sampling = group->sampling,
		.started = started};
	struct agent_settings agent = {.number = number,
		.address = address_from_v4(LOOPBACK + number),
		.sampling = group->sampling,
		.started = started};

	station->as = (struct wire_exporter){.address = agent.address,
		.sampling = group->sampling,
		.dialect = group->dialect,
		.is_twice = group->is_twice,
		.is_nat = is_nat};
	exporter_init(&station->exporter, &exporter);
	agent_init(&station->agent, &agent);
}

int
wire_new(struct wire **ret, const struct scenario *scenario, const struct traffic *traffic,
	int64_t shift_us, struct fail *fail)
{
	static const struct export_group nat = {.count = 1, .dialect = EXPORT_IPFIX, .sampling = 1};
	struct wire *wire = xcalloc(1, sizeof(*wire));
	int r = portblocks_new(&wire->blocks, traffic, scenario->class_count, fail);

	must(scenario->sampling == 1 && shift_us % WALL_SECOND == 0);
	if (r < 0) {
		free(wire);
		return r;
	}
	wire->traffic = traffic;
	wire->shift_us = shift_us;
	wire->clock.us = scenario->start.us + shift_us;
	wire->background = scenario->background / (1 - scenario->background);
	wire->open_free = NOBODY;
	memset(wire->ring, 0xff, sizeof(wire->ring));
	random_seed(&wire->random, hash_mix(scenario->seed ^ UINT64_C(0x77697265)));
	wire->routers = scenario_exporters(scenario);
	wire->count = wire->routers + portblocks_has_any(wire->blocks);
	wire->station = xcalloc(wire->count, sizeof(*wire->station));
	for (unsigned i = 0, number = 0; i < scenario->group_count; i++) {
		for (unsigned n = 0; n < scenario->group[i].count; n++)
			station_init(wire, number++, &scenario->group[i], false);
	}
	if (wire->count > wire->routers)
		station_init(wire, wire->routers, &nat, true);
	*ret = wire;
	return 0;
}

struct wire *
wire_free(struct wire *wire)
{
	if (wire == NULL)
		return NULL;
	portblocks_free(wire->blocks);
	free(wire->station);
	free(wire->open);
	free(wire);
	return NULL;
}

struct address
wire_client(const struct wire *wire, const struct observation *observation)
{
	struct address inside;

	if (portblocks_inside(
		    wire->blocks, &observation->client, observation->client_port, &inside))
		return inside;
	return observation->client;
}

/* Which exporter sees this client (as wire_client gives it). */
static unsigned
exporter_of(const struct wire *wire, const struct address *client)
{
	uint64_t line;

	/* A line of IPv6 is a /56. */
	if (address_is_v4(client))
		line = bytes_uint(client->byte + 12, 4);
	else
		line = bytes_uint(client->byte, 7);
	return (unsigned)(hash_mix(line) % wire->routers);
}

static void
ring_add(struct wire *wire, uint32_t index, int64_t due_us)
{
	unsigned slot = (unsigned)(due_us / WALL_SECOND % RING);

	wire->open[index].link = NOBODY;
	if (wire->ring[slot].first == NOBODY)
		wire->ring[slot].first = index;
	else
		wire->open[wire->ring[slot].last].link = index;
	wire->ring[slot].last = index;
}

/* The whole second at which this is exported: after it, and not before now. */
static int64_t
due_after(const struct wire *wire, int64_t us)
{
	int64_t due = us / WALL_SECOND * WALL_SECOND + WALL_SECOND;

	return due > wire->clock.us ? due : wire->clock.us;
}

static uint32_t
open_take(struct wire *wire)
{
	uint32_t index = wire->open_free;

	if (index != NOBODY) {
		wire->open_free = wire->open[index].link;
		return index;
	}
	if (wire->open_count == WIRE_OPEN_MOST)
		return NOBODY;
	if (wire->open_count == wire->open_size) {
		wire->open_size = wire->open_size > 0 ? wire->open_size * 2 : 1024;
		wire->open = xrealloc(wire->open, wire->open_size * sizeof(*wire->open));
	}
	return wire->open_count++;
}

static void
open_give(struct wire *wire, uint32_t index)
{
	wire->open[index].link = wire->open_free;
	wire->open_free = index;
}

static void
tell_binding(struct wire *wire, const struct observation *binding)
{
	struct station *nat = &wire->station[wire->routers];

	exporter_binding(&nat->exporter, binding);
	nat->as.counts.bindings++;
}

static struct dialogue
dialogue_of(const struct open *open)
{
	const struct observation *o = &open->observation;
	uint64_t duration = o->duration_ms * UINT64_C(1000);
	struct dialogue dialogue;

	if (duration > WIRE_LONGEST)
		duration = WIRE_LONGEST;
	dialogue_make(
		&dialogue, o->outcome, (uint32_t)duration, !address_is_v4(&o->server), open->seed);
	return dialogue;
}

/* A connection has begun. */
static void
begin_connection(struct wire *wire, const struct observation *observation)
{
	uint32_t index = open_take(wire);
	struct observation binding;
	struct dialogue dialogue;
	struct open *open;
	int64_t end;

	if (index == NOBODY) {
		wire->left_out++;
		return;
	}
	open = &wire->open[index];
	*open = (struct open){.observation = *observation, .seed = random_u64(&wire->random)};
	open->observation.time.us += wire->shift_us;
	open->observation.client = wire_client(wire, observation);
	open->exporter = (uint16_t)exporter_of(wire, &open->observation.client);
	if (portblocks_use(wire->blocks, &observation->client, observation->client_port,
		    open->observation.time, &binding))
		tell_binding(wire, &binding);
	end = open->observation.time.us;
	if (!is_agent(&wire->station[open->exporter])) {
		dialogue = dialogue_of(open);
		end += dialogue.packet[dialogue.count - 1].at;
	}
	ring_add(wire, index, due_after(wire, end));
}

static bool
is_taken(struct wire *wire, uint32_t sampling)
{
	return sampling == 1 || random_below(&wire->random, sampling) == 0;
}

/* As many records that are no mail as one that is brings with it. */
static void
add_background(struct wire *wire, struct station *station)
{
	station->as.counts.mail_records++;
	station->background += wire->background;
	for (; station->background >= 1; station->background--) {
		struct flow flow;

		background_make(&wire->random, wire->clock, &flow);
		station->as.counts.background++;
		if (!is_agent(station)) {
			exporter_flow(&station->exporter, &flow, EXPORTER_IN);
			continue;
		}
		agent_packet(&station->agent,
			&(struct agent_packet){.source = flow.source,
				.destination = flow.destination,
				.source_port = flow.source_port,
				.destination_port = flow.destination_port,
				.size = (uint16_t)(flow.forward.bytes / flow.forward.packets),
				.protocol = flow.protocol,
				.tcp_flags = flow.forward.tcp_flags});
	}
}

static void
add_packet(struct flow_side *side, const struct dialogue_packet *packet)
{
	side->packets++;
	side->bytes += packet->size;
	side->tcp_flags |= packet->tcp_flags;
}

/* The two directions of a connection as sampling leaves them: packets is 0 where it leaves none. */
static void
make_flows(struct wire *wire, const struct open *open, struct flow side[2])
{
	const struct observation *o = &open->observation;
	uint32_t sampling = wire->station[open->exporter].as.sampling;
	struct dialogue dialogue = dialogue_of(open);

	side[0] = (struct flow){.source = o->client,
		.destination = o->server,
		.source_port = o->client_port,
		.destination_port = o->server_port,
		.known = o->outcome == OUTCOME_BLOCKED ? FLOW_DENIED : 0,
		.protocol = TCP};
	side[1] = side[0];
	side[1].source = o->server;
	side[1].destination = o->client;
	side[1].source_port = o->server_port;
	side[1].destination_port = o->client_port;
	for (unsigned i = 0; i < dialogue.count; i++) {
		const struct dialogue_packet *packet = &dialogue.packet[i];
		struct flow *flow = &side[packet->from_server];

		if (!is_taken(wire, sampling))
			continue;
		flow->end.us = o->time.us + packet->at;
		if (flow->forward.packets == 0)
			flow->start = flow->end;
		add_packet(&flow->forward, packet);
	}
}

/* Both in one record. Whose first packet was not sampled did perhaps not open it. */
static void
export_both(struct wire *wire, struct station *station, const struct flow side[2])
{
	bool turned = side[0].forward.packets == 0;
	struct flow flow = side[turned];

	flow.reverse = side[!turned].forward;
	flow.known |= FLOW_BOTH_SIDES;
	if (station->as.sampling == 1)
		flow.known |= FLOW_SOURCE_OPENED;
	if (flow.reverse.packets > 0) {
		if (side[!turned].start.us < flow.start.us)
			flow.start = side[!turned].start;
		if (side[!turned].end.us > flow.end.us)
			flow.end = side[!turned].end;
	}
	exporter_flow(&station->exporter, &flow, EXPORTER_IN);
	add_background(wire, station);
}

/* What was dropped does not go out. */
static void
export_one(struct wire *wire, struct station *station, const struct flow *flow)
{
	bool is_twice = station->as.is_twice && !(flow->known & FLOW_DENIED);

	if (flow->forward.packets == 0)
		return;
	exporter_flow(&station->exporter, flow, EXPORTER_IN);
	if (is_twice) {
		exporter_flow(&station->exporter, flow, EXPORTER_OUT);
		station->as.counts.twins++;
		add_background(wire, station);
	}
	add_background(wire, station);
}

static void
export_connection(struct wire *wire, const struct open *open)
{
	struct station *station = &wire->station[open->exporter];
	/* Which direction leaves the router's cache first is chance. */
	unsigned first = open->seed & 1;
	struct flow side[2];

	make_flows(wire, open, side);
	if (side[0].forward.packets == 0 && side[1].forward.packets == 0) {
		station->as.counts.unseen++;
		return;
	}
	station->as.counts.connections++;
	if (station->as.dialect == EXPORT_BIFLOW) {
		export_both(wire, station, side);
	} else {
		export_one(wire, station, &side[first]);
		export_one(wire, station, &side[!first]);
	}
}

/* The packets up to now of a connection whose packets are sampled. True if that was the last one. */
static bool
sample_connection(struct wire *wire, struct open *open)
{
	struct station *station = &wire->station[open->exporter];
	const struct observation *o = &open->observation;
	struct dialogue dialogue = dialogue_of(open);

	for (; open->next < dialogue.count; open->next++) {
		const struct dialogue_packet *packet = &dialogue.packet[open->next];
		bool back = packet->from_server;

		if (o->time.us + packet->at >= wire->clock.us)
			return false;
		if (!is_taken(wire, station->as.sampling))
			continue;
		agent_packet(&station->agent,
			&(struct agent_packet){.source = back ? o->server : o->client,
				.destination = back ? o->client : o->server,
				.source_port = back ? o->server_port : o->client_port,
				.destination_port = back ? o->client_port : o->server_port,
				.size = packet->size,
				.protocol = TCP,
				.tcp_flags = packet->tcp_flags,
				.is_dropped = o->outcome == OUTCOME_BLOCKED});
		open->is_seen = true;
		add_background(wire, station);
	}
	if (open->is_seen)
		station->as.counts.connections++;
	else
		station->as.counts.unseen++;
	return true;
}

static void
export_due(struct wire *wire)
{
	unsigned slot = (unsigned)(wire->clock.us / WALL_SECOND % RING);
	uint32_t index = wire->ring[slot].first;

	wire->ring[slot].first = NOBODY;
	while (index != NOBODY) {
		struct open *open = &wire->open[index];
		uint32_t link = open->link;

		if (!is_agent(&wire->station[open->exporter])) {
			export_connection(wire, open);
			open_give(wire, index);
		} else if (sample_connection(wire, open)) {
			open_give(wire, index);
		} else {
			ring_add(wire, index, wire->clock.us + WALL_SECOND);
		}
		index = link;
	}
}

static void
release_blocks(struct wire *wire, int64_t idle_us)
{
	struct wall since = {wire->clock.us - idle_us};
	struct observation binding;

	if (wire->count == wire->routers)
		return;
	while (portblocks_release(wire->blocks, since, wire->clock, &binding))
		tell_binding(wire, &binding);
}

static void
flush_from(struct wire *wire, unsigned first)
{
	for (unsigned i = first; i < wire->count; i++) {
		if (is_agent(&wire->station[i]))
			agent_flush(&wire->station[i].agent);
		else
			exporter_flush(&wire->station[i].exporter);
	}
}

/* The next second: takes what has begun in it, hands out what is due. Returns how many it took. */
static size_t
next_second(struct wire *wire, const struct observation *observations, size_t count,
	const struct exporter_outlet *outlet)
{
	size_t taken = 0;

	wire->clock.us += WALL_SECOND;
	for (unsigned i = 0; i < wire->count; i++) {
		if (is_agent(&wire->station[i]))
			agent_tick(&wire->station[i].agent, wire->clock, outlet);
		else
			exporter_tick(&wire->station[i].exporter, wire->clock, outlet);
	}
	if (wire->clock.us % PORTBLOCKS_IDLE == 0)
		release_blocks(wire, PORTBLOCKS_IDLE);
	while (taken < count && observations[taken].time.us + wire->shift_us < wire->clock.us)
		begin_connection(wire, &observations[taken++]);
	/* A port block is told of before the first flow in it. */
	flush_from(wire, wire->routers);
	export_due(wire);
	flush_from(wire, 0);
	return taken;
}

void
wire_minute(struct wire *wire, const struct observation *observations, size_t count,
	struct wall now, exporter_datagram datagram, void *context)
{
	struct exporter_outlet outlet = {datagram, context};

	size_t taken = 0;

	while (wire->clock.us < now.us + wire->shift_us)
		taken += next_second(
			wire, taken < count ? &observations[taken] : NULL, count - taken, &outlet);
}

void
wire_end(struct wire *wire, exporter_datagram datagram, void *context)
{
	struct exporter_outlet outlet = {datagram, context};

	for (unsigned i = 0; i < RING; i++)
		(void)next_second(wire, NULL, 0, &outlet);
	release_blocks(wire, -WALL_DAY);
	flush_from(wire, 0);
}

struct wall
wire_clock(const struct wire *wire)
{
	return wire->clock;
}

int
wire_identify(const struct wire *wire, struct lines *lines, struct fail *fail)
{
	int r = traffic_identify(wire->traffic, lines, fail);

	return r < 0 ? r : portblocks_identify(wire->blocks, lines, fail);
}

unsigned
wire_exporters(const struct wire *wire)
{
	return wire->count;
}

void
wire_exporter(const struct wire *wire, unsigned exporter, struct wire_exporter *ret)
{
	const struct station *station = &wire->station[exporter];

	*ret = station->as;
	ret->counts.sent = is_agent(station) ? station->agent.counts : station->exporter.counts;
}

uint64_t
wire_left_out(const struct wire *wire)
{
	return wire->left_out;
}
