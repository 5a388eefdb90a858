/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/channel.h"
#include "runtime/process.h"
#include "service/children.h"
#include "unit.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define HANGS_US WALL_DAY
#define FIRST_US 100000
#define LAST_US  (30 * WALL_SECOND)

enum deed { DEED_WORK, DEED_LIE, DEED_DIE };

/* A parent with one child, a keeper. */
struct bench {
	struct estate estate;
	struct duty duty;
	struct children children;
	enum deed deed;
};

static void
run(void *context, const struct child *child)
{
	struct bench *bench = context;
	struct duty duty;
	struct pollfd polled;

	if (bench->deed == DEED_DIE)
		return;
	duty_begin(&duty, &bench->estate, &child->post);
	polled = (struct pollfd){.fd = duty.parent, .events = POLLIN};
	if (bench->deed == DEED_LIE)
		(void)!channel_send(duty.parent, MESSAGE_QUESTION, "?", 1);
	else
		duty_ready(&duty);
	while (!duty.is_over) {
		(void)poll(&polled, 1, -1);
		duty_hear(&duty);
	}
	_exit(0);
}

static void
answer(void *context, int channel, const struct question *question)
{
	fail();
}

static int
begin(void **state)
{
	static const struct estate_settings settings = {.receivers = 1,
		.judges = 1,
		.sightings_most = 64,
		.verdicts_most = 16,
		.names_most = 64};
	struct bench *bench = xcalloc(1, sizeof(*bench));
	struct post parent = {.owner = OWNER_PARENT};
	struct fail fail = {0};
	int r = estate_make(&bench->estate, &settings, &fail);

	*state = bench;
	if (r < 0)
		return r;
	duty_begin(&bench->duty, &bench->estate, &parent);
	bench->children = (struct children){
		.hooks = {run, answer, bench}, .estate = &bench->estate, .duty = &bench->duty};
	children_add(&bench->children, OWNER_KEEPER, 0);
	return 0;
}

static int
end(void **state)
{
	struct bench *bench = *state;

	if (bench->children.child[0].pid > 0) {
		kill(bench->children.child[0].pid, SIGKILL);
		(void)waitpid(bench->children.child[0].pid, NULL, 0);
	}
	estate_free(&bench->estate);
	free(bench);
	return 0;
}

/* Until it has said something. */
static void
listen_to(struct bench *bench)
{
	struct pollfd polled = {
		.fd = children_channel(&bench->children, bench->children.child), .events = POLLIN};

	assert_int_equal(poll(&polled, 1, -1), 1);
	children_hear(&bench->children);
}

/* Until it has ended. The pause before the next, as it was a moment ago. */
static int64_t
bury(struct bench *bench)
{
	struct child *child = bench->children.child;
	int64_t before = clock_steady();
	bool is_clean;
	char how[64];
	siginfo_t info;
	int signal;
	pid_t pid;

	assert_int_equal(waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOWAIT), 0);
	pid = process_ended(how, &is_clean, &signal);
	assert_int_equal(pid, child->pid);
	children_note_end(&bench->children, pid, how, is_clean, signal);
	assert_int_equal(child->pid, 0);
	assert_true(child->due_us >= before);
	return child->due_us - before;
}

static bool
look_after(struct bench *bench)
{
	return children_look_after(&bench->children, HANGS_US);
}

static void
all_are_ready_when_each_has_said_so(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(bench->children.child->pid, 0);
	assert_false(look_after(bench));
	listen_to(bench);
	assert_true(look_after(bench));
}

static void
one_that_said_to_another_what_cannot_be_is_killed_and_replaced(void **state)
{
	struct bench *bench = *state;
	pid_t pid;

	look_after(bench);
	listen_to(bench);
	pid = bench->children.child->pid;
	children_cut_off(&bench->children, OWNER_ACTOR);
	assert_false(bench->children.child->is_killed);
	children_cut_off(&bench->children, OWNER_KEEPER);
	children_cut_off(&bench->children, OWNER_KEEPER);
	assert_true(bench->children.child->is_killed);
	bench->children.child->due_us -= bury(bench);
	look_after(bench);
	assert_true(bench->children.child->pid > 0 && bench->children.child->pid != pid);
	assert_int_equal(bench->children.restarts, 1);
	/* There is none to be cut off while it is not there. */
	assert_false(bench->children.child->is_killed);
}

