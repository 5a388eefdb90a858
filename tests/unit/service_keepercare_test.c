/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/care.h"
#include "ledger/caselot.h"
#include "ledger/casepin.h"
#include "ledger/deciding.h"
#include "ledger/exception.h"
#include "ledger/planning.h"
#include "ledger/reading.h"
#include "ledger_fixture.h"
#include "service/keepercare.h"

#include <errno.h>

struct world {
	struct fixture *fixture;
	struct ledger *ledger;
	struct lines *lines;
	struct keepercare care;
	int64_t steady_us;
	struct portalask ask;
	struct portalanswer answer;
};

static void
add(struct lines *lines, const char *text, enum role role, uint16_t ports)
{
	struct lines_prefix prefix = {.role = (uint8_t)role, .ports = ports};

	assert_int_equal(prefix_parse(text_of(text), &prefix.prefix), 0);
	assert_int_equal(lines_add(lines, &prefix, NULL), 0);
}

static int
begin(void **state)
{
	struct planning planning = {.plan = PLAN_DEFAULTS};
	struct lines_settings settings = LINES_DEFAULTS;
	struct world *world = xcalloc(1, sizeof(*world));
	void *fixture = NULL;

	if (fixture_begin(&fixture) < 0)
		return -1;
	world->fixture = fixture;
	world->ledger = fixture_ledger(fixture);
	planning.plan.mode[MEASURE_LIMIT] = planning.plan.mode[MEASURE_BLOCK25] = MEASURE_ENFORCE;
	ledger_plan(world->ledger, &planning);
	ledger_set_actor(world->ledger, TEXT(LEDGER_PROGRAM));
	settings.key = *ledger_key(world->ledger);
	settings.names_most = 0;
	world->lines = lines_new(&settings);
	add(world->lines, "192.0.2.0/24", ROLE_RESIDENTIAL, 0);
	add(world->lines, "192.0.2.64/26", ROLE_PROTECTED, 0);
	add(world->lines, "198.51.100.0/24", ROLE_SHARED, 0);
	add(world->lines, "203.0.113.0/24", ROLE_SHARED, 2048);
	keepercare_begin(&world->care);
	world->steady_us = WALL_HOUR;
	*state = world;
	return 0;
}

static int
end(void **state)
{
	struct world *world = *state;
	void *fixture = world->fixture;

	ledger_close(world->ledger);
	lines_free(world->lines);
	free(world);
	return fixture_end(&fixture);
}

/* Who asks from there. */
static void
from(struct world *world, const char *address, uint16_t port)
{
	world->ask = (struct portalask){.version = PORTALASK_VERSION,
		.number = 4711,
		.port = port,
		.page = PORTAL_LINE,
		.topic = TOPIC_DEVICES,
		.language = "nb"};
	assert_int_equal(address_parse(text_of(address), &world->ask.address), 0);
}

static const struct carecase *
answered(struct world *world, enum portal_outcome outcome)
{
	struct fail fail = {0};

	assert_int_equal(keepercare_answer(&world->care, world->ledger, world->lines, &world->ask,
				 world->steady_us, &world->answer, &fail),
		0);
	assert_int_equal(world->answer.outcome, outcome);
	assert_int_equal(world->answer.version, PORTALASK_VERSION);
	assert_int_equal(world->answer.number, 4711);
	assert_true(carecase_check(&world->answer.of));
	return &world->answer.of;
}

static void
step(struct world *world, const char *address, uint16_t port, int seconds, enum state before,
	enum state to)
{
	struct address parsed;
	struct line line;

	assert_int_equal(address_parse(text_of(address), &parsed), 0);
	assert_int_equal(lines_find(world->lines, &parsed, port, &line), 0);
	fixture_step(world->ledger, line.pseudonym, seconds, before, to);
	fixture_commit(world->ledger);
}

static void
confirm(struct world *world, const char *address, uint16_t port)
{
	step(world, address, port, 0, STATE_WATCH, STATE_CONFIRMED);
}

