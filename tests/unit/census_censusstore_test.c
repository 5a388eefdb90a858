/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/join/state.h"
#include "census/outbox/censusstore.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define NOON_US (INT64_C(1795780800) * WALL_SECOND) /* 2026-11-27T12:00:00Z */
#define NOON    ((struct wall){NOON_US})
#define DAY     9827 /* the same */

static char folder[] = "/tmp/lazaret-census-XXXXXX";
static char path[64];
static struct fail fail;

static const struct census_deed by_anna = {.by = {"Anna", 4},
	.what = {"test", 4},
	.subject = {"it", 2},
	.why = {"why", 3},
	.at = {NOON_US}};

static int
make_folder(void **state)
{
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/census.sqlite", folder);
	return 0;
}

static int
remove_file(void **state)
{
	char name[80];

	snprintf(name, sizeof(name), "%s-wal", path);
	(void)unlink(name);
	snprintf(name, sizeof(name), "%s-shm", path);
	(void)unlink(name);
	(void)unlink(path);
	return 0;
}

static int
remove_folder(void **state)
{
	return rmdir(folder);
}

static struct censusstore *
opened(void)
{
	struct censusstore *store;

	assert_int_equal(censusstore_open(&store, path, SQLITE_TO_MAKE, &fail), 0);
	return store;
}

static void
put_case(struct censusstore *store, uint32_t number, const char *mailbox, uint16_t closed)
{
	struct census_case it = {.number = number,
		.mailbox = text_of(mailbox),
		.opened = DAY,
		.closed = closed,
		.arm = ARM_LETTER};

	assert_int_equal(censusstore_put_cases(store, &it, 1, &fail), 0);
}

static struct census_letter
letter(const char *name)
{
	struct census_letter it = {
		.sum = {1, 2, 3}, .run = DAY, .mailbox = TEXT("a@b.example"), .handed = NOON};

	snprintf(it.name, sizeof(it.name), "%s", name);
	return it;
}

static void
codes_have_the_year_in_which_the_case_was_opened(void **state)
{
	char code[CENSUS_CODE];
	uint32_t of_case;
	uint16_t number, day;
	struct text read;

	assert_int_equal(state_day(NOON, &day), 0);
	assert_int_equal(day, DAY);
	assert_string_equal(census_case_code(4711, DAY, code), "LZ-2026-004711");
	assert_string_equal(census_case_code(4294967295, 1, code), "LZ-2000-4294967295");
	assert_int_equal(
		census_letter_parse(TEXT("LZ-2000-4294967295.99"), &read, &of_case, &number), 0);
	assert_true(text_is(read, code));
	assert_int_equal(of_case, 4294967295);
	assert_int_equal(number, 99);
}

static void
what_is_no_name_of_a_letter_is_refused(void **state)
{
	static const char *const wrong[] = {"", ".", "LZ-2026-004711", "LZ-2026-004711.",
		"LZ-2026-004711.0", "LZ-2026-004711.01", "LZ-2026-004711.100", "LZ-2026-000000.1",
		"lz-2026-004711.1", "LZ-2026-4711.1", "LZ-2026-99999999999.1", "../etc/passwd.1",
		"LZ-2026-004711.1\n"};
	uint32_t of_case;
	uint16_t number;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(
			census_letter_parse(text_of(wrong[i]), NULL, &of_case, &number), -EINVAL);
}

