/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/keepercare.h"

#include "action/plan.h"
#include "ledger/activity.h"
#include "ledger/care.h"
#include "ledger/caselot.h"
#include "ledger/casepin.h"
#include "ledger/exception.h"
#include "ledger/reading.h"
#include "runtime/event.h"

#include <errno.h>
#include <stdio.h>

/* Which pages show a case, as they are kept. */
static const char *const pages[PORTAL_PAGES] = {
	[PORTAL_LINE] = "line",
	[PORTAL_STEPS] = "steps",
	[PORTAL_CHECK] = "check",
	[PORTAL_RELEASE] = "release",
	[PORTAL_WRONG] = "wrong",
	[PORTAL_CALL] = "call",
	[PORTAL_CASE] = "case",
};

struct asked {
	struct keepercare *care;
	struct ledger *ledger;
	const struct portalask *ask;
	int64_t steady_us;
	struct portalanswer *answer;
	struct fail *fail;
	struct ledger_case of;
};

void
keepercare_begin(struct keepercare *care)
{
	care->second_us = 0;
	care->in_second = 0;
	tries_begin(&care->of_line, PORTALASK_LINE_MOST, WALL_MINUTE);
	tries_begin(&care->of_pin, KEEPERCARE_PINS, WALL_HOUR);
	care->counts = (struct keepercare_counts){0};
}

static int
end_with(struct asked *asked, enum portal_outcome outcome)
{
	asked->answer->outcome = (uint8_t)outcome;
	if (outcome == PORTAL_LATER)
		asked->care->counts.later++;
	return 0;
}

/* Of all that ask. */
static bool
is_too_many(struct keepercare *care, int64_t steady_us)
{
	if (care->in_second == 0 || steady_us - care->second_us >= WALL_SECOND) {
		care->second_us = steady_us;
		care->in_second = 0;
	}
	return ++care->in_second > PORTALASK_MOST;
}

/* 1: it may ask now. Only what the ledger is asked for counts for all, so that no line, and nobody who has none, takes
 * the turn of others. */
static int
check_line(struct asked *asked, uint64_t line)
{
	struct tries *tries = &asked->care->of_line;

	if (!tries_left(tries, line, asked->steady_us))
		return end_with(asked, PORTAL_LATER);
	tries_take(tries, line, asked->steady_us);
	return is_too_many(asked->care, asked->steady_us) ? end_with(asked, PORTAL_LATER) : 1;
}

/* Times of an hour are counted for whatever was given as a case, as who guesses codes must not learn which are some. */
static int
find_by_code(struct asked *asked)
{
	const struct hash_key *key = ledger_key(asked->ledger);
	const struct portalask *ask = asked->ask;
	const struct address none = {{0}};
	struct address from;
	struct tries *tries = &asked->care->of_pin;
	uint64_t number = 0, code, who;
	bool is_his;
	int r = -ENOENT;

	if (key == NULL)
		return -ENOKEY;
	code = casecode_parse(text_of(ask->code), key, &number) == 0
		? number
		: hash_keyed(key, ask->code, strlen(ask->code)) | UINT64_C(1) << 63;
	from = address_is_v4(&ask->address) ? ask->address
					    : address_mask(&ask->address, KEEPERCARE_PREFIX6);
	who = hash_keyed(key, &from, sizeof(from));
	if (memcmp(&ask->address, &none, sizeof(none)) == 0)
		who = code;
	if (!tries_left(tries, code, asked->steady_us) || !tries_left(tries, who, asked->steady_us))
		return end_with(asked, PORTAL_LATER);
	is_his = casepin_is(number, key, text_of(ask->pin)) && number > 0;
	if (is_his)
		r = ledger_case(asked->ledger, number, &asked->of, asked->fail);
	if (r == 0)
		return check_line(asked, asked->of.line);
	if (r != -ENOENT)
		return r;
	tries_take(tries, code, asked->steady_us);
	if (who != code)
		tries_take(tries, who, asked->steady_us);
	asked->care->counts.pins++;
	return end_with(asked, PORTAL_UNKNOWN);
}

/* Is it one line's own, of which it may be spoken? A block of ports is one line, whatever its prefix is. */
static bool
is_of_one(const struct line *line, const struct line_name *name)
{
	return line->role != ROLE_PROTECTED && (line->role != ROLE_SHARED || name->high != 0);
}

