/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/sessions.h"
#include "unit.h"

#include <errno.h>
#include <stdlib.h>

#define MOST 16

static struct linetable table;
static void *memory;

static int
setup(void **state)
{
	size_t bytes = linetable_bytes(MOST, sizeof(struct session_of_line));

	memory = aligned_alloc(64, (bytes + 63) / 64 * 64);
	memset(memory, 0, bytes);
	assert_int_equal(
		linetable_make(&table, memory, bytes, MOST, sizeof(struct session_of_line)), 0);
	return 0;
}

static int
teardown(void **state)
{
	free(memory);
	return 0;
}

static int
set(uint64_t line, const char *name, const char *user, int64_t begun)
{
	struct session_of_line session = {.nas = address_from_v4(0xc0000201),
		.framed = address_from_v4((uint32_t)begun),
		.begun = {begun * WALL_SECOND}};

	return sessions_set(&table, line, &session, text_of(name), text_of(user),
		(struct wall){begun * WALL_SECOND});
}

static void
of_two_sessions_of_a_line_the_newer_one_is_known_whichever_was_told_last(void **state)
{
	struct session_of_line found;

	assert_int_equal(set(1, "s1", "hans", 100), 0);
	assert_int_equal(set(1, "s2", "hans", 200), 0);
	assert_int_equal(set(1, "s1", "hans", 150), 0);
	assert_int_equal(sessions_find(&table, 1, &found), 0);
	assert_int_equal(found.name_length, 2);
	assert_memory_equal(found.name, "s2", 2);
	assert_memory_equal(found.user, "hans", 4);
	assert_int_equal(found.begun.us, 200 * WALL_SECOND);
	assert_int_equal(sessions_find(&table, 2, &found), -ENOENT);
}

static void
the_end_of_an_old_session_leaves_the_new_one_and_its_own_end_leaves_none(void **state)
{
	struct session_of_line found;

	assert_int_equal(set(1, "s2", "hans", 200), 0);
	sessions_end(&table, 1, TEXT("s1"));
	assert_int_equal(sessions_find(&table, 1, &found), 0);
	sessions_end(&table, 1, TEXT("s2"));
	assert_int_equal(sessions_find(&table, 1, &found), -ENOENT);
	sessions_end(&table, 1, TEXT("s2"));
}

static void
names_that_are_too_long_are_not_cut(void **state)
{
	struct session_of_line found;
	char name[SESSIONS_NAME + 2], user[SESSIONS_USER + 2];

	memset(name, 'n', sizeof(name));
	memset(user, 'u', sizeof(user));
	name[SESSIONS_NAME + 1] = user[SESSIONS_USER + 1] = '\0';
	assert_int_equal(set(1, name, "hans", 1), -EMSGSIZE);
	assert_int_equal(set(1, "", "hans", 1), -EMSGSIZE);
	assert_int_equal(sessions_find(&table, 1, &found), -ENOENT);
	assert_int_equal(set(1, "s", user, 1), 0);
	assert_int_equal(sessions_find(&table, 1, &found), 0);
	assert_int_equal(found.user_length, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			of_two_sessions_of_a_line_the_newer_one_is_known_whichever_was_told_last,
			setup, teardown),
		cmocka_unit_test_setup_teardown(
			the_end_of_an_old_session_leaves_the_new_one_and_its_own_end_leaves_none,
			setup, teardown),
		cmocka_unit_test_setup_teardown(
			names_that_are_too_long_are_not_cut, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