static void
cases_are_read_by_mailbox_as_they_were_written(void **state)
{
	struct censusstore *store = opened();
	struct census_case cases[] = {
		{.number = 1,
			.mailbox = TEXT("b@x.example"),
			.opened = DAY,
			.stratum = 7,
			.arm = ARM_HOLDOUT},
		{.number = 2, .mailbox = TEXT("a@x.example"), .opened = DAY - 9, .closed = DAY},
		{.number = 3, .mailbox = TEXT("a@x.example"), .opened = DAY},
	};
	struct censusrows rows;
	uint32_t last;

	assert_int_equal(censusstore_last_case(store, &last, &fail), 0);
	assert_int_equal(last, 0);
	assert_int_equal(censusstore_put_cases(store, cases, 3, &fail), 0);
	store = censusstore_close(store);
	store = opened();
	assert_int_equal(censusstore_cases(store, &rows, &fail), 0);
	assert_int_equal(rows.count, 3);
	assert_int_equal(census_case_at(&rows, 0)->number, 2);
	assert_int_equal(census_case_at(&rows, 0)->opened, DAY - 9);
	assert_int_equal(census_case_at(&rows, 0)->closed, DAY);
	assert_int_equal(census_case_at(&rows, 1)->number, 3);
	assert_int_equal(census_case_at(&rows, 1)->closed, 0);
	assert_int_equal(census_case_at(&rows, 2)->arm, ARM_HOLDOUT);
	assert_int_equal(census_case_at(&rows, 2)->stratum, 7);
	assert_true(text_is(census_case_at(&rows, 2)->mailbox, "b@x.example"));
	censusrows_done(&rows);
	assert_int_equal(censusstore_last_case(store, &last, &fail), 0);
	assert_int_equal(last, 3);
	store = censusstore_close(store);
}

static void
a_mailbox_has_one_open_case(void **state)
{
	struct censusstore *store = opened();
	struct census_case cases[] = {
		{.number = 2, .mailbox = TEXT("c@x.example"), .opened = DAY},
		{.number = 3, .mailbox = TEXT("a@x.example"), .opened = DAY},
	};
	struct censusrows rows;

	put_case(store, 1, "a@x.example", 0);
	assert_int_equal(censusstore_put_cases(store, cases, 2, &fail), -EEXIST);
	assert_non_null(strstr(fail.what, "a@x.example has an open case"));
	/* All of it is undone. */
	assert_int_equal(censusstore_cases(store, &rows, &fail), 0);
	assert_int_equal(rows.count, 1);
	censusrows_done(&rows);
	/* The end of one and the begin of the next go together, in either order. */
	cases[0] = (struct census_case){
		.number = 2, .mailbox = TEXT("a@x.example"), .opened = DAY + 1};
	cases[1] = (struct census_case){
		.number = 1, .mailbox = TEXT("a@x.example"), .opened = DAY, .closed = DAY + 1};
	assert_int_equal(censusstore_put_cases(store, cases, 2, &fail), 0);
	/* A number stays with its mailbox. */
	cases[0].mailbox = TEXT("z@x.example");
	assert_int_equal(censusstore_put_cases(store, cases, 1, &fail), -EEXIST);
	store = censusstore_close(store);
}

static void
a_letter_is_handed_over_once(void **state)
{
	struct censusstore *store = opened();
	struct census_letter it = letter("LZ-2026-000001.1");
	struct censusrows rows;

	put_case(store, 1, "a@b.example", 0);
	assert_int_equal(censusstore_hand(store, &it, &fail), 0);
	/* Whoever comes after a cut does not send it again. */
	store = censusstore_close(store);
	store = opened();
	assert_int_equal(censusstore_hand(store, &it, &fail), -EEXIST);
	assert_non_null(strstr(fail.what, "nobody knows"));
	assert_int_equal(
		censusstore_settle(store, it.name, OUTCOME_SENT, 250, NOON, NULL, &fail), 0);
	assert_int_equal(censusstore_hand(store, &it, &fail), -EEXIST);
	assert_non_null(strstr(fail.what, "sent"));
	assert_int_equal(
		censusstore_settle(store, it.name, OUTCOME_SENT, 250, NOON, NULL, &fail), -ENOENT);
	assert_int_equal(censusstore_letter(store, it.name, &rows, &fail), 1);
	assert_int_equal(census_letter_at(&rows, 0)->outcome, OUTCOME_SENT);
	assert_int_equal(census_letter_at(&rows, 0)->reply, 250);
	assert_int_equal(census_letter_at(&rows, 0)->settled.us, NOON.us);
	assert_int_equal(census_letter_at(&rows, 0)->of_case, 1);
	assert_memory_equal(census_letter_at(&rows, 0)->sum, it.sum, sizeof(it.sum));
	assert_true(text_is(census_letter_at(&rows, 0)->mailbox, "a@b.example"));
	censusrows_done(&rows);
	assert_int_equal(censusstore_letter(store, "LZ-2026-000001.2", &rows, &fail), 0);
	censusrows_done(&rows);
	store = censusstore_close(store);
}

