/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/keeperanswer.h"

#include "control/answer.h"
#include "control/request.h"
#include "desk/carereport.h"
#include "desk/caseexplain.h"
#include "desk/casefind.h"
#include "desk/casereport.h"
#include "ledger/deciding.h"
#include "runtime/event.h"
#include "service/keeperaccount.h"
#include "service/keepercontain.h"
#include "service/keeperday.h"
#include "service/keeperfind.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>

/* One row of a table, one object of JSON. */
#define ROW_MOST 8192

struct asked {
	struct ledger *ledger;
	struct lines *lines;
	const struct question *question;
	struct answer *answer;
	struct buffer row;
	uint64_t last;    /* row that is on the page */
	uint64_t visited; /* rows */
	uint64_t listed;
	bool is_full;
	struct fail fail;
};

/* Puts the row on the page; false if the page is full. */
static bool
flush(struct asked *asked)
{
	bool fits = answer_add(asked->answer, (struct text){asked->row.at, asked->row.length});

	buffer_clear(&asked->row);
	asked->is_full = asked->is_full || !fits;
	return fits;
}

static bool
is_first(const struct asked *asked)
{
	return asked->question->cursor == 0;
}

static bool
wants_heading(const struct asked *asked)
{
	return is_first(asked) && asked->listed == 0 && !asked->question->is_json;
}

/* 0: never says why; -ENOENT: the line may be acted upon. */
static int
find_never(struct asked *asked, uint64_t line, struct exception *ret)
{
	return ledger_find_exception(asked->ledger, EXCEPTION_NEVER, line, ret, &asked->fail);
}

static int
list_case(void *context, const struct ledger_case *of)
{
	struct asked *asked = context;
	bool is_open = wall_is_none(of->closed);
	struct exception never;
	int r;

	if (asked->visited++ == KEEPER_ANSWER_ROWS) {
		asked->is_full = true;
		return 1;
	}
	if (asked->question->flag && !is_open) {
		asked->last = of->number;
		return 0;
	}
	r = find_never(asked, of->line, &never);
	if (r < 0 && r != -ENOENT)
		return r;
	if (asked->question->is_json) {
		buffer_text(&asked->row, TEXT("{"));
		case_report_json(
			of, ledger_key(asked->ledger), r == 0 ? &never : NULL, NULL, &asked->row);
		buffer_text(&asked->row, TEXT("}\n"));
	} else {
		if (wants_heading(asked))
			case_report_heading(&asked->row);
		case_report_row(of, r == 0, &asked->row);
	}
	if (!flush(asked))
		return 1;
	asked->listed++;
	asked->last = of->number;
	return 0;
}

static int
count_removed(void *context, struct text month, uint8_t highest, uint64_t cases)
{
	(void)month;
	(void)highest;
	*(uint64_t *)context += cases;
	return 0;
}

/* What stands below the last row. */
static int
put_totals(struct asked *asked)
{
	uint64_t all, open, removed = 0;
	int r = ledger_count_cases(asked->ledger, &all, &open, &asked->fail);

	if (r == 0)
		r = ledger_each_total(asked->ledger, count_removed, &removed, &asked->fail);
	if (r < 0)
		return r;
	if (asked->question->flag)
		all = open;
	if (asked->question->is_json)
		buffer_print(&asked->row,
			"{\"type\":\"summary\",\"cases\":%llu,\"open\":%llu,\"removed\":%llu}\n",
			(unsigned long long)all, (unsigned long long)open,
			(unsigned long long)removed);
	else if (all == 0)
		buffer_print(&asked->row,
			"There are no %scases. A line gets one when it becomes suspect or worse.\n",
			asked->question->flag ? "open " : "");
	else
		buffer_print(&asked->row,
			"\n%llu case%s, %llu of them open. lazaret case ID shows one, lazaret "
			"explain ID says why.\n",
			(unsigned long long)all, all == 1 ? "" : "s", (unsigned long long)open);
	if (removed > 0 && !asked->question->is_json)
		buffer_print(&asked->row,
			"%llu earlier case%s, closed and past the time of keeping, %s removed.\n",
			(unsigned long long)removed, removed == 1 ? "" : "s",
			removed == 1 ? "was" : "were");
	if (!flush(asked))
		asked->answer->cursor = asked->last;
	return 0;
}

