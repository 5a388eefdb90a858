/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/accountreport.h"

#include "ledger/case.h"

#include <stdio.h>

/* "line-" and 16 digits. */
#define LINE_TEXT 24
/* RFC 3339 to the second. */
#define SECONDS_TEXT 19
#define USED_TEXT    24

static const char *
name_of(const struct account_report *of, char line[LINE_TEXT])
{
	if (*of->name != '\0')
		return of->name;
	snprintf(line, LINE_TEXT, "line-%016llx", (unsigned long long)of->line);
	return line;
}

/* "12/200": recipients of the hour or the day, against the limit as it is now. */
static const char *
used(const struct account_report *of, enum rule_span span, char into[USED_TEXT])
{
	uint32_t most = of->terms.now.most[RULE_RECIPIENTS][span];

	if (of->terms.is_allowed || most == RULE_UNLIMITED)
		snprintf(into, USED_TEXT, "%u/-", of->counted[RULE_RECIPIENTS][span]);
	else
		snprintf(into, USED_TEXT, "%u/%u", of->counted[RULE_RECIPIENTS][span], most);
	return into;
}

void
account_report_heading(struct buffer *into)
{
	buffer_print(into, "%-24s %-10s %11s %13s %6s %7s %7s %8s %6s\n", "NAME", "CLASS", "HOUR",
		"DAY", "DENIED", "UNKNOWN", "DOMAINS", "NETWORKS", "SCORE");
}

void
account_report_row(const struct account_report *of, struct buffer *into)
{
	const struct sender_facts *facts = &of->facts;
	char line[LINE_TEXT], hour[USED_TEXT], day[USED_TEXT];

	buffer_print(into, "%-24s %-10s %11s %13s %6u %7llu %7u %8u %6.1f\n", name_of(of, line),
		limit_names[of->terms.class], used(of, RULE_HOUR, hour), used(of, RULE_DAY, day),
		facts->denied, (unsigned long long)facts->results[SENDER_UNKNOWN_USER],
		facts->today_new_domains, facts->hour_networks, (double)facts->evidence.score);
}

static const char *
seconds(struct wall time, char into[WALL_TEXT])
{
	wall_format(time, into);
	into[SECONDS_TEXT] = 'Z';
	into[SECONDS_TEXT + 1] = '\0';
	return into;
}

static void
say_rule(const struct rule *rule, struct buffer *into)
{
	const struct rule none = rule_none();
	bool is_none = memcmp(rule->most, none.most, sizeof(rule->most)) == 0;

	if (is_none)
		buffer_text(into, TEXT("no limit"));
	else
		rule_format(rule, into);
}

/* What the case does to its mail. */
static void
say_case(const struct account_report *of, struct buffer *into)
{
	unsigned long long number = of->of_case;

	if (number == 0)
		return;
	buffer_print(into, "Case %llu (%s) is open", number, state_names[of->state]);
	if (of->terms.of.standing == RELAY_IS)
		buffer_print(into, ": %s%s.\n",
			of->is_shadow ? "it would have all its mail " : "all its mail is ",
			of->holds ? "held" : "refused");
	else if (of->terms.of.standing == RELAY_MAY_BE)
		buffer_print(into, ": it has %d %% of its limits.\n", RELAY_SUSPECT);
	else if (of->state == STATE_SUSPECT && !of->is_limited)
		buffer_text(into,
			TEXT("; no measure limits it (contain.limit), or a person took that "
			     "back.\n"));
	else if (of->state == STATE_SUSPECT || of->state == STATE_CONFIRMED ||
		of->state == STATE_QUARANTINE)
		buffer_text(into,
			TEXT(", but the account was released: its mail is not stopped by it.\n"));
	else
		buffer_text(into, TEXT("; its mail is not stopped by it.\n"));
}

