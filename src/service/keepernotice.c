/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/keepernotice.h"

#include "ledger/caselot.h"
#include "ledger/deciding.h"
#include "ledger/reading.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct asked {
	struct keepernotice *notices;
	struct ledger *ledger;
	const struct keys *keys;
	int64_t still_us;
	struct noticeanswer *answer;
	struct fail *fail;
};

struct candidate {
	uint64_t measure;
	uint64_t of_case;
};

struct looking {
	struct wall now;
	uint64_t last; /* measure that was looked at */
	size_t rows;
	bool is_full;
	size_t count;
	struct candidate candidate[NOTICEASK_CASES];
};

static bool
matters(const struct measure *row, struct wall now)
{
	return row->mode == MEASURE_ENFORCE &&
		(wall_is_none(row->ended) || now.us - row->ended.us < NOTICE_STALE_US);
}

static int
take_row(void *context, const struct measure *row)
{
	struct looking *looking = context;

	looking->is_full = looking->rows == NOTICEASK_ROWS || looking->count == NOTICEASK_CASES;
	if (looking->is_full)
		return 1;
	looking->rows++;
	looking->last = row->number;
	if (matters(row, looking->now))
		looking->candidate[looking->count++] =
			(struct candidate){row->number, row->of_case};
	return 0;
}

/* Where it is kept that nothing was heard of this notice; -1: nowhere. */
static int
find_silent(const struct keepernotice *notices, uint64_t of_case, enum notice_kind kind)
{
	for (int i = 0; i < KEEPERNOTICE_SILENT; i++) {
		if (notices->silent[i].of_case == of_case && notices->silent[i].kind == kind)
			return i;
	}
	return -1;
}

static void
hear_of(struct keepernotice *notices, uint64_t of_case, enum notice_kind kind)
{
	int i = find_silent(notices, of_case, kind);

	if (i >= 0 && of_case != 0)
		notices->silent[i].of_case = 0;
}

/* False: it was handed out as often as it may be without a word. */
static bool
hand_out(struct keepernotice *notices, uint64_t of_case, const struct notice *notice)
{
	int i = find_silent(notices, of_case, notice->kind);

	if (i >= 0 && notices->silent[i].since.us == notice->since.us) {
		if (notices->silent[i].tries >= KEEPERNOTICE_TRIES) {
			notices->counts.dropped += notices->silent[i].tries == KEEPERNOTICE_TRIES;
			notices->silent[i].tries = KEEPERNOTICE_TRIES + 1;
			return false;
		}
	} else {
		i = (int)(notices->oldest++ % KEEPERNOTICE_SILENT);
		notices->silent[i].of_case = of_case;
		notices->silent[i].kind = (uint8_t)notice->kind;
		notices->silent[i].since = notice->since;
		notices->silent[i].tries = 0;
	}
	notices->silent[i].tries++;
	notices->counts.handed++;
	return true;
}

/* 1: the answer is filled; 0: there is no such case any more, or its name cannot be opened. */
static int
fill(struct asked *asked, uint64_t number, const struct notice *notice)
{
	struct noticeanswer *answer = asked->answer;
	const struct hash_key *key = &asked->keys->pseudonym;
	struct ledger_case of;
	int r = ledger_case(asked->ledger, number, &of, asked->fail);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (number > UINT32_MAX ||
		seal_open(asked->keys->seal, of.line, of.sealed, answer->name) < 0)
		return 0;
	answer->kind = (uint8_t)notice->kind;
	answer->lot = caselot(number, key);
	answer->of_case = number;
	answer->since = notice->since;
	answer->until.us = wall_is_none(notice->until) ? 0 : notice->until.us;
	casecode_format(number, key, answer->code);
	casepin_format(number, key, answer->pin);
	return 1;
}

static int
try(struct asked *asked, const struct candidate *candidate)
{
	struct notice notice;
	int r = ledger_notice(
		asked->ledger, candidate->of_case, asked->still_us, &notice, asked->fail);

	if (r <= 0 || !hand_out(asked->notices, candidate->of_case, &notice))
		return r < 0 ? r : 0;
	r = fill(asked, candidate->of_case, &notice);
	if (r <= 0)
		hear_of(asked->notices, candidate->of_case, notice.kind);
	return r;
}