static void
a_letter_that_comes_later_is_handed_over_again(void **state)
{
	struct censusstore *store = opened();
	struct census_letter it = letter("LZ-2026-000001.1");
	struct censusrows rows;

	put_case(store, 1, "a@b.example", 0);
	assert_int_equal(censusstore_hand(store, &it, &fail), 0);
	assert_int_equal(
		censusstore_settle(store, it.name, OUTCOME_LATER, 451, NOON, NULL, &fail), 0);
	assert_int_equal(censusstore_cases(store, &rows, &fail), 0);
	assert_int_equal(census_case_at(&rows, 0)->letters, 0);
	censusrows_done(&rows);
	it.sum[0] = 9;
	assert_int_equal(censusstore_hand(store, &it, &fail), 0);
	assert_int_equal(censusstore_letters(store, &rows, &fail), 0);
	assert_int_equal(rows.count, 1);
	assert_int_equal(census_letter_at(&rows, 0)->sum[0], 9);
	assert_int_equal(census_letter_at(&rows, 0)->settled.us, ROW_NO_TIME);
	censusrows_done(&rows);
	store = censusstore_close(store);
}

static void
letters_that_were_sent_or_refused_count_in_their_case(void **state)
{
	struct censusstore *store = opened();
	struct census_letter first = letter("LZ-2026-000001.1"),
			     second = letter("LZ-2026-000001.2");
	struct censusrows rows;

	put_case(store, 1, "a@b.example", 0);
	assert_int_equal(censusstore_hand(store, &first, &fail), 0);
	assert_int_equal(
		censusstore_settle(store, first.name, OUTCOME_SENT, 250, NOON, NULL, &fail), 0);
	assert_int_equal(censusstore_hand(store, &second, &fail), 0);
	assert_int_equal(censusstore_settle(store, second.name, OUTCOME_REFUSED, 550,
				 (struct wall){NOON.us + WALL_DAY}, NULL, &fail),
		0);
	/* What a run writes of the case leaves that as it is. */
	put_case(store, 1, "a@b.example", DAY + 3);
	assert_int_equal(censusstore_cases(store, &rows, &fail), 0);
	assert_int_equal(census_case_at(&rows, 0)->letters, 2);
	assert_int_equal(census_case_at(&rows, 0)->last_letter, DAY);
	assert_int_equal(census_case_at(&rows, 0)->closed, DAY + 3);
	censusrows_done(&rows);
	store = censusstore_close(store);
}

static void
a_letter_of_no_case_is_refused(void **state)
{
	struct censusstore *store = opened();
	struct census_letter it = letter("LZ-2026-000009.1");

	assert_int_equal(censusstore_hand(store, &it, &fail), -ENOKEY);
	store = censusstore_close(store);
}

static void
what_is_said_of_a_contact_leaves_the_rest(void **state)
{
	struct censusstore *store = opened();
	struct text who = TEXT("a@b.example");
	struct censusrows rows;

	assert_int_equal(censusstore_set_xarf(store, who, true, NOON, &by_anna, &fail), 0);
	assert_int_equal(censusstore_set_state(store, who, CONTACT_BOUNCED, NOON, NULL, &fail), 0);
	assert_int_equal(
		censusstore_set_allowed(store, who, TEXT("Anna"), NOON, &by_anna, &fail), 0);
	assert_int_equal(censusstore_contacts(store, &rows, &fail), 0);
	assert_int_equal(rows.count, 1);
	assert_true(census_contact_at(&rows, 0)->wants_xarf);
	assert_int_equal(census_contact_at(&rows, 0)->state, CONTACT_BOUNCED);
	assert_true(text_is(census_contact_at(&rows, 0)->allowed_by, "Anna"));
	censusrows_done(&rows);
	assert_int_equal(censusstore_deeds(store, &rows, &fail), 0);
	assert_int_equal(rows.count, 2);
	assert_true(text_is(census_deed_at(&rows, 0)->by, "Anna"));
	assert_true(text_is(census_deed_at(&rows, 0)->why, "why"));
	censusrows_done(&rows);
	store = censusstore_close(store);
}

