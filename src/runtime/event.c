/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/event.h"

#include "base/text.h"
#include "base/wall.h"
#include "runtime/clock.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

const struct event_row event_rows[EVENT_COUNT] = {
	[EVENT_STARTED] = {"started", SEVERITY_NOTICE, false},
	[EVENT_READY] = {"ready", SEVERITY_NOTICE, false},
	[EVENT_STOPPING] = {"stopping", SEVERITY_NOTICE, false},
	[EVENT_STOPPED] = {"stopped", SEVERITY_NOTICE, false},
	[EVENT_PROCESS_ENDED] = {"process-ended", SEVERITY_ERROR, true},
	[EVENT_PROCESS_STARTED] = {"process-started", SEVERITY_INFO, true},
	[EVENT_PROCESS_HUNG] = {"process-hung", SEVERITY_ERROR, true},
	[EVENT_BAD_MESSAGE] = {"bad-message", SEVERITY_ERROR, true},
	[EVENT_SANDBOX] = {"sandbox", SEVERITY_WARNING, false},
	[EVENT_RELOADED] = {"reloaded", SEVERITY_NOTICE, false},
	[EVENT_RELOAD_REFUSED] = {"reload-refused", SEVERITY_ERROR, false},
	[EVENT_WAITING] = {"waiting", SEVERITY_NOTICE, false},
	[EVENT_LISTENING] = {"listening", SEVERITY_INFO, false},
	[EVENT_FILTER] = {"filter", SEVERITY_INFO, false},
	[EVENT_GATE] = {"gate", SEVERITY_NOTICE, true},
	[EVENT_CLOCK_SET] = {"clock-set", SEVERITY_WARNING, true},
	[EVENT_EXPORT_ERROR] = {"export-error", SEVERITY_WARNING, true},
	[EVENT_INTERFACE_DOWN] = {"interface-down", SEVERITY_ERROR, true},
	[EVENT_INTERFACE_UP] = {"interface-up", SEVERITY_NOTICE, true},
	[EVENT_RECORDS_LOST] = {"records-lost", SEVERITY_WARNING, true},
	[EVENT_SIGHTINGS_LOST] = {"sightings-lost", SEVERITY_ERROR, true},
	[EVENT_SOURCE_FAILED] = {"source-failed", SEVERITY_ERROR, true},
	[EVENT_SOURCE_WORKS] = {"source-works", SEVERITY_NOTICE, true},
	[EVENT_SNAPSHOT_FAILED] = {"snapshot-failed", SEVERITY_ERROR, true},
	[EVENT_SNAPSHOT_REFUSED] = {"snapshot-refused", SEVERITY_ERROR, false},
	[EVENT_STATE_RESTORED] = {"state-restored", SEVERITY_NOTICE, false},
	[EVENT_CASES_UNKNOWN] = {"cases-unknown", SEVERITY_ERROR, true},
	[EVENT_CANNOT_BEGIN] = {"cannot-begin", SEVERITY_ERROR, true},
	[EVENT_LEDGER_FAILED] = {"ledger-failed", SEVERITY_ERROR, true},
	[EVENT_LEDGER_WORKS] = {"ledger-works", SEVERITY_NOTICE, true},
	[EVENT_CASE_FOUND] = {"case-found", SEVERITY_NOTICE, false},
	[EVENT_LEDGER_RENEWED] = {"ledger-renewed", SEVERITY_WARNING, false},
	[EVENT_LEDGER_AHEAD] = {"ledger-ahead", SEVERITY_WARNING, false},
	[EVENT_LEDGER_IN_TIME] = {"ledger-in-time", SEVERITY_NOTICE, false},
	[EVENT_CASE_OPENED] = {"case-opened", SEVERITY_NOTICE, false},
	[EVENT_CASE_CHANGED] = {"case-changed", SEVERITY_NOTICE, false},
	[EVENT_CASE_CLOSED] = {"case-closed", SEVERITY_NOTICE, false},
	[EVENT_CUSTOMER_OBJECTS] = {"customer-objects", SEVERITY_NOTICE, true},
	[EVENT_REPORTS] = {"reports", SEVERITY_INFO, true},
	[EVENT_NOTICE] = {"notice", SEVERITY_INFO, false},
	[EVENT_NOTICE_FAILED] = {"notice-failed", SEVERITY_WARNING, true},
	[EVENT_NOTICE_GIVEN_UP] = {"notice-given-up", SEVERITY_WARNING, true},
	[EVENT_CONTACTS_BAD] = {"contacts-bad", SEVERITY_WARNING, true},
	[EVENT_RETENTION] = {"retention", SEVERITY_INFO, false},
	[EVENT_CONTAIN_BEYOND] = {"contain-beyond", SEVERITY_WARNING, false},
	[EVENT_CONTAIN_UNHELD] = {"contain-unheld", SEVERITY_WARNING, false},
	[EVENT_BRAKE_ON] = {"brake-on", SEVERITY_WARNING, false},
	[EVENT_BRAKE_OFF] = {"brake-off", SEVERITY_NOTICE, false},
	[EVENT_CONTAIN_OFF] = {"contain-off", SEVERITY_ERROR, false},
	[EVENT_CONTAIN_FILLED] = {"contain-filled", SEVERITY_INFO, true},
	[EVENT_CONTAIN_FAILED] = {"contain-failed", SEVERITY_ERROR, true},
	[EVENT_CONTAIN_REFUSED] = {"contain-refused", SEVERITY_WARNING, true},
	[EVENT_BGP_UP] = {"bgp-up", SEVERITY_NOTICE, true},
	[EVENT_BGP_DOWN] = {"bgp-down", SEVERITY_WARNING, true},
	[EVENT_NAS_FAILED] = {"nas-failed", SEVERITY_WARNING, true},
	[EVENT_CONTROL] = {"control", SEVERITY_INFO, true},
	[EVENT_CONTROL_REFUSED] = {"control-refused", SEVERITY_WARNING, true},
	[EVENT_CALLERS_UNKNOWN] = {"callers-unknown", SEVERITY_WARNING, false},
};