static int
find_by_address(struct asked *asked, const struct lines *lines)
{
	const struct portalask *ask = asked->ask;
	struct line_name name;
	struct line line;
	int r;

	if (lines_find_at(lines, &ask->address, ask->port, ledger_time(asked->ledger), &line,
		    &name) < 0 ||
		!is_of_one(&line, &name))
		return end_with(asked, PORTAL_SHOWN);
	r = check_line(asked, line.pseudonym);
	if (r <= 0)
		return r;
	r = ledger_find_line(asked->ledger, line.pseudonym, &asked->of, asked->fail);
	if (r == -ENOENT)
		return end_with(asked, PORTAL_SHOWN);
	return r < 0 ? r : 1;
}

/* Times and counts only grow. */
static void
see(struct carecase *of, struct wall last, uint64_t attempts, uint64_t networks)
{
	if (last.us > of->last.us)
		of->last = last;
	if (attempts > of->attempts)
		of->attempts = attempts;
	if (networks > of->networks)
		of->networks = networks;
}

static int
take_step(void *context, const struct transition *row)
{
	struct carecase *of = context;
	struct verdict verdict;

	if (transition_decode(row, &verdict) < 0)
		return -EINVAL;
	if (verdict.facts.first_seen.us != 0 &&
		(of->first.us == 0 || verdict.facts.first_seen.us < of->first.us))
		of->first = verdict.facts.first_seen;
	see(of, verdict.facts.last_seen, verdict.facts.attempts, verdict.facts.networks);
	return 0;
}

/* What it did since its last step. */
static int
take_activity(struct asked *asked, struct carecase *of)
{
	struct activity activity;
	int r = ledger_activity(asked->ledger, asked->of.number, &activity, asked->fail);

	if (r <= 0)
		return r;
	see(of, activity.last, activity.attempts, activity.networks);
	return 0;
}

/* The steps of a device, in place of those that were ticked before. */
static int
take_ticks(void *context, const struct care *row)
{
	struct carecase *of = context;
	enum topic topic = topic_find(text_of(row->subject));
	struct text rest = text_of(row->details);
	uint16_t kept = 0;

	if (topic >= TOPIC_DEVICES)
		return 0;
	for (unsigned i = 0; i < of->steps; i++) {
		if (of->step[i].topic != topic)
			of->step[kept++] = of->step[i];
	}
	of->steps = kept;
	while (rest.length > 0 && of->steps < CARECASE_STEPS) {
		struct text word = text_cut(&rest, ' ');
		struct carecase_step *step = &of->step[of->steps];

		if (word.length == 0 || word.length > ADVICE_STEP)
			continue;
		*step = (struct carecase_step){.topic = (uint8_t)topic};
		memcpy(step->name, word.at, word.length);
		of->steps++;
	}
	return 0;
}

static int
take_wrong(void *context, const struct care *row)
{
	struct carecase *of = context;

	of->has_said_wrong = true;
	return 1;
}

/* Until when nothing holds as he objects. */
static int
find_objection(struct asked *asked)
{
	struct exception of;
	int r = ledger_find_exception(
		asked->ledger, EXCEPTION_OBJECTION, asked->of.line, &of, asked->fail);

	if (r == 0)
		asked->answer->of.paused = of.until;
	return r == -ENOENT ? 0 : r;
}