static struct prefix
prefix_of(const char *text)
{
	struct prefix prefix;

	assert_int_equal(prefix_parse(text_of(text), &prefix), 0);
	return prefix;
}

static void
overrides_are_sorted_and_taken_back(void **state)
{
	struct censusstore *store = opened();
	struct census_override it = {.mailbox = TEXT("a@b.example"),
		.reason = TEXT("told us"),
		.by = TEXT("Anna"),
		.until = DAY};
	struct censusrows rows;

	it.prefix = prefix_of("2001:db8::/32");
	assert_int_equal(censusstore_put_override(store, &it, &by_anna, &fail), 0);
	it.prefix = prefix_of("192.0.2.0/25");
	assert_int_equal(censusstore_put_override(store, &it, &by_anna, &fail), 0);
	it.prefix = prefix_of("192.0.2.0/24");
	assert_int_equal(censusstore_put_override(store, &it, &by_anna, &fail), 0);
	it.mailbox = TEXT("new@b.example");
	assert_int_equal(censusstore_put_override(store, &it, &by_anna, &fail), 0);
	it.prefix = (struct prefix){.length = 0};
	it.system = 4200000000;
	assert_int_equal(censusstore_put_override(store, &it, &by_anna, &fail), 0);
	assert_int_equal(censusstore_overrides(store, &rows, &fail), 0);
	assert_int_equal(rows.count, 4);
	assert_int_equal(census_override_at(&rows, 0)->system, 4200000000);
	assert_int_equal(census_override_at(&rows, 1)->prefix.length, 120);
	assert_true(text_is(census_override_at(&rows, 1)->mailbox, "new@b.example"));
	assert_int_equal(census_override_at(&rows, 1)->until, DAY);
	assert_int_equal(census_override_at(&rows, 2)->prefix.length, 121);
	assert_int_equal(census_override_at(&rows, 3)->prefix.length, 32);
	censusrows_done(&rows);
	assert_int_equal(censusstore_undo_override(store, &it, &by_anna, &fail), 1);
	assert_int_equal(censusstore_undo_override(store, &it, &by_anna, &fail), 0);
	/* What was not done is not told as done. */
	assert_int_equal(censusstore_deeds(store, &rows, &fail), 0);
	assert_int_equal(rows.count, 6);
	censusrows_done(&rows);
	store = censusstore_close(store);
}

static void
never_is_sorted_by_kind_and_taken_back(void **state)
{
	struct censusstore *store = opened();
	struct census_never it = {.kind = NEVER_PREFIX,
		.prefix = prefix_of("10.0.0.0/8"),
		.reason = TEXT("our own"),
		.by = TEXT("Anna")};
	struct censusrows rows;

	assert_int_equal(censusstore_put_never(store, &it, &by_anna, &fail), 0);
	it = (struct census_never){.kind = NEVER_DOMAIN, .name = TEXT("b.example")};
	assert_int_equal(censusstore_put_never(store, &it, &by_anna, &fail), 0);
	it = (struct census_never){.kind = NEVER_MAILBOX, .name = TEXT("z@a.example")};
	assert_int_equal(censusstore_put_never(store, &it, &by_anna, &fail), 0);
	it.name = TEXT("a@z.example");
	assert_int_equal(censusstore_put_never(store, &it, &by_anna, &fail), 0);
	assert_int_equal(censusstore_nevers(store, &rows, &fail), 0);
	assert_int_equal(rows.count, 4);
	assert_true(text_is(census_never_at(&rows, 0)->name, "a@z.example"));
	assert_true(text_is(census_never_at(&rows, 1)->name, "z@a.example"));
	assert_int_equal(census_never_at(&rows, 2)->kind, NEVER_DOMAIN);
	assert_int_equal(census_never_at(&rows, 3)->prefix.length, 104);
	assert_true(text_is(census_never_at(&rows, 3)->reason, "our own"));
	censusrows_done(&rows);
	assert_int_equal(censusstore_undo_never(store, &it, &by_anna, &fail), 1);
	assert_int_equal(censusstore_nevers(store, &rows, &fail), 0);
	assert_int_equal(rows.count, 3);
	censusrows_done(&rows);
	store = censusstore_close(store);
}