static void
one_that_was_told_to_end_is_not_started_again(void **state)
{
	struct bench *bench = *state;

	look_after(bench);
	listen_to(bench);
	children_stop(&bench->children, bench->children.child);
	(void)bury(bench);
	look_after(bench);
	assert_int_equal(bench->children.child->pid, 0);
	assert_int_equal(bench->children.restarts, 0);
	assert_true(bench->children.child->has_finished);
	children_start(&bench->children, bench->children.child);
	assert_true(bench->children.child->pid > 0);
	assert_false(bench->children.child->has_finished);
	children_stop(&bench->children, bench->children.child);
	(void)bury(bench);
	assert_int_equal(bench->children.child->deaths, 0);
	children_want(&bench->children);
	look_after(bench);
	assert_true(bench->children.child->pid > 0);
}

static void
one_that_is_killed_when_it_was_told_to_end_has_not_finished(void **state)
{
	struct bench *bench = *state;

	look_after(bench);
	listen_to(bench);
	/* It cannot hear. */
	assert_int_equal(kill(bench->children.child->pid, SIGSTOP), 0);
	children_stop(&bench->children, bench->children.child);
	assert_int_equal(kill(bench->children.child->pid, SIGKILL), 0);
	(void)bury(bench);
	assert_false(bench->children.child->has_finished);
	assert_int_equal(bench->children.child->deaths, 1);
}

static void
one_that_dies_young_waits_longer_each_time(void **state)
{
	struct bench *bench = *state;
	struct child *child = bench->children.child;
	int64_t least = 0;

	bench->deed = DEED_DIE;
	for (unsigned death = 1; death <= 20; death++) {
		children_start(&bench->children, child);
		assert_true(bury(bench) >= least);
		assert_int_equal(child->tries, death);
		assert_int_equal(bench->children.restarts, death);
		least = death == 1 ? FIRST_US : least * 2 < LAST_US ? least * 2 : LAST_US;
	}
	look_after(bench);
	assert_int_equal(child->pid, 0);
	/* One that has lived for long begins anew. */
	children_start(&bench->children, child);
	child->started_us -= WALL_DAY;
	(void)bury(bench);
	assert_int_equal(child->tries, 0);
	look_after(bench);
	assert_true(child->pid > 0);
}

/* What status tells of as a trouble at once is who dies young. */
static void
one_that_is_replaced_is_waited_for_unless_it_dies_young(void **state)
{
	struct bench *bench = *state;
	struct child *child = bench->children.child;
	int64_t *awaited = &estate_status(&bench->estate, estate_place(&child->post))->awaited_us;
	int64_t before = clock_steady();

	look_after(bench);
	assert_true(*awaited >= before);
	listen_to(bench);
	*awaited = 0;
	children_stop(&bench->children, child);
	(void)bury(bench);
	assert_true(*awaited >= before);
	*awaited = 0;
	children_start(&bench->children, child);
	assert_true(*awaited >= before);
	listen_to(bench);
	child->started_us -= WALL_DAY;
	assert_int_equal(kill(child->pid, SIGKILL), 0);
	(void)bury(bench);
	assert_true(*awaited >= before);
	bench->deed = DEED_DIE;
	children_start(&bench->children, child);
	(void)bury(bench);
	assert_int_equal(*awaited, 0);
	children_start(&bench->children, child);
	assert_int_equal(*awaited, 0);
	(void)bury(bench);
}

static void
what_it_read_is_not_to_blame_when_somebody_kills_it(void **state)
{
	struct bench *bench = *state;
	struct child *child = bench->children.child;

	look_after(bench);
	listen_to(bench);
	assert_int_equal(kill(child->pid, SIGKILL), 0);
	(void)bury(bench);
	assert_int_equal(child->tries, 0);
	assert_int_equal(bench->children.restarts, 1);
}

static void
one_that_says_what_cannot_be_is_killed(void **state)
{
	struct bench *bench = *state;
	struct child *child = bench->children.child;

	bench->deed = DEED_LIE;
	look_after(bench);
	listen_to(bench);
	assert_true(child->is_killed);
	(void)bury(bench);
	assert_int_equal(child->tries, 1);
}