static int
answer_cases(struct asked *asked)
{
	int r;

	asked->last = asked->question->cursor;
	r = ledger_each_case_after(
		asked->ledger, asked->question->cursor, list_case, asked, &asked->fail);
	if (r < 0)
		return r;
	if (asked->is_full) {
		asked->answer->cursor = asked->last;
		return 0;
	}
	return put_totals(asked);
}

static int
list_audit(void *context, const struct audit *row)
{
	struct asked *asked = context;

	if (asked->question->is_json) {
		audit_report_json(row, &asked->row);
	} else {
		if (wants_heading(asked))
			audit_report_heading(&asked->row);
		audit_report_row(row, &asked->row);
	}
	if (!flush(asked))
		return 1;
	asked->listed++;
	asked->last = row->sequence;
	return 0;
}

static int
answer_audit(struct asked *asked)
{
	int r = ledger_each_audit_after(
		asked->ledger, asked->question->cursor, list_audit, asked, &asked->fail);

	asked->answer->cursor = asked->is_full ? asked->last : 0;
	return r < 0 ? r : 0;
}

/* Where to go on in a case: its number, and how many of its steps were shown. */
static uint64_t
case_cursor(uint64_t number, uint64_t steps)
{
	return number << 32 | steps;
}

static int
list_step(void *context, const struct transition *step)
{
	struct asked *asked = context;
	uint64_t before = asked->question->cursor & UINT32_MAX;
	int r;

	if (asked->visited++ < before)
		return 0;
	if (asked->question->is_json) {
		if (asked->visited > 1)
			buffer_text(&asked->row, TEXT(","));
		r = step_report_json(step, &asked->row);
	} else {
		r = step_report_row(step, &asked->row);
	}
	if (r < 0)
		return r;
	if (!flush(asked))
		return 1;
	asked->listed++;
	return 0;
}

/* A measure that holds, beside others. */
static int
put_measure(void *context, const struct measure *of)
{
	struct asked *asked = context;

	if (!wall_is_none(of->ended))
		return 0;
	if (!asked->question->is_json) {
		measure_report_text(of, &asked->row);
		return 0;
	}
	if (asked->row.length > 0 && asked->row.at[asked->row.length - 1] == '}')
		buffer_text(&asked->row, TEXT(","));
	measure_report_json(of, &asked->row);
	return 0;
}

static int
put_care(struct asked *asked, const struct ledger_case *of)
{
	return carereport(
		asked->ledger, of, asked->question->is_json != 0, &asked->row, &asked->fail);
}

/* All before the steps. Opens the name, which is written down, unless it is to stay sealed. */
static int
begin_case(struct asked *asked, const struct ledger_case *of)
{
	const struct exception *entry = NULL;
	const char *sealed = "as asked";
	char name[SEAL_NAME] = "";
	struct fail why = {0};
	bool is_open = false;
	struct exception never;
	int r = find_never(asked, of->line, &never);

	if (r < 0 && r != -ENOENT)
		return r;
	entry = r == 0 ? &never : NULL;
	if (!asked->question->flag) {
		is_open = ledger_open_name(asked->ledger, of->number, name, &why) == 0;
		sealed = why.what;
	}
	if (asked->question->is_json) {
		buffer_text(&asked->row, TEXT("{"));
		case_report_json(
			of, ledger_key(asked->ledger), entry, is_open ? name : NULL, &asked->row);
		r = put_care(asked, of);
		buffer_text(&asked->row, TEXT(",\"measures\":["));
		if (r >= 0)
			r = ledger_each_measure(
				asked->ledger, of->number, put_measure, asked, &asked->fail);
		buffer_text(&asked->row, TEXT("],\"transitions\":["));
	} else {
		case_report_text(of, ledger_key(asked->ledger), entry, is_open ? name : NULL,
			sealed, &asked->row);
		r = ledger_each_measure(
			asked->ledger, of->number, put_measure, asked, &asked->fail);
		if (r >= 0)
			r = put_care(asked, of);
		buffer_text(&asked->row, TEXT("\n"));
		step_report_heading(&asked->row);
	}
	sodium_memzero(name, sizeof(name));
	must(flush(asked));
	return r < 0 ? r : 0;
}

