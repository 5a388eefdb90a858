/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/ledger.h"
#include "ledger/reading.h"
#include "ledger/retention.h"
#include "ledger/verify.h"
#include "ledger_fixture.h"

#include <errno.h>
#include <sys/stat.h>

static struct ledger_case
case_of(struct ledger *ledger, uint64_t line)
{
	struct ledger_case of;

	assert_int_equal(ledger_find_line(ledger, line, &of, NULL), 0);
	return of;
}

static int
count_transition(void *context, const struct transition *row)
{
	++*(int *)context;
	return 0;
}

static int
transitions_of(struct ledger *ledger, uint64_t number)
{
	int count = 0;

	assert_int_equal(ledger_each_transition(ledger, number, count_transition, &count, NULL), 0);
	return count;
}

static void
is_intact(struct ledger *ledger)
{
	struct ledger_proof proof;
	struct fail fail = {0};
	int r = ledger_verify(ledger, &proof, &fail);

	if (r < 0)
		print_error("%s: %s\n", fail.where, fail.what);
	assert_int_equal(r, 0);
	assert_int_equal(proof.broken, 0);
	assert_true(proof.has_key);
}

static void
a_case_opens_at_suspect_and_closes_at_clear(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	struct ledger_case of;

	fixture_step(ledger, 7, 0, STATE_CLEAR, STATE_WATCH);
	fixture_step(ledger, 7, 10, STATE_WATCH, STATE_SUSPECT);
	fixture_step(ledger, 7, 20, STATE_SUSPECT, STATE_CONFIRMED);
	fixture_commit(ledger);
	of = case_of(ledger, 7);
	assert_int_equal(of.number, 1);
	assert_int_equal(of.state, STATE_CONFIRMED);
	assert_int_equal(of.opened.us, fixture_verdict(7, 10, 0, 0).time.us);
	assert_int_equal(of.confirmed.us, fixture_verdict(7, 20, 0, 0).time.us);
	assert_true(wall_is_none(of.closed));
	fixture_step(ledger, 7, 30, STATE_CONFIRMED, STATE_WATCH);
	fixture_step(ledger, 7, 40, STATE_WATCH, STATE_CLEAR);
	fixture_commit(ledger);
	of = case_of(ledger, 7);
	assert_int_equal(of.number, 1);
	assert_int_equal(of.state, STATE_CLEAR);
	assert_int_equal(of.highest, STATE_CONFIRMED);
	assert_int_equal(of.closed.us, fixture_verdict(7, 40, 0, 0).time.us);
	assert_int_equal(transitions_of(ledger, 1), 4);
	assert_int_equal(ledger_counts(ledger).kept, 4);
	assert_int_equal(ledger_counts(ledger).below, 1);
	is_intact(ledger);
	ledger_close(ledger);
}

static void
a_line_that_was_only_watched_leaves_no_trace(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	struct ledger_case of;

	fixture_step(ledger, 7, 0, STATE_CLEAR, STATE_WATCH);
	fixture_step(ledger, 7, 10, STATE_WATCH, STATE_CLEAR);
	fixture_commit(ledger);
	assert_int_equal(ledger_find_line(ledger, 7, &of, NULL), -ENOENT);
	assert_int_equal(ledger_counts(ledger).below, 2);
	assert_int_equal(ledger_counts(ledger).kept, 0);
	ledger_close(ledger);
}

static void
a_new_case_links_the_one_before(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	struct ledger_case of;

	fixture_step(ledger, 7, 0, STATE_WATCH, STATE_SUSPECT);
	fixture_step(ledger, 7, 10, STATE_SUSPECT, STATE_CLEAR);
	fixture_step(ledger, 9, 15, STATE_WATCH, STATE_SUSPECT);
	fixture_step(ledger, 7, 20, STATE_WATCH, STATE_SUSPECT);
	fixture_commit(ledger);
	of = case_of(ledger, 7);
	assert_int_equal(of.number, 3);
	assert_int_equal(of.previous, 1);
	assert_int_equal(of.state, STATE_SUSPECT);
	assert_int_equal(case_of(ledger, 9).previous, 0);
	is_intact(ledger);
	ledger_close(ledger);
}

