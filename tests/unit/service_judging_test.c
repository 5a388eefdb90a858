/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/text.h"
#include "process_bench.h"
#include "service/judging.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#define RING 1024

static struct sighting sightings[RING];

static void
put(struct ring *ring, size_t count)
{
	for (size_t i = 0; i < count; i++)
		sightings[i] = (struct sighting){.time = {INT64_C(15000) * WALL_DAY},
			.line = {.pseudonym = i, .role = ROLE_RESIDENTIAL},
			.other = address_from_v4(0x01000000),
			.sampling = 1,
			.server_port = 25};
	assert_int_equal(ring_put(ring, sightings, count), count);
}

static void
start(struct process_bench *bench, unsigned tries)
{
	if (process_forks(bench, OWNER_JUDGE))
		judging_run(&bench->settings, &bench->estate, 0, tries);
}

/* It has gone back as far as it does when it asks for the open cases. */
static void
wait_until_it_asks(struct process_bench *bench)
{
	process_hear(bench, bench->estate.judge_keeper[0].end[1], MESSAGE_OPEN);
}

static void
tell_it_that_none_is_open(struct process_bench *bench)
{
	static const struct open_page none = {.is_last = 1};

	assert_int_equal(channel_send(bench->estate.judge_keeper[0].end[1], MESSAGE_OPEN_PAGE,
				 &none, offsetof(struct open_page, open)),
		0);
	process_hear(bench, process_parent(bench), MESSAGE_READY);
}

static void
start_with_none(struct process_bench *bench, unsigned tries)
{
	start(bench, tries);
	wait_until_it_asks(bench);
	tell_it_that_none_is_open(bench);
}

static void
what_waits_when_it_is_told_to_end_is_judged(void **state)
{
	struct process_bench *bench = process_begin(2, 1, RING);
	struct ring ring[2];

	for (uint32_t i = 0; i < 2; i++) {
		estate_sightings_putting(&bench->estate, i, 0, &ring[i]);
		put(&ring[i], 1000 - i);
	}
	start(bench, 0);
	wait_until_it_asks(bench);
	process_stop(bench);
	tell_it_that_none_is_open(bench);
	process_ends_well(bench);
	assert_int_equal(process_figure(bench, COUNT_TAKEN), 1999);
	assert_int_equal(process_figure(bench, COUNT_TAKEN_LOST), 0);
	assert_int_equal(process_figure(bench, COUNT_SNAPSHOTS), 1);
	/* Nothing of it is judged again by the next one. */
	start(bench, 0);
	wait_until_it_asks(bench);
	process_stop(bench);
	tell_it_that_none_is_open(bench);
	process_ends_well(bench);
	assert_int_equal(process_figure(bench, COUNT_TAKEN), 1999);
	process_done(bench);
}

/* Of three putters the first is a receiver, the second the guard, the third the actor. */
static void
nobody_speaks_for_another(void **state)
{
	struct process_bench *bench = process_begin(3, 1, RING);
	struct sighting said[] = {
		{.kind = SIGHTING_CONTACT, .sampling = 1, .server_port = 25},
		{.kind = SIGHTING_SCORE, .channel = CHANNEL_RELAY, .score = 1, .watch = 1},
		{.kind = SIGHTING_SCORE, .channel = CHANNEL_METER, .score = 1, .watch = 1},
	};

	bench->settings.estate.receivers = bench->settings.estate.guards = 1;
	bench->settings.estate.actors = 1;
	for (size_t i = 0; i < 3; i++) {
		said[i].time = (struct wall){INT64_C(15000) * WALL_DAY};
		said[i].line = (struct line){.pseudonym = i + 1, .role = ROLE_RESIDENTIAL};
	}
	for (uint32_t i = 0; i < 3; i++) {
		struct ring ring;

		estate_sightings_putting(&bench->estate, i, 0, &ring);
		assert_int_equal(ring_put(&ring, said, 3), 3);
	}
	start(bench, 0);
	wait_until_it_asks(bench);
	process_stop(bench);
	tell_it_that_none_is_open(bench);
	process_ends_well(bench);
	assert_int_equal(process_figure(bench, COUNT_TAKEN), 9);
	assert_int_equal(process_figure(bench, COUNT_STRANGE), 6);
	process_done(bench);
	(void)state;
}

/* Puts as long as it is let: more than any judge takes. */
_Noreturn static void
put_for_ever(const struct process_bench *bench)
{
	struct ring ring;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	estate_sightings_putting(&bench->estate, 0, 0, &ring);
	put(&ring, RING);
	for (;;)
		(void)ring_put(&ring, sightings, RING);
}

/* Times that the process waited for something. */
static uint64_t
waits(const struct process_bench *bench)
{
	uint64_t count = 0;
	char path[64], line[256];
	bool found = false;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)bench->pid);
	file = fopen(path, "r");
	assert_non_null(file);
	while (!found && fgets(line, sizeof(line), file) != NULL) {
		struct text value = text_of(line), name = text_cut(&value, ':');

		found = text_is(name, "voluntary_ctxt_switches");
		value.length -= found; /* the line's end */
		assert_true(!found || text_parse_u64(text_trim(value), UINT64_MAX, &count) == 0);
	}
	fclose(file);
	assert_true(found);
	return count;
}