static void
what_goes_on_is_seen_when_it_does(void **state)
{
	struct world *world = *state;
	const struct carecase *of;

	confirm(world, "192.0.2.7", 0);
	step(world, "192.0.2.7", 0, 2 * 86400, STATE_CONFIRMED, STATE_CONFIRMED);
	from(world, "192.0.2.7", 40000);
	of = answered(world, PORTAL_SHOWN);
	assert_int_equal(of->last.us, (INT64_C(1313452800) + 2 * 86400) * WALL_SECOND);
}

static void
who_is_on_the_line_sees_its_case_and_nobody_else_does(void **state)
{
	static const char *const others[] = {
		"192.0.2.8", "192.0.2.77", "198.51.100.7", "203.0.113.7", "8.8.8.8", "2001:db8::1"};
	struct world *world = *state;
	const struct carecase *of;

	confirm(world, "192.0.2.7", 0);
	confirm(world, "192.0.2.77", 0);
	confirm(world, "198.51.100.7", 0);
	confirm(world, "203.0.113.7", 5000);
	from(world, "192.0.2.7", 40000);
	of = answered(world, PORTAL_SHOWN);
	assert_true(of->is_there && of->is_blocked && !of->is_held && !of->has_said_wrong);
	assert_int_equal(of->kind, CARECASE_MAIL);
	assert_int_equal(of->release, CARE_OPEN);
	assert_int_equal(of->attempts, 40);
	assert_int_equal(of->first.us, INT64_C(1313452800) * WALL_SECOND);
	assert_int_equal(of->last.us, of->first.us);
	assert_int_equal(of->since.us, FIXTURE_NOW.us);
	assert_int_equal(of->until.us, 0);
	assert_int_equal(strlen(of->code), CASECODE - 1);
	assert_int_equal(strlen(of->call), CASEPIN_CALL - 1);
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		from(world, others[i], 40000);
		of = answered(world, PORTAL_SHOWN);
		assert_memory_equal(of, &(struct carecase){0}, sizeof(*of));
	}
	/* Behind a translator the port tells who it is. */
	from(world, "203.0.113.7", 4096);
	assert_true(answered(world, PORTAL_SHOWN)->is_there);
	from(world, "203.0.113.7", 6144);
	assert_false(answered(world, PORTAL_SHOWN)->is_there);
}

static void
a_mere_suspicion_is_not_shown_and_a_closed_case_neither(void **state)
{
	struct planning planning = {.plan = PLAN_DEFAULTS};
	struct world *world = *state;

	ledger_plan(world->ledger, &planning);
	step(world, "192.0.2.7", 0, 0, STATE_WATCH, STATE_SUSPECT);
	from(world, "192.0.2.7", 40000);
	assert_false(answered(world, PORTAL_SHOWN)->is_there);
	step(world, "192.0.2.7", 0, 1, STATE_SUSPECT, STATE_CONFIRMED);
	assert_true(answered(world, PORTAL_SHOWN)->is_there);
	/* Observed only. */
	assert_int_equal(world->answer.of.release, CARE_FREE);
	assert_false(world->answer.of.was_limited);
	step(world, "192.0.2.7", 0, 2, STATE_CONFIRMED, STATE_CLEAR);
	assert_false(answered(world, PORTAL_SHOWN)->is_there);
	world->ask.deed = PORTAL_SAY_WRONG;
	assert_false(answered(world, PORTAL_REFUSED)->is_there);
}

static void
tick(struct world *world, enum topic topic, const char *first, const char *second)
{
	world->ask.deed = PORTAL_TICK;
	world->ask.topic = (uint8_t)topic;
	world->ask.steps = 0;
	for (int i = 0; i < 2; i++) {
		const char *name = i == 0 ? first : second;
		struct carecase_step *one = &world->ask.step[world->ask.steps];

		if (name == NULL)
			continue;
		*one = (struct carecase_step){.topic = (uint8_t)topic};
		snprintf(one->name, sizeof(one->name), "%s", name);
		world->ask.steps++;
	}
}