static void
scan(struct ledger *ledger)
{
	fixture_step(ledger, 7, 0, STATE_CLEAR, STATE_WATCH);
	fixture_step(ledger, 7, 10, STATE_WATCH, STATE_SUSPECT);
	fixture_step(ledger, 7, 11, STATE_SUSPECT, STATE_CLEAR);
	fixture_step(ledger, 7, 12, STATE_CLEAR, STATE_SUSPECT);
	fixture_step(ledger, 8, 13, STATE_CLEAR, STATE_WATCH);
	fixture_step(ledger, 8, 13, STATE_WATCH, STATE_CONFIRMED);
	fixture_commit(ledger);
}

static void
the_same_scan_twice_is_kept_once(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);

	scan(ledger);
	ledger_close(ledger);
	ledger = fixture_ledger(*state);
	scan(ledger);
	assert_int_equal(ledger_counts(ledger).kept, 0);
	assert_int_equal(ledger_counts(ledger).repeated, 4);
	assert_int_equal(ledger_counts(ledger).opened, 0);
	assert_int_equal(case_of(ledger, 7).number, 2);
	assert_int_equal(case_of(ledger, 8).number, 3);
	is_intact(ledger);
	ledger_close(ledger);
}

static void
the_same_steps_judged_by_other_parameters_are_other_transitions(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	struct verdict verdict = fixture_verdict(8, 13, STATE_WATCH, STATE_CONFIRMED);

	scan(ledger);
	verdict.parameters = 2;
	assert_int_equal(ledger_parameters(ledger, 2, TEXT("q = 0.1\n"), NULL), 0);
	assert_int_equal(ledger_transition(ledger, &verdict, TEXT("192.0.2.8"), NULL), 0);
	fixture_commit(ledger);
	assert_int_equal(transitions_of(ledger, 3), 2);
	is_intact(ledger);
	ledger_close(ledger);
}

static void
an_older_recording_does_not_change_the_state_of_today(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	struct ledger_case of;

	fixture_step(ledger, 7, 1000, STATE_WATCH, STATE_CONFIRMED);
	fixture_step(ledger, 7, 500, STATE_WATCH, STATE_SUSPECT);
	fixture_step(ledger, 7, 600, STATE_SUSPECT, STATE_CLEAR);
	fixture_commit(ledger);
	assert_int_equal(ledger_counts(ledger).kept, 3);
	of = case_of(ledger, 7);
	assert_int_equal(of.number, 1);
	assert_int_equal(of.state, STATE_CONFIRMED);
	assert_int_equal(of.opened.us, fixture_verdict(7, 500, 0, 0).time.us);
	assert_int_equal(of.last.us, fixture_verdict(7, 1000, 0, 0).time.us);
	assert_true(wall_is_none(of.closed));
	is_intact(ledger);
	ledger_close(ledger);
}

static void
a_step_inside_the_time_of_a_closed_case_joins_it(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);

	fixture_step(ledger, 7, 100, STATE_WATCH, STATE_SUSPECT);
	fixture_step(ledger, 7, 200, STATE_SUSPECT, STATE_CLEAR);
	fixture_step(ledger, 7, 150, STATE_SUSPECT, STATE_CONFIRMED);
	fixture_commit(ledger);
	assert_int_equal(case_of(ledger, 7).number, 1);
	assert_int_equal(case_of(ledger, 7).state, STATE_CLEAR);
	assert_int_equal(case_of(ledger, 7).highest, STATE_CONFIRMED);
	is_intact(ledger);
	ledger_close(ledger);
}

struct taken {
	struct verdict verdict[4];
	size_t count;
};

static int
take_verdict(void *context, const struct transition *row)
{
	struct taken *taken = context;

	assert_true(taken->count < 4);
	return transition_decode(row, &taken->verdict[taken->count++]);
}

