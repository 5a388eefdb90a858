/* SPDX-License-Identifier: BSD-2-Clause */
#include "control/answer.h"
#include "identity/identify.h"
#include "service/judgeanswer.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define LINES  900
#define ZOMBIE 0xffff

struct court_room {
	struct lines *lines;
	struct judge_settings settings;
	struct judge *judge;
	struct question question;
	struct answer answer;
};

/* How the zombie's attempts end: half of them without an answer, half refused. */
static enum outcome
ending(unsigned i)
{
	return i % 2 ? OUTCOME_FAILED : OUTCOME_REFUSED;
}

/* One zombie and many lines that are well. */
static int
begin(void **state)
{
	struct court_room *room = xcalloc(1, sizeof(*room));
	struct lines_settings settings = LINES_DEFAULTS;
	struct sighting sightings[IDENTIFY_EACH];
	struct identify_counts counts = {0};

	settings.names_most = 10;
	room->lines = lines_new(&settings);
	judge_defaults(&room->settings);
	room->settings.parameters.flow.lines_most = 2000;
	room->judge = judge_new(&room->settings);
	for (unsigned i = 0; i < LINES + 100; i++) {
		bool is_zombie = i >= LINES;
		struct observation seen = {.kind = OBSERVATION_MAIL,
			.time = {INT64_C(15000) * WALL_DAY + i * 10 * WALL_SECOND},
			.client = address_from_v4(0x0a000000U + (is_zombie ? ZOMBIE : i)),
			.server = address_from_v4(is_zombie ? 0xc6120000U + (i << 8) : 0xcb007119U),
			.sampling = 1,
			.client_port = 40000,
			.server_port = 25,
			.outcome = is_zombie ? ending(i) : OUTCOME_ACCEPTED};

		judge_take(room->judge, sightings,
			identify(room->lines, &seen, 1, sightings, NULL, NULL, &counts));
	}
	*state = room;
	return 0;
}

static int
end(void **state)
{
	struct court_room *room = *state;

	judge_free(room->judge);
	lines_free(room->lines);
	free(room);
	return 0;
}

static void
ask(struct court_room *room, enum ask what, const char *text)
{
	room->question.ask = (uint8_t)what;
	snprintf(room->question.text, sizeof(room->question.text), "%s", text);
	assert_true(message_check(MESSAGE_QUESTION, &room->question, sizeof(room->question)));
	room->question.id++;
	judge_answer(room->judge, &room->settings.parameters, &room->question, &room->answer);
	assert_int_equal(room->answer.id, room->question.id);
	assert_true(message_check(MESSAGE_ANSWER, &room->answer, answer_size(&room->answer)));
}

static size_t
rows_of(const struct answer *answer)
{
	size_t rows = 0;

	for (uint32_t i = 0; i < answer->size; i++)
		rows += answer->text[i] == '\n';
	return rows;
}

static void
lines_come_page_by_page_and_each_once(void **state)
{
	struct court_room *room = *state;

	for (int is_json = 0; is_json < 2; is_json++) {
		size_t rows = 0, pages = 0;

		room->question.is_json = (uint8_t)is_json;
		room->question.cursor = 0;
		do {
			ask(room, ASK_LINES, "clear");
			rows += rows_of(&room->answer);
			pages++;
			room->question.cursor = room->answer.cursor;
		} while (room->answer.cursor != 0);
		assert_int_equal(rows, (size_t)LINES + (is_json ? 1 : 2));
		assert_true(pages > 2);
	}
}

static void
only_lines_of_that_state_are_listed(void **state)
{
	struct court_room *room = *state;

	ask(room, ASK_LINES, "");
	assert_int_equal(rows_of(&room->answer), 2);
	room->question.cursor = 1;
	ask(room, ASK_LINES, "suspect");
	assert_int_equal(rows_of(&room->answer), 1);
	assert_int_equal(strncmp(room->answer.text, "line-", 5), 0);
}

static void
what_was_refused_has_failed_too(void **state)
{
	struct court_room *room = *state;

	room->question.cursor = 1;
	ask(room, ASK_LINES, "suspect");
	room->answer.text[room->answer.size] = '\0';
	/* The columns ATTEMPTS and FAILED. */
	assert_non_null(strstr(room->answer.text, "       100       100 "));
	room->question.is_json = 1;
	ask(room, ASK_LINES, "suspect");
	room->answer.text[room->answer.size] = '\0';
	assert_non_null(
		strstr(room->answer.text, "\"attempts\":100,\"failed\":100,\"refused\":50,"));
}

static void
a_state_that_is_none_is_refused(void **state)
{
	struct court_room *room = *state;

	ask(room, ASK_LINES, "angry");
	assert_int_equal(room->answer.code, -EINVAL);
}

static void
a_cursor_beyond_all_lines_is_the_end(void **state)
{
	struct court_room *room = *state;

	room->question.cursor = UINT32_MAX;
	ask(room, ASK_LINES, "clear");
	assert_int_equal(room->answer.code, 0);
	assert_int_equal(room->answer.size, 0);
	assert_int_equal(room->answer.cursor, 0);
	room->question.cursor = UINT64_MAX;
	ask(room, ASK_LINES, "clear");
	assert_int_equal(room->answer.code, -EINVAL);
}

static void
a_line_is_explained_by_its_pseudonym(void **state)
{
	struct court_room *room = *state;
	struct address zombie = address_from_v4(0x0a00ffffU);
	struct line line;
	char digits[17];

	assert_int_equal(lines_find(room->lines, &zombie, 0, &line), 0);
	snprintf(digits, sizeof(digits), "%016llx", (unsigned long long)line.pseudonym);
	ask(room, ASK_EXPLAIN_LINE, digits);
	assert_int_equal(room->answer.code, 0);
	room->answer.text[room->answer.size] = '\0';
	assert_non_null(strstr(room->answer.text, digits));
	assert_null(strstr(room->answer.text, "10.0.255.255"));
	ask(room, ASK_EXPLAIN_LINE, "0123456789abcdef");
	assert_int_equal(room->answer.code, -ENOENT);
	ask(room, ASK_EXPLAIN_LINE, "nonsense");
	assert_int_equal(room->answer.code, -EINVAL);
}

static void
other_questions_are_not_for_a_judge(void **state)
{
	struct court_room *room = *state;

	ask(room, ASK_CASES, "");
	assert_int_equal(room->answer.code, -EINVAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lines_come_page_by_page_and_each_once),
		TEST(only_lines_of_that_state_are_listed),
		TEST(what_was_refused_has_failed_too),
		TEST(a_state_that_is_none_is_refused),
		TEST(a_cursor_beyond_all_lines_is_the_end),
		TEST(a_line_is_explained_by_its_pseudonym),
		TEST(other_questions_are_not_for_a_judge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