static void
one_that_shows_no_life_is_killed_but_not_after_a_stall(void **state)
{
	struct bench *bench = *state;
	struct child *child = bench->children.child;
	int64_t *beat = &estate_status(&bench->estate, estate_place(&child->post))->beat_us;

	look_after(bench);
	listen_to(bench);
	*beat = clock_steady() - 2 * HANGS_US;
	bench->children.looked_us = clock_steady() - WALL_HOUR;
	look_after(bench);
	assert_false(child->is_killed);
	bench->children.stalled_us -= 2 * HANGS_US;
	look_after(bench);
	assert_true(child->is_killed);
	(void)bury(bench);
	assert_int_equal(child->tries, 1);
}

/* The disk may hold it, and then it ends only when the disk goes on. */
static void
one_that_hangs_is_told_once_though_it_does_not_end(void **state)
{
	struct bench *bench = *state;
	struct child *child = bench->children.child;
	int64_t *beat = &estate_status(&bench->estate, estate_place(&child->post))->beat_us;
	int before = dup(STDERR_FILENO), log[2];
	char said[4096];
	ssize_t n;

	look_after(bench);
	listen_to(bench);
	*beat = clock_steady() - 2 * HANGS_US;
	bench->children.looked_us = clock_steady();
	bench->children.stalled_us = -2 * HANGS_US;
	assert_int_equal(pipe2(log, O_NONBLOCK), 0);
	assert_true(dup2(log[1], STDERR_FILENO) >= 0);
	for (int i = 0; i < 3; i++)
		look_after(bench);
	assert_true(dup2(before, STDERR_FILENO) >= 0);
	n = read(log[0], said, sizeof(said) - 1);
	assert_true(n > 0);
	said[n] = '\0';
	close(before);
	close(log[0]);
	close(log[1]);
	assert_non_null(strstr(said, "event=process-hung"));
	assert_null(strstr(strstr(said, "event=process-hung") + 1, "event=process-hung"));
	assert_true(child->is_killed);
	(void)bury(bench);
}

/* It is older than one that dies young when it is killed, each time. */
static void
one_that_hangs_each_time_counts_its_tries(void **state)
{
	struct bench *bench = *state;
	struct child *child = bench->children.child;
	int64_t *beat = &estate_status(&bench->estate, estate_place(&child->post))->beat_us;

	bench->children.looked_us = clock_steady();
	bench->children.stalled_us = -2 * HANGS_US;
	for (unsigned try = 1; try <= 5; try++) {
		children_start(&bench->children, child);
		listen_to(bench);
		child->started_us -= WALL_MINUTE;
		*beat = clock_steady() - 2 * HANGS_US;
		look_after(bench);
		assert_true(child->is_killed);
		(void)bury(bench);
		assert_int_equal(child->tries, try);
	}
	/* One that had worked for long hung on something else. */
	children_start(&bench->children, child);
	listen_to(bench);
	child->started_us -= WALL_DAY;
	*beat = clock_steady() - 2 * HANGS_US;
	look_after(bench);
	(void)bury(bench);
	assert_int_equal(child->tries, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(all_are_ready_when_each_has_said_so, begin, end),
		cmocka_unit_test_setup_teardown(
			one_that_said_to_another_what_cannot_be_is_killed_and_replaced, begin, end),
		cmocka_unit_test_setup_teardown(
			one_that_was_told_to_end_is_not_started_again, begin, end),
		cmocka_unit_test_setup_teardown(
			one_that_is_killed_when_it_was_told_to_end_has_not_finished, begin, end),
		cmocka_unit_test_setup_teardown(
			one_that_dies_young_waits_longer_each_time, begin, end),
		cmocka_unit_test_setup_teardown(
			one_that_is_replaced_is_waited_for_unless_it_dies_young, begin, end),
		cmocka_unit_test_setup_teardown(
			what_it_read_is_not_to_blame_when_somebody_kills_it, begin, end),
		cmocka_unit_test_setup_teardown(one_that_says_what_cannot_be_is_killed, begin, end),
		cmocka_unit_test_setup_teardown(
			one_that_shows_no_life_is_killed_but_not_after_a_stall, begin, end),
		cmocka_unit_test_setup_teardown(
			one_that_hangs_is_told_once_though_it_does_not_end, begin, end),
		cmocka_unit_test_setup_teardown(
			one_that_hangs_each_time_counts_its_tries, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