static void
a_verdict_comes_back_as_it_was_handed_in(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	struct verdict verdict = fixture_verdict(UINT64_MAX - 3, 5, STATE_WATCH, STATE_QUARANTINE),
		       back;
	struct taken taken = {.count = 0};

	assert_int_equal(ledger_transition(ledger, &verdict, TEXT("2001:db8::/56"), NULL), 0);
	fixture_commit(ledger);
	assert_int_equal(ledger_each_transition(ledger, 1, take_verdict, &taken, NULL), 0);
	assert_int_equal(taken.count, 1);
	back = taken.verdict[0];
	assert_int_equal(back.line, verdict.line);
	assert_int_equal(back.time.us, verdict.time.us);
	assert_int_equal(back.parameters, verdict.parameters);
	assert_int_equal(back.from, verdict.from);
	assert_int_equal(back.to, verdict.to);
	assert_int_equal(back.active_lines, verdict.active_lines);
	assert_memory_equal(&back.score, &verdict.score, sizeof(back.score));
	assert_memory_equal(&back.threshold, &verdict.threshold, sizeof(back.threshold));
	assert_memory_equal(back.channels, verdict.channels, sizeof(back.channels));
	assert_memory_equal(&back.facts, &verdict.facts, sizeof(back.facts));
	ledger_close(ledger);
}

static void
the_parameters_come_back_and_cannot_be_replaced(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	struct fail fail = {0};
	struct buffer text;

	buffer_init(&text, LEDGER_PARAMETERS);
	assert_int_equal(ledger_parameters_text(ledger, FIXTURE_VERSION, &text, NULL), 0);
	assert_string_equal(buffer_string(&text), "q = 0.05\n");
	assert_int_equal(ledger_parameters_text(ledger, 1, &text, NULL), -ENOENT);
	buffer_done(&text);
	assert_int_equal(ledger_parameters(ledger, FIXTURE_VERSION, TEXT("q = 0.05\n"), &fail), 0);
	assert_int_equal(
		ledger_parameters(ledger, FIXTURE_VERSION, TEXT("q = 0.5\n"), &fail), -EEXIST);
	assert_string_not_equal(fail.what, "");
	is_intact(ledger);
	ledger_close(ledger);
}

static void
refuses_verdicts_that_it_could_not_keep(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	struct verdict good = fixture_verdict(1, 0, STATE_WATCH, STATE_SUSPECT), bad = good;
	char name[SEAL_NAME + 1];
	struct fail fail = {0};

	bad.parameters = 77;
	assert_int_equal(ledger_transition(ledger, &bad, TEXT("192.0.2.1"), &fail), -ENOKEY);
	bad = good;
	bad.to = STATE_COUNT;
	assert_int_equal(ledger_transition(ledger, &bad, TEXT("192.0.2.1"), &fail), -EINVAL);
	bad = good;
	bad.role = ROLE_COUNT;
	assert_int_equal(ledger_transition(ledger, &bad, TEXT("192.0.2.1"), &fail), -EINVAL);
	memset(name, 'n', sizeof(name));
	assert_int_equal(
		ledger_transition(ledger, &good, (struct text){name, SEAL_NAME}, &fail), -EINVAL);
	assert_int_equal(ledger_transition(ledger, &good, TEXT("192.0\0.1"), &fail), -EINVAL);
	fixture_commit(ledger);
	assert_int_equal(ledger_counts(ledger).kept, 0);
	assert_int_equal(
		ledger_transition(ledger, &good, (struct text){name, SEAL_NAME - 1}, NULL), 0);
	fixture_commit(ledger);
	assert_int_equal(ledger_counts(ledger).kept, 1);
	ledger_close(ledger);
}

static void
scores_that_are_no_numbers_do_not_stop_it(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	struct verdict verdict = fixture_verdict(1, 0, STATE_WATCH, STATE_SUSPECT);

	verdict.score = __builtin_nanf("");
	verdict.threshold = __builtin_inff();
	verdict.channels[0] = -__builtin_inff();
	verdict.facts.rate = -0.0f;
	assert_int_equal(ledger_transition(ledger, &verdict, TEXT(""), NULL), 0);
	fixture_commit(ledger);
	verdict = fixture_verdict(1, 1, STATE_SUSPECT, STATE_CONFIRMED);
	verdict.score = -0.0f;
	assert_int_equal(ledger_transition(ledger, &verdict, TEXT(""), NULL), 0);
	fixture_commit(ledger);
	is_intact(ledger);
	ledger_close(ledger);
}