static void
letters_are_approved_once(void **state)
{
	struct censusstore *store = opened();
	struct census_approval it = {.run = DAY, .by = TEXT("Berta"), .at = NOON};
	struct censusrows rows;

	memset(it.sum, 'a', sizeof(it.sum) - 1);
	assert_int_equal(censusstore_approve(store, &it, &by_anna, &fail), 0);
	assert_int_equal(censusstore_approve(store, &it, &by_anna, &fail), -EEXIST);
	assert_int_equal(censusstore_approvals(store, &rows, &fail), 0);
	assert_int_equal(rows.count, 1);
	assert_string_equal(census_approval_at(&rows, 0)->sum, it.sum);
	assert_int_equal(census_approval_at(&rows, 0)->run, DAY);
	assert_true(text_is(census_approval_at(&rows, 0)->by, "Berta"));
	censusrows_done(&rows);
	store = censusstore_close(store);
}

static void
a_message_is_an_answer_once(void **state)
{
	struct censusstore *store = opened();
	struct census_letter to = letter("LZ-2026-000001.1");
	struct census_answer it = {.kind = ANSWER_STOP,
		.letter = TEXT("LZ-2026-000001.1"),
		.mailbox = TEXT("a@b.example"),
		.detail = TEXT(""),
		.at = NOON,
		.sum = {7}};
	struct censusrows rows;

	put_case(store, 1, "a@b.example", 0);
	assert_int_equal(censusstore_hand(store, &to, &fail), 0);
	assert_int_equal(censusstore_add_answer(store, &it, &fail), 1);
	assert_int_equal(censusstore_add_answer(store, &it, &fail), 0);
	it.letter = TEXT("");
	it.sum[0] = 8;
	it.kind = ANSWER_HUMAN;
	assert_int_equal(censusstore_add_answer(store, &it, &fail), 1);
	it.letter = TEXT("LZ-2026-000002.1");
	it.sum[0] = 9;
	assert_int_equal(censusstore_add_answer(store, &it, &fail), -ENOKEY);
	assert_int_equal(censusstore_answers(store, &rows, &fail), 0);
	assert_int_equal(rows.count, 2);
	assert_int_equal(census_answer_at(&rows, 0)->kind, ANSWER_STOP);
	assert_true(text_is(census_answer_at(&rows, 0)->letter, "LZ-2026-000001.1"));
	assert_int_equal(census_answer_at(&rows, 1)->letter.length, 0);
	censusrows_done(&rows);
	store = censusstore_close(store);
}

static enum census_word
word_of(struct censusstore *store, const char *mailbox)
{
	enum census_word word = WORD_COUNT;

	assert_int_equal(censusstore_may_write(store, text_of(mailbox), &word, &fail), 0);
	return word;
}

