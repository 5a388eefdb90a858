/* SPDX-License-Identifier: BSD-2-Clause */
#include "desk/caserecord.h"

#include "desk/paragraph.h"
#include "ledger/casecode.h"
#include "ledger/measures.h"
#include "ledger/planning.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define MARGIN 4
/* Of other measures that a form names. */
#define OTHERS 16
#define WORDS  1024

static const char *const description[MEASURE_KINDS] = {
	[MEASURE_LIMIT] =
		"The limits of mail that the line may send through the operator's relay are a "
		"share of what they were.",
	[MEASURE_BLOCK25] =
		"Connections from the line to TCP port 25, and to its own, are refused or "
		"dropped.",
	[MEASURE_QUARANTINE] = "The line reaches only what is left open to it (6.)",
};

static const char *const reachable[MEASURE_KINDS] = {
	[MEASURE_LIMIT] = "Everything stays reachable; mail leaves more slowly.",
	[MEASURE_BLOCK25] =
		"Everything but TCP port 25 stays reachable; mail can be sent by submission (ports "
		"587 and 465).",
	[MEASURE_QUARANTINE] = "What stays reachable is what the operator's rules and routers let "
			       "pass, which is not known here.",
};

/* Of a line in quarantine, behind what all of them reach. */
static const struct {
	enum planning_open open;
	const char *words;
} left_open[] = {
	{OPEN_RESOLVERS, ", names (DNS) by the operator's resolvers"},
	{OPEN_SERVERS,
		", the operator's mail servers (submission at ports 587 and 465, reading at 993 "
		"and 995)"},
	{OPEN_PROTECTED, ", the services that the operator protects"},
	{OPEN_PORTAL, ", the operator's pages of help"},
};

static const char *const in_mode[MEASURE_MODES] = {
	[MEASURE_OBSERVE] = "observed only: nothing was done to the line",
	[MEASURE_PROPOSE] = "proposed: nothing was done to the line",
	[MEASURE_ENFORCE] = "enforced",
};

static const char *const in_words[MEASURE_ENDS] = {
	[END_CLEAR] = "its case did not ask for it any more",
	[END_CUSTOMER] = "the customer released himself",
	[END_HELPDESK] = "a person of the operator's let the line go",
	[END_DATE] = "its time was over",
	[END_ALL] = "all measures were ended",
	[END_NEVER] = "the line is never acted upon from then on",
	[END_MODE] = "it became another measure of the same kind, in another mode",
	[END_UNDONE] = "a person took it back",
	[END_ROLE] = "the line has a role now that no program may hold",
	[END_LINE] = "it names no line of the network any more, so that nothing held it",
	[END_BACKEND] = "nothing that could hold it was left",
	[END_OBJECTION] = "the customer said that it is wrong",
};

/* Where nothing was done to the line nobody could let it go. */
static const char *
end_words(const struct measure *measure)
{
	if (measure->mode == MEASURE_ENFORCE)
		return in_words[measure->why];
	return measure->why == END_HELPDESK    ? "a person of the operator's ended it"
		: measure->why == END_CUSTOMER ? "what the customer did ended it"
					       : in_words[measure->why];
}

struct record {
	struct ledger *ledger;
	const struct ledger_case *of;
	uint8_t open; /* in quarantine: of enum planning_open */
	const char *name;
	struct buffer *into;
	struct fail *fail;
	bool is_json;
	uint64_t before;
	uint64_t seen;
	size_t count;
	struct measure page[CASERECORD_PAGE];
	size_t other_count;
	struct measure other[OTHERS]; /* all of the case, the first of them */
	bool is_more;
	struct wall judged; /* what the necessity of the measure in hand rests on */
};

static int
collect(void *context, const struct measure *row)
{
	struct record *record = context;

	if (record->other_count < OTHERS)
		record->other[record->other_count++] = *row;
	if (record->seen++ < record->before)
		return 0;
	if (record->count == CASERECORD_PAGE) {
		record->is_more = true;
		return 1;
	}
	record->page[record->count++] = *row;
	return 0;
}