struct actions {
	int of[ACTION_COUNT];
	uint64_t subject;
	char actor[AUDIT_ACTOR + 1];
};

static int
count_action(void *context, const struct audit *row)
{
	struct actions *actions = context;

	actions->of[row->action]++;
	if (row->action == ACTION_NAME) {
		actions->subject = row->subject;
		memcpy(actions->actor, row->actor.at, row->actor.length);
	}
	return 0;
}

static void
opening_a_name_is_written_down(void **state)
{
	struct ledger_settings settings = fixture_settings(*state, STORE_WRITE);
	struct ledger *ledger = fixture_ledger(*state);
	struct actions actions = {0};
	char name[SEAL_NAME] = "";

	fixture_step(ledger, 7, 0, STATE_WATCH, STATE_SUSPECT);
	fixture_commit(ledger);
	ledger_close(ledger);
	settings.actor = TEXT("anna (1000)");
	assert_int_equal(ledger_open(&ledger, &settings, NULL), 0);
	assert_int_equal(ledger_open_name(ledger, 2, name, NULL), -ENOENT);
	assert_int_equal(ledger_open_name(ledger, 1, name, NULL), 0);
	assert_string_equal(name, "192.0.2.7");
	assert_int_equal(ledger_each_audit(ledger, count_action, &actions, NULL), 0);
	assert_int_equal(actions.of[ACTION_NAME], 1);
	assert_int_equal(actions.subject, 1);
	assert_string_equal(actions.actor, "anna (1000)");
	is_intact(ledger);
	ledger_close(ledger);
}

static void
a_ledger_opened_for_reading_opens_no_name(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	char name[SEAL_NAME] = "";
	struct fail fail = {0};

	fixture_step(ledger, 7, 0, STATE_WATCH, STATE_SUSPECT);
	fixture_commit(ledger);
	ledger_close(ledger);
	ledger = fixture_reader(*state);
	assert_int_equal(case_of(ledger, 7).state, STATE_SUSPECT);
	assert_int_equal(ledger_open_name(ledger, 1, name, &fail), -EROFS);
	assert_string_equal(name, "");
	ledger_close(ledger);
}

static void
without_the_key_file_it_lists_pseudonyms_only(void **state)
{
	const struct fixture *fixture = *state;
	struct ledger_settings settings = fixture_settings(fixture, STORE_MAKE);
	struct ledger *ledger = fixture_ledger(fixture);
	char key[96], name[SEAL_NAME];
	struct ledger_case of;
	struct ledger_proof proof;
	struct fail fail = {0};

	fixture_step(ledger, 7, 0, STATE_WATCH, STATE_SUSPECT);
	fixture_commit(ledger);
	ledger_close(ledger);
	snprintf(key, sizeof(key), "%s.key", fixture->path);
	assert_int_equal(unlink(key), 0);
	ledger = fixture_reader(fixture);
	assert_null(ledger_key(ledger));
	assert_int_equal(case_of(ledger, 7).number, 1);
	assert_int_equal(ledger_open_name(ledger, 1, name, &fail), -ENOKEY);
	assert_int_equal(ledger_find_name(ledger, TEXT("192.0.2.7"), &of, &fail), -ENOKEY);
	assert_int_equal(ledger_verify(ledger, &proof, NULL), 0);
	assert_false(proof.has_key);
	ledger_close(ledger);
	/* A second key would split every line in two, so none is made. */
	assert_int_equal(ledger_open(&ledger, &settings, &fail), -ENOENT);
	assert_non_null(strstr(fail.where, ".key"));
	assert_int_equal(access(key, F_OK), -1);
}

