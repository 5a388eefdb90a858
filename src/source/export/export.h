/* export - the exporters of NetFlow v5, v9, IPFIX and sFlow v5, and what they said
 *
 * What:    takes datagrams of flow export, keeps the templates, options, sequence numbers and
 *          sampling of each session (RFC 7011 s8, RFC 3954 s7-s9), and puts mail flows and NAT
 *          log entries into the intake; or, where the intake has a visitor, shows it every field.
 *          Anybody can forge the address of a datagram. So who is new gives way before who is established
 *          (standing.h), and export_settings.allowed leaves out whoever is no exporter of ours at all.
 * Owns:    sessions and templates. The allowed prefixes are borrowed and outlive it.
 * Limits:  export_settings; what gives way is counted.
 * Thread:  one at a time.
 */
#ifndef LAZARET_SOURCE_EXPORT_EXPORT_H
#define LAZARET_SOURCE_EXPORT_EXPORT_H

#include "source/intake.h"

struct export_settings {
	size_t sessions_most;         /* exporter address, port and domain together */
	size_t sessions_per_exporter; /* so that forged sources cannot take all */
	size_t templates_most;        /* of one session */
	int64_t template_life_us;     /* 30 minutes (RFC 7011 s8.4) */
	size_t held_most;             /* data sets that wait for a template, of one session */
	size_t templates_total;       /* of all sessions */
	size_t held_bytes;            /* of all data sets that wait */
	uint32_t sampling; /* of exporters that do not tell: 0 not known, 1 all packets */
	const struct prefix *allowed; /* datagrams from elsewhere are left out */
	size_t allowed_count;         /* 0: all are taken */
};

#define EXPORT_DEFAULTS                                                                            \
	((struct export_settings){.sessions_most = 4096,                                           \
		.sessions_per_exporter = 256,                                                      \
		.templates_most = 1024,                                                            \
		.template_life_us = 30 * WALL_MINUTE,                                              \
		.held_most = 64,                                                                   \
		.templates_total = 1 << 16,                                                        \
		.held_bytes = 64UL << 20,                                                          \
		.sampling = 0})

enum export_transport { EXPORT_UDP, EXPORT_TCP };

struct export_from {
	const char *file; /* for errors */
	uint64_t offset;
	struct address address; /* the exporter's */
	uint16_t port;          /* its source port */
	bool has_address;       /* false: a bare payload file; all such are one exporter */
	uint8_t transport;      /* enum export_transport; TCP is for IPFIX only */
	bool is_alone;          /* the next datagram does not lie behind it in memory */
	struct wall received;
};

/* What is not an intake's business: for metrics and tests. */
struct export_counts {
	uint64_t datagrams;
	uint64_t strangers;          /* of them: from elsewhere than allowed, left out */
	uint64_t malformed;          /* of them: a length, count or version is wrong */
	uint64_t sessions;           /* begun */
	uint64_t sessions_refused;   /* datagrams of sessions that found no room */
	uint64_t sessions_ended;     /* idle ones that made room */
	uint64_t sessions_displaced; /* strangers that made room for another */
	uint64_t templates;          /* learnt, redefinitions included */
	uint64_t templates_changed;  /* redefined */
	uint64_t templates_refused;  /* make no sense, or found no room */
	uint64_t templates_expired;
	uint64_t templates_late;      /* older than the layout in use: not taken */
	uint64_t withdrawals;         /* over UDP, so ignored (RFC 7011 s8.4) */
	uint64_t templates_withdrawn; /* over TCP */
	uint64_t held;                /* data sets that had to wait for their template */
	uint64_t released;            /* of them: it came */
	uint64_t held_lost;           /* of them: given up */
	uint64_t duplicates;          /* datagrams that came twice */
	uint64_t late;                /* datagrams out of order */
	uint64_t gaps;
	uint64_t restarts; /* of exporters */
	uint64_t twins;    /* mail records exported at the way in and at the way out */
	uint64_t options;  /* records about the exporters */
};

/* One exporter as an operator wants to see it: a session, or an agent of sFlow. */
struct export_exporter {
	struct address address;
	bool has_address;
	uint8_t transport;    /* enum export_transport */
	bool is_established;  /* no stranger (standing.h) */
	uint16_t port;        /* where its last message came from */
	uint32_t domain;      /* observation domain, source id, engine, or sFlow agent sub-id */
	struct address agent; /* of sFlow: who the agent says he is; elsewhere the address */
	const char *version;  /* "v5", "v9", "ipfix", "sflow" */
	struct wall seen;     /* the receiver's time of the last message */
	uint64_t datagrams;   /* messages, of which a datagram of IPFIX may have several */
	uint64_t records;
	uint64_t mail_records;
	uint64_t lost; /* records, as the sequence numbers tell */
	uint64_t late;
	uint64_t duplicates;
	uint64_t restarts;
	uint64_t malformed;
	uint64_t clock_records; /* intake_counts.clock_records of this exporter's */
	int64_t clock_us;       /* its clock minus the receiver's, whole seconds; of sFlow 0 */
	uint32_t sampling;      /* 1 in so many packets; 1 all, 0 not known */
	uint32_t templates;
	uint32_t held; /* data sets that wait for their template */
};

struct export;
struct sflow_counts;

struct export *export_new(const struct export_settings *settings, struct intake *intake);
struct export *export_free(struct export *export_);

/* The intake's own exporters: made with EXPORT_DEFAULTS when first asked for, flushed and freed with it. */
struct export *export_of(struct intake *intake);

/* Does the payload of a UDP datagram look like flow export? By version and lengths, not by port. */
bool export_matches(const uint8_t *payload, size_t size);

/* Takes one datagram. Anything wrong in it goes to intake_error and the counters; never fails. */
void export_datagram(struct export *export_, const struct export_from *from, const uint8_t *payload,
	size_t size);

/* A closed connection's sessions are forgotten with all that they hold: transport, address and port of from. */
void export_end(struct export *export_, const struct export_from *from);

/* May an exporter have this address? */
bool export_allows(const struct export *export_, const struct address *address);

/* Shows each exporter that is known, in no order. The exporter is the visitor's until it returns; it must not call
 * the export. */
void export_each_exporter(const struct export *export_,
	void (*visit)(void *context, const struct export_exporter *exporter), void *context);

/* No more will come: what still waits for a template is given up and counted. */
void export_flush(struct export *export_);

/* Those of sFlow are its own (sflow.h). */
const struct sflow_counts *export_sflow_counts(const struct export *export_);
const struct export_counts *export_counts(const struct export *export_);

#endif
