/* statusreport - how the daemon is, for a person who was woken up, or as JSON
 *
 * What:    the first three lines say whether all is well, how much passes through, and whether anything was lost;
 *          what follows names each process and exporter. Rates are those of the last ten seconds, and not known
 *          before there are two looks.
 * Owns:    nothing.
 * Limits:  STATUS_TOP exporters unless all are asked for; the text is at most STATUS_REPORT bytes.
 * Thread:  any.
 */
#ifndef LAZARET_DESK_STATUSREPORT_H
#define LAZARET_DESK_STATUSREPORT_H

#include "base/text.h"
#include "desk/status.h"

#define STATUS_TOP    20
#define STATUS_REPORT (16 << 20)
#define RATE_SECONDS  10
/* Figures that say that something was lost. */
#define LOSS_KINDS 11

struct rate_sample {
	int64_t steady_us;
	uint64_t datagrams;
	uint64_t records;
	uint64_t mail_records;
	bool differs; /* as status_contain_differs says */
};

/* What the desk remembers between two looks. All zero at the begin. */
struct rates {
	struct rate_sample sample[RATE_SECONDS + 1];
	size_t count;
	size_t next;
};

/* Once a second. */
void rates_sample(struct rates *rates, const struct status_view *view);

/* What the parent remembers of losses between two looks. All zero at the begin of the daemon. */
struct losses {
	uint64_t lost[LOSS_KINDS];
};

/* Whether more is lost than at the last look: once a second, for last_loss of the parent's page. */
bool losses_grew(struct losses *losses, const struct status_view *view);

/* into is of STATUS_REPORT. all: every exporter. */
void status_report(const struct status_view *view, const struct rates *rates, bool is_json,
	bool all, struct buffer *into);

/* The same in one line: is all well, how much passes through, how many cases are open. */
void status_line(const struct status_view *view, const struct rates *rates, struct buffer *into);

#endif