static void
names_what_is_no_ledger_rather_than_a_key_file(void **state)
{
	static const char *const contents[] = {"", "hello\n"};
	const struct fixture *fixture = *state;
	struct ledger_settings settings = fixture_settings(fixture, STORE_MAKE);
	struct ledger *ledger;
	char key[96];

	snprintf(key, sizeof(key), "%s.key", fixture->path);
	for (size_t i = 0; i < sizeof(contents) / sizeof(*contents); i++) {
		FILE *file = fopen(fixture->path, "w");
		struct fail fail = {0};

		assert_non_null(file);
		assert_true(fputs(contents[i], file) >= 0);
		assert_int_equal(fclose(file), 0);
		assert_int_equal(ledger_open(&ledger, &settings, &fail), -EBADMSG);
		assert_string_equal(fail.where, fixture->path);
		assert_non_null(strstr(fail.what, "not a ledger"));
		assert_int_equal(access(key, F_OK), -1);
	}
	settings.where = fixture->folder;
	assert_int_equal(ledger_open(&ledger, &settings, NULL), -EBADMSG);
}

static void
says_that_its_folder_is_not_there(void **state)
{
	const struct fixture *fixture = *state;
	struct ledger_settings settings = fixture_settings(fixture, STORE_MAKE);
	struct ledger *ledger;
	struct fail fail = {0};
	char path[96];

	snprintf(path, sizeof(path), "%s/none/ledger", fixture->folder);
	settings.where = path;
	assert_int_equal(ledger_open(&ledger, &settings, &fail), -ENOENT);
	assert_string_equal(fail.what, "the folder of the ledger is not there");
}

static void
refuses_the_key_file_of_another_ledger(void **state)
{
	const struct fixture *fixture = *state;
	struct ledger_settings settings = fixture_settings(fixture, STORE_WRITE);
	struct fixture other = *fixture;
	char key[96], other_key[96];
	struct ledger *ledger;
	struct fail fail = {0};

	snprintf(other.path, sizeof(other.path), "%s/other", fixture->folder);
	ledger_close(fixture_ledger(fixture));
	ledger_close(fixture_ledger(&other));
	snprintf(key, sizeof(key), "%s.key", fixture->path);
	snprintf(other_key, sizeof(other_key), "%s.key", other.path);
	assert_int_equal(rename(other_key, key), 0);
	assert_int_equal(ledger_open(&ledger, &settings, &fail), -ENOKEY);
	ledger = fixture_reader(fixture);
	assert_null(ledger_key(ledger));
	ledger_close(ledger);
}

static void
names_are_found_by_their_text_and_stay_out_of_the_file(void **state)
{
	const struct fixture *fixture = *state;
	struct ledger *ledger = fixture_ledger(fixture);
	struct verdict verdict = fixture_verdict(0x1122334455667788, 0, STATE_WATCH, STATE_SUSPECT);
	struct ledger_case of;
	struct stat stat_of;
	char *content;
	FILE *file;

	assert_int_equal(ledger_transition(ledger, &verdict, TEXT("203.0.113.199"), NULL), 0);
	fixture_commit(ledger);
	assert_int_equal(ledger_find_name(ledger, TEXT("203.0.113.199"), &of, NULL), 0);
	assert_int_equal(of.line, 0x1122334455667788);
	assert_int_equal(ledger_find_name(ledger, TEXT("203.0.113.19"), &of, NULL), -ENOENT);
	ledger_close(ledger);
	assert_int_equal(stat(fixture->path, &stat_of), 0);
	assert_int_equal(stat_of.st_mode & 0777, 0600);
	content = xcalloc(1, (size_t)stat_of.st_size);
	file = fopen(fixture->path, "rb");
	assert_non_null(file);
	assert_int_equal(fread(content, 1, (size_t)stat_of.st_size, file), stat_of.st_size);
	fclose(file);
	assert_null(memmem(content, (size_t)stat_of.st_size, "203.0.113", 9));
	free(content);
}

static int
count_total(void *context, struct text month, uint8_t highest, uint64_t cases)
{
	uint64_t *total = context;

	assert_true(text_is(month, "2011-08"));
	total[highest] += cases;
	return 0;
}

