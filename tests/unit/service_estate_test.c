/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/names.h"
#include "identity/sighting.h"
#include "identity/whereabouts.h"
#include "runtime/channel.h"
#include "service/estate.h"
#include "service/ordertable.h"
#include "unit.h"
#include "verdict/verdict.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct estate_settings settings = {
	.receivers = 2, .judges = 2, .sightings_most = 64, .verdicts_most = 16, .names_most = 64};

static void
make(struct estate *estate)
{
	struct fail fail = {0};

	if (estate_make(estate, &settings, &fail) < 0)
		fail_msg("%s", fail.what);
}

/* How a child ended that did this after it entered its post. */
static int
end_of(struct estate *estate, const struct post *post, void (*act)(struct estate *estate))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		signal(SIGSEGV, SIG_DFL);
		estate_enter(estate, post, NULL, 0);
		act(estate);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void
every_process_has_a_place_of_its_own(void **state)
{
	bool taken[STATUS_PROCESSES] = {false};
	struct estate estate;

	make(&estate);
	for (int owner = 0; owner < OWNER_COUNT; owner++) {
		uint32_t count = owner == OWNER_RECEIVER ? ESTATE_RECEIVERS
			: owner == OWNER_JUDGE           ? settings.judges
							 : 1;

		for (uint32_t i = 0; i < count; i++) {
			unsigned place = estate_place(
				&(struct post){.owner = (enum counter_owner)owner, .number = i});

			assert_true(place < estate_places(&estate));
			assert_false(taken[place]);
			taken[place] = true;
		}
	}
	estate_free(&estate);
}

static void
put_one(struct estate *estate)
{
	struct sighting sighting = {.line = {.pseudonym = 77}, .kind = SIGHTING_CONTACT};
	struct ring ring;

	estate_sightings_putting(estate, 1, 0, &ring);
	if (ring_put(&ring, &sighting, 1) != 1)
		_exit(1);
}

static void
what_a_dead_process_put_is_there_for_the_other(void **state)
{
	struct post post = {.owner = OWNER_RECEIVER, .number = 1};
	struct sighting sighting;
	struct estate estate;
	struct ring ring;

	make(&estate);
	assert_int_equal(end_of(&estate, &post, put_one), 0);
	estate_sightings_taking(&estate, 1, 0, &ring);
	assert_int_equal(ring_take(&ring, &sighting, 1), 1);
	assert_int_equal(sighting.line.pseudonym, 77);
	estate_free(&estate);
}

static void
touch_names(struct estate *estate)
{
	/* The pointer is gone; where it pointed to is unmapped. */
	if (estate->names[0] != NULL || estate->names[1] != NULL)
		_exit(1);
	for (uint32_t j = 0; j < settings.judges; j++) {
		if ((estate->sightings[0][j] != NULL) != (j == 1))
			_exit(2);
	}
}

static void
a_judge_sees_its_own_rings_and_no_names(void **state)
{
	struct post post = {.owner = OWNER_JUDGE, .number = 1};
	struct estate estate;

	make(&estate);
	assert_int_equal(end_of(&estate, &post, touch_names), 0);
	estate_free(&estate);
}

static void
write_other_page(struct estate *estate)
{
	estate_status(estate, 0)->pid = 1;
}

static void
write_own_page(struct estate *estate)
{
	estate_status(estate, estate_place(&(struct post){.owner = OWNER_DESK}))->pid = 4711;
}

static void
write_rings(struct estate *estate)
{
	estate->rings[1].waiting = 4711;
}

/* A sanitizer reports it and exits. */
static bool
is_fault(int status)
{
	return (WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV) ||
		(WIFEXITED(status) && WEXITSTATUS(status) != 0);
}

static void
figures_of_rings_are_written_by_judges_only(void **state)
{
	struct post desk = {.owner = OWNER_DESK}, keeper = {.owner = OWNER_KEEPER},
		    receiver = {.owner = OWNER_RECEIVER}, judge = {.owner = OWNER_JUDGE};
	struct estate estate;

	make(&estate);
	assert_true(is_fault(end_of(&estate, &desk, write_rings)));
	assert_true(is_fault(end_of(&estate, &keeper, write_rings)));
	assert_true(is_fault(end_of(&estate, &receiver, write_rings)));
	assert_int_equal(estate.rings[1].waiting, 0);
	assert_int_equal(end_of(&estate, &judge, write_rings), 0);
	assert_int_equal(estate.rings[1].waiting, 4711);
	estate_free(&estate);
}

