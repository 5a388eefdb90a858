/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/casepin.h"
#include "ledger/deciding.h"
#include "ledger/reading.h"
#include "process_bench.h"
#include "service/casetable.h"
#include "service/keeper.h"
#include "service/ordertable.h"
#include "service/portalask.h"

#include <sqlite3.h>
#include <sys/mman.h>
#include <time.h>

static struct process_bench *
begin(void)
{
	struct process_bench *bench = process_begin(1, 2, 64);
	struct fail fail = {0};

	if (keeper_prepare(&bench->settings.keep, (struct wall){INT64_C(15000) * WALL_DAY}, &fail) <
		0)
		fail_msg("%s", fail.what);
	return bench;
}

static void
start(struct process_bench *bench)
{
	if (process_forks(bench, OWNER_KEEPER))
		keeper_run(&bench->settings, &bench->estate);
	process_hear(bench, process_parent(bench), MESSAGE_READY);
}

static void
put(struct process_bench *bench, uint32_t judge, uint64_t first_line, size_t count, enum state from,
	enum state to)
{
	struct ring ring;

	estate_verdicts_putting(&bench->estate, judge, &ring);
	for (size_t i = 0; i < count; i++) {
		struct verdict verdict = {.time = {INT64_C(15000) * WALL_DAY + from * WALL_HOUR},
			.line = first_line + i,
			.parameters = parameters_version(&bench->settings.judging.parameters),
			.from = (uint8_t)from,
			.to = (uint8_t)to,
			.highest = (uint8_t)(to == STATE_CLEAR ? from : to),
			.role = ROLE_RESIDENTIAL,
			.score = 13,
			.threshold = 11,
			.active_lines = 20};

		assert_int_equal(ring_put(&ring, &verdict, 1), 1);
	}
}

static struct ledger *
read_ledger(const struct process_bench *bench)
{
	struct ledger_settings settings = LEDGER_DEFAULTS;
	struct ledger *ledger = NULL;

	settings.where = bench->settings.keep.ledger;
	settings.mode = STORE_READ;
	assert_int_equal(ledger_open(&ledger, &settings, NULL), 0);
	return ledger;
}

static void
a_judge_with_much_to_say_holds_up_no_other(void **state)
{
	struct process_bench *bench = begin();
	struct ledger_case of;
	struct ledger *ledger;

	put(bench, 0, 1, 1000, STATE_WATCH, STATE_SUSPECT);
	put(bench, 1, 5001, 10, STATE_WATCH, STATE_SUSPECT);
	start(bench);
	process_stop(bench);
	process_ends_well(bench);
	assert_int_equal(process_figure(bench, COUNT_OPENED), 1010);
	assert_int_equal(process_figure(bench, COUNT_OPEN_CASES), 1010);
	ledger = read_ledger(bench);
	/* After one batch. */
	assert_int_equal(ledger_find_line(ledger, 5001, &of, NULL), 0);
	assert_int_equal(of.number, KEEPER_BATCH + 1);
	ledger_close(ledger);
	process_done(bench);
}

static void
figures_go_on_when_the_ledger_is_gone(void **state)
{
	struct process_bench *bench = begin();

	put(bench, 0, 1, 5, STATE_WATCH, STATE_SUSPECT);
	start(bench);
	process_wait_for(bench, COUNT_OPENED, 5);
	put(bench, 0, 1, 2, STATE_SUSPECT, STATE_CLEAR);
	process_wait_for(bench, COUNT_TRANSITIONS, 7);
	process_wait_for(bench, COUNT_OPEN_CASES, 3);
	assert_int_equal(unlink(bench->settings.keep.ledger), 0);
	process_wait_for(bench, COUNT_LEDGER_WORKS, 0);
	process_stop(bench);
	process_ends_well(bench);
	assert_int_equal(process_figure(bench, COUNT_TRANSITIONS), 7);
	assert_int_equal(process_figure(bench, COUNT_OPENED), 5);
	assert_int_equal(process_figure(bench, COUNT_CLOSED), 2);
	process_done(bench);
}