static void
retention_removes_closed_cases_and_keeps_counts(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	struct wall now = FIXTURE_NOW;
	uint64_t total[STATE_COUNT] = {0};
	struct ledger_case of;

	for (int line = 1; line <= 600; line++) {
		fixture_step(ledger, (uint64_t)line, line, STATE_WATCH,
			line <= 200 ? STATE_CONFIRMED : STATE_SUSPECT);
		if (line != 600)
			fixture_step(
				ledger, (uint64_t)line, 1000 + line, STATE_SUSPECT, STATE_CLEAR);
	}
	fixture_commit(ledger);
	now.us += 90 * WALL_DAY - 1;
	ledger_set_time(ledger, now);
	assert_int_equal(ledger_forget(ledger, 90, NULL), 0);
	now.us += 1;
	ledger_set_time(ledger, now);
	assert_int_equal(ledger_forget(ledger, 90, NULL), 599);
	assert_int_equal(ledger_case(ledger, 1, &of, NULL), -ENOENT);
	assert_int_equal(transitions_of(ledger, 1), 0);
	assert_int_equal(case_of(ledger, 600).state, STATE_SUSPECT);
	assert_int_equal(ledger_each_total(ledger, count_total, total, NULL), 0);
	assert_int_equal(total[STATE_CONFIRMED], 200);
	assert_int_equal(total[STATE_SUSPECT], 399);
	is_intact(ledger);
	/* Numbers of removed cases are never given again. */
	fixture_step(ledger, 1, 5000, STATE_WATCH, STATE_SUSPECT);
	fixture_commit(ledger);
	assert_int_equal(case_of(ledger, 1).number, 601);
	is_intact(ledger);
	ledger_close(ledger);
}

static void
retention_goes_step_by_step(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	struct retention retention = {.silent_days = 90, .days = 90};
	struct wall now = FIXTURE_NOW;

	for (int line = 1; line <= 600; line++) {
		fixture_step(ledger, (uint64_t)line, line, STATE_WATCH, STATE_SUSPECT);
		if (line <= 300)
			fixture_step(
				ledger, (uint64_t)line, 1000 + line, STATE_SUSPECT, STATE_CLEAR);
	}
	fixture_commit(ledger);
	now.us += 90 * WALL_DAY;
	fixture_pass(ledger, now);
	assert_int_equal(retention_step(&retention, ledger, NULL), 1);
	assert_int_equal(retention.closed, RETENTION_BATCH);
	assert_int_equal(retention_step(&retention, ledger, NULL), 1);
	assert_int_equal(retention.closed, 300);
	assert_int_equal(retention_step(&retention, ledger, NULL), 1);
	assert_int_equal(retention.removed, RETENTION_BATCH);
	assert_int_equal(retention_step(&retention, ledger, NULL), 0);
	assert_int_equal(retention.removed, 300);
	is_intact(ledger);
	/* Where nothing is to be done one step is enough. */
	retention = (struct retention){.silent_days = 90, .days = 90};
	assert_int_equal(retention_step(&retention, ledger, NULL), 0);
	assert_int_equal(retention.closed + retention.removed, 0);
	ledger_close(ledger);
}

static int
take_silent(void *context, const struct transition *row)
{
	unsigned *days = context;

	*days = transition_silent_days(row);
	return 0;
}

static void
an_open_case_that_is_silent_for_long_is_closed_and_then_ages_out(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	struct wall now = FIXTURE_NOW;
	struct ledger_case of;
	unsigned days = 0;

	for (int line = 1; line <= 600; line++)
		fixture_step(ledger, (uint64_t)line, line, STATE_WATCH, STATE_CONFIRMED);
	fixture_commit(ledger);
	/* The ledger wrote them later than the recording was made: the person had to see them. */
	now.us += 90 * WALL_DAY - 1;
	ledger_set_time(ledger, now);
	assert_int_equal(ledger_close_silent(ledger, 90, NULL), 0);
	now.us += 1;
	ledger_set_time(ledger, now);
	assert_int_equal(ledger_close_silent(ledger, 90, NULL), 600);
	assert_int_equal(ledger_close_silent(ledger, 90, NULL), 0);
	of = case_of(ledger, 7);
	assert_int_equal(of.state, STATE_CLEAR);
	assert_int_equal(of.highest, STATE_CONFIRMED);
	assert_int_equal(of.closed.us, fixture_verdict(7, 7, 0, 0).time.us);
	assert_int_equal(of.changed.us, now.us);
	assert_int_equal(ledger_each_transition(ledger, of.number, take_silent, &days, NULL), 0);
	assert_int_equal(days, 90);
	is_intact(ledger);
	/* It ages from the day it was closed on. */
	assert_int_equal(ledger_forget(ledger, 90, NULL), 0);
	now.us += 90 * WALL_DAY;
	ledger_set_time(ledger, now);
	assert_int_equal(ledger_forget(ledger, 90, NULL), 600);
	assert_int_equal(ledger_case(ledger, of.number, &of, NULL), -ENOENT);
	is_intact(ledger);
	ledger_close(ledger);
}