static void
who_may_be_written_to_is_asked_right_before(void **state)
{
	struct censusstore *store = opened();
	struct census_never it = {.kind = NEVER_DOMAIN, .name = TEXT("b.example")};
	enum census_word word;

	assert_int_equal(word_of(store, "a@b.example"), WORD_YES);
	assert_int_equal(censusstore_put_never(store, &it, &by_anna, &fail), 0);
	assert_int_equal(word_of(store, "a@b.example"), WORD_NEVER);
	assert_int_equal(word_of(store, "a@very.deep.B.example"), WORD_NEVER);
	assert_int_equal(word_of(store, "a@bb.example"), WORD_YES);
	assert_int_equal(word_of(store, "a@example"), WORD_YES);
	it = (struct census_never){.kind = NEVER_MAILBOX, .name = TEXT("abuse@c.example")};
	assert_int_equal(censusstore_put_never(store, &it, &by_anna, &fail), 0);
	assert_int_equal(word_of(store, "Abuse@c.example"), WORD_NEVER);
	assert_int_equal(word_of(store, "other@c.example"), WORD_YES);
	for (int i = 0; i < CONTACT_STATE_COUNT; i++) {
		static const enum census_word words[CONTACT_STATE_COUNT] = {
			WORD_YES, WORD_YES, WORD_YES, WORD_BOUNCED, WORD_REFUSED, WORD_OPTOUT};

		assert_int_equal(censusstore_set_state(store, TEXT("other@c.example"),
					 (enum census_contact_state)i, NOON, NULL, &fail),
			0);
		assert_int_equal(word_of(store, "other@c.example"), words[i]);
		assert_int_equal(word_of(store, "Other@c.example"), words[i]);
	}
	assert_int_equal(
		censusstore_may_write(store, TEXT("two words@c.example"), &word, &fail), -EINVAL);
	store = censusstore_close(store);
}

static void
settle(struct censusstore *store, const char *name, enum census_outcome outcome)
{
	struct census_letter it = letter(name);

	assert_int_equal(censusstore_hand(store, &it, &fail), 0);
	if (outcome != OUTCOME_OPEN)
		assert_int_equal(censusstore_settle(store, name, outcome, 0, NOON, NULL, &fail), 0);
}

static void
letters_of_a_run_are_counted_by_what_became_of_them(void **state)
{
	struct censusstore *store = opened();
	struct census_answer it = {.kind = ANSWER_BOUNCE,
		.letter = TEXT("LZ-2026-000001.1"),
		.mailbox = TEXT("a@b.example"),
		.detail = TEXT("5.1.1"),
		.at = NOON,
		.sum = {7}};
	struct census_tally tally;

	put_case(store, 1, "a@b.example", 0);
	settle(store, "LZ-2026-000001.1", OUTCOME_SENT);
	settle(store, "LZ-2026-000001.2", OUTCOME_SENT);
	settle(store, "LZ-2026-000001.3", OUTCOME_REFUSED);
	settle(store, "LZ-2026-000001.4", OUTCOME_LATER);
	settle(store, "LZ-2026-000001.5", OUTCOME_OPEN);
	assert_int_equal(censusstore_add_answer(store, &it, &fail), 1);
	it.sum[0] = 8;
	assert_int_equal(censusstore_add_answer(store, &it, &fail), 1);
	it.sum[0] = 9;
	it.kind = ANSWER_AUTO;
	it.letter = TEXT("LZ-2026-000001.2");
	assert_int_equal(censusstore_add_answer(store, &it, &fail), 1);
	assert_int_equal(censusstore_tally(store, DAY, &tally, &fail), 0);
	assert_int_equal(tally.sent, 2);
	assert_int_equal(tally.bounced, 1);
	assert_int_equal(tally.refused, 1);
	assert_int_equal(tally.later, 1);
	assert_int_equal(tally.open, 1);
	assert_int_equal(censusstore_tally(store, DAY + 1, &tally, &fail), 0);
	assert_int_equal(tally.sent, 0);
	store = censusstore_close(store);
}

