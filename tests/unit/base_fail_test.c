/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/fail.h"
#include "unit.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void
long_words_are_cut_and_always_end(void **state)
{
	static char long_word[1000];
	struct fail fail;

	memset(long_word, 'x', sizeof(long_word) - 1);
	memset(&fail, 'y', sizeof(fail));
	fail_where(&fail, "%s", long_word);
	fail_what(&fail, "%s", long_word);
	fail_hint(&fail, "%s", long_word);
	assert_int_equal(strlen(fail.where), sizeof(fail.where) - 1);
	assert_int_equal(strlen(fail.what), sizeof(fail.what) - 1);
	assert_int_equal(strlen(fail.hint), sizeof(fail.hint) - 1);
}

static void
without_a_fail_nothing_is_said(void **state)
{
	struct fail fail = {0};

	fail_where(NULL, "%d", 1);
	fail_what(NULL, "%d", 2);
	fail_hint(NULL, "%d", 3);
	fail_what(&fail, "%d of %s", 4, "five");
	assert_string_equal(fail.what, "4 of five");
	assert_string_equal(fail.where, "");
}

static void
break_a_promise(void)
{
	must(1 + 1 == 3);
}

static void
map_more_than_there_is(void)
{
	memory_map(SIZE_MAX / 2, 4);
}

static void
map_beyond_the_limit(void)
{
	struct rlimit limit = {.rlim_cur = 1 << 20, .rlim_max = 1 << 20};

	setrlimit(RLIMIT_AS, &limit);
	memory_map(1 << 20, 64);
}

/* Runs it in a child, which must end by abort() after saying the words on standard error. */
static void
aborts_with(void (*run)(void), const char *words)
{
	static char said[4096];
	int ends[2], status;
	size_t length = 0;
	ssize_t got;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct rlimit no_core = {0};

		setrlimit(RLIMIT_CORE, &no_core);
		signal(SIGABRT, SIG_DFL);
		dup2(ends[1], STDERR_FILENO);
		run();
		_exit(0);
	}
	close(ends[1]);
	while ((got = read(ends[0], said + length, sizeof(said) - 1 - length)) > 0)
		length += (size_t)got;
	said[length] = '\0';
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_non_null(strstr(said, words));
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

static void
a_broken_promise_ends_the_process_and_says_where(void **state)
{
	aborts_with(break_a_promise, "a mistake in the program: 1 + 1 == 3 does not hold (");
}

static void
memory_that_is_not_there_ends_the_process_with_a_word(void **state)
{
	aborts_with(map_more_than_there_is, "out of memory");
	aborts_with(map_beyond_the_limit, "out of memory (asked for 67108864 bytes)");
}

static void
memory_comes_zeroed_and_goes_back(void **state)
{
	unsigned char *block = memory_map(1000, 8), *cells = xcalloc(0, 0);

	for (int i = 0; i < 8000; i++)
		assert_int_equal(block[i], 0);
	block[7999] = 1;
	memory_unmap(block, 1000, 8);
	memory_unmap(NULL, 1000, 8);
	assert_non_null(cells);
	cells = xrealloc(cells, 0);
	assert_non_null(cells);
	free(cells);
}

static void
memory_that_grows_keeps_what_is_in_it(void **state)
{
	unsigned char *block = NULL;
	size_t size = 1000, kept = 0;

	for (; size < 40UL << 20; size *= 3) {
		block = memory_grow(block, size);
		for (size_t i = 0; i < kept; i += 997)
			assert_int_equal(block[i], (unsigned char)(i / 997));
		for (size_t i = 0; i < size; i += 997)
			block[i] = (unsigned char)(i / 997);
		kept = size;
	}
	assert_true(kept > 16UL << 20);
	block = memory_grow(block, 5UL << 20);
	for (size_t i = 0; i < 5UL << 20; i += 997)
		assert_int_equal(block[i], (unsigned char)(i / 997));
	free(block);
}

static void
memory_that_is_kept_is_not_in_a_child(void **state)
{
	unsigned char *kept = memory_map(1, 4096), *given = memory_map(1, 4096);
	int status;
	pid_t child;

	memory_keep(kept, 1, 4096);
	kept[0] = given[0] = 7;
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(msync(kept, 1, MS_ASYNC) < 0 && errno == ENOMEM && given[0] == 7 ? 0 : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(kept[0], 7);
	memory_unmap(kept, 1, 4096);
	memory_unmap(given, 1, 4096);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(long_words_are_cut_and_always_end),
		cmocka_unit_test(without_a_fail_nothing_is_said),
		cmocka_unit_test(a_broken_promise_ends_the_process_and_says_where),
		cmocka_unit_test(memory_that_is_not_there_ends_the_process_with_a_word),
		cmocka_unit_test(memory_comes_zeroed_and_goes_back),
		cmocka_unit_test(memory_that_grows_keeps_what_is_in_it),
		cmocka_unit_test(memory_that_is_kept_is_not_in_a_child),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