static void
a_case_with_a_new_step_or_in_quarantine_is_not_silent(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	struct wall now = FIXTURE_NOW;

	fixture_step(ledger, 1, 0, STATE_WATCH, STATE_CONFIRMED);
	fixture_step(ledger, 2, 0, STATE_WATCH, STATE_QUARANTINE);
	fixture_step(ledger, 3, 0, STATE_QUARANTINE, STATE_PROBATION);
	fixture_step(ledger, 4, 0, STATE_WATCH, STATE_SUSPECT);
	fixture_commit(ledger);
	now.us += 60 * WALL_DAY;
	ledger_set_time(ledger, now);
	fixture_step(ledger, 4, 60, STATE_SUSPECT, STATE_CONFIRMED);
	fixture_commit(ledger);
	now.us += 60 * WALL_DAY;
	ledger_set_time(ledger, now);
	assert_int_equal(ledger_close_silent(ledger, 90, NULL), 1);
	assert_int_equal(case_of(ledger, 1).state, STATE_CLEAR);
	assert_int_equal(case_of(ledger, 2).state, STATE_QUARANTINE);
	assert_int_equal(case_of(ledger, 3).state, STATE_PROBATION);
	assert_int_equal(case_of(ledger, 4).state, STATE_CONFIRMED);
	is_intact(ledger);
	ledger_close(ledger);
}

static void
what_is_seen_after_the_silence_opens_a_case_of_its_own(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	struct wall now = FIXTURE_NOW;

	fixture_step(ledger, 1, 100, STATE_WATCH, STATE_SUSPECT);
	fixture_commit(ledger);
	now.us += 90 * WALL_DAY;
	ledger_set_time(ledger, now);
	assert_int_equal(ledger_close_silent(ledger, 90, NULL), 1);
	/* The same recording again changes nothing; a line of a later one, however old, is not missed. */
	fixture_step(ledger, 1, 100, STATE_WATCH, STATE_SUSPECT);
	fixture_commit(ledger);
	assert_int_equal(ledger_counts(ledger).opened, 1);
	assert_int_equal(case_of(ledger, 1).state, STATE_CLEAR);
	fixture_step(ledger, 1, 200, STATE_WATCH, STATE_CONFIRMED);
	fixture_commit(ledger);
	assert_int_equal(case_of(ledger, 1).number, 2);
	assert_int_equal(case_of(ledger, 1).state, STATE_CONFIRMED);
	assert_int_equal(case_of(ledger, 1).previous, 1);
	is_intact(ledger);
	ledger_close(ledger);
}

static void
what_retention_removed_is_not_in_the_file(void **state)
{
	const struct fixture *fixture = *state;
	struct ledger *ledger = fixture_ledger(fixture);
	struct wall now = FIXTURE_NOW;
	uint8_t sealed[SEAL_SIZE], *content;
	size_t size;
	FILE *file;

	fixture_step(ledger, 7, 0, STATE_WATCH, STATE_SUSPECT);
	fixture_step(ledger, 7, 1, STATE_SUSPECT, STATE_CLEAR);
	fixture_commit(ledger);
	memcpy(sealed, case_of(ledger, 7).sealed, sizeof(sealed));
	now.us += 91 * WALL_DAY;
	ledger_set_time(ledger, now);
	assert_int_equal(ledger_forget(ledger, 90, NULL), 1);
	ledger_close(ledger);
	file = fopen(fixture->path, "rb");
	assert_non_null(file);
	content = xcalloc(1, 1 << 20);
	size = fread(content, 1, 1 << 20, file);
	fclose(file);
	assert_true(size > 4096);
	assert_null(memmem(content, size, sealed, sizeof(sealed)));
	free(content);
}

