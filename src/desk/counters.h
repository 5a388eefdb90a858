/* counters - the figures that each process of the daemon shows: name, kind and meaning of each
 *
 * What:    one row a figure. From it come lazaret status, the metrics and the manual page. A process writes its
 *          figures into a page of shared memory (status.h) and nobody has to ask it.
 * Thread:  any; the table never changes.
 */
#ifndef LAZARET_DESK_COUNTERS_H
#define LAZARET_DESK_COUNTERS_H

#include <stdint.h>

enum counter_owner {
	OWNER_RECEIVER,
	OWNER_JUDGE,
	OWNER_KEEPER,
	OWNER_DESK,
	OWNER_PARENT,
	OWNER_COUNT
};

/* In the order of counter_rows. */
enum counter {
	/* receiver */
	COUNT_DATAGRAMS,
	COUNT_BYTES,
	COUNT_KERNEL_DROPS,
	COUNT_MALFORMED,
	COUNT_STRANGERS,
	COUNT_SESSIONS_REFUSED,
	COUNT_CONNECTIONS_REFUSED,
	COUNT_HELD,
	COUNT_HELD_LOST,
	COUNT_RECORDS,
	COUNT_MAIL_RECORDS,
	COUNT_SKIPPED_RECORDS,
	COUNT_LOST_RECORDS,
	COUNT_REPEATED_RECORDS,
	COUNT_CLOCK_RECORDS,
	COUNT_JOIN_FORCED,
	COUNT_BINDINGS,
	COUNT_OBSERVATIONS,
	COUNT_OUTSIDE,
	COUNT_SUBMISSIONS,
	COUNT_SIGHTINGS,
	COUNT_SIGHTINGS_REFUSED,
	COUNT_NAMES_REPLACED,
	COUNT_PACKETS,
	COUNT_PACKETS_DROPPED,
	COUNT_FILTER_DATAGRAMS,
	COUNT_FILTER_RECORDS,
	COUNT_FILTER_KEPT,
	COUNT_FILTER_PASSED,
	COUNT_FILTER_STALE,
	COUNT_FILTER_ODD,
	COUNT_FILTER_UNSEEN,
	COUNT_FILTER_FULL,
	/* judge */
	COUNT_TAKEN,
	COUNT_TAKEN_LOST,
	COUNT_LINES,
	COUNT_LINES_EVICTED,
	COUNT_WATCH,
	COUNT_SUSPECT,
	COUNT_CONFIRMED,
	COUNT_FROZEN,
	COUNT_VERDICTS,
	COUNT_WAITED,
	COUNT_SNAPSHOTS,
	COUNT_SNAPSHOTS_FAILED,
	COUNT_SNAPSHOT_BYTES,
	COUNT_SNAPSHOT_TIME,
	/* keeper */
	COUNT_TRANSITIONS,
	COUNT_REPEATED,
	COUNT_BELOW,
	COUNT_OPENED,
	COUNT_CLOSED,
	COUNT_OPEN_CASES,
	COUNT_COMMITS,
	COUNT_COMMIT_FAILURES,
	COUNT_LEDGER_WORKS,
	COUNT_NAMELESS,
	/* desk */
	COUNT_CLIENTS,
	COUNT_CLIENTS_REFUSED,
	COUNT_CLIENTS_SLOW,
	COUNT_REQUESTS,
	COUNT_SCRAPES,
	COUNT_SCRAPES_REFUSED,
	/* parent */
	COUNT_RESTARTS,
	COUNT_RELOADS,
	COUNT_RELOADS_REFUSED,
	COUNT_CLOCK_STEPS,
	COUNTERS
};

enum counter_kind { KIND_COUNTER, KIND_GAUGE };

struct counter_row {
	enum counter_owner owner;
	enum counter_kind kind;
	const char *name; /* of the metric, behind "lazaret_", without "_total" */
	const char *help;
};

extern const struct counter_row counter_rows[COUNTERS];
extern const char *const owner_names[OWNER_COUNT];

#endif
