/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/containopening.h"
#include "unit.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static struct containopening opening;
static struct fail fail;

static int
begin(void **state)
{
	(void)state;
	return containopening_begin(&opening, &fail);
}

static int
end(void **state)
{
	(void)state;
	containopening_close(&opening);
	return 0;
}

/* There is no gate here: what it would load is written all the same. */
static void
what_the_gate_takes_is_the_network_of_these_rules(void **state)
{
	struct gateclient gate = {.descriptor = -1};
	struct gaterules_prefix inside[2] = {{.line_length = 128}, {.line_length = 56}};
	struct contain_settings settings = {.network = inside, .network_count = 2};

	(void)state;
	ruleset_defaults(&settings.rules);
	assert_int_equal(prefix_parse(TEXT("192.0.2.0/24"), &inside[0].prefix), 0);
	assert_int_equal(prefix_parse(TEXT("2001:db8::/32"), &inside[1].prefix), 0);
	assert_int_equal(containopening_load(&opening, &settings, &gate, &fail), -EPIPE);
	assert_int_equal(opening.rules->current, 1);
	assert_int_equal(opening.rules->network[1].count, 2);
	assert_memory_equal(opening.rules->network[1].at, inside, sizeof(inside));
	assert_int_equal(opening.rules->network[0].count, 0);
	settings.network_count = 1;
	assert_int_equal(containopening_load(&opening, &settings, &gate, &fail), -EPIPE);
	assert_int_equal(opening.rules->current, 0);
	assert_int_equal(opening.rules->network[0].count, 1);
	assert_int_equal(opening.rules->network[1].count, 2);
}

/* Such as the actor, that could have any rules loaded. */
static void
a_child_of_the_parent_cannot_write_them(void **state)
{
	pid_t child = fork();
	int status;

	(void)state;
	assert_true(child >= 0);
	if (child == 0) {
		(void)signal(SIGSEGV, SIG_DFL);
		opening.rules->mark[0] = 7;
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(opening.rules->mark[0], 0);
	assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_the_gate_takes_is_the_network_of_these_rules, begin, end),
		cmocka_unit_test_setup_teardown(
			a_child_of_the_parent_cannot_write_them, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
