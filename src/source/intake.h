/* intake - where every reader of source/ puts what it has read
 *
 * What:    readers hand in flows, observations and errors; the intake counts them, joins the two
 *          directions of a connection that came as two records, decides client, server and outcome
 *          (flow.h), and hands out observations. What is no mail is only counted.
 *          Records of one connection that follow each other (retries of a SYN, active timeouts) are one
 *          observation too.
 * Time:    of files, it passes by the times of the records. Live (intake_settings.live), it passes by
 *          intake_advance alone, on the receiver's clock: then a connection of which both directions and
 *          the end were seen (FIN of both, RST, or a firewall's word) comes out at once, everything else
 *          after join_us. What came out at once is remembered for join_us (told.h), so that a later record of the same
 *          connection (another exporter's, what an active timeout left) is counted (repeated_records)
 *          and is no second observation. A SYN more than INTAKE_APART after the end, from the same ports,
 *          is a new connection.
 *          Live, a record's own begin counts if it is at most a day before the receiver's clock and not
 *          after it (up to INTAKE_APART after it is rounding, and taken as now). Any other is counted
 *          (clock_records), and the record is taken as one that ends now and lasted as long as it says,
 *          if that is at most a day. So no record can move anybody's time.
 * Owns:    its tables and queues. Everything handed in is copied.
 * Limits:  intake_settings; what gives way is counted.
 * Thread:  one reader at a time.
 */
#ifndef LAZARET_SOURCE_INTAKE_H
#define LAZARET_SOURCE_INTAKE_H

#include "source/flow.h"

#include <stddef.h>

struct decode_visitor;
struct zone;

struct intake_settings {
	int64_t join_us;         /* how long a record waits for its other direction: one minute */
	size_t join_most;        /* records that wait, at the most; twice as many are remembered */
	size_t errors_most;      /* errors kept with their text, at the most; all are counted */
	const struct zone *zone; /* of times that carry none; NULL: UTC. Outlives the intake */
	int stop;                /* readable when reading is to end (input.h); 0: none */
	bool live;               /* time passes by intake_advance */
};

#define INTAKE_DEFAULTS                                                                            \
	((struct intake_settings){                                                                 \
		.join_us = WALL_MINUTE, .join_most = 1 << 18, .errors_most = 100, .zone = NULL})

/* Clocks of exporters that are kept right are apart by less: NetFlow v9 tells whole seconds. */
#define INTAKE_APART (2 * WALL_SECOND)

struct intake_counts {
	uint64_t records;         /* of any kind: flow records, packets, log lines */
	uint64_t mail_records;    /* those of them about mail ports */
	uint64_t observations;    /* handed out */
	uint64_t bindings;        /* NAT log entries */
	uint64_t skipped_records; /* could not be understood, or sides unclear */
	uint64_t skipped_bytes;
	uint64_t unclear_records; /* of the skipped: both or neither end could be the client */
	uint64_t lost_records;    /* an exporter's sequence numbers say so */
	uint64_t join_forced;     /* handed out before their time because too many waited */
	uint64_t errors;          /* of any kind, those without text too */
	/* Live only. */
	uint64_t repeated_records; /* mail records of connections that came out before */
	uint64_t clock_records;    /* their own time could not be meant */
	uint64_t told_forgotten;   /* connections that came out, not remembered for their whole time
	                            * because too many did */
};

struct intake_error {
	char file[4096]; /* as long as a path may be */
	uint64_t offset; /* in the unpacked bytes */
	char what[256];
};

struct intake;

struct intake *intake_new(const struct intake_settings *settings);
struct intake *intake_free(struct intake *intake);

/* The readers' side. Readers count records, skipped_records, skipped_bytes and lost_records themselves
 * (intake_counts), and mail_records where they put in observations; the intake counts the rest. A flow
 * that turns out to be no mail (its opener went elsewhere) is left out silently. Live, the last few flows may not be
 * counted as repeated, forced or skipped before intake_counts or intake_take is called again. */
void intake_flow(struct intake *intake, const struct flow *flow);
void intake_observation(struct intake *intake, const struct observation *observation);
void intake_error(struct intake *intake, const char *file, uint64_t offset, const char *format, ...)
	PRINTF(4, 5);
struct intake_counts *intake_counts(struct intake *intake);
const struct intake_settings *intake_settings(const struct intake *intake);

/* Live: the receiver's clock, before the first record and whenever it is read. It never goes back: an earlier
 * time changes nothing. Of files it does nothing. */
void intake_advance(struct intake *intake, struct wall now);

/* Somebody who puts in what he held back: flushed and freed with the intake. There is one at the most. */
struct intake_feeder {
	void *feeder; /* NULL: none */
	void (*flush)(void *feeder);
	void (*free)(void *feeder);
};

void intake_attach(struct intake *intake, const struct intake_feeder *feeder);
void *intake_feeder(const struct intake *intake);

/* With a visitor, readers of flow export decode every field of every record for it (decode.h) and put no
 * flows in. NULL (the start) means mail only. */
void intake_decode(struct intake *intake, const struct decode_visitor *visitor);
const struct decode_visitor *intake_visitor(const struct intake *intake);

/* The taker's side: moves up to room observations out, in the order in which they became complete.
 * A record that waits for its other direction comes out when a record younger by join_us was put in,
 * live when intake_advance has moved by join_us, or after intake_flush. */
size_t intake_take(struct intake *intake, struct observation *into, size_t room);
void intake_flush(struct intake *intake);

/* The errors with their text, in order; there may be fewer than counts->errors. */
const struct intake_error *intake_errors(const struct intake *intake, size_t *count);

/* Whoever has told them makes room for the next ones. The count of all goes on. */
void intake_forget_errors(struct intake *intake);

#endif
