/* SPDX-License-Identifier: BSD-2-Clause */
#include "control/message.h"
#include "runtime/channel.h"
#include "service/post.h"
#include "unit.h"

#include <errno.h>

static const struct estate_settings settings = {
	.receivers = 1, .judges = 1, .sightings_most = 64, .verdicts_most = 16, .names_most = 64};

static int
begin(void **state)
{
	struct estate *estate = xcalloc(1, sizeof(*estate));
	struct fail fail = {0};

	*state = estate;
	return estate_make(estate, &settings, &fail);
}

static int
end(void **state)
{
	estate_free(*state);
	free(*state);
	return 0;
}

static void
only_the_trouble_itself_is_shown_to_others(void **state)
{
	struct post post = {.owner = OWNER_KEEPER};
	struct duty duty;

	duty_begin(&duty, *state, &post);
	duty_trouble(&duty, "%0150d", 1);
	duty_trouble(&duty, "the disk is %s", "full");
	assert_string_equal(duty.status->trouble, "the disk is full");
	for (size_t i = sizeof("the disk is full"); i < STATUS_TEXT; i++)
		assert_int_equal(duty.status->trouble[i], 0);
	duty_trouble(&duty, "%s", "");
	assert_string_equal(duty.status->trouble, "");
}

static void
it_ends_when_it_is_told_to_or_the_parent_is_gone(void **state)
{
	struct post post = {.owner = OWNER_KEEPER};
	struct estate *estate = *state;
	int parent = estate->parent[estate_place(&post)].end[0];
	struct duty duty;

	duty_begin(&duty, estate, &post);
	duty_hear(&duty);
	assert_false(duty.is_over);
	assert_int_equal(channel_send(parent, MESSAGE_STOP, NULL, 0), 0);
	duty_hear(&duty);
	assert_true(duty.is_over);
	assert_false(duty.is_orphan);
	assert_false(duty.is_replaced);
}

static void
it_hears_whether_another_takes_its_place(void **state)
{
	struct post post = {.owner = OWNER_KEEPER};
	struct estate *estate = *state;
	int parent = estate->parent[estate_place(&post)].end[0];
	struct duty duty;

	duty_begin(&duty, estate, &post);
	assert_int_equal(channel_send(parent, MESSAGE_REPLACE, NULL, 0), 0);
	duty_hear(&duty);
	assert_true(duty.is_over && duty.is_replaced);
	/* The daemon ends in the middle of a reload. */
	assert_int_equal(channel_send(parent, MESSAGE_STOP, NULL, 0), 0);
	duty_hear(&duty);
	assert_true(duty.is_over);
	assert_false(duty.is_replaced);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			only_the_trouble_itself_is_shown_to_others, begin, end),
		cmocka_unit_test_setup_teardown(
			it_ends_when_it_is_told_to_or_the_parent_is_gone, begin, end),
		cmocka_unit_test_setup_teardown(
			it_hears_whether_another_takes_its_place, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