static struct {
	const char *process;
	bool is_journal;
	unsigned unsaid; /* lines that the log did not take, since the last that it took */
	struct {
		int64_t minute;
		unsigned count;
	} limit[EVENT_COUNT];
} state = {.process = "lazaret"};

void
event_begin(const char *process)
{
	state.process = process;
	state.is_journal = getenv("JOURNAL_STREAM") != NULL;
}

/* Bare where a reader of logfmt needs no quotes. */
static bool
is_bare(const char *value)
{
	if (*value == '\0')
		return false;
	for (; *value; value++) {
		if (*value <= ' ' || *value == '"' || *value == '=' || *value == '\\' ||
			*value == 0x7f)
			return false;
	}
	return true;
}

static void
put_value(struct buffer *line, const char *value)
{
	if (is_bare(value)) {
		buffer_text(line, text_of(value));
		return;
	}
	buffer_text(line, TEXT("\""));
	for (; *value; value++) {
		unsigned char c = (unsigned char)*value;

		if (c == '"' || c == '\\')
			buffer_print(line, "\\%c", c);
		else if (c == '\n')
			buffer_text(line, TEXT("\\n"));
		else if (c < ' ' || c == 0x7f)
			buffer_print(line, "\\x%02x", c);
		else
			buffer_text(line, (struct text){.at = value, .length = 1});
	}
	buffer_text(line, TEXT("\""));
}

/* One conversion of the format, which begins with '%'; returns what comes behind it. */
static const char *
put_conversion(struct buffer *line, const char *format, va_list *args)
{
	size_t length = strcspn(format, "sduxfc") + 1;
	char one[16];

	must(length < sizeof(one) && format[length - 1] != '\0');
	memcpy(one, format, length);
	one[length] = '\0';
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	switch (format[length - 1]) {
	case 's':
		put_value(line, va_arg(*args, const char *));
		break;
	case 'f':
		buffer_print(line, one, va_arg(*args, double));
		break;
	default:
		if (strstr(one, "ll") != NULL)
			buffer_print(line, one, va_arg(*args, long long));
		else
			buffer_print(line, one, va_arg(*args, int));
	}
#pragma GCC diagnostic pop
	return format + length;
}

static void
put_all(struct buffer *line, const char *format, va_list *args)
{
	while (*format) {
		size_t plain = strcspn(format, "%");

		buffer_text(line, (struct text){.at = format, .length = plain});
		format += plain;
		if (*format == '%')
			format = put_conversion(line, format, args);
	}
}

static int
format_line(char into[EVENT_LINE], enum event what, const char *format, va_list *args)
{
	struct buffer line;
	size_t length;

	buffer_init(&line, 16 * EVENT_LINE);
	buffer_print(&line, "event=%s", event_rows[what].name);
	if (*format)
		buffer_text(&line, TEXT(" "));
	put_all(&line, format, args);
	length = line.length < EVENT_LINE - 1 ? line.length : EVENT_LINE - 1;
	memcpy(into, line.at, length);
	into[length] = '\0';
	buffer_done(&line);
	return (int)length;
}

int
event_format(char into[EVENT_LINE], enum event what, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = format_line(into, what, format, &args);
	va_end(args);
	return length;
}

/* False: this one is left out. *left_out is then, or at the begin of a new minute, how many there were. */
static bool
may_speak(enum event what, unsigned *left_out)
{
	int64_t minute = clock_steady() / WALL_MINUTE;
	unsigned *count = &state.limit[what].count;

	*left_out = 0;
	if (!event_rows[what].is_limited)
		return true;
	if (state.limit[what].minute != minute) {
		*left_out = *count > EVENT_MINUTE ? *count - EVENT_MINUTE : 0;
		state.limit[what].minute = minute;
		*count = 0;
	}
	return ++*count <= EVENT_MINUTE;
}

void
event(enum event what, const char *format, ...)
{
	char line[EVENT_LINE], whole[EVENT_LINE + 128], stamp[WALL_TEXT] = "", more[40] = "";
	struct pollfd log = {.fd = STDERR_FILENO, .events = POLLOUT};
	unsigned left_out;
	struct timespec now;
	va_list args;
	int length;

	if (!may_speak(what, &left_out))
		return;
	va_start(args, format);
	(void)format_line(line, what, format, &args);
	va_end(args);
	left_out += state.unsaid;
	if (left_out > 0)
		snprintf(more, sizeof(more), " left_out=%u", left_out);
	if (state.is_journal) {
		snprintf(stamp, sizeof(stamp), "<%d>", event_rows[what].severity);
	} else {
		clock_gettime(CLOCK_REALTIME, &now);
		wall_format((struct wall){now.tv_sec * WALL_SECOND + now.tv_nsec / 1000}, stamp);
	}
	length = snprintf(whole, sizeof(whole), "%s%s%s process=%s%s\n", stamp,
		state.is_journal ? "" : " ", line, state.process, more);
	/* A log that nobody takes must not stop the daemon: what does not fit now is left out and counted. */
	if (length > 0 &&
		(poll(&log, 1, 0) != 1 || (log.revents & POLLOUT) == 0 ||
			write(STDERR_FILENO, whole, (size_t)length) < 0))
		state.unsaid++;
	else
		state.unsaid = 0;
}