static void
ticks_stand_in_place_of_those_of_the_device_before(void **state)
{
	struct world *world = *state;
	const struct carecase *of;

	confirm(world, "192.0.2.7", 0);
	from(world, "192.0.2.7", 40000);
	tick(world, TOPIC_ROUTER, "power", "word");
	assert_int_equal(answered(world, PORTAL_DONE)->steps, 2);
	tick(world, TOPIC_PHONE, "apps", NULL);
	assert_int_equal(answered(world, PORTAL_DONE)->steps, 3);
	/* Another day, by another keeper. */
	ledger_set_time(world->ledger, (struct wall){FIXTURE_NOW.us + WALL_DAY});
	keepercare_begin(&world->care);
	tick(world, TOPIC_ROUTER, "word", NULL);
	of = answered(world, PORTAL_DONE);
	assert_int_equal(of->steps, 2);
	assert_true(carecase_has_step(of, TOPIC_ROUTER, TEXT("word")));
	assert_false(carecase_has_step(of, TOPIC_ROUTER, TEXT("power")));
	assert_true(carecase_has_step(of, TOPIC_PHONE, TEXT("apps")));
	assert_int_equal(world->care.counts.ticks, 1);
	/* More than there is room for. */
	world->ask.steps = CARECASE_STEPS;
	for (int i = 0; i < CARECASE_STEPS; i++) {
		world->ask.step[i] = (struct carecase_step){.topic = TOPIC_ROUTER};
		snprintf(world->ask.step[i].name, sizeof(world->ask.step[i].name), "step-%d", i);
	}
	assert_int_equal(answered(world, PORTAL_REFUSED)->steps, 2);
}

static int
take_ended(void *context, const struct measure *row)
{
	struct measure *into = context;

	if (!wall_is_none(row->ended))
		*into = *row;
	return 0;
}

static void
who_did_something_lets_the_line_go_twice(void **state)
{
	struct world *world = *state;
	struct measure ended = {0};
	struct ledger_case of;

	confirm(world, "192.0.2.7", 0);
	from(world, "192.0.2.7", 40000);
	world->ask.deed = PORTAL_LET_GO;
	assert_true(answered(world, PORTAL_REFUSED)->is_blocked);
	tick(world, TOPIC_ROUTER, "power", NULL);
	assert_int_equal(answered(world, PORTAL_DONE)->steps, 1);
	world->ask.deed = PORTAL_LET_GO;
	world->ask.steps = 0;
	assert_true(answered(world, PORTAL_REFUSED)->is_blocked);
	tick(world, TOPIC_TVBOX, "off", NULL);
	assert_int_equal(answered(world, PORTAL_DONE)->steps, 2);
	for (int i = 0; i < 2; i++) {
		world->ask.deed = PORTAL_LET_GO;
		world->ask.steps = 0;
		assert_false(answered(world, PORTAL_DONE)->is_blocked);
		assert_int_equal(world->answer.of.release, CARE_FREE);
		assert_true(world->answer.of.was_limited);
		assert_int_equal(ledger_case(world->ledger, 1, &of, NULL), 0);
		assert_int_equal(of.state, STATE_PROBATION);
		assert_int_equal(
			ledger_each_measure(world->ledger, 1, take_ended, &ended, NULL), 0);
		assert_int_equal(ended.why, END_CUSTOMER);
		assert_string_equal(ended.ended_by, CARE_CUSTOMER);
		/* Sent again, it does nothing. */
		assert_true(answered(world, PORTAL_REFUSED)->is_there);
		ledger_set_time(world->ledger, (struct wall){FIXTURE_NOW.us + (i + 1) * WALL_DAY});
		step(world, "192.0.2.7", 0, 10 + i, STATE_PROBATION, STATE_CONFIRMED);
	}
	assert_int_equal(answered(world, PORTAL_REFUSED)->release, CARE_USED_UP);
	assert_true(world->answer.of.is_blocked);
	assert_int_equal(world->care.counts.releases, 2);
	assert_int_equal(world->care.counts.refused, 5);
	assert_string_equal(ledger_actor(world->ledger), LEDGER_PROGRAM);
}

