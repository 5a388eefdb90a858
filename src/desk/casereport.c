/* SPDX-License-Identifier: BSD-2-Clause */
#include "desk/casereport.h"

#include "ledger/casecode.h"
#include "ledger/casepin.h"

#include <errno.h>
#include <math.h>
#include <sodium.h>

/* RFC 3339 to the second, "-" for a time that is not there. */
#define TIME_TEXT 21

static const char *
format_time(struct wall time, char into[WALL_TEXT])
{
	if (wall_is_none(time))
		return "-";
	wall_format(time, into);
	into[TIME_TEXT - 2] = 'Z';
	into[TIME_TEXT - 1] = '\0';
	return into;
}

void
case_report_heading(struct buffer *into)
{
	buffer_print(into, "%7s  %-16s  %-10s  %-10s  %-20s  %s\n", "CASE", "LINE", "STATE",
		"GRAVEST", "OPENED", "LAST STEP");
}

void
case_report_row(const struct ledger_case *of, bool is_never, struct buffer *into)
{
	char opened[WALL_TEXT], last[WALL_TEXT];

	buffer_print(into, "%7llu  %016llx  %-10s  %-10s  %-20s  %s%s\n",
		(unsigned long long)of->number, (unsigned long long)of->line,
		wall_is_none(of->closed) ? state_names[of->state] : "closed",
		state_names[of->highest], format_time(of->opened, opened),
		format_time(of->last, last), is_never ? "  never" : "");
}

void
case_report_never(const struct exception *never, struct buffer *into)
{
	char time[WALL_TEXT], until[WALL_TEXT];

	buffer_print(into, "never acted upon: %s (%s, %s%s%s)\n", never->reason, never->actor,
		format_time(never->time, time), wall_is_none(never->until) ? "" : ", until ",
		wall_is_none(never->until) ? "" : format_time(never->until, until));
}

/* A damaged ledger may have any number. */
static bool
has_code(const struct ledger_case *of, const struct hash_key *key)
{
	return key != NULL && of->number <= UINT32_MAX;
}

/* An account is on no line, so its owner sees its case by code and PIN alone: for who may see whose it is, which is
 * recorded. */
static bool
has_pin(const struct ledger_case *of, const struct hash_key *key, const char *name)
{
	return has_code(of, key) && name != NULL && of->role == ROLE_ACCOUNT &&
		wall_is_none(of->closed);
}

void
case_report_text(const struct ledger_case *of, const struct hash_key *key,
	const struct exception *never, const char *name, const char *sealed, struct buffer *into)
{
	char time[WALL_TEXT], code[CASECODE], pin[CASEPIN];

	buffer_print(into, "Case %llu\n", (unsigned long long)of->number);
	if (has_code(of, key))
		buffer_print(into, "  code       %s (what mail servers and customers are told)\n",
			casecode_format(of->number, key, code));
	buffer_print(into, "  line       %016llx (%s)\n", (unsigned long long)of->line,
		role_names[of->role]);
	if (name != NULL)
		buffer_print(into, "  name       %s (opened now; the audit trail says by whom)\n",
			*name != '\0' ? name : "not known");
	else
		buffer_print(into, "  name       sealed (%s)\n", sealed);
	if (has_pin(of, key, name))
		buffer_print(into, "  PIN        %s (with the code its owner sees the page)\n",
			casepin_format(of->number, key, pin));
	buffer_print(into, "  state      %s; gravest so far %s\n", state_names[of->state],
		state_names[of->highest]);
	buffer_print(into, "  opened     %s\n", wall_format(of->opened, time));
	if (!wall_is_none(of->confirmed))
		buffer_print(into, "  confirmed  %s\n", wall_format(of->confirmed, time));
	if (!wall_is_none(of->closed))
		buffer_print(into, "  closed     %s\n", wall_format(of->closed, time));
	if (of->previous != 0)
		buffer_print(into, "  before     case %llu of the same line\n",
			(unsigned long long)of->previous);
	if (never != NULL) {
		buffer_text(into, TEXT("  "));
		case_report_never(never, into);
	}
}

