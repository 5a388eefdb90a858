/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/containopening.h"
#include "unit.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
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

static void
without_a_gate_all_is_as_in_observe_and_the_settings_say_why(void **state)
{
	struct gateclient gate = {.descriptor = -1};
	struct daemon_settings settings = {.contain.nftables = true};

	(void)state;
	ruleset_defaults(&settings.contain.rules);
	settings.keep.planning.plan.mode[MEASURE_BLOCK25] = MEASURE_ENFORCE;
	settings.keep.planning.plan.mode[MEASURE_LIMIT] = MEASURE_ENFORCE;
	containopening_bring(&opening, &settings, &gate);
	assert_true(settings.contain.is_off);
	assert_string_not_equal(settings.contain.why, "");
	assert_int_equal(settings.keep.planning.plan.mode[MEASURE_BLOCK25], MEASURE_OBSERVE);
	assert_int_equal(settings.keep.planning.plan.mode[MEASURE_LIMIT], MEASURE_ENFORCE);
	/* Where it was not asked for, it is not off. */
	settings.contain.nftables = false;
	containopening_bring(&opening, &settings, &gate);
	assert_false(settings.contain.is_off);
}

static void
what_an_actor_said_is_held_against_him_once_and_not_against_the_next(void **state)
{
	char bytes[8];

	(void)state;
	assert_false(containopening_is_abused(&opening));
	opening.rules->told.malformed = 2;
	assert_true(containopening_is_abused(&opening));
	assert_false(containopening_is_abused(&opening));
	/* More of it waits when he has ended. */
	opening.rules->told.malformed = 3;
	assert_int_equal(send(opening.actor, "junk", 4, 0), 4);
	assert_int_equal(send(opening.actor, "", 0, 0), 0);
	assert_int_equal(send(opening.actor, "junk", 4, 0), 4);
	containopening_clear(&opening);
	assert_false(containopening_is_abused(&opening));
	assert_int_equal(recv(opening.gate, bytes, sizeof(bytes), MSG_DONTWAIT), -1);
	assert_int_equal(errno, EAGAIN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_the_gate_takes_is_the_network_of_these_rules, begin, end),
		cmocka_unit_test_setup_teardown(
			a_child_of_the_parent_cannot_write_them, begin, end),
		cmocka_unit_test_setup_teardown(
			without_a_gate_all_is_as_in_observe_and_the_settings_say_why, begin, end),
		cmocka_unit_test_setup_teardown(
			what_an_actor_said_is_held_against_him_once_and_not_against_the_next, begin,
			end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