static void
note_lowest(struct keepernotice *notices, const struct looking *looking)
{
	if (notices->lowest == 0 && looking->count > 0)
		notices->lowest = looking->candidate[0].measure;
}

/* Measures only end, and their numbers only grow: what did not matter in a round never does. */
static void
end_round(struct keepernotice *notices, uint64_t last)
{
	notices->first = notices->lowest > 0 ? notices->lowest - 1 : last;
	notices->lowest = 0;
}

static int
find_next(struct asked *asked, uint64_t after)
{
	struct keepernotice *notices = asked->notices;
	struct looking looking = {.now = ledger_time(asked->ledger)};
	int r;

	if (after == 0)
		notices->lowest = 0;
	looking.last = after > notices->first ? after : notices->first;
	r = ledger_each_measure_after(asked->ledger, looking.last, take_row, &looking, asked->fail);
	note_lowest(notices, &looking);
	for (size_t i = 0; r >= 0 && i < looking.count; i++) {
		asked->answer->after = looking.candidate[i].measure;
		r = try(asked, &looking.candidate[i]);
		if (r > 0) {
			asked->answer->outcome = NOTICEASK_ONE;
			return 0;
		}
	}
	if (r < 0)
		return r;
	asked->answer->after = looking.last;
	asked->answer->outcome = looking.is_full ? NOTICEASK_MORE : NOTICEASK_NO_MORE;
	if (!looking.is_full)
		end_round(notices, looking.last);
	return 0;
}

static int
keep(struct asked *asked, const struct noticeask *ask)
{
	struct care row = {.of_case = ask->after,
		.what = CARE_NOTIFIED,
		.channel = ask->channel,
		.text = ask->text};
	struct notice notice;
	int r = ledger_notice(asked->ledger, ask->after, asked->still_us, &notice, asked->fail);

	if (r < 0)
		return r;
	if (r == 0 || notice.kind != ask->kind) {
		asked->notices->counts.refused++;
		asked->answer->outcome = NOTICEASK_REFUSED;
		return 0;
	}
	snprintf(row.subject, sizeof(row.subject), "notice-%s-%s", care_channels[ask->channel],
		notice_names[ask->kind]);
	snprintf(row.language, sizeof(row.language), "%s", ask->language);
	if (ask->of_two != 0)
		row.details[0] = caselot(ask->after, &asked->keys->pseudonym);
	r = ledger_care(asked->ledger, &row, asked->fail);
	if (r < 0)
		return r;
	asked->notices->counts.kept++;
	asked->answer->outcome = NOTICEASK_KEPT;
	return 0;
}

int
keepernotice_answer(struct keepernotice *notices, struct ledger *ledger, const struct keys *keys,
	int64_t still_us, const struct noticeask *ask, struct noticeanswer *ret, struct fail *fail)
{
	struct asked asked = {.notices = notices,
		.ledger = ledger,
		.keys = keys,
		.still_us = still_us,
		.answer = ret,
		.fail = fail};
	int r = 0;

	*ret = (struct noticeanswer){
		.version = NOTICEASK_VERSION, .number = ask->number, .outcome = NOTICEASK_REFUSED};
	if (!noticeask_check(ask)) {
		notices->counts.refused++;
		return 0;
	}
	switch ((enum noticeask_verb)ask->verb) {
	case NOTICEASK_NEXT:
		r = find_next(&asked, ask->after);
		break;
	case NOTICEASK_SENT:
		r = keep(&asked, ask);
		break;
	case NOTICEASK_LATER:
		ret->outcome = NOTICEASK_KEPT;
		break;
	case NOTICEASK_VERBS:
		break;
	}
	if (ask->verb != NOTICEASK_NEXT && r >= 0)
		hear_of(notices, ask->after, (enum notice_kind)ask->kind);
	if (r < 0)
		*ret = (struct noticeanswer){.version = NOTICEASK_VERSION,
			.number = ask->number,
			.outcome = NOTICEASK_AWAY};
	return r;
}