static void
add_time(struct buffer *into, const char *name, struct wall time)
{
	char text[WALL_TEXT];

	if (wall_is_none(time))
		buffer_print(into, ",\"%s\":null", name);
	else
		buffer_print(into, ",\"%s\":\"%s\"", name, wall_format(time, text));
}

void
case_report_json(const struct ledger_case *of, const struct hash_key *key,
	const struct exception *never, const char *name, struct buffer *into)
{
	char code[CASECODE], pin[CASEPIN];

	buffer_print(
		into, "\"type\":\"case\",\"case\":%llu,\"code\":", (unsigned long long)of->number);
	if (has_code(of, key))
		buffer_print(into, "\"%s\"", casecode_format(of->number, key, code));
	else
		buffer_text(into, TEXT("null"));
	buffer_print(into, ",\"line\":\"%016llx\",\"name\":", (unsigned long long)of->line);
	if (name != NULL)
		buffer_json(into, text_of(name));
	else
		buffer_text(into, TEXT("null"));
	if (has_pin(of, key, name))
		buffer_print(into, ",\"pin\":\"%s\"", casepin_format(of->number, key, pin));
	else
		buffer_text(into, TEXT(",\"pin\":null"));
	buffer_print(into, ",\"state\":\"%s\",\"highest\":\"%s\",\"role\":\"%s\",\"score\":%.6g",
		state_names[of->state], state_names[of->highest], role_names[of->role], of->score);
	add_time(into, "opened", of->opened);
	add_time(into, "last", of->last);
	add_time(into, "confirmed_at", of->confirmed);
	add_time(into, "closed", of->closed);
	if (of->previous != 0)
		buffer_print(into, ",\"previous\":%llu", (unsigned long long)of->previous);
	else
		buffer_text(into, TEXT(",\"previous\":null"));
	if (never == NULL) {
		buffer_text(into, TEXT(",\"never\":null"));
		return;
	}
	buffer_text(into, TEXT(",\"never\":{\"reason\":"));
	buffer_json(into, text_of(never->reason));
	buffer_text(into, TEXT(",\"actor\":"));
	buffer_json(into, text_of(never->actor));
	add_time(into, "time", never->time);
	add_time(into, "until", never->until);
	buffer_text(into, TEXT("}"));
}

void
measure_report_text(const struct measure *of, struct buffer *into)
{
	static const char *const words[MEASURE_MODES] = {
		[MEASURE_OBSERVE] = "would hold",
		[MEASURE_PROPOSE] = "is proposed",
		[MEASURE_ENFORCE] = "holds",
	};
	char time[WALL_TEXT];

	buffer_print(into, "  measure    %llu: %s %s since %s", (unsigned long long)of->number,
		measure_names[of->kind], words[of->mode], format_time(of->begun, time));
	if (wall_is_none(of->until))
		buffer_text(into, TEXT(" until its case ends"));
	else
		buffer_print(into, " until %s at the latest", format_time(of->until, time));
	buffer_print(into, " (%s)\n", of->actor);
}

void
measure_report_json(const struct measure *of, struct buffer *into)
{
	buffer_print(into, "{\"measure\":%llu,\"kind\":\"%s\",\"mode\":\"%s\"",
		(unsigned long long)of->number, measure_names[of->kind], measure_modes[of->mode]);
	add_time(into, "begun", of->begun);
	add_time(into, "until", of->until);
	buffer_text(into, TEXT(",\"ground\":"));
	buffer_json(into, text_of(of->ground));
	buffer_text(into, TEXT(",\"actor\":"));
	buffer_json(into, text_of(of->actor));
	buffer_text(into, TEXT(",\"reason\":"));
	buffer_json(into, text_of(measure_reason(of)));
	buffer_text(into, TEXT("}"));
}

const char *
exception_report_type(enum exception_kind kind)
{
	return kind == EXCEPTION_NEVER     ? "never"
		: kind == EXCEPTION_EXEMPT ? "exemption"
					   : "objection";
}

void
exception_report_heading(enum exception_kind kind, struct buffer *into)
{
	buffer_print(into, "%-16s  %-20s  %-18s  %s\n", "LINE",
		kind == EXCEPTION_NEVER ? "SINCE" : "UNTIL", "WHO", "REASON");
}