static void
letters_are_found_by_name_and_by_case(void **state)
{
	struct censusstore *store = opened();
	struct censusrows rows;

	put_case(store, 1, "a@b.example", 0);
	put_case(store, 3, "c@b.example", 0);
	settle(store, "LZ-2026-000003.1", OUTCOME_SENT);
	settle(store, "LZ-2026-000001.2", OUTCOME_SENT);
	settle(store, "LZ-2026-000001.10", OUTCOME_SENT);
	settle(store, "LZ-2026-000001.1", OUTCOME_SENT);
	assert_int_equal(censusstore_letters(store, &rows, &fail), 0);
	assert_string_equal(census_letter_at(&rows, 2)->name, "LZ-2026-000001.10");
	for (size_t i = 0; i < rows.count; i++)
		assert_ptr_equal(census_letter_find(&rows, census_letter_at(&rows, i)->name),
			census_letter_at(&rows, i));
	assert_null(census_letter_find(&rows, "LZ-2026-000001.3"));
	assert_null(census_letter_find(&rows, "LZ-2025-000001.1"));
	assert_null(census_letter_find(&rows, "LZ-2026-000002.1"));
	assert_null(census_letter_find(&rows, "nothing"));
	assert_ptr_equal(census_letter_last(&rows, 1), census_letter_at(&rows, 2));
	assert_ptr_equal(census_letter_last(&rows, 3), census_letter_at(&rows, 3));
	assert_null(census_letter_last(&rows, 2));
	assert_null(census_letter_last(&rows, 4));
	censusrows_done(&rows);
	assert_null(census_letter_find(&rows, "LZ-2026-000001.1"));
	store = censusstore_close(store);
}

static void
whoever_answers_is_there(void **state)
{
	struct censusstore *store = opened();
	struct text who = TEXT("a@b.example");

	for (int i = 0; i < CONTACT_STATE_COUNT; i++) {
		struct censusrows rows;

		assert_int_equal(censusstore_set_state(store, who, (enum census_contact_state)i,
					 NOON, NULL, &fail),
			0);
		assert_int_equal(censusstore_set_ok(store, who, NOON, &fail), 0);
		assert_int_equal(censusstore_contacts(store, &rows, &fail), 0);
		assert_int_equal(census_contact_at(&rows, 0)->state,
			i == CONTACT_UNKNOWN || i == CONTACT_SUSPECT ? CONTACT_OK : i);
		censusrows_done(&rows);
	}
	assert_int_equal(censusstore_set_ok(store, TEXT("c@b.example"), NOON, &fail), 0);
	assert_int_equal(word_of(store, "c@b.example"), WORD_YES);
	store = censusstore_close(store);
}

static void
a_store_keeps_its_secret(void **state)
{
	struct censusstore *store = opened();
	uint8_t first[CENSUS_KEY], second[CENSUS_KEY], none[CENSUS_KEY] = {0};

	assert_int_equal(censusstore_key(store, first, &fail), 0);
	assert_memory_not_equal(first, none, sizeof(first));
	store = censusstore_close(store);
	store = opened();
	assert_int_equal(censusstore_key(store, second, &fail), 0);
	assert_memory_equal(first, second, sizeof(first));
	store = censusstore_close(store);
}

static int
sql(const char *text)
{
	sqlite3 *db;
	int code;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	code = sqlite3_exec(db, text, NULL, NULL, NULL);
	sqlite3_close(db);
	return code;
}

static void
what_a_person_did_stays(void **state)
{
	struct censusstore *store = opened();

	assert_int_equal(
		censusstore_set_xarf(store, TEXT("a@b.example"), true, NOON, &by_anna, &fail), 0);
	store = censusstore_close(store);
	assert_int_equal(sql("UPDATE deed SET by = 'Berta'") & 0xff, SQLITE_CONSTRAINT);
	assert_int_equal(sql("DELETE FROM deed") & 0xff, SQLITE_CONSTRAINT);
}

static void
what_is_undone_leaves_nothing(void **state)
{
	struct censusstore *store = opened();
	struct censusrows rows;

	assert_int_equal(censusstore_begin(store, &fail), 0);
	put_case(store, 1, "a@b.example", 0);
	assert_int_equal(
		censusstore_set_xarf(store, TEXT("a@b.example"), true, NOON, &by_anna, &fail), 0);
	assert_int_equal(censusstore_end(store, false, &fail), 0);
	assert_int_equal(censusstore_cases(store, &rows, &fail), 0);
	assert_int_equal(rows.count, 0);
	censusrows_done(&rows);
	assert_int_equal(censusstore_deeds(store, &rows, &fail), 0);
	assert_int_equal(rows.count, 0);
	censusrows_done(&rows);
	store = censusstore_close(store);
}