/* What the evidence said when the measure began: the last verdict by then, or the first of all. */
struct evidence_of {
	struct wall until;
	bool is_any;
	struct verdict verdict;
};

static int
take_verdict(void *context, const struct transition *row)
{
	struct evidence_of *of = context;

	if (transition_is_decided(row) || transition_silent_days(row) > 0 ||
		(of->is_any && row->time.us > of->until.us))
		return 0;
	of->is_any = true;
	return transition_decode(row, &of->verdict);
}

/* One item of the form: in JSON a member. */
static void
put_item(struct record *record, const char *key, const char *title, const char *words)
{
	if (record->is_json) {
		buffer_print(record->into, ",\"%s\":", key);
		buffer_json(record->into, text_of(words));
		return;
	}
	buffer_print(record->into, "%s\n", title);
	paragraph(record->into, MARGIN, words);
}

static const char *
format_seconds(struct wall time, char into[WALL_TEXT])
{
	wall_format(time, into);
	snprintf(into + strlen("2026-12-31T00:00:00"), 2, "Z");
	return into;
}

/* Less was enough, for what was decided or of whom it was. */
static const char *
less_words(const struct verdict *verdict)
{
	if (verdict->score >= verdict->threshold)
		return "";
	return verdict->from == STATE_PROBATION ? ", and less of a line on probation"
						: ", and less to suspect a line";
}

static int
put_necessity(struct record *record, const struct measure *measure)
{
	struct evidence_of of = {.until = measure->begun};
	char words[WORDS], among[64] = "", time[WALL_TEXT];
	const struct flow_facts *facts = &of.verdict.facts;
	int r = ledger_each_transition(
		record->ledger, record->of->number, take_verdict, &of, record->fail);

	if (r < 0)
		return r;
	record->judged = of.verdict.time;
	if (of.verdict.active_lines > 0)
		snprintf(among, sizeof(among), " among %u lines that sent mail",
			(unsigned)of.verdict.active_lines);
	snprintf(words, sizeof(words),
		"%s: judged %s, with a score of %.1f (natural logarithm of the evidence) where "
		"%.1f is held to be enough%s%s. Until then %llu attempts to "
		"deliver mail were counted, %llu of them in vain and %llu refused, to %u networks "
		"that the line had never sent to before, %u of these in vain. Contents of mail and "
		"recipients were not looked at.",
		format_seconds(of.verdict.time, time), state_names[of.verdict.to],
		(double)of.verdict.score, (double)of.verdict.threshold, among,
		less_words(&of.verdict), (unsigned long long)facts->attempts,
		(unsigned long long)facts->failed, (unsigned long long)facts->refused,
		(unsigned)facts->contacts, (unsigned)facts->contacts_bad);
	put_item(record, "necessity", "5. Necessity", words);
	if (record->is_json)
		buffer_print(record->into,
			",\"evidence\":{\"time\":\"%s\",\"state\":\"%s\",\"score\":%.6g,"
			"\"threshold\":%.6g,\"attempts\":%llu,\"failed\":%llu,\"refused\":%llu,"
			"\"contacts\":%u,\"contacts_bad\":%u}",
			wall_format(of.verdict.time, time), state_names[of.verdict.to],
			(double)of.verdict.score, (double)of.verdict.threshold,
			(unsigned long long)facts->attempts, (unsigned long long)facts->failed,
			(unsigned long long)facts->refused, (unsigned)facts->contacts,
			(unsigned)facts->contacts_bad);
	return 0;
}

/* In force for so long before it, at least, is tried. */
#define TRIED WALL_MINUTE

static bool
was_tried(const struct measure *milder, const struct measure *measure)
{
	struct wall until = measure->begun;

	if (!wall_is_none(milder->ended) && milder->ended.us < until.us)
		until = milder->ended;
	return milder->kind < measure->kind && milder->mode == MEASURE_ENFORCE &&
		until.us - milder->begun.us >= TRIED;
}