/* Mostly a line that is never acted upon is so for good, and says behind the reason if it is not. */
void
exception_report_row(const struct exception *of, bool is_gone, struct buffer *into)
{
	bool is_never = of->kind == EXCEPTION_NEVER;
	bool has_end = is_never && !wall_is_none(of->until);
	char time[WALL_TEXT], until[WALL_TEXT];

	buffer_print(into, "%016llx  %-20s  %-18s  %s%s%s%s\n", (unsigned long long)of->line,
		format_time(is_never ? of->time : of->until, time), of->actor, of->reason,
		has_end ? ", until " : "", has_end ? format_time(of->until, until) : "",
		is_gone ? "; does nothing: no line of the network any more" : "");
}

void
exception_report_json(const struct exception *of, bool is_gone, struct buffer *into)
{
	buffer_print(into, "{\"type\":\"%s\",\"line\":\"%016llx\",\"reason\":",
		exception_report_type((enum exception_kind)of->kind), (unsigned long long)of->line);
	buffer_json(into, text_of(of->reason));
	buffer_text(into, TEXT(",\"actor\":"));
	buffer_json(into, text_of(of->actor));
	add_time(into, "time", of->time);
	add_time(into, "until", of->until);
	buffer_print(into, ",\"gone\":%s}\n", is_gone ? "true" : "false");
}

void
step_report_heading(struct buffer *into)
{
	buffer_print(into, "  %-24s  %-10s  %-10s  %7s  %9s  %8s  %6s  %8s\n", "TIME", "FROM", "TO",
		"SCORE", "THRESHOLD", "CONTACTS", "FAILED", "ATTEMPTS");
}

int
step_report_row(const struct transition *step, struct buffer *into)
{
	struct verdict verdict;
	char time[WALL_TEXT];
	unsigned silent = transition_silent_days(step);

	if (transition_decode(step, &verdict) < 0)
		return -EINVAL;
	if (silent > 0) {
		buffer_print(into, "  %-24s  %-10s  %-10s  nothing more seen for %u days\n",
			wall_format(step->time, time), state_names[step->from],
			state_names[step->to], silent);
		return 0;
	}
	if (transition_is_decided(step)) {
		buffer_print(into, "  %-24s  %-10s  %-10s  decided: the audit trail says by whom\n",
			wall_format(step->time, time), state_names[step->from],
			state_names[step->to]);
		return 0;
	}
	buffer_print(into, "  %-24s  %-10s  %-10s  %7.1f  %9.1f  %8u  %6u  %8llu\n",
		wall_format(step->time, time), state_names[step->from], state_names[step->to],
		step->score, step->threshold, (unsigned)verdict.facts.contacts,
		(unsigned)verdict.facts.contacts_bad, (unsigned long long)verdict.facts.attempts);
	return 0;
}

static void
add_facts(struct buffer *into, const struct flow_facts *facts)
{
	char first[WALL_TEXT], last[WALL_TEXT];

	buffer_print(into, "{\"first_seen\":\"%s\",\"last_seen\":\"%s\"",
		wall_format(facts->first_seen, first), wall_format(facts->last_seen, last));
	buffer_print(into, ",\"attempts\":%llu,\"failed\":%llu,\"refused\":%llu,\"accepted\":%llu",
		(unsigned long long)facts->attempts, (unsigned long long)facts->failed,
		(unsigned long long)facts->refused, (unsigned long long)facts->accepted);
	buffer_print(into, ",\"contacts\":%u,\"contacts_bad\":%u,\"networks\":%u,\"addresses\":%u",
		(unsigned)facts->contacts, (unsigned)facts->contacts_bad, (unsigned)facts->networks,
		(unsigned)facts->addresses);
	buffer_print(into,
		",\"sources\":%u,\"rate\":%.6g,\"failure\":%.6g,\"chances\":%.6g,\"expected_a_"
		"day\":%.6g",
		(unsigned)facts->sources, (double)facts->rate, (double)facts->failure,
		(double)facts->chances, (double)facts->expected_a_day);
	if (facts->meter_rate > 0)
		buffer_print(into, ",\"meter_rate\":%u,\"meter_minutes\":%u",
			(unsigned)facts->meter_rate, (unsigned)facts->meter_minutes);
	buffer_text(into, TEXT("}"));
}