static int
find_case(struct asked *asked, struct ledger_case *ret)
{
	char name[SEAL_NAME];
	int r;

	if (is_first(asked)) {
		r = keeperfind_look(asked->ledger, asked->lines, text_of(asked->question->text),
			ret, name, &asked->fail);
		sodium_memzero(name, sizeof(name));
	} else {
		r = ledger_case(asked->ledger, asked->question->cursor >> 32, ret, &asked->fail);
		if (r == -ENOENT)
			fail_what(&asked->fail, "the case was removed meanwhile");
	}
	return r;
}

static int
answer_case(struct asked *asked)
{
	uint64_t before = asked->question->cursor & UINT32_MAX;
	struct ledger_case of;
	int r = find_case(asked, &of);

	if (r == 0 && is_first(asked))
		r = begin_case(asked, &of);
	if (r == 0)
		r = ledger_each_transition(
			asked->ledger, of.number, list_step, asked, &asked->fail);
	if (r == -EINVAL) {
		fail_what(&asked->fail, "a step of case %llu cannot be read",
			(unsigned long long)of.number);
		fail_hint(&asked->fail, "see what else was changed: lazaret cases --verify");
		return -EUCLEAN;
	}
	if (r < 0)
		return r;
	if (!asked->is_full) {
		if (asked->question->is_json)
			buffer_text(&asked->row, TEXT("]}\n"));
		else
			buffer_print(&asked->row,
				"\nlazaret explain %llu says in sentences what it rests on.\n",
				(unsigned long long)of.number);
	}
	if (asked->is_full || !flush(asked))
		asked->answer->cursor = case_cursor(of.number, before + asked->listed);
	return 0;
}

/* "line-" and 16 digits, or these alone. */
static bool
is_pseudonym(struct text text, uint64_t *ret)
{
	if (text_starts(text, "line-")) {
		text.at += strlen("line-");
		text.length -= strlen("line-");
	}
	return text.length == 16 && text_parse_hex(text, UINT64_MAX, ret) == 0;
}

/* The line of an address of the own network; who wanted to know is written down first. */
static int
parse_line(struct asked *asked, struct text text, struct line *ret)
{
	int r = lines_parse(asked->lines, text, ret, &asked->fail);

	if (r == -ENOENT)
		fail_what(
			&asked->fail, "%.*s is not of the own network", (int)text.length, text.at);
	if (r == -EINVAL) {
		char what[sizeof(asked->fail.what)];

		snprintf(what, sizeof(what), "%s", asked->fail.what);
		fail_what(&asked->fail, "\"%.*s\" %.200s", (int)text.length, text.at, what);
		return -ENOENT;
	}
	return r;
}

static bool
has_mark_of_address(struct text text)
{
	return memchr(text.at, '.', text.length) != NULL ||
		memchr(text.at, ':', text.length) != NULL;
}