/* The case as it is now. */
static int
show(struct asked *asked)
{
	struct carecase *into = &asked->answer->of;
	const struct ledger_case *of = &asked->of;
	const struct hash_key *key = ledger_key(asked->ledger);
	struct care_holds holds;
	int r = ledger_care_holds(asked->ledger, of, &holds, asked->fail);

	*into = (struct carecase){0};
	if (r < 0)
		return r;
	/* Nothing follows of a mere suspicion. */
	if (!wall_is_none(of->closed) || (wall_is_none(of->confirmed) && wall_is_none(holds.since)))
		return 0;
	into->is_there = true;
	into->is_held = holds.is_held;
	into->is_blocked = holds.is_blocked;
	into->was_limited = holds.was_limited;
	into->kind = of->role == ROLE_ACCOUNT ? CARECASE_ACCOUNT : CARECASE_MAIL;
	into->release = (uint8_t)care_release(&holds);
	into->since.us = wall_is_none(holds.since) ? 0 : holds.since.us;
	into->until.us = wall_is_none(holds.until) ? 0 : holds.until.us;
	if (of->number <= UINT32_MAX && key != NULL)
		casecode_format(of->number, key, into->code);
	if (key != NULL) {
		casepin_call(of->number, key, ledger_time(asked->ledger), into->call);
		into->lot = caselot(of->number, key);
	}
	r = ledger_each_transition(asked->ledger, of->number, take_step, into, asked->fail);
	if (r == -EINVAL)
		fail_what(asked->fail, "a step of case %llu cannot be read",
			(unsigned long long)of->number);
	if (r >= 0)
		r = take_activity(asked, into);
	if (r >= 0)
		r = ledger_each_care_of(
			asked->ledger, of->number, CARE_TICKED, take_ticks, into, asked->fail);
	if (r >= 0)
		r = ledger_each_care_of(
			asked->ledger, of->number, CARE_WRONG, take_wrong, into, asked->fail);
	if (r >= 0)
		r = find_objection(asked);
	return r < 0 ? r : 0;
}

/* The version of the text that is shown; *lot: which of two it is, '\0': there is one for all. */
static uint32_t
version_of(const struct asked *asked, char *lot)
{
	const struct portalask *ask = asked->ask;
	const struct carecase *of = &asked->answer->of;
	enum topic topic = portal_topic((enum portal_page)ask->page, (enum topic)ask->topic, of);

	*lot = '\0';
	if (topic >= TOPIC_CASES)
		return 0;
	if (ask->text_b[topic] != 0)
		*lot = of->lot;
	return *lot == 'B' ? ask->text_b[topic] : ask->text[topic];
}

static struct care
row_of(const struct asked *asked, enum care_what what)
{
	const struct portalask *ask = asked->ask;
	char lot;
	struct care row = {
		.of_case = asked->of.number,
		.what = (uint8_t)what,
		.channel = ask->by_code ? CARE_CODE : CARE_LINE,
		.text = version_of(asked, &lot),
	};

	snprintf(row.language, sizeof(row.language), "%s", ask->language);
	if (what == CARE_SEEN)
		row.details[0] = lot;
	return row;
}

/* What cannot be kept of it is no reason to show nothing, so only a ledger that fails is told. */
static int
note_seen(struct asked *asked)
{
	const struct portalask *ask = asked->ask;
	struct care row = row_of(asked, CARE_SEEN);
	int r;

	if (pages[ask->page] == NULL)
		return 0;
	if (ask->page == PORTAL_STEPS && ask->topic < TOPIC_DEVICES)
		snprintf(row.subject, sizeof(row.subject), "%s/%s", pages[ask->page],
			topic_names[ask->topic]);
	else
		snprintf(row.subject, sizeof(row.subject), "%s", pages[ask->page]);
	r = ledger_care(asked->ledger, &row, asked->fail);
	return r < 0 ? r : end_with(asked, PORTAL_SHOWN);
}

static int
tick(struct asked *asked)
{
	const struct portalask *ask = asked->ask;
	const struct carecase *of = &asked->answer->of;
	struct care row = row_of(asked, CARE_TICKED);
	unsigned others = of->steps - carecase_steps(of, (enum topic)ask->topic);
	size_t at = 0;
	int r;

	if (others + ask->steps > CARECASE_STEPS)
		return end_with(asked, PORTAL_REFUSED);
	snprintf(row.subject, sizeof(row.subject), "%s", topic_names[ask->topic]);
	for (unsigned i = 0; i < ask->steps; i++)
		at += (size_t)snprintf(row.details + at, sizeof(row.details) - at, "%s%s",
			i > 0 ? " " : "", ask->step[i].name);
	r = ledger_care(asked->ledger, &row, asked->fail);
	if (r < 0)
		return r;
	asked->care->counts.ticks++;
	return end_with(asked, PORTAL_DONE);
}