static void
what_was_not_committed_is_not_kept(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	struct ledger_case of;

	fixture_step(ledger, 7, 0, STATE_WATCH, STATE_SUSPECT);
	ledger_close(ledger);
	ledger = fixture_ledger(*state);
	assert_int_equal(ledger_find_line(ledger, 7, &of, NULL), -ENOENT);
	ledger_close(ledger);
}

static void
more_verdicts_than_a_batch_holds_are_all_kept(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);

	for (int i = 0; i < 3 * LEDGER_BATCH + 17; i++)
		fixture_step(ledger, (uint64_t)i + 1, i, STATE_WATCH, STATE_SUSPECT);
	fixture_commit(ledger);
	assert_int_equal(ledger_counts(ledger).kept, 3 * LEDGER_BATCH + 17);
	is_intact(ledger);
	ledger_close(ledger);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)

static int
take_details(void *context, const struct audit *row)
{
	snprintf(context, 64, "%.*s", (int)row->details.length, row->details.at);
	return 1;
}

static void
one_that_is_made_beside_an_older_key_file_says_so(void **state)
{
	struct fixture *fixture = *state;
	struct ledger *ledger = fixture_ledger(fixture);
	char details[64] = "none";
	struct wall renewed;

	/* The first of all. */
	assert_int_equal(ledger_renewed(ledger, &renewed, NULL), 0);
	assert_int_equal(renewed.us, 0);
	ledger_close(ledger);
	for (int is_empty = 0; is_empty < 2; is_empty++) {
		assert_int_equal(unlink(fixture->path), 0);
		if (is_empty)
			fclose(fopen(fixture->path, "we"));
		ledger_close(fixture_ledger(fixture));
		ledger = fixture_ledger(fixture);
		assert_int_equal(ledger_renewed(ledger, &renewed, NULL), 0);
		assert_int_equal(renewed.us, FIXTURE_NOW.us);
		assert_int_equal(ledger_each_audit(ledger, take_details, details, NULL), 1);
		assert_string_equal(details, "beside an older key file");
		assert_int_equal(ledger_renewal_seen(ledger, NULL), 0);
		assert_int_equal(ledger_renewed(ledger, &renewed, NULL), 0);
		assert_int_equal(renewed.us, 0);
		is_intact(ledger);
		ledger_close(ledger);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_case_opens_at_suspect_and_closes_at_clear),
		TEST(a_line_that_was_only_watched_leaves_no_trace),
		TEST(a_new_case_links_the_one_before),
		TEST(the_same_scan_twice_is_kept_once),
		TEST(the_same_steps_judged_by_other_parameters_are_other_transitions),
		TEST(an_older_recording_does_not_change_the_state_of_today),
		TEST(a_step_inside_the_time_of_a_closed_case_joins_it),
		TEST(a_verdict_comes_back_as_it_was_handed_in),
		TEST(the_parameters_come_back_and_cannot_be_replaced),
		TEST(refuses_verdicts_that_it_could_not_keep),
		TEST(scores_that_are_no_numbers_do_not_stop_it),
		TEST(opening_a_name_is_written_down),
		TEST(a_ledger_opened_for_reading_opens_no_name),
		TEST(without_the_key_file_it_lists_pseudonyms_only),
		TEST(names_what_is_no_ledger_rather_than_a_key_file),
		TEST(says_that_its_folder_is_not_there),
		TEST(refuses_the_key_file_of_another_ledger),
		TEST(names_are_found_by_their_text_and_stay_out_of_the_file),
		TEST(retention_removes_closed_cases_and_keeps_counts),
		TEST(retention_goes_step_by_step),
		TEST(an_open_case_that_is_silent_for_long_is_closed_and_then_ages_out),
		TEST(a_case_with_a_new_step_or_in_quarantine_is_not_silent),
		TEST(what_is_seen_after_the_silence_opens_a_case_of_its_own),
		TEST(what_retention_removed_is_not_in_the_file),
		TEST(what_was_not_committed_is_not_kept),
		TEST(more_verdicts_than_a_batch_holds_are_all_kept),
		TEST(one_that_is_made_beside_an_older_key_file_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