static void
what_a_person_decided_a_person_ends(void **state)
{
	struct world *world = *state;
	struct measure measure;

	confirm(world, "192.0.2.7", 0);
	ledger_set_actor(world->ledger, TEXT("anna (1000)"));
	assert_int_equal(
		ledger_quarantine(world->ledger, 1, WALL_NONE, TEXT("x"), &measure, NULL), 0);
	ledger_set_actor(world->ledger, TEXT(LEDGER_PROGRAM));
	from(world, "192.0.2.7", 40000);
	tick(world, TOPIC_ROUTER, "power", NULL);
	(void)answered(world, PORTAL_DONE);
	tick(world, TOPIC_TVBOX, "off", NULL);
	(void)answered(world, PORTAL_DONE);
	world->ask.deed = PORTAL_LET_GO;
	world->ask.steps = 0;
	assert_true(answered(world, PORTAL_REFUSED)->is_held);
	assert_int_equal(world->answer.of.release, CARE_BY_PERSON);
	assert_int_equal(world->answer.of.until.us, measure.until.us);
}

static int
take_last(void *context, const struct care *row)
{
	*(struct care *)context = *row;
	return 0;
}

static void
that_it_is_wrong_is_kept_as_it_can_be_shown(void **state)
{
	struct world *world = *state;
	struct care row;

	confirm(world, "192.0.2.7", 0);
	from(world, "192.0.2.7", 40000);
	world->ask.page = PORTAL_WRONG;
	world->ask.text[TOPIC_WRONG] = 2;
	world->ask.deed = PORTAL_SAY_WRONG;
	snprintf(world->ask.says, sizeof(world->ask.says), "I have\r\nno computer");
	assert_true(answered(world, PORTAL_DONE)->has_said_wrong);
	assert_true(world->answer.of.is_blocked);
	assert_int_equal(
		ledger_each_care_of(world->ledger, 1, CARE_WRONG, take_last, &row, NULL), 0);
	assert_string_equal(row.details, "I have  no computer");
	assert_string_equal(row.language, "nb");
	assert_int_equal(row.text, 2);
	for (size_t i = 0; i < PORTAL_SAYS; i += 3)
		memcpy(world->ask.says + i, "\xe3\x81\x82", 4);
	(void)answered(world, PORTAL_DONE);
	assert_int_equal(
		ledger_each_care_of(world->ledger, 1, CARE_WRONG, take_last, &row, NULL), 0);
	assert_string_equal(row.details, world->ask.says);
	memset(world->ask.says, 'x', PORTAL_SAYS);
	(void)answered(world, PORTAL_DONE);
	assert_int_equal(
		ledger_each_care_of(world->ledger, 1, CARE_WRONG, take_last, &row, NULL), 0);
	assert_int_equal(strlen(row.details), CARE_DETAILS_CHARACTERS);
	snprintf(world->ask.says, sizeof(world->ask.says), "\033[2J");
	(void)answered(world, PORTAL_DONE);
	assert_int_equal(
		ledger_each_care_of(world->ledger, 1, CARE_WRONG, take_last, &row, NULL), 0);
	assert_string_equal(row.details, "(words that cannot be shown)");
	assert_int_equal(world->care.counts.wrong, 4);
}

static void
who_says_that_it_is_wrong_is_paused_once_where_the_rule_says_so(void **state)
{
	struct planning planning = {.plan = PLAN_DEFAULTS, .objection_us = 7 * WALL_DAY};
	struct world *world = *state;
	struct wall until = {FIXTURE_NOW.us + 7 * WALL_DAY};
	struct ledger_case row;
	struct exception of;
	struct review done = {.after = 0};

	planning.plan.mode[MEASURE_BLOCK25] = MEASURE_ENFORCE;
	ledger_plan(world->ledger, &planning);
	confirm(world, "192.0.2.7", 0);
	from(world, "192.0.2.7", 40000);
	assert_int_equal(answered(world, PORTAL_SHOWN)->paused.us, 0);
	world->ask.deed = PORTAL_SAY_WRONG;
	assert_int_equal(answered(world, PORTAL_DONE)->paused.us, until.us);
	assert_true(world->answer.of.is_there && !world->answer.of.is_blocked);
	assert_int_equal(world->answer.of.release, CARE_FREE);
	assert_int_equal(ledger_case(world->ledger, 1, &row, NULL), 0);
	assert_int_equal(
		ledger_find_exception(world->ledger, EXCEPTION_OBJECTION, row.line, &of, NULL), 0);
	assert_string_equal(of.actor, CARE_CUSTOMER);
	assert_string_equal(ledger_actor(world->ledger), LEDGER_PROGRAM);
	/* It is over, and was the only one. */
	ledger_set_time(world->ledger, until);
	assert_int_equal(ledger_review(world->ledger, &done, NULL), 0);
	assert_int_equal(answered(world, PORTAL_DONE)->paused.us, 0);
	assert_true(world->answer.of.is_blocked && world->answer.of.has_said_wrong);
	assert_int_equal(world->care.counts.wrong, 2);
}