void
account_report_terms(const struct account_report *of, struct buffer *into)
{
	static const char *const words[RELAY_WORDS] = {
		[RELAY_OF_CLASS] = "of its class",
		[RELAY_OF_ROSTER] = "from the file relay.accounts",
		[RELAY_OF_OPERATOR] = "set by an operator",
	};
	const struct relay_terms *terms = &of->terms;
	char until[WALL_TEXT];

	if (terms->is_allowed) {
		buffer_text(into, TEXT("It is never limited (relay.accounts).\n"));
	} else {
		buffer_text(into, TEXT("Its limits: "));
		say_rule(&terms->rule, into);
		buffer_print(into, " (%s", words[terms->word]);
		if (terms->word == RELAY_OF_OPERATOR && !wall_is_none(of->until))
			buffer_print(into, ", until %s", seconds(of->until, until));
		buffer_text(into, TEXT(").\n"));
		if (terms->percent < 100)
			buffer_print(into, "It has %u %% of them now.\n", terms->percent);
		if (terms->day_most != UINT32_MAX)
			buffer_print(into,
				"By its own past it may write to %u recipients a day at the "
				"most.\n",
				terms->day_most);
		if (terms->percent < 100 || terms->day_most != UINT32_MAX) {
			buffer_text(into, TEXT("So it may send now: "));
			say_rule(&terms->now, into);
			buffer_text(into, TEXT(".\n"));
		}
	}
	say_case(of, into);
	if (of->is_shadow)
		buffer_text(into, TEXT("Nothing is done to any mail: relay.mode is observe.\n"));
}

static void
say_counts(const struct account_report *of, struct buffer *into)
{
	const struct sender_facts *facts = &of->facts;

	buffer_print(into,
		"In the hour: %u messages, %u recipients; in the day: %u messages, %u "
		"recipients.\n",
		of->counted[RULE_MESSAGES][RULE_HOUR], of->counted[RULE_RECIPIENTS][RULE_HOUR],
		of->counted[RULE_MESSAGES][RULE_DAY], of->counted[RULE_RECIPIENTS][RULE_DAY]);
	buffer_print(into,
		"Different recipients that were denied or put off in this hour or the one before: "
		"%u.\n",
		facts->denied);
	buffer_print(into,
		"Today (UTC): %u recipients accepted; about %u different ones in %u domains, %u of "
		"them new to it; from %u addresses, %u networks, %u countries.\n",
		facts->today_accepted, facts->today[SENDER_RECIPIENTS],
		facts->today[SENDER_DOMAINS], facts->today_new_domains,
		facts->today[SENDER_ADDRESSES], facts->today[SENDER_NETWORKS],
		facts->today[SENDER_COUNTRIES]);
	buffer_print(into,
		"The day before: about %u different recipients in %u domains; from %u addresses, "
		"%u networks, %u countries.\n",
		facts->before[SENDER_RECIPIENTS], facts->before[SENDER_DOMAINS],
		facts->before[SENDER_ADDRESSES], facts->before[SENDER_NETWORKS],
		facts->before[SENDER_COUNTRIES]);
	buffer_print(into, "In the last hour it was used from %u networks in %u countries.\n",
		facts->hour_networks, facts->hour_countries);
}

static void
say_life(const struct sender_facts *facts, struct buffer *into)
{
	char first[WALL_TEXT], last[WALL_TEXT];

	buffer_print(into, "First seen %s, last heard of %s.\n", seconds(facts->first_seen, first),
		seconds(facts->last_heard, last));
	buffer_print(into,
		"It asked for %llu recipients in all; %llu messages to %llu recipients were "
		"accepted.\n",
		(unsigned long long)facts->attempts, (unsigned long long)facts->messages,
		(unsigned long long)facts->recipients);
	buffer_print(into,
		"What became of them: %llu delivered, %llu do not exist, %llu refused by a policy, "
		"%llu bounced, %llu times put off.\n",
		(unsigned long long)facts->results[SENDER_SENT],
		(unsigned long long)facts->results[SENDER_UNKNOWN_USER],
		(unsigned long long)facts->results[SENDER_POLICY],
		(unsigned long long)facts->results[SENDER_BOUNCED],
		(unsigned long long)facts->results[SENDER_DEFERRED]);
	buffer_print(into, "Logins: %llu, and %llu with a wrong password, %u of them in a row.\n",
		(unsigned long long)facts->logins, (unsigned long long)facts->logins_wrong,
		facts->wrong_passwords);
}