static int
let_go(struct asked *asked)
{
	const struct carecase *of = &asked->answer->of;
	struct care row = row_of(asked, CARE_RELEASED);
	char before[AUDIT_ACTOR + 1];
	int r = -EPERM;

	snprintf(before, sizeof(before), "%s", ledger_actor(asked->ledger));
	if (of->release == CARE_OPEN && carecase_is_ready(of)) {
		ledger_set_actor(asked->ledger, TEXT(CARE_CUSTOMER));
		r = ledger_care_release(asked->ledger, &row, asked->fail);
		ledger_set_actor(asked->ledger, text_of(before));
	}
	if (r == -EPERM || r == -ESRCH || r == -EALREADY) {
		asked->care->counts.refused++;
		return end_with(asked, PORTAL_REFUSED);
	}
	if (r < 0)
		return r;
	asked->care->counts.releases++;
	r = ledger_case(asked->ledger, asked->of.number, &asked->of, asked->fail);
	return r < 0 ? r : end_with(asked, PORTAL_DONE);
}

_Static_assert(CARE_DETAILS >= PORTAL_SAYS, "what is said can be kept");

/* In one line, as the help desk reads it on a terminal; as much as a row holds. */
static void
copy_words(const char *says, char into[CARE_DETAILS + 1])
{
	unsigned characters = 0;

	snprintf(into, CARE_DETAILS + 1, "%s", says);
	for (char *c = into; *c != '\0'; c++) {
		characters += ((unsigned char)*c & 0xc0) != 0x80;
		if (*c == '\n' || *c == '\r' || *c == '\t')
			*c = ' ';
		if (characters > CARE_DETAILS_CHARACTERS) {
			*c = '\0';
			break;
		}
	}
	if (text_check_line(text_of(into)) < 0)
		snprintf(into, CARE_DETAILS + 1, "(words that cannot be shown)");
}

static int
say_wrong(struct asked *asked)
{
	struct care row = row_of(asked, CARE_WRONG);
	char before[AUDIT_ACTOR + 1], time[WALL_TEXT];
	struct wall until;
	int r;

	copy_words(asked->ask->says, row.details);
	snprintf(before, sizeof(before), "%s", ledger_actor(asked->ledger));
	ledger_set_actor(asked->ledger, TEXT(CARE_CUSTOMER));
	r = ledger_care_object(asked->ledger, &row, &until, asked->fail);
	ledger_set_actor(asked->ledger, text_of(before));
	if (r < 0)
		return r;
	asked->care->counts.wrong++;
	if (!wall_is_none(until))
		event(EVENT_CUSTOMER_OBJECTS, "case=%llu line=%016llx until=%s",
			(unsigned long long)asked->of.number, (unsigned long long)asked->of.line,
			wall_format(until, time));
	else if (r == 1)
		event(EVENT_CUSTOMER_OBJECTS, "case=%llu line=%016llx",
			(unsigned long long)asked->of.number, (unsigned long long)asked->of.line);
	r = ledger_case(asked->ledger, asked->of.number, &asked->of, asked->fail);
	return r < 0 ? r : end_with(asked, PORTAL_DONE);
}

static int
obey(struct asked *asked)
{
	enum portal_deed deed = (enum portal_deed)asked->ask->deed;
	int r = show(asked);

	if (r < 0)
		return r;
	if (!asked->answer->of.is_there)
		return end_with(asked, deed == PORTAL_NOTHING ? PORTAL_SHOWN : PORTAL_REFUSED);
	if (deed == PORTAL_NOTHING)
		return note_seen(asked);
	r = deed == PORTAL_TICK         ? tick(asked)
		: deed == PORTAL_LET_GO ? let_go(asked)
					: say_wrong(asked);
	return r < 0 ? r : show(asked);
}

int
keepercare_answer(struct keepercare *care, struct ledger *ledger, struct lines *lines,
	const struct portalask *ask, int64_t steady_us, struct portalanswer *ret, struct fail *fail)
{
	struct asked asked = {.care = care,
		.ledger = ledger,
		.ask = ask,
		.steady_us = steady_us,
		.answer = ret,
		.fail = fail};
	int r;

	*ret = (struct portalanswer){.version = PORTALASK_VERSION, .number = ask->number};
	care->counts.asked++;
	if (!portalask_check(ask)) {
		care->counts.malformed++;
		return end_with(&asked, PORTAL_REFUSED);
	}
	r = ask->by_code ? find_by_code(&asked) : find_by_address(&asked, lines);
	if (r > 0)
		r = obey(&asked);
	if (r >= 0)
		return 0;
	ret->of = (struct carecase){0};
	ret->outcome = PORTAL_AWAY;
	return r;
}