static void
figures_of_others_can_only_be_read(void **state)
{
	struct post post = {.owner = OWNER_DESK};
	struct estate estate;

	make(&estate);
	assert_int_equal(end_of(&estate, &post, write_own_page), 0);
	assert_int_equal(estate_status(&estate, estate_place(&post))->pid, 4711);
	assert_true(is_fault(end_of(&estate, &post, write_other_page)));
	estate_free(&estate);
}

static int other_channel;

static void
use_other_channel(struct estate *estate)
{
	if (fcntl(other_channel, F_GETFD) != -1 || errno != EBADF)
		_exit(1);
	if (channel_send(estate->parent[estate_place(&(struct post){.owner = OWNER_KEEPER})].end[1],
		    1, NULL, 0) < 0)
		_exit(2);
}

static void
channels_of_others_are_closed(void **state)
{
	struct post post = {.owner = OWNER_KEEPER};
	struct estate estate;
	uint16_t type = 0;

	make(&estate);
	other_channel = estate.desk_judge[0].end[0];
	assert_int_equal(end_of(&estate, &post, use_other_channel), 0);
	assert_int_equal(
		channel_receive(estate.parent[estate_place(&post)].end[0], &type, NULL, 0), 0);
	assert_int_equal(type, 1);
	estate_free(&estate);
}

static void
write_orders(struct estate *estate)
{
	struct ordertable *table = estate->orders;

	table->count = 4711;
}

static void
read_orders(struct estate *estate)
{
	const struct ordertable *table = estate->orders;

	if (table->count != 4711)
		_exit(1);
}

static void
ask_the_guard(struct estate *estate)
{
	if (channel_send(estate->desk_guard.end[0], 1, NULL, 0) < 0)
		_exit(1);
}

static void
orders_are_written_by_the_keeper_and_read_by_the_guard(void **state)
{
	static const struct estate_settings with_guard = {.guards = 1,
		.judges = 1,
		.sightings_most = 64,
		.verdicts_most = 16,
		.names_most = 64};
	struct post guard = {.owner = OWNER_GUARD}, keeper = {.owner = OWNER_KEEPER},
		    desk = {.owner = OWNER_DESK};
	struct estate estate;
	struct fail fail = {0};
	uint16_t type = 0;

	(void)state;
	assert_int_equal(estate_make(&estate, &with_guard, &fail), 0);
	assert_true(is_fault(end_of(&estate, &guard, write_orders)));
	assert_true(is_fault(end_of(&estate, &desk, write_orders)));
	assert_int_equal(end_of(&estate, &keeper, write_orders), 0);
	assert_int_equal(end_of(&estate, &guard, read_orders), 0);
	/* The desk asks the guard, and nobody else does. */
	assert_true(is_fault(end_of(&estate, &keeper, ask_the_guard)));
	assert_int_equal(end_of(&estate, &desk, ask_the_guard), 0);
	assert_int_equal(channel_receive(estate.desk_guard.end[1], &type, NULL, 0), 0);
	estate_free(&estate);
}

static void
ask_the_keeper(struct estate *estate)
{
	if (channel_send(estate->portal_keeper.end[0], 1, NULL, 0) < 0)
		_exit(1);
}

static void
the_portal_asks_the_keeper_and_nobody_else_asks_in_its_name(void **state)
{
	static const struct estate_settings with_portal = {.receivers = 1,
		.judges = 1,
		.portals = 1,
		.sightings_most = 64,
		.verdicts_most = 16,
		.names_most = 64};
	struct post portal = {.owner = OWNER_PORTAL}, desk = {.owner = OWNER_DESK};
	struct estate estate;
	struct fail fail = {0};
	uint16_t type = 0;

	(void)state;
	assert_int_equal(estate_make(&estate, &with_portal, &fail), 0);
	assert_true(is_fault(end_of(&estate, &desk, ask_the_keeper)));
	assert_int_equal(end_of(&estate, &portal, ask_the_keeper), 0);
	assert_int_equal(channel_receive(estate.portal_keeper.end[1], &type, NULL, 0), 0);
	assert_int_equal(type, 1);
	estate_free(&estate);
}

static void
ask_for_notices(struct estate *estate)
{
	if (channel_send(estate->notifier_keeper.end[0], 2, NULL, 0) < 0)
		_exit(1);
}