static void
a_judge_asks_for_its_own_open_cases_only(void **state)
{
	struct process_bench *bench = begin();
	struct open_question question = {.judge = 1, .judges = 2};
	int judge = bench->estate.judge_keeper[0].end[0];

	put(bench, 0, 1, 5, STATE_WATCH, STATE_SUSPECT);
	start(bench);
	process_wait_for(bench, COUNT_OPENED, 5);
	assert_int_equal(channel_send(judge, MESSAGE_OPEN, &question, sizeof(question)), 0);
	question.judge = 0;
	question.judges = 1;
	assert_int_equal(channel_send(judge, MESSAGE_OPEN, &question, sizeof(question)), 0);
	question.judges = 2;
	question.after = 2;
	assert_int_equal(channel_send(judge, MESSAGE_OPEN, &question, sizeof(question)), 0);
	process_hear(bench, judge, MESSAGE_OPEN_PAGE);
	assert_int_equal(bench->message.page.count, 3);
	assert_true(process_said(bench, "event=bad-message peer=judge number=0"));
	process_stop(bench);
	process_ends_well(bench);
	process_done(bench);
}

static void
it_hears_while_it_writes(void **state)
{
	struct process_bench *bench = begin();
	struct question question = {.id = 5, .ask = ASK_CASES};
	int desk = bench->estate.desk_keeper.end[0];

	assert_int_equal(channel_send(desk, MESSAGE_STOP, NULL, 0), 0);
	assert_int_equal(channel_send(desk, MESSAGE_QUESTION, &question, sizeof(question)), 0);
	put(bench, 0, 1, 1000, STATE_WATCH, STATE_SUSPECT);
	start(bench);
	process_hear(bench, desk, MESSAGE_ANSWER);
	assert_int_equal(bench->message.answer.id, 5);
	/* After the first batch, not after all. */
	assert_non_null(strstr(bench->message.answer.text, "256 cases, 256 of them open"));
	assert_true(process_said(bench, "event=bad-message peer=desk number=0"));
	process_stop(bench);
	process_ends_well(bench);
	process_done(bench);
}

/* As to put it on another disk. */
static void
a_ledger_or_key_that_is_a_link_into_another_folder_is_refused(void **state)
{
	struct process_bench *bench = begin();
	const char *ledger = bench->settings.keep.ledger;
	char aim[] = "/tmp/lazaret-keeper-XXXXXX", key[DAEMON_PATH + 8], moved[DAEMON_PATH];
	struct wall now = {INT64_C(15000) * WALL_DAY};
	struct fail fail = {0};

	snprintf(key, sizeof(key), "%s.key", ledger);
	for (int i = 0; i < 2; i++) {
		const char *path = i == 0 ? ledger : key;

		assert_non_null(mkdtemp(aim));
		snprintf(moved, sizeof(moved), "%s/moved", aim);
		assert_int_equal(rename(path, moved), 0);
		assert_int_equal(symlink(moved, path), 0);
		assert_int_equal(keeper_prepare(&bench->settings.keep, now, &fail), -ELOOP);
		assert_non_null(strstr(fail.where, path));
		assert_int_equal(rename(moved, path), 0);
		assert_int_equal(rmdir(aim), 0);
		memcpy(aim + strlen(aim) - 6, "XXXXXX", 6);
	}
	/* One that stays in its folder can be followed. */
	snprintf(moved, sizeof(moved), "%.*s/moved", (int)(strrchr(ledger, '/') - ledger), ledger);
	assert_int_equal(rename(ledger, moved), 0);
	assert_int_equal(symlink("moved", ledger), 0);
	assert_int_equal(keeper_prepare(&bench->settings.keep, now, &fail), 0);
	assert_int_equal(rename(moved, ledger), 0);
	process_done(bench);
}