/* There is no case: a judge may know the line. */
static int
refer_to_judge(struct asked *asked)
{
	struct text text = text_of(asked->question->text);
	struct buffer said;
	struct line line;
	int r = 0;

	if (!is_pseudonym(text, &line.pseudonym)) {
		/* A number, or a code, is that of a case and nothing else. */
		if (!has_mark_of_address(text)) {
			fail_hint(&asked->fail,
				"expected the number or the code of a case, as lazaret cases lists "
				"them, a pseudonym, which has 16 hexadecimal digits, or an "
				"address");
			return -ENOENT;
		}
		asked->fail = (struct fail){0};
		r = parse_line(asked, text, &line);
		if (r == 0)
			r = ledger_note(asked->ledger, ACTION_FIND, 0,
				TEXT("explanation of a line without a case"), &asked->fail);
	}
	if (r < 0)
		return r;
	buffer_init(&said, sizeof(asked->answer->text));
	buffer_print(&said, "%016llx\n", (unsigned long long)line.pseudonym);
	r = caseexplain_never(asked->ledger, line.pseudonym, &said, &asked->fail);
	if (r == 0) {
		if (said.length > strlen("0123456789abcdef\n"))
			buffer_text(&said, TEXT("\n"));
		(void)answer_add(asked->answer, (struct text){said.at, said.length});
		asked->answer->code = -ESRCH;
	}
	buffer_done(&said);
	return r;
}

static int
answer_explain(struct asked *asked)
{
	struct ledger_case of;
	char name[SEAL_NAME];
	struct buffer text;
	int r = keeperfind_look(asked->ledger, asked->lines, text_of(asked->question->text), &of,
		name, &asked->fail);

	if (r == -ESRCH)
		return refer_to_judge(asked);
	if (r < 0)
		return r;
	/* The one who asked by a name knows it; who asked by a number does not. */
	if (*name == '\0')
		snprintf(name, sizeof(name), "%016llx", (unsigned long long)of.line);
	buffer_init(&text, sizeof(asked->answer->text));
	r = caseexplain(asked->ledger, &of, name, &text, &asked->fail);
	if (r == 0)
		(void)answer_add(asked->answer, (struct text){text.at, text.length});
	buffer_done(&text);
	sodium_memzero(name, sizeof(name));
	return r;
}

static int
list_exception(void *context, const struct exception *row)
{
	struct asked *asked = context;
	bool is_gone = ledger_exception_is_gone(asked->ledger, row);

	if (asked->question->is_json) {
		exception_report_json(row, is_gone, &asked->row);
	} else {
		if (wants_heading(asked))
			exception_report_heading((enum exception_kind)row->kind, &asked->row);
		exception_report_row(row, is_gone, &asked->row);
	}
	if (!flush(asked))
		return 1;
	asked->listed++;
	asked->last = row->number;
	return 0;
}

static int
list_exceptions(struct asked *asked, enum exception_kind kind)
{
	int r = ledger_each_exception(
		asked->ledger, kind, asked->question->cursor, list_exception, asked, &asked->fail);

	if (r < 0)
		return r;
	asked->answer->cursor = asked->is_full ? asked->last : 0;
	if (asked->listed == 0 && wants_heading(asked))
		(void)answer_add(asked->answer,
			kind == EXCEPTION_NEVER
				? TEXT("There are no lines that are never acted upon. lazaret "
				       "never ADDRESS --reason TEXT\nmakes one.\n")
				: TEXT("No line is exempt from the policy of port 25. lazaret "
				       "exempt ADDRESS --until DATE\n--reason TEXT makes one "
				       "so.\n"));
	return 0;
}

/* Makes or undoes the exception of the line that the text means: one with a case, or any of the own network; one that
 * is none any more is undone by the pseudonym that the list has. */
static int
change_exception(struct asked *asked, enum exception_kind kind, struct text who, struct text reason,
	struct text until, uint64_t *ret)
{
	bool undo = asked->question->flag;
	char name[SEAL_NAME];
	struct ledger_case of;
	uint64_t number;
	struct line line = {0};
	struct wall end;
	int r = keeperday(until, ledger_time(asked->ledger), &end, &asked->fail);

