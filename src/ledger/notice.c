/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/notice.h"

#include "ledger/inside.h"
#include "ledger/reading.h"

#include <errno.h>
#include <string.h>

const char *const notice_names[NOTICE_KINDS] = {"blocked", "begin", "still", "end", "account"};

/* WALL_NONE is before all. */
static bool
is_before(struct wall a, struct wall b)
{
	return a.us < b.us;
}

static struct wall
later(struct wall a, struct wall b)
{
	return is_before(a, b) ? b : a;
}

static struct wall
last_told(const struct notice_facts *facts)
{
	struct wall last = WALL_NONE;

	for (unsigned i = 0; i < NOTICE_KINDS; i++)
		last = later(last, facts->told[i]);
	return last;
}

static bool
is_news(struct wall of, struct wall now)
{
	return !wall_is_none(of) && now.us - of.us < NOTICE_STALE_US;
}

static enum notice_kind
decide_held(const struct notice_facts *facts, struct wall now, int64_t still_us)
{
	struct wall told = later(facts->told[NOTICE_BEGIN], facts->told[NOTICE_STILL]);

	if (is_before(told, facts->since) && is_news(facts->since, now))
		return NOTICE_BEGIN;
	if (still_us > 0 && now.us - later(told, facts->since).us >= still_us)
		return NOTICE_STILL;
	return NOTICE_KINDS;
}

/* What began and was not told since, while it is news. */
static enum notice_kind
decide_begun(const struct notice_facts *facts, struct wall now, enum notice_kind kind)
{
	bool is_due = is_before(facts->told[kind], facts->since) && is_news(facts->since, now);

	return is_due ? kind : NOTICE_KINDS;
}

enum notice_kind
notice_decide(const struct notice_facts *facts, struct wall now, int64_t still_us)
{
	struct wall last = last_told(facts);

	if (!wall_is_none(last) && now.us - last.us < NOTICE_PAUSE_US)
		return NOTICE_KINDS;
	if (facts->is_held)
		return decide_held(facts, now, still_us);
	if (facts->is_blocked)
		return decide_begun(facts, now, NOTICE_BLOCKED);
	if (facts->is_account)
		return facts->is_limited ? decide_begun(facts, now, NOTICE_ACCOUNT) : NOTICE_KINDS;
	/* Who was never told that something held is not told that it ended. */
	if (is_news(facts->ended, now) && !wall_is_none(last) &&
		!is_before(last, facts->ended_since) &&
		is_before(facts->told[NOTICE_END], facts->ended_since))
		return NOTICE_END;
	return NOTICE_KINDS;
}

static int
take_measure(void *context, const struct measure *row)
{
	struct notice_facts *facts = context;
	bool is_garden = row->kind == MEASURE_QUARANTINE;
	bool is_limit = row->kind == MEASURE_LIMIT;

	if (row->mode != MEASURE_ENFORCE || is_limit != facts->is_account)
		return 0;
	if (!wall_is_none(row->ended)) {
		/* What ends at once is one end, since the first of it began. */
		if (is_before(facts->ended, row->ended) ||
			(facts->ended.us == row->ended.us &&
				is_before(row->begun, facts->ended_since)))
			facts->ended_since = row->begun;
		facts->ended = later(facts->ended, row->ended);
		return 0;
	}
	if (is_garden || !facts->is_held) {
		facts->since = row->begun;
		facts->until = row->until;
	}
	facts->is_held = facts->is_held || is_garden;
	facts->is_limited = facts->is_limited || is_limit;
	facts->is_blocked = facts->is_blocked || (!is_garden && !is_limit);
	return 0;
}

/* By subject and time. The kind is the last word of the subject. */
static int
take_told(void *context, const struct care *row)
{
	struct notice_facts *facts = context;
	const char *word = strrchr(row->subject, '-');

	for (unsigned i = 0; word != NULL && i < NOTICE_KINDS; i++) {
		if (strcmp(word + 1, notice_names[i]) == 0)
			facts->told[i] = later(facts->told[i], row->time);
	}
	return 0;
}

int
ledger_notice(struct ledger *ledger, uint64_t of_case, int64_t still_us, struct notice *ret,
	struct fail *fail)
{
	struct notice_facts facts = {.since = WALL_NONE,
		.until = WALL_NONE,
		.ended = WALL_NONE,
		.ended_since = WALL_NONE,
		.told = {WALL_NONE, WALL_NONE, WALL_NONE, WALL_NONE, WALL_NONE}};
	struct ledger_case of;
	int r = ledger_case(ledger, of_case, &of, fail);

	if (r == -ENOENT)
		return 0;
	facts.is_account = r == 0 && of.role == ROLE_ACCOUNT;
	if (r == 0)
		r = ledger_each_measure(ledger, of_case, take_measure, &facts, fail);
	if (r >= 0)
		r = ledger_each_care_of(ledger, of_case, CARE_NOTIFIED, take_told, &facts, fail);
	if (r < 0)
		return r;
	ret->kind = notice_decide(&facts, ledger->now, still_us);
	ret->since = ret->kind == NOTICE_END ? facts.ended_since : facts.since;
	ret->until = ret->kind == NOTICE_END ? WALL_NONE : facts.until;
	return ret->kind != NOTICE_KINDS;
}