static int
write_seen(void *context, const struct care *row)
{
	struct buffer *into = context;

	buffer_print(into, "%s by %s;", row->subject, care_channels[row->channel]);
	return 0;
}

static void
code_and_pin(struct world *world, const char *code, const char *pin)
{
	from(world, "8.8.4.4", 0);
	world->ask.by_code = 1;
	world->ask.page = PORTAL_CASE;
	snprintf(world->ask.code, sizeof(world->ask.code), "%s", code);
	snprintf(world->ask.pin, sizeof(world->ask.pin), "%s", pin);
}

static void
what_was_seen_is_kept_once_a_day(void **state)
{
	struct world *world = *state;
	char pin[CASEPIN], code[CASECODE];
	struct buffer seen;

	confirm(world, "192.0.2.7", 0);
	for (int i = 0; i < 2; i++) {
		from(world, "192.0.2.7", 40000);
		(void)answered(world, PORTAL_SHOWN);
		world->ask.page = PORTAL_STEPS;
		world->ask.topic = TOPIC_CAMERA;
		(void)answered(world, PORTAL_SHOWN);
		world->ask.page = PORTAL_PREVENT;
		(void)answered(world, PORTAL_SHOWN);
	}
	code_and_pin(world, casecode_format(1, ledger_key(world->ledger), code),
		casepin_format(1, ledger_key(world->ledger), pin));
	assert_true(answered(world, PORTAL_SHOWN)->is_blocked);
	buffer_init(&seen, 1024);
	assert_int_equal(
		ledger_each_care_of(world->ledger, 1, CARE_SEEN, write_seen, &seen, NULL), 0);
	assert_string_equal(
		buffer_string(&seen), "case by code;line by line;steps/camera by line;");
	buffer_done(&seen);
}

static int
write_version(void *context, const struct care *row)
{
	struct buffer *into = context;

	buffer_print(into, "%s %u%s;", row->subject, (unsigned)row->text, row->details);
	return 0;
}

/* What was kept of a case that loads its page: with one version of the texts, then with two. */
static const char *
kept_versions(struct world *world, const char *line, uint64_t number)
{
	static char text[256];
	struct buffer seen;

	from(world, line, 40000);
	world->ask.text[TOPIC_BLOCKED] = 3;
	world->ask.text[TOPIC_HELD] = 4;
	(void)answered(world, PORTAL_SHOWN);
	world->ask.page = PORTAL_CHECK;
	world->ask.text_b[TOPIC_BLOCKED] = 7;
	assert_int_equal(
		answered(world, PORTAL_SHOWN)->lot, caselot(number, ledger_key(world->ledger)));
	buffer_init(&seen, 1024);
	assert_int_equal(
		ledger_each_care_of(world->ledger, number, CARE_SEEN, write_version, &seen, NULL),
		0);
	snprintf(text, sizeof(text), "%s", buffer_string(&seen));
	buffer_done(&seen);
	return text;
}