static void
put_description(struct record *record, const struct measure *measure)
{
	char words[WORDS];

	snprintf(words, sizeof(words), "%s%s%s",
		measure->mode == MEASURE_ENFORCE ? "" : "Not done; it would be this: ",
		description[measure->kind],
		measure->kind != MEASURE_QUARANTINE    ? ""
			: !(record->open & OPEN_KNOWN) ? "."
			: record->open & OPEN_PAGE
			? "; port 80 is answered with a page that says so, and all else is refused."
			: "; all else is refused.");
	put_item(record, "description", "3. Description", words);
}

static void
print_reachable(const struct record *record, const struct measure *measure, struct buffer *into)
{
	if (measure->mode != MEASURE_ENFORCE) {
		buffer_print(into, "Nothing was done to the line: everything stays reachable.");
		return;
	}
	if (measure->kind == MEASURE_QUARANTINE && record->open & OPEN_KNOWN) {
		buffer_print(into, "By the rules as they are now the line reaches time (NTP)");
		for (size_t i = 0; i < sizeof(left_open) / sizeof(*left_open); i++) {
			if (record->open & left_open[i].open)
				buffer_print(into, "%s", left_open[i].words);
		}
		buffer_print(into, ", and what is let in by name.");
	} else {
		buffer_print(into, "%s", reachable[measure->kind]);
	}
	buffer_print(into, " It concerns this line alone.");
}

static void
put_proportionality(struct record *record, const struct measure *measure)
{
	struct wall last = WALL_NONE;
	char time[WALL_TEXT];
	struct buffer words;

	buffer_init(&words, 2 * WORDS);
	for (size_t i = 0; i < record->other_count; i++) {
		const struct measure *other = &record->other[i];

		if (!was_tried(other, measure))
			continue;
		buffer_print(&words, "%s%s since %s (measure %llu)",
			words.length == 0 ? "Milder and tried before: " : ", ",
			measure_names[other->kind], format_seconds(other->begun, time),
			(unsigned long long)other->number);
		last = other->begun;
	}
	if (words.length > 0)
		buffer_print(&words, "%s. ",
			record->judged.us > last.us ? "; the line was judged anew after that (5.)"
						    : "");
	else
		buffer_print(&words, "%s",
			measure->kind == MEASURE_LIMIT
				? "It is the mildest measure that there is. "
				: "No milder measure was in force for a minute before it. ");
	print_reachable(record, measure, &words);
	put_item(record, "proportionality", "6. Proportionality", buffer_string(&words));
	buffer_done(&words);
}

static void
put_duration(struct record *record, const struct measure *measure)
{
	char words[WORDS], begun[WALL_TEXT], until[WALL_TEXT], ended[WALL_TEXT];

	snprintf(words, sizeof(words), "From %s; %s%s; %s%s%s%s.",
		format_seconds(measure->begun, begun),
		wall_is_none(measure->until) ? "at the latest until its case ends"
					     : "at the latest until ",
		wall_is_none(measure->until) ? "" : format_seconds(measure->until, until),
		wall_is_none(measure->ended) ? "it has not ended" : "ended ",
		wall_is_none(measure->ended) ? "" : format_seconds(measure->ended, ended),
		wall_is_none(measure->ended) ? "" : ": ",
		wall_is_none(measure->ended) ? "" : end_words(measure));
	put_item(record, "duration", "7. Duration", words);
}

static void
put_decision(struct record *record, const struct measure *measure)
{
	char words[WORDS];
	bool is_over = !wall_is_none(measure->ended);
	const char *reason = measure_reason(measure);

	snprintf(words, sizeof(words), "Decided by %s%s%s.%s%s%s%s%s", measure->actor,
		*reason != '\0' ? ": " : "", reason, is_over ? " Ended by " : "",
		is_over ? measure->ended_by : "",
		is_over && *measure->ended_reason != '\0' ? ": " : "",
		is_over ? measure->ended_reason : "", is_over ? "." : "");
	put_item(record, "decision", "10. Decision", words);
}

