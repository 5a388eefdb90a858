/* SPDX-License-Identifier: BSD-2-Clause */
#include "control/callerlookup.h"
#include "unit.h"

#include <errno.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void
users_and_groups_are_those_of_the_system(void **state)
{
	struct callerlookup lookup = {.operators = "root", .viewers = "no-such-group-here"};
	struct caller_name *users;
	size_t count = caller_names_read(&users);
	struct caller_rules rules;
	struct fail fail = {0};

	(void)state;
	assert_int_equal(callerlookup(&lookup, &rules, &fail), 0);
	assert_int_equal(rules.owner, geteuid());
	assert_true(rules.has_operators);
	assert_int_equal(rules.operators, 0);
	assert_false(rules.has_viewers);
	assert_true(count > 0);
	assert_int_equal(rules.name_count, count);
	assert_memory_equal(rules.names, users, count * sizeof(*users));
	callerlookup_done(&rules);
	free(users);
}

static unsigned waits;

static void
count_waits(void *context)
{
	(void)context;
	waits++;
}

/* The tables cannot be opened without the process being killed. */
_Noreturn static void
look_up_shut_in(void)
{
	struct callerlookup lookup = {.operators = "root", .viewers = "", .on_wait = count_waits};
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	struct caller_rules rules;
	struct fail fail = {0};

	if (filter == NULL ||
		seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, SCMP_SYS(openat), 0) < 0 ||
		seccomp_load(filter) < 0)
		_exit(77);
	if (callerlookup(&lookup, &rules, &fail) != -ECHILD)
		_exit(1);
	if (rules.has_operators || rules.name_count != 0 || rules.owner != geteuid())
		_exit(2);
	_exit(strstr(fail.what, "signal 31") == NULL ? 3 : waits == 0 ? 4 : 0);
}

static void
a_look_up_that_dies_ends_nobody_else(void **state)
{
	pid_t pid = fork();
	int status;

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0)
		look_up_shut_in();
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(users_and_groups_are_those_of_the_system),
		cmocka_unit_test(a_look_up_that_dies_ends_nobody_else),
	};

	callerlookup_prepare();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
