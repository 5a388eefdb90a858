/* wire - what the exporters of a rehearsed network would send about its mail
 *
 * What:    observations of traffic.h in, minute by minute; datagrams of NetFlow v9, IPFIX and sFlow v5 out, as
 *          the scenario's exporters would send them: each line's traffic through one exporter (by its
 *          address), each connection when it is over, mixed with records that are no mail, sampled where the
 *          exporter samples. The NAT of lines behind CGNAT is one more exporter, the last: it sends port
 *          blocks (RFC 8158), and the others, which stand before it, show inside addresses.
 *          A function of the scenario, the observations and their order.
 * Owns:    its exporters, and the connections that are not over yet. The traffic must outlive it.
 * Limits:  WIRE_OPEN_MOST connections at a time: more are left out and counted. A connection lasts
 *          WIRE_LONGEST at the most, as with an exporter of that active timeout.
 * Thread:  one at a time.
 */
#ifndef LAZARET_REHEARSE_WIRE_H
#define LAZARET_REHEARSE_WIRE_H

#include "rehearse/exporter.h"
#include "rehearse/traffic.h"

#define WIRE_OPEN_MOST (1 << 22)
#define WIRE_LONGEST   WALL_MINUTE

/* What a scenario says is sampled is done by the exporters: traffic for a wire is made from this copy of it, in
 * which each exporter has its sampling and the network has none. */
void wire_scenario(const struct scenario *scenario, struct scenario *ret);

struct wire;

/* scenario: from wire_scenario, as is the traffic. shift_us: added to all times; whole seconds. -errno and fail
 * if the network cannot be laid out. */
int wire_new(struct wire **ret, const struct scenario *scenario, const struct traffic *traffic,
	int64_t shift_us, struct fail *fail) MUST_USE;
struct wire *wire_free(struct wire *wire);

/* Observations of one minute, in order of time, all before now, which is not shifted. What is due by then is
 * handed out in order of its export. */
void wire_minute(struct wire *wire, const struct observation *observations, size_t count,
	struct wall now, exporter_datagram datagram, void *context);

/* No more observations will come: hands out the rest. */
void wire_end(struct wire *wire, exporter_datagram datagram, void *context);

/* The time, shifted, at which the datagram that is being handed out is exported: a whole second. */
struct wall wire_clock(const struct wire *wire);

/* As traffic_identify, and the inside addresses of the lines behind CGNAT. */
int wire_identify(const struct wire *wire, struct lines *lines, struct fail *fail) MUST_USE;

/* The client's address as the flow records have it. */
struct address wire_client(const struct wire *wire, const struct observation *observation);

struct wire_counts {
	struct exporter_counts sent;
	uint64_t mail_records; /* of sent.records, all that are about a mail port and TCP */
	uint64_t twins;        /* of the mail records: the same flow at the way out */
	uint64_t background;   /* of sent.records */
	uint64_t bindings;     /* of sent.records */
	uint64_t connections;  /* of which something was exported */
	uint64_t unseen;       /* connections of which sampling has left nothing */
};

struct wire_exporter {
	struct address address; /* that it is meant to send from, on the loopback network */
	uint32_t sampling;
	uint8_t dialect; /* enum export_dialect */
	bool is_twice;
	bool is_nat;
	struct wire_counts counts;
};

unsigned wire_exporters(const struct wire *wire);
void wire_exporter(const struct wire *wire, unsigned exporter, struct wire_exporter *ret);

/* Connections that found no room. */
uint64_t wire_left_out(const struct wire *wire);

#endif
