/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/keepercontain.h"

#include "control/answer.h"
#include "desk/caserecord.h"
#include "desk/measurereport.h"
#include "ledger/casecode.h"
#include "ledger/deciding.h"
#include "ledger/reason.h"
#include "service/keeperanswer.h"
#include "service/keeperday.h"
#include "service/keeperfind.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#define SHOWN 80

struct contain {
	struct ledger *ledger;
	struct lines *lines;
	const struct question *question;
	struct answer *answer;
	struct fail *fail;
	struct buffer text;
	/* The words of the question. */
	struct text what;
	struct text reason;
	struct text until;
};

static int
shown(struct text text)
{
	return text.length < SHOWN ? (int)text.length : SHOWN;
}

/* A line of the own network without a case, or none of it. */
static int
tell_no_case(struct contain *contain)
{
	struct fail *fail = contain->fail;
	struct line line;
	uint64_t number;
	int r;

	if (text_parse_u64(contain->what, UINT64_MAX, &number) == 0)
		return -ESRCH;
	r = lines_parse(contain->lines, contain->what, &line, &(struct fail){0});
	if (r == -ENOENT) {
		fail_what(fail, "%.*s is not of the own network", shown(contain->what),
			contain->what.at);
		fail_hint(fail, "only lines of the own network are acted upon: network.inside");
	}
	if (r == 0) {
		fail_what(fail, "the line of %.*s has no open case", shown(contain->what),
			contain->what.at);
		fail_hint(fail,
			"nobody is held without one; lazaret explain says what is known "
			"of a line");
	}
	return -ESRCH;
}

static int
find_case(struct contain *contain, struct ledger_case *ret)
{
	char name[SEAL_NAME];
	int r = contain->question->ask == ASK_RECORD
		? keeperfind_look(
			  contain->ledger, contain->lines, contain->what, ret, name, contain->fail)
		: keeperfind(
			  contain->ledger, contain->lines, contain->what, ret, name, contain->fail);

	sodium_memzero(name, sizeof(name));
	return r == -ESRCH ? tell_no_case(contain) : r;
}

static int
find_measure(struct contain *contain, uint64_t *ret)
{
	if (text_parse_u64(contain->what, INT64_MAX, ret) == 0)
		return 0;
	fail_what(contain->fail, "\"%.*s\" is no number of a measure", shown(contain->what),
		contain->what.at);
	fail_hint(contain->fail, "lazaret measures lists them");
	return -EINVAL;
}

/* Some orders may go without one. */
static int
check_reason(struct contain *contain, bool is_needed)
{
	if (contain->reason.length == 0 && !is_needed)
		return 0;
	return reason_check(contain->reason, contain->fail);
}

static void
put_case(struct contain *contain, uint64_t number)
{
	const struct hash_key *key = ledger_key(contain->ledger);
	char code[CASECODE];

	buffer_print(&contain->text, "case %llu", (unsigned long long)number);
	if (key != NULL && number <= UINT32_MAX)
		buffer_print(&contain->text, " (%s)", casecode_format(number, key, code));
}

/* "Measure 7: quarantine of line-..., case 12 (...), until ... at the latest." */
static void
put_measure(struct contain *contain, const struct measure *measure, const char *what)
{
	char until[WALL_TEXT];

	if (contain->question->is_json) {
		measure_table_json(measure, NULL, &contain->text);
		return;
	}
	buffer_print(&contain->text, "Measure %llu: %s of line-%016llx, ",
		(unsigned long long)measure->number, measure_names[measure->kind],
		(unsigned long long)measure->line);
	put_case(contain, measure->of_case);
	buffer_print(&contain->text, ", %s", what);
	if (!wall_is_none(measure->ended))
		buffer_text(&contain->text, TEXT(".\n"));
	else if (wall_is_none(measure->until))
		buffer_text(&contain->text, TEXT(", as long as its case asks for it.\n"));
	else
		buffer_print(&contain->text, ", until %s at the latest.\n",
			wall_format(measure->until, until));
}

static int
quarantine(struct contain *contain)
{
	struct measure measure;
	struct ledger_case of;
	struct wall until;
	int r = check_reason(contain, true);

	if (r == 0)
		r = keeperday(contain->until, ledger_time(contain->ledger), &until, contain->fail);
	if (r == 0)
		r = find_case(contain, &of);
	if (r == 0)
		r = ledger_quarantine(contain->ledger, of.number, until, contain->reason, &measure,
			contain->fail);
	if (r < 0)
		return r;
	put_measure(contain, &measure, "holds");
	if (!contain->question->is_json)
		buffer_print(&contain->text, "lazaret release %llu lets it go.\n",
			(unsigned long long)of.number);
	return 0;
}