	if (r < 0)
		return r;
	if (is_pseudonym(who, &number) && undo) {
		line.pseudonym = number;
	} else if (is_pseudonym(who, &number) || text_parse_u64(who, UINT64_MAX, &number) == 0) {
		r = casefind(asked->ledger, who, &of, name, &asked->fail);
		line.pseudonym = r == 0 ? of.line : 0;
		if (r == 0 && !undo)
			r = ledger_except_case(asked->ledger, kind, &of, end, reason, &asked->fail);
	} else {
		r = parse_line(asked, who, &line);
		if (r == 0 && lines_name(asked->lines, line.pseudonym, name) < 0)
			snprintf(name, sizeof(name), "%.*s", (int)who.length, who.at);
		if (r == 0 && !undo)
			r = ledger_except(asked->ledger, kind, line.pseudonym, text_of(name), end,
				reason, &asked->fail);
	}
	if (r == 0 && undo)
		r = ledger_except_undo(asked->ledger, kind, line.pseudonym, &asked->fail);
	*ret = line.pseudonym;
	return r;
}

static void
put_never(struct asked *asked, unsigned long long line, struct text until)
{
	buffer_print(&asked->row, "line-%016llx %s\n", line,
		asked->question->flag      ? "may be acted upon again."
			: until.length > 0 ? "is not acted upon until the end of that day."
					   : "is never acted upon from now on.");
}

static void
put_exempt(struct asked *asked, unsigned long long line, struct text until)
{
	if (asked->question->flag)
		buffer_print(
			&asked->row, "The policy of port 25 holds for line-%016llx again.\n", line);
	else
		buffer_print(&asked->row,
			"Port 25 of line-%016llx is open until the end of %.*s (UTC), unless a "
			"case closes it.\n",
			line, (int)until.length, until.at);
}

static int
answer_exception(struct asked *asked, enum exception_kind kind)
{
	struct text until = text_of(asked->question->text);
	struct text who = text_cut(&until, '\n'), reason = text_cut(&until, '\n');
	uint64_t line;
	int r;

	if (who.length == 0)
		return list_exceptions(asked, kind);
	r = change_exception(asked, kind, who, reason, until, &line);
	if (r < 0)
		return r;
	if (asked->question->is_json)
		buffer_print(&asked->row, "{\"type\":\"%s\",\"line\":\"%016llx\",\"undone\":%s}\n",
			exception_report_type(kind), (unsigned long long)line,
			asked->question->flag ? "true" : "false");
	else if (kind == EXCEPTION_NEVER)
		put_never(asked, line, until);
	else
		put_exempt(asked, line, until);
	(void)flush(asked);
	return 0;
}

static int
answer_account(struct asked *asked)
{
	return keeper_account(asked->ledger, asked->question, ledger_time(asked->ledger),
		asked->answer, &asked->fail);
}

static int
answer_one(struct asked *asked)
{
	if (keeper_is_contain(asked->question->ask))
		return keeper_contain(
			asked->ledger, asked->lines, asked->question, asked->answer, &asked->fail);
	switch ((enum ask)asked->question->ask) {
	case ASK_CASES:
		return answer_cases(asked);
	case ASK_CASE:
		return answer_case(asked);
	case ASK_EXPLAIN:
		return text_starts(text_of(asked->question->text), REQUEST_ACCOUNT)
			? answer_account(asked)
			: answer_explain(asked);
	case ASK_AUDIT:
		return answer_audit(asked);
	case ASK_NEVER:
		return answer_exception(asked, EXCEPTION_NEVER);
	case ASK_EXEMPT:
		return answer_exception(asked, EXCEPTION_EXEMPT);
	case ASK_NAMES:
	case ASK_ACCOUNT:
	case ASK_ORDER:
		return answer_account(asked);
	case ASK_LINES:
	case ASK_EXPLAIN_LINE:
	case ASK_ACCOUNTS:
	case ASK_ACCOUNT_FACTS:
	case ASK_ACCOUNT_TERMS:
	case ASK_RELOAD:
	case ASK_QUARANTINE:
	case ASK_CONFIRM:
	case ASK_UNDO:
	case ASK_RELEASE:
	case ASK_RELEASE_ALL:
	case ASK_RESUME:
	case ASK_MEASURES:
	case ASK_RECORD:
	case ASK_COUNT:
		break;
	}
	fail_what(&asked->fail, "the keeper is not asked this");
	return -EINVAL;
}