static void
a_full_ring_is_judged_without_a_pause(void **state)
{
	enum { MANY = 256 * RING };
	struct process_bench *bench = process_begin(1, 1, MANY);
	struct ring ring;
	uint64_t before;

	estate_sightings_putting(&bench->estate, 0, 0, &ring);
	for (size_t i = 0; i < MANY / RING; i++)
		put(&ring, RING);
	start(bench, 0);
	wait_until_it_asks(bench);
	before = waits(bench);
	tell_it_that_none_is_open(bench);
	process_wait_for(bench, COUNT_TAKEN, MANY);
	/* It looks at its channels more often than that, and only looks. */
	assert_in_range(waits(bench) - before, 0, 8);
	process_stop(bench);
	process_ends_well(bench);
	process_done(bench);
	(void)state;
}

static void
it_ends_though_receivers_do_not(void **state)
{
	struct process_bench *bench = process_begin(1, 1, 256 * RING);
	pid_t receiver = fork();
	uint64_t taken;

	assert_true(receiver >= 0);
	if (receiver == 0)
		put_for_ever(bench);
	start_with_none(bench, 0);
	while (process_figure(bench, COUNT_TAKEN) < 256 * RING)
		(void)poll(NULL, 0, 5);
	taken = process_figure(bench, COUNT_TAKEN);
	process_stop(bench);
	process_ends_well(bench);
	assert_int_equal(process_figure(bench, COUNT_SNAPSHOTS), 1);
	/* What waited, and what it took before it heard. */
	assert_true(process_figure(bench, COUNT_TAKEN) - taken < 2 * 256 * RING);
	assert_int_equal(kill(receiver, SIGKILL), 0);
	assert_int_equal(waitpid(receiver, NULL, 0), receiver);
	process_done(bench);
}

/* One open case, of a line of its own. */
static void
tell_it_of_one(struct process_bench *bench, uint64_t after, bool is_last)
{
	static struct open_page page;

	page = (struct open_page){.count = 1, .is_last = is_last, .after = after};
	page.open[0] = (struct open_case){.number = after + 1,
		.line = after + 77,
		.entered = {INT64_C(15000) * WALL_DAY},
		.score = 5,
		.state = STATE_SUSPECT,
		.highest = STATE_SUSPECT,
		.role = ROLE_RESIDENTIAL};
	assert_int_equal(channel_send(bench->estate.judge_keeper[0].end[1], MESSAGE_OPEN_PAGE,
				 &page, offsetof(struct open_page, open) + sizeof(*page.open)),
		0);
}

static void
a_question_that_is_put_again_and_answered_twice_goes_on_once(void **state)
{
	struct process_bench *bench = process_begin(1, 1, RING);
	int keeper;

	(void)state;
	start(bench, 0);
	keeper = bench->estate.judge_keeper[0].end[1];
	wait_until_it_asks(bench);
	tell_it_of_one(bench, 0, false);
	wait_until_it_asks(bench);
	assert_int_equal(bench->message.open.after, 1);
	/* A keeper that does not answer is asked for the same again, not for all. */
	wait_until_it_asks(bench);
	assert_int_equal(bench->message.open.after, 1);
	tell_it_of_one(bench, 1, false);
	tell_it_of_one(bench, 1, false);
	wait_until_it_asks(bench);
	assert_int_equal(bench->message.open.after, 2);
	tell_it_of_one(bench, 2, true);
	process_hear(bench, process_parent(bench), MESSAGE_READY);
	assert_int_equal(poll(&(struct pollfd){.fd = keeper, .events = POLLIN}, 1, 0), 0);
	process_stop(bench);
	process_ends_well(bench);
	assert_int_equal(process_figure(bench, COUNT_LINES), 3);
	process_done(bench);
}

static void
what_is_passed_over_is_counted_and_told(void **state)
{
	struct process_bench *bench = process_begin(1, 1, RING);
	struct ring ring;

	estate_sightings_putting(&bench->estate, 0, 0, &ring);
	put(&ring, 70);
	start_with_none(bench, 0);
	process_wait_for(bench, COUNT_TAKEN, 70);
	process_is_killed(bench);
	put(&ring, 30);
	/* Of those that the one before took nothing is left, and three have died of something. */
	start(bench, 3);
	wait_until_it_asks(bench);
	process_stop(bench);
	tell_it_that_none_is_open(bench);
	process_ends_well(bench);
	assert_int_equal(process_figure(bench, COUNT_TAKEN), 70);
	assert_int_equal(process_figure(bench, COUNT_TAKEN_LOST), 100);
	assert_true(process_said(bench, "event=state-restored lines=0 sightings_gone=100"));
	process_done(bench);
}