static int
confirm(struct contain *contain)
{
	struct measure measure;
	uint64_t number;
	int r = check_reason(contain, false);

	if (r == 0)
		r = find_measure(contain, &number);
	if (r == 0)
		r = ledger_confirm(
			contain->ledger, number, contain->reason, &measure, contain->fail);
	if (r == 0)
		put_measure(contain, &measure, "is confirmed and holds");
	return r;
}

static int
undo(struct contain *contain)
{
	struct measure measure;
	uint64_t number;
	int r = check_reason(contain, false);

	if (r == 0)
		r = find_measure(contain, &number);
	if (r == 0)
		r = ledger_undo(contain->ledger, number, contain->reason, &measure, contain->fail);
	if (r < 0)
		return r;
	put_measure(contain, &measure,
		r == 1 ? "begins again"
		       : "is taken back; it does not begin by itself unless the case gets worse");
	return 0;
}

static int
release(struct contain *contain)
{
	struct ledger_case of;
	int ended = check_reason(contain, false);

	if (ended == 0)
		ended = find_case(contain, &of);
	if (ended == 0)
		ended = ledger_release(
			contain->ledger, of.number, END_HELPDESK, contain->reason, contain->fail);
	if (ended < 0)
		return ended;
	if (contain->question->is_json) {
		buffer_print(&contain->text,
			"{\"type\":\"release\",\"case\":%llu,\"line\":\"%016llx\",\"ended\":%d,"
			"\"state\":\"probation\"}\n",
			(unsigned long long)of.number, (unsigned long long)of.line, ended);
		return 0;
	}
	buffer_print(&contain->text, "line-%016llx is let go, ", (unsigned long long)of.line);
	put_case(contain, of.number);
	buffer_print(&contain->text,
		" is on probation: %d measure%s ended.\nWhat was held against it counts no more; "
		"new evidence confirms it again, and sooner.\n",
		ended, ended == 1 ? "" : "s");
	return 0;
}

static int
release_all(struct contain *contain)
{
	int64_t ended = check_reason(contain, true);

	if (ended == 0)
		ended = ledger_release_all(contain->ledger, contain->reason, contain->fail);
	if (ended < 0)
		return (int)ended;
	if (contain->question->is_json)
		buffer_print(&contain->text, "{\"type\":\"release-all\",\"ended\":%lld}\n",
			(long long)ended);
	else
		buffer_print(&contain->text,
			"Everybody is let go: %lld measure%s ended. Containment pauses: nothing "
			"begins by itself\nuntil lazaret resume --reason TEXT.\n",
			(long long)ended, ended == 1 ? "" : "s");
	return 0;
}

static int
resume(struct contain *contain)
{
	int r = check_reason(contain, true);

	if (r == 0)
		r = ledger_resume(contain->ledger, contain->reason, contain->fail);
	if (r < 0)
		return r;
	buffer_text(&contain->text,
		contain->question->is_json ? TEXT("{\"type\":\"resume\"}\n")
					   : TEXT("Containment goes on: what cases ask for begins "
						  "within a minute.\n"));
	return 0;
}

/* Puts what there is on the page; false if it does not fit. */
static bool
flush(struct contain *contain)
{
	bool fits =
		answer_add(contain->answer, (struct text){contain->text.at, contain->text.length});

	buffer_clear(&contain->text);
	return fits;
}

struct listing {
	const struct question *question;
	bool wants_ended;
	bool only_proposed;
	bool is_full;
	uint64_t visited;
	uint64_t last;
	size_t count;
	struct measure of[KEEPER_MEASURES];
};

static int
collect(void *context, const struct measure *row)
{
	struct listing *listing = context;

	if (listing->count == KEEPER_MEASURES || listing->visited == KEEPER_ANSWER_ROWS) {
		listing->is_full = true;
		return 1;
	}
	listing->visited++;
	listing->last = row->number;
	if (!listing->only_proposed || row->mode == MEASURE_PROPOSE)
		listing->of[listing->count++] = *row;
	return 0;
}