static void
the_version_that_is_kept_is_that_of_the_text_shown(void **state)
{
	struct world *world = *state;
	struct measure measure;
	struct buffer seen;

	confirm(world, "192.0.2.7", 0);
	from(world, "192.0.2.7", 40000);
	world->ask.text[TOPIC_BLOCKED] = 3;
	world->ask.text[TOPIC_HELD] = 4;
	world->ask.text[TOPIC_CAMERA] = 5;
	world->ask.text[TOPIC_WRONG] = 6;
	assert_false(answered(world, PORTAL_SHOWN)->is_held);
	world->ask.page = PORTAL_WRONG;
	(void)answered(world, PORTAL_SHOWN);
	world->ask.page = PORTAL_STEPS;
	world->ask.topic = TOPIC_CAMERA;
	(void)answered(world, PORTAL_SHOWN);
	assert_int_equal(
		ledger_quarantine(world->ledger, 1, WALL_NONE, TEXT("x"), &measure, NULL), 0);
	world->ask.page = PORTAL_CHECK;
	world->ask.topic = TOPIC_DEVICES;
	assert_true(answered(world, PORTAL_SHOWN)->is_held);
	buffer_init(&seen, 1024);
	assert_int_equal(
		ledger_each_care_of(world->ledger, 1, CARE_SEEN, write_version, &seen, NULL), 0);
	assert_string_equal(buffer_string(&seen), "check 4;line 3;steps/camera 5;wrong 6;");
	buffer_done(&seen);
}

static void
which_of_two_versions_was_shown_is_kept_with_it(void **state)
{
	struct world *world = *state;
	unsigned of_a = 0, of_b = 0;

	for (uint64_t number = 1; number <= 20; number++) {
		char line[32];

		snprintf(line, sizeof(line), "192.0.2.%u", (unsigned)number);
		confirm(world, line, 0);
		if (caselot(number, ledger_key(world->ledger)) == 'A') {
			of_a++;
			assert_string_equal(kept_versions(world, line, number), "check 3A;line 3;");
		} else {
			of_b++;
			assert_string_equal(kept_versions(world, line, number), "check 7B;line 3;");
		}
	}
	/* Of 500000 ledgers one has none of the one or the other. */
	assert_true(of_a > 0 && of_b > 0);
}

static void
pins_are_tried_ten_times_an_hour(void **state)
{
	struct world *world = *state;
	const struct hash_key *key = ledger_key(world->ledger);
	char pin[CASEPIN], code[CASECODE], none[CASECODE];
	static const char made_up[] = "00000-00000";

	confirm(world, "192.0.2.7", 0);
	casecode_format(1, key, code);
	casecode_format(4000000000, key, none);
	casepin_format(1, key, pin);
	for (int i = 0; i < 2 * KEEPERCARE_PINS; i++) {
		code_and_pin(world, code, pin);
		assert_true(answered(world, PORTAL_SHOWN)->is_there);
		world->steady_us += 3 * WALL_SECOND;
	}
	/* Codes of cases, of none, and no codes are told apart by nothing. */
	for (int c = 0; c < 3; c++) {
		for (int i = 0; i < KEEPERCARE_PINS + 2; i++) {
			char guess[CASEPIN];

			snprintf(guess, sizeof(guess), "%08d", i);
			code_and_pin(world, c == 0 ? code : c == 1 ? none : made_up, guess);
			world->ask.address.byte[15] = (uint8_t)(16 * c + i);
			assert_false(
				answered(world, i < KEEPERCARE_PINS ? PORTAL_UNKNOWN : PORTAL_LATER)
					->is_there);
		}
	}
	code_and_pin(world, code, pin);
	(void)answered(world, PORTAL_LATER);
	world->steady_us += WALL_HOUR;
	assert_true(answered(world, PORTAL_SHOWN)->is_there);
	/* One who tries at many cases. */
	for (uint64_t number = 2; number < 2 + KEEPERCARE_PINS + 2; number++) {
		code_and_pin(world, casecode_format(number, key, none), "00000000");
		(void)answered(world, number < 2 + KEEPERCARE_PINS ? PORTAL_UNKNOWN : PORTAL_LATER);
	}
	assert_int_equal(world->care.counts.pins, 4 * KEEPERCARE_PINS);
	/* And whoever has a prefix of IPv6 has as many addresses as he likes. */
	for (uint64_t number = 32; number < 32 + KEEPERCARE_PINS + 2; number++) {
		code_and_pin(world, casecode_format(number, key, none), "00000000");
		assert_int_equal(address_parse(TEXT("2001:db8:9::1"), &world->ask.address), 0);
		world->ask.address.byte[12] = (uint8_t)number;
		(void)answered(
			world, number < 32 + KEEPERCARE_PINS ? PORTAL_UNKNOWN : PORTAL_LATER);
	}
}