static void
the_notifier_asks_the_keeper_and_the_portal_cannot(void **state)
{
	static const struct estate_settings with_both = {.receivers = 1,
		.judges = 1,
		.portals = 1,
		.notifiers = 1,
		.sightings_most = 64,
		.verdicts_most = 16,
		.names_most = 64};
	struct post portal = {.owner = OWNER_PORTAL}, notifier = {.owner = OWNER_NOTIFIER};
	struct estate estate;
	struct fail fail = {0};
	uint16_t type = 0;

	(void)state;
	assert_int_equal(estate_make(&estate, &with_both, &fail), 0);
	assert_true(is_fault(end_of(&estate, &portal, ask_for_notices)));
	assert_true(is_fault(end_of(&estate, &notifier, ask_the_keeper)));
	assert_int_equal(end_of(&estate, &notifier, ask_for_notices), 0);
	assert_int_equal(channel_receive(estate.notifier_keeper.end[1], &type, NULL, 0), 0);
	assert_int_equal(type, 2);
	estate_free(&estate);
}

static void
write_leases(struct estate *estate)
{
	((volatile uint8_t *)estate->leases)[4096] = 1;
}

static void
read_leases(struct estate *estate)
{
	const struct leases_settings of = estate_leases(&estate->settings);
	struct leases leases;

	if (leases_open(&leases, NULL, estate->leases, leases_bytes(&of)) < 0)
		_exit(1);
}

static void
read_linenames(struct estate *estate)
{
	(void)*(volatile uint8_t *)estate->linenames;
}

static void
write_linenames(struct estate *estate)
{
	((volatile uint8_t *)estate->linenames)[4096] = 1;
}

static void
read_sessions(struct estate *estate)
{
	(void)*(volatile uint8_t *)estate->sessions;
}

static void
put_whereabouts(struct estate *estate)
{
	struct whereabouts whereabouts = {.line = 5, .is_held = 1};
	struct ring ring;

	estate_whereabouts_putting(estate, &ring);
	if (ring_put(&ring, &whereabouts, 1) != 1)
		_exit(1);
}

static void
persons_are_seen_by_the_registrar_and_names_by_the_keeper_and_leases_by_who_looks_up_lines(
	void **state)
{
	static const struct estate_settings with_registrar = {.receivers = 1,
		.registrars = 1,
		.judges = 1,
		.sightings_most = 64,
		.verdicts_most = 16,
		.names_most = 64,
		.leases_most = 1000,
		.leases_tolerance = 120};
	struct post registrar = {.owner = OWNER_REGISTRAR}, keeper = {.owner = OWNER_KEEPER},
		    receiver = {.owner = OWNER_RECEIVER}, judge = {.owner = OWNER_JUDGE},
		    desk = {.owner = OWNER_DESK};
	struct whereabouts whereabouts;
	struct estate estate;
	struct fail fail = {0};
	struct ring ring;

	assert_int_equal(estate_make(&estate, &with_registrar, &fail), 0);
	assert_int_equal(end_of(&estate, &registrar, write_leases), 0);
	assert_int_equal(end_of(&estate, &receiver, read_leases), 0);
	assert_true(is_fault(end_of(&estate, &receiver, write_leases)));
	assert_true(is_fault(end_of(&estate, &judge, read_leases)));
	assert_int_equal(end_of(&estate, &registrar, write_linenames), 0);
	assert_int_equal(end_of(&estate, &keeper, read_linenames), 0);
	assert_true(is_fault(end_of(&estate, &keeper, write_linenames)));
	assert_true(is_fault(end_of(&estate, &receiver, read_linenames)));
	assert_true(is_fault(end_of(&estate, &desk, read_linenames)));
	assert_true(is_fault(end_of(&estate, &keeper, read_sessions)));
	assert_true(is_fault(end_of(&estate, &receiver, read_sessions)));
	/* What the registrar said waits for who acts. */
	assert_int_equal(end_of(&estate, &registrar, put_whereabouts), 0);
	estate_whereabouts_taking(&estate, &ring);
	assert_int_equal(ring_take(&ring, &whereabouts, 1), 1);
	assert_int_equal(whereabouts.line, 5);
	estate_free(&estate);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_process_has_a_place_of_its_own),
		cmocka_unit_test(what_a_dead_process_put_is_there_for_the_other),
		cmocka_unit_test(a_judge_sees_its_own_rings_and_no_names),
		cmocka_unit_test(figures_of_others_can_only_be_read),
		cmocka_unit_test(figures_of_rings_are_written_by_judges_only),
		cmocka_unit_test(channels_of_others_are_closed),
		cmocka_unit_test(orders_are_written_by_the_keeper_and_read_by_the_guard),
		cmocka_unit_test(the_portal_asks_the_keeper_and_nobody_else_asks_in_its_name),
		cmocka_unit_test(the_notifier_asks_the_keeper_and_the_portal_cannot),
		cmocka_unit_test(
			persons_are_seen_by_the_registrar_and_names_by_the_keeper_and_leases_by_who_looks_up_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