/* False: the page is full. A name is opened where it is to be shown, which is written down. */
static bool
put_row(struct contain *contain, const struct measure *measure)
{
	char name[SEAL_NAME] = "";
	bool has_name = false;

	if (contain->question->flag)
		has_name = ledger_open_name(
				   contain->ledger, measure->of_case, name, &(struct fail){0}) == 0;
	if (contain->question->is_json)
		measure_table_json(measure, has_name ? name : NULL, &contain->text);
	else
		measure_table_row(measure, has_name ? name : NULL, &contain->text);
	sodium_memzero(name, sizeof(name));
	return flush(contain);
}

static int
list(struct contain *contain)
{
	struct listing *listing = xcalloc(1, sizeof(*listing));
	uint64_t after = contain->question->cursor;
	bool is_text = !contain->question->is_json;
	int r;

	listing->wants_ended = text_is(contain->what, "all");
	listing->only_proposed = text_is(contain->what, "proposed");
	r = listing->wants_ended
		? ledger_each_measure_after(contain->ledger, after, collect, listing, contain->fail)
		: ledger_each_held(contain->ledger, after, collect, listing, contain->fail);
	if (r >= 0 && is_text && after == 0 && listing->count > 0)
		measure_table_heading(&contain->text);
	for (size_t i = 0; i < listing->count && r >= 0; i++) {
		if (put_row(contain, &listing->of[i]))
			continue;
		listing->is_full = true;
		listing->last = listing->of[i].number - 1;
		break;
	}
	if (r >= 0 && is_text && after == 0 && listing->count == 0 && !listing->is_full)
		buffer_print(&contain->text, "There are no %s.\n",
			listing->wants_ended             ? "measures"
				: listing->only_proposed ? "proposals that wait"
							 : "measures that hold or wait");
	contain->answer->cursor = listing->is_full ? listing->last : 0;
	free(listing);
	return r < 0 ? r : 0;
}

/* The record is of a case's measures, some on a page: its number, and how many were there. */
static int
record(struct contain *contain)
{
	uint64_t before = contain->question->cursor & UINT32_MAX;
	struct ledger_case of;
	char name[SEAL_NAME] = "";
	bool is_open = false;
	int more, r;

	if (contain->question->cursor == 0)
		r = find_case(contain, &of);
	else
		r = ledger_case(
			contain->ledger, contain->question->cursor >> 32, &of, contain->fail);
	if (r < 0)
		return r;
	if (!contain->question->flag)
		is_open =
			ledger_open_name(contain->ledger, of.number, name, &(struct fail){0}) == 0;
	more = caserecord(contain->ledger, &of, is_open ? name : NULL, before,
		contain->question->is_json, &contain->text, contain->fail);
	sodium_memzero(name, sizeof(name));
	if (more == 1)
		contain->answer->cursor = of.number << 32 | (before + CASERECORD_PAGE);
	return more < 0 ? more : 0;
}

static int
obey(struct contain *contain)
{
	const enum ask ask = (enum ask)contain->question->ask;

	return ask == ASK_RESUME         ? resume(contain)
		: ask == ASK_RELEASE_ALL ? release_all(contain)
		: ask == ASK_QUARANTINE  ? quarantine(contain)
		: ask == ASK_CONFIRM     ? confirm(contain)
		: ask == ASK_UNDO        ? undo(contain)
		: ask == ASK_RELEASE     ? release(contain)
		: ask == ASK_RECORD      ? record(contain)
					 : list(contain);
}

int
keeper_contain(struct ledger *ledger, struct lines *lines, const struct question *question,
	struct answer *answer, struct fail *fail)
{
	struct contain contain = {.ledger = ledger,
		.lines = lines,
		.question = question,
		.answer = answer,
		.fail = fail,
		.reason = text_of(question->text)};
	int r;

	must(keeper_is_contain(question->ask));
	if (question->ask != ASK_RELEASE_ALL && question->ask != ASK_RESUME)
		contain.what = text_cut(&contain.reason, '\n');
	if (question->ask == ASK_QUARANTINE) {
		contain.until = contain.reason;
		contain.reason = text_cut(&contain.until, '\n');
	}
	buffer_init(&contain.text, sizeof(answer->text));
	r = obey(&contain);
	if (r == 0 && (contain.text.failed || !flush(&contain)))
		r = -EMSGSIZE;
	buffer_done(&contain.text);
	/* What may not be done is wrong use, and no trouble of the daemon's. */
	return r == -EPERM || r == -EALREADY ? -EINVAL : r;
}