static void
say_evidence(const struct sender_facts *facts, struct buffer *into)
{
	const struct relay_evidence *evidence = &facts->evidence;

	if (facts->past_days > 0)
		buffer_print(into,
			"Its own past (%.1f days): %.0f recipients on a day, %.0f on the busiest "
			"of "
			"a hundred; %.1f new domains.\n",
			(double)facts->past_days, (double)facts->usual, (double)facts->usual_most,
			(double)facts->usual_new_domains);
	else
		buffer_text(into, TEXT("Nothing was learnt of its own past as yet.\n"));
	buffer_print(into,
		"What is held against it (natural logarithm): %.1f, from unknown recipients %.1f, "
		"refusals %.1f, new domains %.1f, volume %.1f, logins %.1f.\n",
		(double)evidence->score, (double)evidence->unknown, (double)evidence->refused,
		(double)evidence->domains, (double)evidence->volume, (double)evidence->login);
	if (facts->is_suspect)
		buffer_text(
			into, TEXT("It is under suspicion: this day teaches nothing about it.\n"));
}

void
account_report_text(const struct account_report *of, struct buffer *into)
{
	char line[LINE_TEXT];

	if (*of->name != '\0')
		buffer_print(into, "%s (line-%016llx), class %s.\n", of->name,
			(unsigned long long)of->line, limit_names[of->terms.class]);
	else
		buffer_print(
			into, "%s, class %s.\n", name_of(of, line), limit_names[of->terms.class]);
	if (!of->is_known) {
		buffer_text(into, TEXT("The relay guard has heard nothing of it as yet.\n"));
		account_report_terms(of, into);
		return;
	}
	say_life(&of->facts, into);
	say_counts(of, into);
	account_report_terms(of, into);
	say_evidence(&of->facts, into);
}

static void
put_rule(const char *name, const struct rule *rule, struct buffer *into)
{
	struct buffer text;

	buffer_init(&text, 512);
	rule_format(rule, &text);
	buffer_print(into, ",\"%s\":", name);
	buffer_json(into, (struct text){buffer_string(&text), text.length});
	buffer_done(&text);
}

static void
put_kinds(const char *name, const uint32_t count[SENDER_KINDS], struct buffer *into)
{
	buffer_print(into,
		",\"%s\":{\"recipients\":%u,\"domains\":%u,\"addresses\":%u,\"networks\":%u,"
		"\"countries\":%u}",
		name, count[SENDER_RECIPIENTS], count[SENDER_DOMAINS], count[SENDER_ADDRESSES],
		count[SENDER_NETWORKS], count[SENDER_COUNTRIES]);
}