int
step_report_json(const struct transition *step, struct buffer *into)
{
	struct verdict verdict;
	char time[WALL_TEXT];
	unsigned silent = transition_silent_days(step);

	if (transition_decode(step, &verdict) < 0)
		return -EINVAL;
	buffer_print(into, "{\"time\":\"%s\",\"from\":\"%s\",\"to\":\"%s\",\"role\":\"%s\"",
		wall_format(step->time, time), state_names[step->from], state_names[step->to],
		role_names[step->role]);
	if (silent > 0) {
		buffer_print(into, ",\"silent_days\":%u}", silent);
		return 0;
	}
	if (transition_is_decided(step)) {
		buffer_text(into, TEXT(",\"decided\":true}"));
		return 0;
	}
	buffer_print(into, ",\"score\":%.6g,\"threshold\":%.6g,\"active_lines\":%u", step->score,
		step->threshold, (unsigned)step->active_lines);
	buffer_print(into, ",\"parameters\":\"%08x\",\"channels\":{", (unsigned)step->parameters);
	for (size_t i = 0, count = 0; i < CHANNEL_COUNT; i++) {
		if (verdict.channels[i] == 0)
			continue;
		buffer_print(into, "%s\"%s\":%.6g", count++ > 0 ? "," : "", channel_names[i],
			(double)verdict.channels[i]);
	}
	buffer_text(into, TEXT("},\"facts\":"));
	add_facts(into, &verdict.facts);
	buffer_text(into, TEXT("}"));
	return 0;
}

void
audit_report_heading(struct buffer *into)
{
	buffer_print(into, "%7s  %-20s  %-18s  %-10s  %7s  %s\n", "ROW", "TIME", "WHO", "WHAT",
		"CASE", "DETAILS");
}

/* What the row is about, where that is neither a case nor one of its steps. */
static void
format_object(const struct audit *row, char into[48])
{
	*into = '\0';
	if (row->action == ACTION_PARAMETERS)
		snprintf(into, 48, "  %08llx", (unsigned long long)row->object);
	else if (row->action == ACTION_RETENTION)
		snprintf(into, 48, ": %llu removed", (unsigned long long)row->object);
	else if (row->action == ACTION_NEVER && row->object != 0)
		snprintf(into, 48, ": entry %llu", (unsigned long long)row->object);
	else if (row->action == ACTION_LIMIT || row->action == ACTION_RELEASE)
		snprintf(into, 48, ": order %llu", (unsigned long long)row->object);
}

void
audit_report_row(const struct audit *row, struct buffer *into)
{
	char time[WALL_TEXT], subject[24] = "-", object[48];

	if (row->subject != 0)
		snprintf(subject, sizeof(subject), "%llu", (unsigned long long)row->subject);
	format_object(row, object);
	buffer_print(into, "%7llu  %-20s  %-18.*s  %-10s  %7s%s%.*s%s\n",
		(unsigned long long)row->sequence, format_time(row->time, time),
		(int)row->actor.length, row->actor.at, action_names[row->action], subject,
		row->details.length > 0 ? "  " : "", (int)row->details.length, row->details.at,
		object);
}

void
audit_report_json(const struct audit *row, struct buffer *into)
{
	char time[WALL_TEXT], hash[2 * DIGEST_SIZE + 1];

	buffer_print(into, "{\"type\":\"audit\",\"row\":%llu,\"time\":\"%s\",\"actor\":",
		(unsigned long long)row->sequence, wall_format(row->time, time));
	buffer_json(into, row->actor);
	buffer_print(into, ",\"action\":\"%s\",\"case\":%llu,\"object\":%llu,\"details\":",
		action_names[row->action], (unsigned long long)row->subject,
		(unsigned long long)row->object);
	buffer_json(into, row->details);
	buffer_print(into, ",\"hash\":\"%s\"}\n",
		sodium_bin2hex(hash, sizeof(hash), row->hash, sizeof(row->hash)));
}
