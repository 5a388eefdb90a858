/* exporter - a made-up router that exports NetFlow v9 or IPFIX
 *
 * What:    writes datagrams: header, templates, sampling as options (RFC 3954 s6.1, RFC 5477), flow records of one
 *          or both directions (RFC 5103), port blocks of a NAT (RFC 8158). Templates and options come
 *          first, and again every EXPORTER_REFRESH. Its clock is what it was last told; exports
 *          happen on whole seconds, so that times since its start are exact.
 * Owns:    nothing; a value with the datagram that it is about to send.
 * Limits:  datagrams of EXPORTER_SIZE bytes and EXPORTER_RECORDS records.
 * Thread:  one an exporter.
 */
#ifndef LAZARET_REHEARSE_EXPORTER_H
#define LAZARET_REHEARSE_EXPORTER_H

#include "base/bytes.h"
#include "rehearse/scenario.h"
#include "source/flow.h"

#define EXPORTER_SIZE    1420
#define EXPORTER_RECORDS 24
#define EXPORTER_REFRESH (5 * WALL_MINUTE)

/* Takes a datagram; the bytes are valid during the call. */
typedef void (*exporter_datagram)(
	void *context, unsigned exporter, const uint8_t *bytes, size_t size);

struct exporter_outlet {
	exporter_datagram datagram;
	void *context;
};

struct exporter_settings {
	unsigned number;     /* also, plus 1, its domain (source id) */
	uint8_t dialect;     /* enum export_dialect, but not sFlow */
	bool is_nat;         /* IPFIX: sends only port blocks */
	bool has_direction;  /* records tell whether they were made at the way in or out */
	uint32_t sampling;   /* as it announces it */
	struct wall started; /* a whole second */
};

struct exporter_counts {
	uint64_t datagrams;
	uint64_t bytes;
	uint64_t templates; /* template records */
	uint64_t options;   /* data records about the exporter */
	uint64_t records;   /* of flows and port blocks */
};

struct exporter {
	struct exporter_settings settings;
	struct exporter_outlet outlet;
	struct exporter_counts counts;
	struct wall clock;
	struct wall refreshed;
	uint32_t sequence;
	bool has_begun;
	struct writer writer;
	uint16_t set;      /* the template of the open set; 0: none is open */
	uint16_t set_at;   /* where it begins */
	uint16_t records;  /* of the open datagram, templates and options too */
	uint16_t numbered; /* of them, those that IPFIX counts */
	uint8_t bytes[EXPORTER_SIZE];
};

enum exporter_direction { EXPORTER_IN, EXPORTER_OUT };

void exporter_init(struct exporter *exporter, const struct exporter_settings *settings);

/* It is now this time, a whole second, and datagrams go there. Templates are sent if they are due. */
void exporter_tick(
	struct exporter *exporter, struct wall clock, const struct exporter_outlet *outlet);

/* A flow record. A biflow's reverse side counts only for EXPORT_BIFLOW; FLOW_DENIED is told. */
void exporter_flow(
	struct exporter *exporter, const struct flow *flow, enum exporter_direction direction);

/* A port block: kind, time, client (inside), server (outside), ports first and last (observation.h). */
void exporter_binding(struct exporter *exporter, const struct observation *binding);

/* Sends what there is. */
void exporter_flush(struct exporter *exporter);

#endif