static void
put_head(struct record *record, const struct measure *measure)
{
	const struct hash_key *key = ledger_key(record->ledger);
	const struct ledger_case *of = record->of;
	char code[CASECODE] = "", words[WORDS];

	if (key != NULL && of->number <= UINT32_MAX)
		casecode_format(of->number, key, code);
	if (record->is_json)
		buffer_print(record->into,
			"{\"type\":\"record\",\"case\":%llu,\"code\":\"%s\",\"measure\":%llu,"
			"\"kind\":\"%s\",\"mode\":\"%s\"",
			(unsigned long long)of->number, code, (unsigned long long)measure->number,
			measure_names[measure->kind], measure_modes[measure->mode]);
	else
		buffer_print(record->into,
			"RECORD OF A TRAFFIC MANAGEMENT MEASURE\n"
			"in the form of the practice on Regulation (EU) 2015/2120, Article "
			"3(3)(b)\n"
			"Case %llu%s%s, measure %llu\n\n",
			(unsigned long long)of->number, *code != '\0' ? ", code " : "", code,
			(unsigned long long)measure->number);
	snprintf(words, sizeof(words), "%s, %s.", measure_names[measure->kind],
		in_mode[measure->mode]);
	put_item(record, "what", "1. Measure", words);
	snprintf(words, sizeof(words), "%016llx, %s; name: %s.", (unsigned long long)of->line,
		role_names[of->role],
		record->name == NULL            ? "sealed"
			: *record->name != '\0' ? record->name
						: "not known");
	put_item(record, "line", "2. Line", words);
	put_description(record, measure);
	put_item(record, "ground", "4. Legal ground",
		*measure->ground != '\0' ? measure->ground : "not named");
}

static int
put_form(struct record *record, const struct measure *measure)
{
	int r;

	put_head(record, measure);
	r = put_necessity(record, measure);
	if (r < 0)
		return r;
	put_proportionality(record, measure);
	put_duration(record, measure);
	put_item(record, "review", "8. Review",
		"Each verdict about the line and each minute that passes review it: it ends when "
		"its case does not ask for it any more, at its date, or when a person ends it.");
	put_item(record, "transparency", "9. Transparency",
		"The code of the case is what customers and mail servers are told; the help desk "
		"finds the case by it. This record, the steps of the case and the audit trail say "
		"what was held and done, when, and by whom.");
	put_decision(record, measure);
	buffer_text(record->into, record->is_json ? TEXT("}\n") : TEXT("\n"));
	return 0;
}

int
caserecord(struct ledger *ledger, const struct ledger_case *of, const char *name, uint64_t before,
	bool is_json, struct buffer *into, struct fail *fail)
{
	struct record *record = xcalloc(1, sizeof(*record));
	int r;

	*record = (struct record){
		.ledger = ledger,
		.of = of,
		.open = ledger_open_in_quarantine(ledger),
		.name = name,
		.into = into,
		.fail = fail,
		.is_json = is_json,
		.before = before,
	};
	r = ledger_each_measure(ledger, of->number, collect, record, fail);
	for (size_t i = 0; i < record->count && r >= 0; i++) {
		if (!is_json && (before > 0 || i > 0))
			buffer_text(into, TEXT("\f"));
		r = put_form(record, &record->page[i]);
	}
	if (r >= 0 && before == 0 && record->count == 0 && !is_json)
		buffer_print(into, "Case %llu has no measures: nothing was done to its line.\n",
			(unsigned long long)of->number);
	if (r == -EINVAL) {
		fail_what(
			fail, "a step of case %llu cannot be read", (unsigned long long)of->number);
		fail_hint(fail, "see what else was changed: lazaret cases --verify");
		r = -EUCLEAN;
	}
	if (r >= 0)
		r = record->is_more;
	free(record);
	return r;
}
