/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/judgeanswer.h"

#include "control/answer.h"
#include "verdict/explain.h"

#include <errno.h>
#include <stdio.h>

#define ROW_MOST 2048
/* RFC 3339 to the second. */
#define SECONDS_TEXT 19

struct listing {
	const struct question *question;
	struct answer *answer;
	struct buffer row;
};

/* Without an answer or refused: failed is what scan, too, calls so. */
static unsigned long long
failed_in_all(const struct flow_facts *facts)
{
	return facts->failed + facts->refused;
}

static void
put_row(struct buffer *into, const struct verdict *now)
{
	char seen[WALL_TEXT];

	wall_format(now->facts.last_seen, seen);
	buffer_print(into, "line-%016llx  %-10s %-10s %8.1f %9llu %9llu %9u %9u  %.*sZ\n",
		(unsigned long long)now->line, state_names[now->to], state_names[now->highest],
		(double)now->score, (unsigned long long)now->facts.attempts,
		failed_in_all(&now->facts), now->facts.contacts, now->facts.networks, SECONDS_TEXT,
		seen);
}

static void
put_json(struct buffer *into, const struct judge_line *line)
{
	const struct verdict *now = &line->now;
	char first[WALL_TEXT], last[WALL_TEXT], time[WALL_TEXT];

	buffer_print(into,
		"{\"type\":\"line\",\"line\":\"line-%016llx\",\"state\":\"%s\",\"highest\":\"%s\","
		"\"role\":\"%s\",\"first_seen\":\"%s\",\"last_seen\":\"%s\"",
		(unsigned long long)now->line, state_names[now->to], state_names[now->highest],
		role_names[now->role], wall_format(now->facts.first_seen, first),
		wall_format(now->facts.last_seen, last));
	if (line->confirmed != NULL)
		buffer_print(
			into, ",\"confirmed_at\":\"%s\"", wall_format(line->confirmed->time, time));
	else
		buffer_text(into, TEXT(",\"confirmed_at\":null"));
	buffer_print(into,
		",\"attempts\":%llu,\"failed\":%llu,\"refused\":%llu,\"contacts\":%u,"
		"\"addresses\":%u,\"networks\":%u,\"score\":%.6g}\n",
		(unsigned long long)now->facts.attempts, failed_in_all(&now->facts),
		(unsigned long long)now->facts.refused, now->facts.contacts, now->facts.addresses,
		now->facts.networks, (double)now->score);
}

static bool
list_line(void *context, const struct judge_line *line)
{
	struct listing *listing = context;

	buffer_clear(&listing->row);
	if (listing->question->is_json)
		put_json(&listing->row, line);
	else
		put_row(&listing->row, &line->now);
	return answer_add(listing->answer, (struct text){listing->row.at, listing->row.length});
}

static bool
find_state(struct text name, enum state *ret)
{
	*ret = STATE_WATCH;
	if (name.length == 0)
		return true;
	for (int state = STATE_CLEAR; state < STATE_COUNT; state++) {
		if (text_is(name, state_names[state])) {
			*ret = (enum state)state;
			return true;
		}
	}
	return false;
}

static void
answer_lines(const struct judge *judge, const struct question *question, struct answer *answer)
{
	struct listing listing = {.question = question, .answer = answer};
	uint64_t from = question->cursor > 0 ? question->cursor - 1 : 0;
	struct fail fail = {0};
	enum state least;
	uint32_t next;

	if (!find_state(text_of(question->text), &least) || from > UINT32_MAX) {
		fail_what(&fail, "\"%.32s\" is no state", question->text);
		fail_hint(&fail,
			"states are clear, watch, suspect, confirmed, quarantine and "
			"probation");
		answer_fail(answer, -EINVAL, &fail);
		return;
	}
	buffer_init(&listing.row, ROW_MOST);
	if (question->cursor == 0 && !question->is_json) {
		buffer_print(&listing.row, "%-21s  %-10s %-10s %8s %9s %9s %9s %9s  %s\n", "LINE",
			"STATE", "GRAVEST", "SCORE", "ATTEMPTS", "FAILED", "CONTACTS", "NETWORKS",
			"LAST SEEN");
		must(answer_add(answer, (struct text){listing.row.at, listing.row.length}));
	}
	next = judge_each_from(
		judge, (uint32_t)from, JUDGE_ANSWER_INDEXES, least, list_line, &listing);
	answer->cursor = next > 0 ? (uint64_t)next + 1 : 0;
	buffer_done(&listing.row);
}

static void
put_explanation(const struct judge_line *line, const struct parameters *parameters,
	const char *name, struct buffer *into)
{
	char time[WALL_TEXT];

	/* Reasons as they stood when it was confirmed. */
	if (line->confirmed != NULL) {
		explain_verdict(line->confirmed, parameters, name, into);
		if (line->now.to == STATE_CONFIRMED)
			return;
		buffer_text(into, TEXT("\nNow:\n"));
	}
	explain_verdict(&line->now, parameters, name, into);
	if (line->confirmed == NULL && line->now.highest > line->now.to)
		buffer_print(into, "At its worst, from %s, its state was %s.\n",
			wall_format(line->highest_at, time), state_names[line->now.highest]);
}

static void
answer_explain(const struct judge *judge, const struct parameters *parameters,
	const struct question *question, struct answer *answer)
{
	struct text digits = text_of(question->text);
	struct fail fail = {0};
	struct judge_line line;
	struct buffer text;
	uint64_t pseudonym;
	char name[32];

	if (digits.length != 16 || text_parse_hex(digits, UINT64_MAX, &pseudonym) < 0) {
		fail_what(&fail, "this is no pseudonym");
		answer_fail(answer, -EINVAL, &fail);
		return;
	}
	if (judge_find(judge, pseudonym, &line) < 0) {
		fail_what(&fail, "line-%016llx has no case, and no mail of it is remembered",
			(unsigned long long)pseudonym);
		answer_fail(answer, -ENOENT, &fail);
		return;
	}
	snprintf(name, sizeof(name), "line-%016llx", (unsigned long long)pseudonym);
	buffer_init(&text, sizeof(answer->text));
	put_explanation(&line, parameters, name, &text);
	(void)answer_add(answer, (struct text){text.at, text.length});
	buffer_done(&text);
}

void
judge_answer(const struct judge *judge, const struct parameters *parameters,
	const struct question *question, struct answer *answer)
{
	struct fail fail = {.what = "a judge is not asked this"};

	answer_begin(answer, question);
	if (question->ask == ASK_LINES)
		answer_lines(judge, question, answer);
	else if (question->ask == ASK_EXPLAIN_LINE)
		answer_explain(judge, parameters, question, answer);
	else
		answer_fail(answer, -EINVAL, &fail);
}
