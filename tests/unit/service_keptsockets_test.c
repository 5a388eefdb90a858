/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/sockets.h"
#include "service/keptsockets.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

static unsigned opened;

static int
open_place(const struct kept_place *place, const void *context, struct fail *fail)
{
	assert_ptr_equal(context, &opened);
	opened++;
	return sockets_open_tcp(&place->address, place->port, 1, fail);
}

static const char *const protocols[] = {"one", "other"};

static const struct keptsockets_kind kind = {"some.option", protocols, open_place};

static struct kept_place
place(uint8_t protocol, uint16_t port)
{
	return (struct kept_place){
		.protocol = protocol, .address = address_from_v4(0x7f000001), .port = port};
}

static int
prepare(const struct keptsockets *now, const struct kept_place *places, size_t count,
	struct keptsockets *next, struct fail *fail)
{
	opened = 0;
	return keptsockets_prepare(now, &kind, places, count, &opened, next, fail);
}

static bool
is_open(int descriptor)
{
	return fcntl(descriptor, F_GETFD) >= 0;
}

static void
what_stays_is_kept_and_what_goes_is_closed_when_the_change_is_taken(void **state)
{
	struct keptsockets now = {.count = 0}, next;
	struct kept_place places[2] = {place(0, 0), place(1, 0)};
	char text[KEPT_TEXT], expected[KEPT_TEXT];
	int first, second;

	assert_int_equal(prepare(&now, places, 2, &next, NULL), 0);
	keptsockets_take(&now, &next);
	assert_true(opened == 2 && now.count == 2 && now.entry[0].port != now.entry[1].port);
	first = now.entry[0].descriptor;
	second = now.entry[1].descriptor;
	keptsockets_describe(&now, 1, text);
	snprintf(expected, sizeof(expected), "other:127.0.0.1:%u", now.entry[1].port);
	assert_string_equal(text, expected);
	/* Dropped, nothing changes. */
	assert_int_equal(prepare(&now, &places[1], 1, &next, NULL), 0);
	keptsockets_drop(&next);
	assert_true(opened == 0 && is_open(first) && is_open(second));
	/* Taken, what is not wanted is closed. */
	assert_int_equal(prepare(&now, &places[1], 1, &next, NULL), 0);
	keptsockets_take(&now, &next);
	assert_true(now.count == 1 && now.entry[0].descriptor == second);
	assert_true(!is_open(first) && is_open(second));
	assert_int_equal(prepare(&now, NULL, 0, &next, NULL), 0);
	keptsockets_take(&now, &next);
	assert_false(is_open(second));
}

static void
a_change_of_which_one_place_fails_leaves_all_as_it_was(void **state)
{
	struct keptsockets now = {.count = 0}, next;
	struct kept_place places[3] = {place(0, 0)};
	struct fail fail = {0};
	int first;

	assert_int_equal(prepare(&now, places, 1, &next, NULL), 0);
	keptsockets_take(&now, &next);
	first = now.entry[0].descriptor;
	/* The port of the first is taken; what was opened before it is closed. */
	places[1] = place(1, 0);
	places[2] = place(1, now.entry[0].port);
	assert_int_equal(prepare(&now, places, 3, &next, &fail), -EADDRINUSE);
	assert_true(opened == 2 && next.count == 0 && is_open(first));
	assert_false(is_open(next.entry[1].descriptor));
	/* One that is named twice is said. */
	places[1] = places[2];
	keptsockets_take(&now, &(struct keptsockets){.count = 0});
	assert_int_equal(prepare(&now, &places[1], 2, &next, &fail), -EEXIST);
	assert_string_equal(fail.where, "some.option");
	assert_non_null(strstr(fail.what, "is there twice"));
	assert_int_equal(opened, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			what_stays_is_kept_and_what_goes_is_closed_when_the_change_is_taken),
		cmocka_unit_test(a_change_of_which_one_place_fails_leaves_all_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