static void
a_store_of_another_kind_or_of_a_newer_program_is_refused(void **state)
{
	struct censusstore *store;

	assert_int_equal(censusstore_open(&store, path, SQLITE_TO_READ, &fail), -ENOENT);
	assert_non_null(strstr(fail.what, "store of the census"));
	store = opened();
	store = censusstore_close(store);
	assert_int_equal(censusstore_open(&store, path, SQLITE_TO_READ, &fail), 0);
	store = censusstore_close(store);
	assert_int_equal(sql("PRAGMA user_version = 2"), SQLITE_OK);
	assert_int_equal(censusstore_open(&store, path, SQLITE_TO_MAKE, &fail), -ENOTSUP);
	assert_non_null(strstr(fail.what, "a newer Lazaret"));
	assert_int_equal(sql("PRAGMA user_version = 1; PRAGMA application_id = 5"), SQLITE_OK);
	assert_int_equal(censusstore_open(&store, path, SQLITE_TO_MAKE, &fail), -EBADMSG);
}

static void
rows_that_nobody_wrote_are_told_as_damage(void **state)
{
	struct censusstore *store = opened();
	struct censusrows rows;

	put_case(store, 1, "a@b.example", 0);
	store = censusstore_close(store);
	assert_int_equal(sql("UPDATE census_case SET arm = 'leg'"), SQLITE_OK);
	store = opened();
	assert_int_equal(censusstore_cases(store, &rows, &fail), -EUCLEAN);
	store = censusstore_close(store);
}

/* Texts must stay where they are while there are more of them than a piece holds. */
static void
many_rows_keep_their_texts(void **state)
{
	struct censusstore *store = opened();
	struct censusrows rows;
	char mailbox[64];

	assert_int_equal(censusstore_begin(store, &fail), 0);
	for (uint32_t i = 0; i < 5000; i++) {
		snprintf(mailbox, sizeof(mailbox), "abuse-%06u@a-long-name-of-a-domain.example", i);
		put_case(store, i + 1, mailbox, 0);
	}
	assert_int_equal(censusstore_end(store, true, &fail), 0);
	assert_int_equal(censusstore_cases(store, &rows, &fail), 0);
	assert_int_equal(rows.count, 5000);
	for (uint32_t i = 0; i < 5000; i++) {
		snprintf(mailbox, sizeof(mailbox), "abuse-%06u@a-long-name-of-a-domain.example", i);
		assert_true(text_is(census_case_at(&rows, i)->mailbox, mailbox));
	}
	censusrows_done(&rows);
	store = censusstore_close(store);
}

int
main(void)
{
#define EACH(name) cmocka_unit_test_teardown(name, remove_file)
	const struct CMUnitTest tests[] = {
		EACH(codes_have_the_year_in_which_the_case_was_opened),
		EACH(what_is_no_name_of_a_letter_is_refused),
		EACH(cases_are_read_by_mailbox_as_they_were_written),
		EACH(a_mailbox_has_one_open_case),
		EACH(a_letter_is_handed_over_once),
		EACH(a_letter_that_comes_later_is_handed_over_again),
		EACH(letters_that_were_sent_or_refused_count_in_their_case),
		EACH(a_letter_of_no_case_is_refused),
		EACH(what_is_said_of_a_contact_leaves_the_rest),
		EACH(overrides_are_sorted_and_taken_back),
		EACH(never_is_sorted_by_kind_and_taken_back),
		EACH(letters_are_approved_once),
		EACH(a_message_is_an_answer_once),
		EACH(who_may_be_written_to_is_asked_right_before),
		EACH(letters_of_a_run_are_counted_by_what_became_of_them),
		EACH(letters_are_found_by_name_and_by_case),
		EACH(whoever_answers_is_there),
		EACH(a_store_keeps_its_secret),
		EACH(what_a_person_did_stays),
		EACH(what_is_undone_leaves_nothing),
		EACH(a_store_of_another_kind_or_of_a_newer_program_is_refused),
		EACH(rows_that_nobody_wrote_are_told_as_damage),
		EACH(many_rows_keep_their_texts),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