static void
questions_are_limited_of_a_line_and_of_all(void **state)
{
	struct world *world = *state;

	confirm(world, "192.0.2.7", 0);
	for (int i = 0; i < PORTALASK_LINE_MOST; i++) {
		from(world, "192.0.2.7", 40000);
		assert_true(answered(world, PORTAL_SHOWN)->is_there);
	}
	assert_false(answered(world, PORTAL_LATER)->is_there);
	from(world, "192.0.2.8", 40000);
	(void)answered(world, PORTAL_SHOWN);
	world->steady_us += WALL_MINUTE;
	from(world, "192.0.2.7", 40000);
	assert_true(answered(world, PORTAL_SHOWN)->is_there);
	for (int i = 1; i < PORTALASK_MOST; i++) {
		char address[ADDRESS_TEXT];

		snprintf(address, sizeof(address), "192.0.2.%d", 128 + i);
		from(world, address, 40000);
		(void)answered(world, PORTAL_SHOWN);
	}
	(void)answered(world, PORTAL_LATER);
	world->steady_us += WALL_SECOND;
	(void)answered(world, PORTAL_SHOWN);
	assert_int_equal(world->care.counts.later, 2);
}

static void
who_asks_without_end_takes_nobodys_turn(void **state)
{
	static const char *const floods[] = {"192.0.2.7", "8.8.8.8"};
	struct world *world = *state;

	confirm(world, "192.0.2.7", 0);
	confirm(world, "192.0.2.8", 0);
	for (size_t i = 0; i < sizeof(floods) / sizeof(*floods); i++) {
		from(world, floods[i], 40000);
		for (int n = 0; n < 3 * PORTALASK_MOST; n++)
			(void)answered(world,
				i == 0 && n >= PORTALASK_LINE_MOST ? PORTAL_LATER : PORTAL_SHOWN);
		from(world, "192.0.2.8", 40000);
		assert_true(answered(world, PORTAL_SHOWN)->is_there);
	}
	for (int i = 0; i < 3 * PORTALASK_MOST; i++) {
		code_and_pin(world, "00000-00000", "00000000");
		(void)answered(world, i < KEEPERCARE_PINS ? PORTAL_UNKNOWN : PORTAL_LATER);
	}
	from(world, "192.0.2.8", 40000);
	assert_true(answered(world, PORTAL_SHOWN)->is_there);
}

static void
what_can_be_no_question_is_refused_and_counted(void **state)
{
	struct world *world = *state;
	struct portalask good, *ask = &world->ask;

	confirm(world, "192.0.2.7", 0);
	from(world, "192.0.2.7", 40000);
	tick(world, TOPIC_ROUTER, "power", NULL);
	good = *ask;
#define BAD(change)                                                                                \
	do {                                                                                       \
		*ask = good;                                                                       \
		change;                                                                            \
		assert_false(answered(world, PORTAL_REFUSED)->is_there);                           \
	} while (0)
	BAD(ask->version = PORTALASK_VERSION + 1);
	BAD(ask->deed = PORTAL_SAY_WRONG + 1);
	BAD(ask->by_code = 2);
	BAD(ask->port = 0);
	BAD(ask->page = PORTAL_PAGES);
	BAD(ask->topic = TOPIC_DEVICES);
	BAD(ask->steps = CARECASE_STEPS + 1);
	BAD(ask->step[0].topic = TOPIC_CAMERA);
	BAD(ask->step[0].name[0] = '\0');
	BAD(ask->step[0].name[0] = ' ');
	BAD(memset(ask->step[0].name, 'a', sizeof(ask->step[0].name)));
	BAD(memset(ask->code, 'A', sizeof(ask->code)));
	BAD(memset(ask->pin, '1', sizeof(ask->pin)));
	BAD(memset(ask->language, 'n', sizeof(ask->language)));
	BAD(snprintf(ask->language, sizeof(ask->language), "n;b"));
	BAD(memset(ask->says, 'x', sizeof(ask->says)));
	BAD(ask->deed = PORTAL_LET_GO);
#undef BAD
	assert_int_equal(world->care.counts.malformed, 17);
	*ask = good;
	(void)answered(world, PORTAL_DONE);
}

