/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/relayinginside.h"

/* A log that is not there for so long after the begin is missed. */
#define LOGS_US (10 * WALL_SECOND)

static void
show_counts(struct relaying *relaying)
{
	struct relay_counts relay = relay_counts(relaying->relay);
	struct guard_counts guard = guard_counts(relay_guard(relaying->relay));
	struct windows_counts keys = guard_keys(relay_guard(relaying->relay));
	struct senders_counts senders = senders_counts(relay_senders(relaying->relay));
	struct duty *duty = &relaying->duty;

	duty_count(duty, COUNT_RELAY_PASSED, relay.decided[DECISION_PASS]);
	duty_count(duty, COUNT_RELAY_SLOWED, relay.decided[DECISION_SLOW]);
	duty_count(duty, COUNT_RELAY_DEFERRED, relay.decided[DECISION_DEFER]);
	duty_count(duty, COUNT_RELAY_HELD, relay.decided[DECISION_HOLD]);
	duty_count(duty, COUNT_RELAY_REJECTED, relay.decided[DECISION_REJECT]);
	duty_count(duty, COUNT_RELAY_SHADOWED, relay.shadowed);
	duty_count(duty, COUNT_RELAY_UNLIMITED, guard.unlimited);
	duty_count(duty, COUNT_RELAY_MESSAGES, guard.messages);
	duty_count(duty, COUNT_RELAY_RECIPIENTS, guard.recipients);
	duty_count(duty, COUNT_RELAY_GIVEN_BACK, guard.given_back);
	duty_show(duty, COUNT_RELAY_UNDERWAY, guard.open);
	duty_show(duty, COUNT_RELAY_KEYS, keys.held);
	duty_count(duty, COUNT_RELAY_KEYS_DISPLACED, keys.displaced);
	duty_count(duty, COUNT_RELAY_KEYS_REFUSED, keys.refused);
	duty_show(duty, COUNT_RELAY_SENDERS, senders.held);
	duty_count(duty, COUNT_RELAY_SENDERS_DISPLACED, senders.displaced);
	duty_count(duty, COUNT_RELAY_SENDERS_REFUSED, senders.refused);
	duty_count(duty, COUNT_RELAY_LOGINS, relay.logins);
	duty_count(duty, COUNT_RELAY_LOGINS_BAD, relay.logins_bad);
	duty_count(duty, COUNT_RELAY_LOGINS_REFUSED, relay.logins_refused);
	duty_count(duty, COUNT_RELAY_SENT, relay.results[SENDER_SENT]);
	duty_count(duty, COUNT_RELAY_UNKNOWN_USERS, relay.results[SENDER_UNKNOWN_USER]);
	duty_count(duty, COUNT_RELAY_REFUSED_ELSEWHERE, relay.results[SENDER_POLICY]);
	duty_count(duty, COUNT_RELAY_REFUNDED, relay.refunds);
	duty_count(duty, COUNT_RELAY_REFUNDS_REFUSED, relay.refunds_refused);
	duty_count(duty, COUNT_RELAY_EXCUSED, senders.excused);
	duty_count(duty, COUNT_RELAY_SIGHTINGS, relaying->notice.sightings);
	duty_count(duty, COUNT_RELAY_SIGHTINGS_REFUSED, relaying->notice.refused);
	duty_count(duty, COUNT_RELAY_NAMES_REPLACED, relaying->notice.names_replaced);
	duty_count(duty, COUNT_SHARE_AHEAD, guard.ahead);
}

/* Gauges: a guard that begins reads the folder again. */
static void
show_reports(const struct relaying *relaying, struct duty *duty)
{
	const struct reporting_counts *counts = &relaying->reporting.counts;

	duty_show(duty, COUNT_REPORT_MESSAGES, counts->messages);
	duty_show(duty, COUNT_REPORT_STRANGERS, counts->strangers);
	duty_show(duty, COUNT_REPORT_REPORTS, counts->reports);
	duty_show(duty, COUNT_REPORT_MALFORMED,
		counts->malformed + relaying->reporting.folder.refused);
	duty_show(duty, COUNT_REPORT_OTHERS, counts->others);
	duty_show(duty, COUNT_REPORT_UNTIMED, counts->untimed);
	duty_show(duty, COUNT_REPORT_NOBODYS, counts->nobodys);
	duty_show(duty, COUNT_REPORT_EVIDENCE, counts->evidence);
	duty_show(duty, COUNT_REPORT_REFUSED, counts->refused);
	duty_show(duty, COUNT_REPORT_LINES, relaying->reporting.count);
}