static void
put_terms(const struct account_report *of, struct buffer *into)
{
	static const char *const standings[] = {
		[RELAY_CLEAR] = "clear", [RELAY_MAY_BE] = "suspect", [RELAY_IS] = "confirmed"};
	const struct relay_terms *terms = &of->terms;
	char until[WALL_TEXT];

	buffer_print(into, ",\"limit_of\":\"%s\",\"never_limited\":%s",
		relay_word_names[terms->word], terms->is_allowed ? "true" : "false");
	put_rule("limit", &terms->rule, into);
	put_rule("limit_now", &terms->now, into);
	if (terms->word == RELAY_OF_OPERATOR && !wall_is_none(of->until))
		buffer_print(into, ",\"limit_until\":\"%s\"", wall_format(of->until, until));
	else
		buffer_text(into, TEXT(",\"limit_until\":null"));
	buffer_print(into, ",\"percent\":%u", terms->percent);
	if (terms->day_most != UINT32_MAX)
		buffer_print(into, ",\"day_most\":%u", terms->day_most);
	else
		buffer_text(into, TEXT(",\"day_most\":null"));
	if (of->of_case != 0)
		buffer_print(into, ",\"case\":%llu,\"state\":\"%s\"",
			(unsigned long long)of->of_case, state_names[of->state]);
	else
		buffer_text(into, TEXT(",\"case\":null,\"state\":null"));
	buffer_print(into, ",\"standing\":\"%s\",\"limited\":%s,\"observes\":%s",
		standings[terms->of.standing], of->is_limited ? "true" : "false",
		of->is_shadow ? "true" : "false");
	for (int s = 0; s < RULE_SPANS; s++)
		buffer_print(into, ",\"%s\":{\"messages\":%u,\"recipients\":%u}",
			rule_span_names[s], of->counted[RULE_MESSAGES][s],
			of->counted[RULE_RECIPIENTS][s]);
}

static void
put_facts(const struct sender_facts *facts, struct buffer *into)
{
	char first[WALL_TEXT], last[WALL_TEXT];

	buffer_print(into,
		",\"first_seen\":\"%s\",\"last_seen\":\"%s\",\"attempts\":%llu,\"messages\":%llu,"
		"\"recipients\":%llu",
		wall_format(facts->first_seen, first), wall_format(facts->last_heard, last),
		(unsigned long long)facts->attempts, (unsigned long long)facts->messages,
		(unsigned long long)facts->recipients);
	buffer_text(into, TEXT(",\"results\":{"));
	for (int i = 0; i < SENDER_RESULTS; i++)
		buffer_print(into, "%s\"%s\":%llu", i > 0 ? "," : "", sender_result_names[i],
			(unsigned long long)facts->results[i]);
	buffer_print(into,
		"},\"logins\":%llu,\"logins_wrong\":%llu,\"wrong_passwords\":%u,\"denied\":%u,"
		"\"accepted_today\":%u,\"new_domains\":%u,\"hour_networks\":%u,"
		"\"hour_countries\":%u",
		(unsigned long long)facts->logins, (unsigned long long)facts->logins_wrong,
		facts->wrong_passwords, facts->denied, facts->today_accepted,
		facts->today_new_domains, facts->hour_networks, facts->hour_countries);
	put_kinds("today", facts->today, into);
	put_kinds("day_before", facts->before, into);
	buffer_print(into,
		",\"past_days\":%.6g,\"usual\":%.6g,\"usual_most\":%.6g,"
		"\"usual_new_domains\":%.6g",
		(double)facts->past_days, (double)facts->usual, (double)facts->usual_most,
		(double)facts->usual_new_domains);
	buffer_print(into,
		",\"suspect\":%s,\"score\":%.6g,\"watch\":%.6g,\"evidence\":{\"unknown\":%.6g,"
		"\"refused\":%.6g,\"domains\":%.6g,\"volume\":%.6g,\"login\":%.6g}",
		facts->is_suspect ? "true" : "false", (double)facts->evidence.score,
		(double)facts->evidence.watch, (double)facts->evidence.unknown,
		(double)facts->evidence.refused, (double)facts->evidence.domains,
		(double)facts->evidence.volume, (double)facts->evidence.login);
}

void
account_report_json(const struct account_report *of, struct buffer *into)
{
	buffer_print(into, "{\"type\":\"account\",\"line\":\"line-%016llx\",\"name\":",
		(unsigned long long)of->line);
	if (*of->name != '\0')
		buffer_json(into, text_of(of->name));
	else
		buffer_text(into, TEXT("null"));
	buffer_print(into, ",\"class\":\"%s\",\"known\":%s", limit_names[of->terms.class],
		of->is_known ? "true" : "false");
	put_terms(of, into);
	if (of->is_known)
		put_facts(&of->facts, into);
	buffer_text(into, TEXT("}\n"));
}
