/* reporting - from reports that come by mail to the judges
 *
 * What:    the guard's part that looks into the Maildir of reports (reportfolder.h) every so often. Of each message it
 *          reads first who sent it, as the own mail server found out (source/reports/authresults.h); who is not one of
 *          those to be believed is counted, and nothing more of the message is looked at. Reports of the others name an
 *          address, mostly a port, and a time: their line is who held these then (lines_find_at), which a port block
 *          or a lease decides; where nobody can say, nothing is held against anybody. What channel C makes of it
 *          (evidence/reportchannel.h) becomes a sighting in the ring of the line's judge, with the line's name where
 *          the keeper finds it, and is told again every REPORTING_AGAIN_US, since it fades.
 *          Nothing is kept: a guard that begins reads the folder again, and comes to the same. A message whose reports
 *          could not all be told is read again at the next look.
 * Owns:    the folder, what is known of lines.
 * Limits:  REPORTING_LINES lines. About REPORTING_TURN_US at a time, beside the mail servers that the guard answers;
 *          but one message is read whole, which may take some tenths of a second of a table of REPORTS_MOST rows.
 *          Reports of what is older than REPORTING_OLD_US, or of the future, say nothing.
 * Thread:  the guard's.
 */
#ifndef LAZARET_SERVICE_REPORTING_H
#define LAZARET_SERVICE_REPORTING_H

#include "base/table.h"
#include "evidence/reportchannel.h"
#include "identity/names.h"
#include "runtime/ring.h"
#include "service/leasing.h"
#include "service/reportfolder.h"
#include "source/reports/reports.h"

#define REPORTING_LINES    (1U << 18)
#define REPORTING_AGAIN_US (10 * WALL_MINUTE)
#define REPORTING_OLD_US   (14 * WALL_DAY)
#define REPORTING_TURN_US  INT64_C(5000)

struct reporting_counts {
	uint64_t messages;  /* read */
	uint64_t strangers; /* of those who are not believed, or cannot be told */
	uint64_t reports;   /* of the others */
	uint64_t malformed; /* sentences about what is no report */
	uint64_t others;    /* about other things than mail */
	uint64_t untimed;   /* without a time, too old, or of the future */
	uint64_t nobodys;   /* of no line, or of many */
	uint64_t evidence;  /* that said something new of a line */
	uint64_t refused;   /* for want of room */
};

struct reporting_line {
	struct line line;
	struct report_record record;
};

struct reporting {
	const struct daemon_settings *settings; /* NULL: no reports come in */
	struct ring *judge;                     /* the guard's, one a judge */
	struct leased *leased;                  /* the guard's */
	const struct status_process *registrar; /* NULL: there is none */
	struct names names;
	struct report_channel_settings channel;
	struct reports *reader;
	struct reportfolder folder;
	struct table table; /* pseudonym to an index of line */
	struct reporting_line *line;
	uint32_t count, room;
	/* The message at hand. */
	const struct report_sender *sender;
	struct wall now;
	/* When. */
	bool is_looking;
	bool has_looked;   /* to the end, once */
	int64_t looked_us; /* clock_steady, when the last look began; 0: none has */
	int64_t told_us;   /* the same of all being told again */
	int error;         /* of the last look: 0, or -errno */
	struct reporting_counts counts;
};

/* Before the process shuts itself in. judge and leased are the caller's. */
void reporting_begin(struct reporting *reporting, const struct daemon_settings *settings,
	const struct estate *estate, struct ring *judge, struct leased *leased);
void reporting_end(struct reporting *reporting);

/* Looks, if it is time, for about REPORTING_TURN_US. */
void reporting_see_to(struct reporting *reporting, struct wall now);

#endif