static void
show_share(struct relaying *relaying, struct duty *duty)
{
	struct relayshare_counts counts;
	struct exchange_state state;

	if (relaying->share == NULL)
		return;
	counts = relayshare_counts(relaying->share);
	exchange_state(relaying->exchange, &state);
	duty_show(duty, COUNT_SHARE_CONNECTED, state.is_connected);
	duty_count(duty, COUNT_SHARE_FAILURES, state.failures);
	duty_count(duty, COUNT_SHARE_OUT, counts.changes_out);
	duty_count(duty, COUNT_SHARE_IN, counts.changes_in);
	duty_count(duty, COUNT_SHARE_LOST, counts.lost);
	duty_count(duty, COUNT_SHARE_MISSED, counts.missed);
	duty_count(duty, COUNT_SHARE_WRONG, counts.wrong + counts.foreign);
	duty_show(duty, COUNT_SHARE_WAITING, counts.waiting);
	duty_show(duty, COUNT_SHARE_RELAYS, counts.relays);
}

/* How many of the logs are there. */
static size_t
show_logs(const struct relaying *relaying, struct duty *duty)
{
	struct relaylogs_counts sum = {.events = 0};
	struct deliveries_counts deliveries = {.no_room = 0};
	size_t open = 0;

	if (relaying->logs != NULL)
		deliveries = deliveries_counts(relaylogs_deliveries(relaying->logs));
	for (size_t i = 0; relaying->logs != NULL && i < relaying->load.logs; i++) {
		struct relaylogs_counts one = relaylogs_counts(relaying->logs, i);

		sum.file.lines += one.file.lines;
		sum.events += one.events;
		sum.unknown += one.unknown;
		sum.no_lines +=
			one.no_lines + one.doubtful + one.file.long_lines + one.file.cut_lines;
		sum.file.lost += one.file.lost;
		sum.file.behind += one.file.behind;
		open += one.file.is_open;
	}
	duty_count(duty, COUNT_LOG_LINES, sum.file.lines);
	duty_count(duty, COUNT_LOG_EVENTS, sum.events);
	duty_count(duty, COUNT_LOG_UNKNOWN, sum.unknown);
	duty_count(duty, COUNT_LOG_LEFT_OUT, sum.no_lines);
	duty_count(duty, COUNT_LOG_NO_ROOM, deliveries.no_room + deliveries.displaced);
	duty_count(duty, COUNT_LOG_LOST, sum.file.lost);
	duty_show(duty, COUNT_LOG_BEHIND, sum.file.behind);
	duty_show(duty, COUNT_LOG_OPEN, open);
	return open;
}

/* What is wrong, if it has been for a while. */
static void
show_trouble(struct relaying *relaying, size_t logs_open)
{
	struct duty *duty = &relaying->duty;
	struct exchange_state state = {.is_connected = true};

	if (relaying->exchange != NULL)
		exchange_state(relaying->exchange, &state);
	/* Mail is answered all the same, but a guard that dies begins with older counts. */
	if (relaying->file.fails)
		duty_trouble(duty, "its counts cannot be kept: the log says why");
	else if (!state.is_connected && *state.why != '\0')
		duty_trouble(duty, "the Redis of relay.share is not reached: %s", state.why);
	else if (relaying->share != NULL && relayshare_counts(relaying->share).is_foreign)
		duty_trouble(duty,
			"another relay has another ledger key: copy ledger.sqlite.key as "
			"lazaret-relay(8) says");
	else if (logs_open < relaying->load.logs && clock_steady() - relaying->begun_us > LOGS_US)
		duty_trouble(duty, "%zu of %zu logs of relay.logs are not there, or cannot be read",
			relaying->load.logs - logs_open, relaying->load.logs);
	else if (relaying->reporting.error < 0)
		duty_trouble(duty, "the Maildir of reports.folder cannot be read: %s",
			strerror(-relaying->reporting.error));
	else if (relaying->reporting.settings != NULL && relaying->reporting.folder.is_full)
		duty_trouble(duty, "the Maildir of reports.folder has more than %zu messages",
			REPORTFOLDER_NAMES);
	else
		duty_trouble(duty, "%s", "");
}

void
relaying_show(struct relaying *relaying)
{
	show_trouble(relaying, show_logs(relaying, &relaying->duty));
	show_share(relaying, &relaying->duty);
	show_reports(relaying, &relaying->duty);
	relaylisten_show(&relaying->listen, &relaying->duty);
	show_counts(relaying);
	duty_refused(&relaying->duty, statefile_refused(&relaying->file.file));
}