/* Cases that were closed years ago. */
static void
sql(const struct process_bench *bench, const char *statement)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(bench->settings.keep.ledger, &db), SQLITE_OK);
	assert_int_equal(sqlite3_busy_timeout(db, 10000), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, statement, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void
put_old_cases(const struct process_bench *bench, size_t count)
{
	struct ledger_settings settings = LEDGER_DEFAULTS;
	struct verdict verdict = {.parameters = 1, .role = ROLE_RESIDENTIAL, .active_lines = 20};
	struct ledger *ledger = NULL;

	settings.where = bench->settings.keep.ledger;
	settings.mode = STORE_WRITE;
	settings.now.us = INT64_C(15000) * WALL_DAY;
	assert_int_equal(ledger_open(&ledger, &settings, NULL), 0);
	assert_int_equal(ledger_parameters(ledger, 1, TEXT("q = 0.05\n"), NULL), 0);
	for (verdict.line = 1; verdict.line <= count; verdict.line++) {
		verdict.time.us = INT64_C(14000) * WALL_DAY;
		verdict.from = STATE_WATCH;
		verdict.to = verdict.highest = STATE_SUSPECT;
		assert_true(ledger_transition(ledger, &verdict, TEXT(""), NULL) >= 0);
		verdict.time.us += WALL_HOUR;
		verdict.from = STATE_SUSPECT;
		verdict.to = STATE_CLEAR;
		assert_true(ledger_transition(ledger, &verdict, TEXT(""), NULL) >= 0);
	}
	assert_int_equal(ledger_commit(ledger, NULL), 0);
	ledger_close(ledger);
	/* Time has passed since: nothing leaps. */
	sql(bench, "DELETE FROM meta WHERE name = 'horizon'");
}

static void
it_hears_while_it_removes(void **state)
{
	struct process_bench *bench = begin();
	struct question question = {.id = 5, .ask = ASK_CASES};
	int desk = bench->estate.desk_keeper.end[0];

	bench->settings.keep.forget_days = 90;
	put_old_cases(bench, 1000);
	assert_int_equal(channel_send(desk, MESSAGE_QUESTION, &question, sizeof(question)), 0);
	put(bench, 0, 2001, 1, STATE_WATCH, STATE_SUSPECT);
	start(bench);
	process_hear(bench, desk, MESSAGE_ANSWER);
	/* After one batch of them, not after all. */
	assert_null(strstr(bench->message.answer.text, "\n    256  "));
	assert_non_null(strstr(bench->message.answer.text, "\n    257  "));
	process_stop(bench);
	process_ends_well(bench);
	process_done(bench);
}

static void
what_retention_could_not_do_is_tried_again_and_then_over(void **state)
{
	struct process_bench *bench = begin();

	bench->settings.keep.forget_days = 90;
	put_old_cases(bench, 3);
	sql(bench, "CREATE TRIGGER no BEFORE DELETE ON cases BEGIN SELECT RAISE(ABORT, 'no'); END");
	start(bench);
	process_wait_for(bench, COUNT_COMMIT_FAILURES, 2);
	assert_int_equal(process_figure(bench, COUNT_LEDGER_WORKS), 0);
	sql(bench, "DROP TRIGGER no");
	process_wait_for(bench, COUNT_LEDGER_WORKS, 1);
	assert_true(process_said(bench, "event=ledger-works"));
	assert_int_equal(*estate_status(&bench->estate, estate_place(&bench->post))->trouble, '\0');
	process_stop(bench);
	process_ends_well(bench);
	assert_true(process_said(bench, "event=retention closed=0 removed=3"));
	process_done(bench);
}

/* A copy: the keeper writes it. */
static bool
has_trouble(const struct process_bench *bench, const char *text)
{
	struct status_process page = *estate_status(&bench->estate, estate_place(&bench->post));

	page.trouble[STATUS_TEXT - 1] = '\0';
	return *text == '\0' ? *page.trouble == '\0' : strstr(page.trouble, text) != NULL;
}

static void
put_case(const struct process_bench *bench, const char *name)
{
	struct ledger_settings settings = LEDGER_DEFAULTS;
	struct verdict verdict = {.time = {INT64_C(15000) * WALL_DAY},
		.line = 1,
		.parameters = 1,
		.from = STATE_WATCH,
		.to = STATE_SUSPECT,
		.highest = STATE_SUSPECT,
		.role = ROLE_RESIDENTIAL,
		.active_lines = 20};
	struct ledger *ledger = NULL;

	settings.where = bench->settings.keep.ledger;
	settings.mode = STORE_WRITE;
	settings.now = verdict.time;
	assert_int_equal(ledger_open(&ledger, &settings, NULL), 0);
	assert_int_equal(ledger_parameters(ledger, 1, TEXT("q = 0.05\n"), NULL), 0);
	assert_int_equal(ledger_transition(ledger, &verdict, text_of(name), NULL), 0);
	assert_int_equal(ledger_commit(ledger, NULL), 0);
	ledger_close(ledger);
}

static void
asks(struct process_bench *bench, enum ask ask, const char *text, int code, const char *expected)
{
	struct question question = {.id = 11, .ask = (uint8_t)ask};
	int desk = bench->estate.desk_keeper.end[0];

	snprintf(question.actor, sizeof(question.actor), "anna (1000)");
	snprintf(question.text, sizeof(question.text), "%s", text);
	assert_int_equal(channel_send(desk, MESSAGE_QUESTION, &question, sizeof(question)), 0);
	process_hear(bench, desk, MESSAGE_ANSWER);
	assert_int_equal(bench->message.answer.code, code);
	bench->message.answer.text[bench->message.answer.size] = '\0';
	if (strstr(bench->message.answer.text, expected) == NULL)
		fail_msg("\"%s\" is not in: %s", expected, bench->message.answer.text);
}

static void
while_nothing_can_be_written_people_hear_what_frees_and_status_says_so(void **state)
{
	struct process_bench *bench = begin();
	sqlite3 *db = NULL;

	put_case(bench, "192.0.2.7");
	start(bench);
	process_wait_for(bench, COUNT_OPEN_CASES, 1);
	assert_int_equal(sqlite3_open(bench->settings.keep.ledger, &db), SQLITE_OK);
	assert_int_equal(sqlite3_busy_timeout(db, 10000), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	asks(bench, ASK_RELEASE, "1\n", -EBUSY, "nobody was let go");
	assert_non_null(strstr(bench->message.answer.text, "nft delete table inet lazaret"));
	process_wait_for(bench, COUNT_LEDGER_WORKS, 0);
	assert_true(has_trouble(bench, "the ledger cannot be written: another program"));
	asks(bench, ASK_RELEASE_ALL, "all wrong", -EBUSY, "nft delete table inet lazaret");
	/* Who only looks is answered, by an address, too; the log has what the audit trail should. */
	asks(bench, ASK_CASE, "192.0.2.7", 0, "suspect");
	assert_true(process_said(bench, "event=case-found case=1 actor=\"anna (1000)\""));
	/* It is over without that anybody asks. */
	assert_int_equal(sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	process_wait_for(bench, COUNT_LEDGER_WORKS, 1);
	assert_true(process_said(bench, "event=ledger-works"));
	assert_true(has_trouble(bench, ""));
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	process_stop(bench);
	process_ends_well(bench);
	process_done(bench);
}

static void
a_ledger_that_was_made_anew_is_a_trouble_until_somebody_looks(void **state)
{
	struct process_bench *bench = begin();
	struct wall now = {(int64_t)time(NULL) * WALL_SECOND};
	struct question question = {.id = 7, .ask = ASK_AUDIT};
	int desk = bench->estate.desk_keeper.end[0];
	struct fail fail = {0};

	start(bench);
	assert_true(has_trouble(bench, ""));
	process_stop(bench);
	process_ends_well(bench);
	assert_int_equal(unlink(bench->settings.keep.ledger), 0);
	assert_int_equal(keeper_prepare(&bench->settings.keep, now, &fail), 0);
	start(bench);
	assert_true(has_trouble(bench, "the ledger was gone at the start and was made anew on 2"));
	process_stop(bench);
	process_ends_well(bench);
	/* The next one tells it, too. */
	start(bench);
	assert_true(has_trouble(bench, "lazaret cases --audit"));
	assert_int_equal(channel_send(desk, MESSAGE_QUESTION, &question, sizeof(question)), 0);
	process_hear(bench, desk, MESSAGE_ANSWER);
	assert_non_null(strstr(bench->message.answer.text, "beside an older key file"));
	while (!has_trouble(bench, ""))
		(void)poll(NULL, 0, 5);
	process_stop(bench);
	process_ends_well(bench);
	start(bench);
	assert_true(has_trouble(bench, ""));
	process_stop(bench);
	process_ends_well(bench);
	process_done(bench);
}

static void
release(struct process_bench *bench, const char *which)
{
	struct question question = {.id = 9, .ask = ASK_RELEASE};
	int desk = bench->estate.desk_keeper.end[0];

	snprintf(question.text, sizeof(question.text), "%s\n", which);
	assert_int_equal(channel_send(desk, MESSAGE_QUESTION, &question, sizeof(question)), 0);
	process_hear(bench, desk, MESSAGE_ANSWER);
	assert_int_equal(bench->message.answer.code, 0);
}

/* As if the keeper had been killed when the ledger had it, and before the judge was told. */
static void
release_in_ledger(const struct process_bench *bench, uint64_t of_case)
{
	struct ledger_settings settings = LEDGER_DEFAULTS;
	struct ledger *ledger = NULL;

	settings.where = bench->settings.keep.ledger;
	settings.mode = STORE_WRITE;
	settings.now.us = INT64_C(15001) * WALL_DAY;
	assert_int_equal(ledger_open(&ledger, &settings, NULL), 0);
	assert_true(ledger_release(ledger, of_case, END_HELPDESK, TEXT(""), NULL) >= 0);
	ledger_close(ledger);
}

static void
decisions_come_to_the_judge_of_their_line_once_whoever_is_killed(void **state)
{
	struct process_bench *bench = begin();
	struct case_decision decision[8];
	struct ring ring, other;

	put(bench, 0, 1, 3, STATE_WATCH, STATE_CONFIRMED);
	start(bench);
	process_wait_for(bench, COUNT_OPENED, 3);
	release(bench, "1");
	process_wait_for(bench, COUNT_DECISIONS, 1);
	process_is_killed(bench);
	release_in_ledger(bench, 2);
	start(bench);
	process_wait_for(bench, COUNT_DECISIONS, 2);
	release(bench, "3");
	process_wait_for(bench, COUNT_DECISIONS, 3);
	process_is_killed(bench);
	start(bench);
	process_stop(bench);
	process_ends_well(bench);
	estate_decisions_taking(&bench->estate, 0, &ring);
	estate_decisions_taking(&bench->estate, 1, &other);
	assert_int_equal(ring_take(&ring, decision, 8), 3);
	for (uint64_t i = 0; i < 3; i++) {
		assert_int_equal(decision[i].line, i + 1);
		assert_int_equal(decision[i].of_case, i + 1);
		assert_int_equal(decision[i].state, STATE_PROBATION);
		assert_int_equal(decision[i].role, ROLE_RESIDENTIAL);
		assert_true(i == 0 || decision[i].step > decision[i - 1].step);
	}
	assert_int_equal(ring_take(&other, decision, 8), 0);
	process_done(bench);
}

static void
hear_portal(struct process_bench *bench, struct portalanswer *into)
{
	struct pollfd polled = {.fd = bench->estate.portal_keeper.end[0], .events = POLLIN};
	uint16_t type;

	assert_int_equal(poll(&polled, 1, -1), 1);
	assert_int_equal(channel_receive(polled.fd, &type, into, sizeof(*into)), sizeof(*into));
	assert_int_equal(type, PORTALASK_ANSWER);
}

static void *
share(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(memory, MAP_FAILED);
	return memory;
}

/* Else the guard would stop mail of an account that was released. */
static void
no_case_is_shown_to_the_guard_before_its_release(void **state)
{
	struct process_bench *bench = begin();
	struct casetable *cases;

	put(bench, 0, 1, 1, STATE_WATCH, STATE_CONFIRMED);
	start(bench);
	process_wait_for(bench, COUNT_OPENED, 1);
	process_is_killed(bench);
	bench->estate.cases = cases = share(sizeof(*cases));
	bench->estate.orders = share(sizeof(struct ordertable));
	sql(bench, "ALTER TABLE account_orders RENAME TO away");
	start(bench);
	while (!has_trouble(bench, "the ledger cannot be written"))
		(void)poll(NULL, 0, 5);
	assert_int_equal(cases->count, 0);
	sql(bench, "ALTER TABLE away RENAME TO account_orders");
	while (!has_trouble(bench, ""))
		(void)poll(NULL, 0, 5);
	assert_int_equal(cases->count, 1);
	assert_true(ordertable_version(bench->estate.orders) > 0);
	process_stop(bench);
	process_ends_well(bench);
	process_done(bench);
}

static void
the_portal_asks_for_one_case_and_what_is_no_question_is_left_out(void **state)
{
	struct process_bench *bench = begin();
	struct portalask ask = {.version = PORTALASK_VERSION,
		.by_code = 1,
		.number = 12,
		.page = PORTAL_CASE,
		.topic = TOPIC_DEVICES};
	int portal = bench->estate.portal_keeper.end[0];
	struct portalanswer answer;
	struct ledger *ledger;

	bench->estate.settings.portals = 1;
	put(bench, 0, 1, 1, STATE_WATCH, STATE_CONFIRMED);
	start(bench);
	process_wait_for(bench, COUNT_OPENED, 1);
	ledger = read_ledger(bench);
	casecode_format(1, ledger_key(ledger), ask.code);
	casepin_format(1, ledger_key(ledger), ask.pin);
	ledger_close(ledger);
	assert_int_equal(channel_send(portal, PORTALASK_QUESTION, &ask, sizeof(ask) - 1), 0);
	assert_int_equal(channel_send(portal, PORTALASK_ANSWER, &ask, sizeof(ask)), 0);
	assert_int_equal(channel_send(portal, PORTALASK_QUESTION, &ask, sizeof(ask)), 0);
	hear_portal(bench, &answer);
	assert_int_equal(answer.number, 12);
	assert_int_equal(answer.outcome, PORTAL_SHOWN);
	assert_true(answer.of.is_there);
	assert_string_equal(answer.of.code, ask.code);
	ask.number = 13;
	ask.pin[0] ^= 1;
	assert_int_equal(channel_send(portal, PORTALASK_QUESTION, &ask, sizeof(ask)), 0);
	hear_portal(bench, &answer);
	assert_int_equal(answer.number, 13);
	assert_int_equal(answer.outcome, PORTAL_UNKNOWN);
	process_stop(bench);
	process_ends_well(bench);
	assert_int_equal(process_figure(bench, COUNT_PORTAL_ASKED), 4);
	assert_int_equal(process_figure(bench, COUNT_PORTAL_MALFORMED), 2);
	assert_int_equal(process_figure(bench, COUNT_PORTAL_PINS), 1);
	assert_true(process_said(bench, "event=bad-message peer=portal number=0"));
	process_done(bench);
}

static void
a_pause_of_containment_is_a_trouble_until_it_is_over(void **state)
{
	struct process_bench *bench = begin();
	struct question question = {.id = 9, .ask = ASK_RELEASE_ALL, .text = "a mistake"};
	int desk = bench->estate.desk_keeper.end[0];

	start(bench);
	assert_int_equal(channel_send(desk, MESSAGE_QUESTION, &question, sizeof(question)), 0);
	process_hear(bench, desk, MESSAGE_ANSWER);
	while (!has_trouble(bench, "containment pauses since 2"))
		(void)poll(NULL, 0, 5);
	process_is_killed(bench);
	start(bench);
	while (!has_trouble(bench, "until lazaret resume"))
		(void)poll(NULL, 0, 5);
	question.ask = ASK_RESUME;
	assert_int_equal(channel_send(desk, MESSAGE_QUESTION, &question, sizeof(question)), 0);
	process_hear(bench, desk, MESSAGE_ANSWER);
	while (!has_trouble(bench, ""))
		(void)poll(NULL, 0, 5);
	process_stop(bench);
	process_ends_well(bench);
	process_done(bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_judge_with_much_to_say_holds_up_no_other),
		cmocka_unit_test(figures_go_on_when_the_ledger_is_gone),
		cmocka_unit_test(a_judge_asks_for_its_own_open_cases_only),
		cmocka_unit_test(it_hears_while_it_writes),
		cmocka_unit_test(a_ledger_or_key_that_is_a_link_into_another_folder_is_refused),
		cmocka_unit_test(it_hears_while_it_removes),
		cmocka_unit_test(what_retention_could_not_do_is_tried_again_and_then_over),
		cmocka_unit_test(
			while_nothing_can_be_written_people_hear_what_frees_and_status_says_so),
		cmocka_unit_test(a_ledger_that_was_made_anew_is_a_trouble_until_somebody_looks),
		cmocka_unit_test(decisions_come_to_the_judge_of_their_line_once_whoever_is_killed),
		cmocka_unit_test(no_case_is_shown_to_the_guard_before_its_release),
		cmocka_unit_test(the_portal_asks_for_one_case_and_what_is_no_question_is_left_out),
		cmocka_unit_test(a_pause_of_containment_is_a_trouble_until_it_is_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