/* Any bytes: an answer that holds nothing of others comes back, and the ledger stays whole. */
static void
any_bytes_get_an_answer(void **state)
{
	struct world *world = *state;
	uint64_t seed = UINT64_C(0x9e3779b97f4a7c15);
	struct fail fail = {0};

	confirm(world, "192.0.2.7", 0);
	for (int round = 0; round < 4000; round++) {
		uint8_t bytes[sizeof(world->ask)];

		from(world, "192.0.2.7", 40000);
		tick(world, TOPIC_ROUTER, "power", "word");
		world->ask.deed = (uint8_t)(round % 4);
		memcpy(bytes, &world->ask, sizeof(bytes));
		for (int i = 0; i <= round % 40; i++) {
			seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
			bytes[(seed >> 33) % sizeof(bytes)] = (uint8_t)(seed >> 24);
		}
		if (round % 10 == 9)
			memset(bytes + 8, (int)(seed >> 40 & 255), sizeof(bytes) - 8);
		memcpy(&world->ask, bytes, sizeof(bytes));
		world->steady_us += WALL_SECOND;
		assert_int_equal(keepercare_answer(&world->care, world->ledger, world->lines,
					 &world->ask, world->steady_us, &world->answer, &fail),
			0);
		assert_true(world->answer.outcome < PORTAL_OUTCOMES);
		assert_true(world->answer.outcome != PORTAL_AWAY);
		assert_true(carecase_check(&world->answer.of));
		assert_int_equal(world->answer.number, world->ask.number);
	}
	assert_true(world->care.counts.malformed > 500);
	assert_true(world->care.counts.ticks > 10);
}

static void
without_a_ledger_that_works_nothing_is_said(void **state)
{
	struct world *world = *state;
	struct fail fail = {0};
	struct ledger *whole = world->ledger;

	confirm(world, "192.0.2.7", 0);
	from(world, "192.0.2.7", 40000);
	world->ledger = fixture_reader(world->fixture);
	assert_int_equal(keepercare_answer(&world->care, world->ledger, world->lines, &world->ask,
				 world->steady_us, &world->answer, &fail),
		-EROFS);
	assert_int_equal(world->answer.outcome, PORTAL_AWAY);
	assert_false(world->answer.of.is_there);
	ledger_close(world->ledger);
	world->ledger = whole;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_goes_on_is_seen_when_it_does),
		TEST(who_is_on_the_line_sees_its_case_and_nobody_else_does),
		TEST(a_mere_suspicion_is_not_shown_and_a_closed_case_neither),
		TEST(ticks_stand_in_place_of_those_of_the_device_before),
		TEST(who_did_something_lets_the_line_go_twice),
		TEST(what_a_person_decided_a_person_ends),
		TEST(that_it_is_wrong_is_kept_as_it_can_be_shown),
		TEST(who_says_that_it_is_wrong_is_paused_once_where_the_rule_says_so),
		TEST(what_was_seen_is_kept_once_a_day),
		TEST(the_version_that_is_kept_is_that_of_the_text_shown),
		TEST(which_of_two_versions_was_shown_is_kept_with_it),
		TEST(pins_are_tried_ten_times_an_hour),
		TEST(questions_are_limited_of_a_line_and_of_all),
		TEST(who_asks_without_end_takes_nobodys_turn),
		TEST(what_can_be_no_question_is_refused_and_counted),
		TEST(any_bytes_get_an_answer),
		TEST(without_a_ledger_that_works_nothing_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
