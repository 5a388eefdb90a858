/* event - one line of the log: something that happened, in logfmt
 *
 * What:    "event=case-opened case=12 line=00c0ffee00c0ffee state=suspect". Names of events are a table; each is
 *          described in lazaret-events(7). Values with blanks, quotes or control characters are quoted. Lines of
 *          persons are pseudonyms here, always. Under a service manager that keeps the log (JOURNAL_STREAM) the line
 *          begins with its severity "<N>", else with the time.
 * Limits:  EVENT_LINE bytes a line; a longer one is cut. At most EVENT_MINUTE lines a minute of each kind whose
 *          pace others set (event_rows); the next minute says how many were left out.
 * Thread:  one a process.
 */
#ifndef LAZARET_RUNTIME_EVENT_H
#define LAZARET_RUNTIME_EVENT_H

#include "base/fail.h"

#include <stdbool.h>
#include <stdint.h>

#define EVENT_LINE   1024
#define EVENT_MINUTE 10

enum event {
	EVENT_STARTED,
	EVENT_READY,
	EVENT_STOPPING,
	EVENT_STOPPED,
	EVENT_PROCESS_ENDED,
	EVENT_PROCESS_STARTED,
	EVENT_PROCESS_HUNG,
	EVENT_BAD_MESSAGE,
	EVENT_SANDBOX,
	EVENT_RELOADED,
	EVENT_RELOAD_REFUSED,
	EVENT_WAITING,
	EVENT_LISTENING,
	EVENT_FILTER,
	EVENT_GATE,
	EVENT_CLOCK_SET,
	EVENT_EXPORT_ERROR,
	EVENT_INTERFACE_DOWN,
	EVENT_INTERFACE_UP,
	EVENT_RECORDS_LOST,
	EVENT_SIGHTINGS_LOST,
	EVENT_SOURCE_FAILED,
	EVENT_SOURCE_WORKS,
	EVENT_SNAPSHOT_FAILED,
	EVENT_SNAPSHOT_REFUSED,
	EVENT_STATE_RESTORED,
	EVENT_CASES_UNKNOWN,
	EVENT_LEDGER_FAILED,
	EVENT_CANNOT_BEGIN,
	EVENT_LEDGER_WORKS,
	EVENT_CASE_FOUND,
	EVENT_LEDGER_RENEWED,
	EVENT_LEDGER_AHEAD,
	EVENT_LEDGER_IN_TIME,
	EVENT_CASE_OPENED,
	EVENT_CASE_CHANGED,
	EVENT_CASE_CLOSED,
	EVENT_CUSTOMER_OBJECTS,
	EVENT_REPORTS,
	EVENT_NOTICE,
	EVENT_NOTICE_FAILED,
	EVENT_NOTICE_GIVEN_UP,
	EVENT_CONTACTS_BAD,
	EVENT_RETENTION,
	EVENT_CONTAIN_BEYOND,
	EVENT_CONTAIN_UNHELD,
	EVENT_BRAKE_ON,
	EVENT_BRAKE_OFF,
	EVENT_CONTAIN_OFF,
	EVENT_CONTAIN_FILLED,
	EVENT_CONTAIN_FAILED,
	EVENT_CONTAIN_REFUSED,
	EVENT_BGP_UP,
	EVENT_BGP_DOWN,
	EVENT_NAS_FAILED,
	EVENT_CONTROL,
	EVENT_CONTROL_REFUSED,
	EVENT_CALLERS_UNKNOWN,
	EVENT_COUNT
};

enum severity { SEVERITY_ERROR = 3, SEVERITY_WARNING = 4, SEVERITY_NOTICE = 5, SEVERITY_INFO = 6 };

struct event_row {
	const char *name;
	enum severity severity;
	bool is_limited;
};

extern const struct event_row event_rows[EVENT_COUNT];

/* Writes to standard error: "process=NAME pid=..." is added by event_begin's name. */
void event_begin(const char *process);

/* format: "case=%llu text=%s" and so on. %s values are quoted where they need it: only %s, %d, %u, %llu, %lld,
 * %016llx, %.1f are known. */
void event(enum event what, const char *format, ...) PRINTF(2, 3);

/* The line without its end, for tests. */
int event_format(char into[EVENT_LINE], enum event what, const char *format, ...) PRINTF(3, 4);

#endif