/* Who wants somebody freed must not wait for a disk; and what a person removes from the kernel a running daemon brings
 * back. */
static void
tell_way_out(const struct question *question, struct fail *fail)
{
	const enum ask ask = (enum ask)question->ask;

	if (ask == ASK_RELEASE || ask == ASK_RELEASE_ALL || ask == ASK_UNDO ||
		(ask == ASK_NEVER && !question->flag && *question->text != '\0'))
		fail_hint(fail,
			"nobody was let go; mend that and say it again. What frees everybody at "
			"once, without the ledger: systemctl stop lazaretd, then nft delete table "
			"inet lazaret; lazaretd(8), CONTAINMENT, has the rest");
}

void
keeper_answer_nothing(const struct question *question, struct answer *answer)
{
	struct fail fail = {0};

	fail_what(&fail, "the ledger cannot be read at the moment; lazaret status says why");
	tell_way_out(question, &fail);
	answer_begin(answer, question);
	answer_fail(answer, -EIO, &fail);
}

void
keeper_answer(struct ledger *ledger, struct lines *lines, const struct question *question,
	struct answer *answer)
{
	struct asked asked = {
		.ledger = ledger, .lines = lines, .question = question, .answer = answer};
	char before[AUDIT_ACTOR + 1];
	int r;

	snprintf(before, sizeof(before), "%s", ledger_actor(ledger));
	if (*question->actor != '\0')
		ledger_set_actor(ledger, text_of(question->actor));
	answer_begin(answer, question);
	buffer_init(&asked.row, ROW_MOST);
	r = answer_one(&asked);
	if (store_refuses(r))
		tell_way_out(question, &asked.fail);
	if (r < 0)
		answer_fail(answer, r == -ESRCH ? -ENOENT : r, &asked.fail);
	buffer_done(&asked.row);
	ledger_set_actor(ledger, text_of(before));
}

struct opening {
	struct ledger *ledger;
	const struct open_question *question;
	struct open_page *page;
	struct fail *fail;
};

static int
add_open(void *context, const struct ledger_case *row)
{
	struct opening *opening = context;
	struct open_page *page = opening->page;
	struct ledger_case of = *row;
	int r;

	if (message_shard(row->line, opening->question->judges) != opening->question->judge)
		return 0;
	if (page->count == MESSAGE_OPEN_MOST) {
		page->is_last = 0;
		return 1;
	}
	r = ledger_recall(opening->ledger, &of, opening->fail);
	if (r < 0)
		return r;
	page->open[page->count++] = (struct open_case){
		.number = row->number,
		.line = row->line,
		.entered = row->last,
		.score = (float)row->score,
		.state = row->state,
		.highest = row->highest,
		.role = row->role,
		.is_decided = of.is_decided,
	};
	return 0;
}

int
keeper_open_page(struct ledger *ledger, const struct open_question *question,
	struct open_page *page, struct fail *fail)
{
	struct opening opening = {
		.ledger = ledger, .question = question, .page = page, .fail = fail};
	int r = ledger_last_step(ledger, &page->step, fail);

	page->after = question->after;
	page->count = 0;
	page->is_last = 1;
	if (r >= 0)
		r = ledger_each_open_after(ledger, question->after, add_open, &opening, fail);
	return r < 0 ? r : 0;
}