/* The receiver does not know yet that the judge has gone back, and uses places that it holds for free. */
static void
what_is_still_there_is_judged_again_though_the_receiver_went_on(void **state)
{
	struct process_bench *bench = process_begin(1, 1, RING);
	struct ring ring;

	estate_sightings_putting(&bench->estate, 0, 0, &ring);
	put(&ring, RING);
	start_with_none(bench, 0);
	process_wait_for(bench, COUNT_TAKEN, RING);
	assert_int_equal(ring_room(&ring), RING);
	process_is_killed(bench);
	start(bench, 0);
	wait_until_it_asks(bench);
	put(&ring, 300);
	process_stop(bench);
	tell_it_that_none_is_open(bench);
	process_ends_well(bench);
	assert_int_equal(process_figure(bench, COUNT_TAKEN_LOST), 300);
	assert_int_equal(process_figure(bench, COUNT_TAKEN), 2 * RING);
	assert_false(process_said(bench, "damaged"));
	process_done(bench);
}

static void
what_a_peer_says_that_cannot_be_is_told_and_left_out(void **state)
{
	struct process_bench *bench = process_begin(1, 1, RING);
	struct question question = {.id = 5, .ask = ASK_LINES};
	int desk = bench->estate.desk_judge[0].end[0];

	start_with_none(bench, 0);
	assert_int_equal(channel_send(desk, MESSAGE_STOP, NULL, 0), 0);
	assert_int_equal(write(desk, "?", 1), 1);
	assert_int_equal(channel_send(desk, MESSAGE_QUESTION, &question, sizeof(question)), 0);
	process_hear(bench, desk, MESSAGE_ANSWER);
	assert_int_equal(bench->message.answer.id, 5);
	assert_true(process_said(bench, "event=bad-message peer=desk number=0"));
	process_stop(bench);
	process_ends_well(bench);
	process_done(bench);
}

/* What kills a writer does not kill the judge, which shows that it lives meanwhile. */
static void
the_last_snapshot_is_written_by_a_child(void **state)
{
	static const struct rlimit limit = {.rlim_cur = 1024, .rlim_max = 1024};
	struct process_bench *bench = process_begin(1, 1, RING);
	struct ring ring;

	estate_sightings_putting(&bench->estate, 0, 0, &ring);
	put(&ring, 1000);
	if (process_forks(bench, OWNER_JUDGE)) {
		if (setrlimit(RLIMIT_FSIZE, &limit) < 0)
			_exit(99);
		judging_run(&bench->settings, &bench->estate, 0, 0);
	}
	wait_until_it_asks(bench);
	process_stop(bench);
	tell_it_that_none_is_open(bench);
	process_ends_well(bench);
	assert_int_equal(process_figure(bench, COUNT_TAKEN), 1000);
	assert_int_equal(process_figure(bench, COUNT_SNAPSHOTS_FAILED), 1);
	assert_true(process_said(bench, "event=snapshot-failed"));
	process_done(bench);
}

/* They are of the state, and a state may be lost. */
static void
no_counter_goes_back(void **state)
{
	struct process_bench *bench = process_begin(1, 1, RING);
	struct status_process *page;
	struct ring ring;

	bench->settings.judging.parameters.flow.lines_most = 16;
	estate_sightings_putting(&bench->estate, 0, 0, &ring);
	put(&ring, 100);
	start_with_none(bench, 0);
	/* Pseudonyms 0 and 1 are one to the table. */
	process_wait_for(bench, COUNT_LINES_EVICTED, 83);
	process_is_killed(bench);
	page = estate_status(&bench->estate, estate_place(&bench->post));
	status_set(&page->value[COUNT_FROZEN], 7);
	/* With nothing. */
	start_with_none(bench, 5);
	assert_int_equal(process_figure(bench, COUNT_LINES_EVICTED), 83);
	assert_int_equal(process_figure(bench, COUNT_FROZEN), 7);
	put(&ring, 20);
	process_wait_for(bench, COUNT_LINES_EVICTED, 86);
	process_stop(bench);
	process_ends_well(bench);
	/* With a snapshot that knows of the last three. */
	start_with_none(bench, 0);
	assert_int_equal(process_figure(bench, COUNT_LINES_EVICTED), 86);
	assert_int_equal(process_figure(bench, COUNT_FROZEN), 7);
	process_stop(bench);
	process_ends_well(bench);
	process_done(bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_waits_when_it_is_told_to_end_is_judged),
		cmocka_unit_test(nobody_speaks_for_another),
		cmocka_unit_test(a_full_ring_is_judged_without_a_pause),
		cmocka_unit_test(it_ends_though_receivers_do_not),
		cmocka_unit_test(a_question_that_is_put_again_and_answered_twice_goes_on_once),
		cmocka_unit_test(what_is_passed_over_is_counted_and_told),
		cmocka_unit_test(what_is_still_there_is_judged_again_though_the_receiver_went_on),
		cmocka_unit_test(what_a_peer_says_that_cannot_be_is_told_and_left_out),
		cmocka_unit_test(the_last_snapshot_is_written_by_a_child),
		cmocka_unit_test(no_counter_goes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
