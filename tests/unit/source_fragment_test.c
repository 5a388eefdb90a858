/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/packet/fragment.h"
#include "unit.h"

#include <errno.h>

static uint8_t datagram[4000];
static const uint8_t addresses[8] = {10, 0, 0, 1, 10, 0, 0, 2};
static struct fragments *fragments;
static const uint8_t *bytes;
static size_t size;
static struct wall now;

static int
set_up(void **state)
{
	for (size_t i = 0; i < sizeof(datagram); i++)
		datagram[i] = (uint8_t)(i * 7);
	fragments = fragments_new();
	now = (struct wall){1000 * WALL_SECOND};
	return 0;
}

static int
tear_down(void **state)
{
	fragments_free(fragments);
	return 0;
}

static struct frame
piece(uint32_t id, uint32_t at, uint32_t length, bool more)
{
	return (struct frame){.source = addresses,
		.destination = addresses + 4,
		.address_size = 4,
		.protocol = 17,
		.known = FRAME_FRAGMENT,
		.fragment_id = id,
		.fragment_at = at,
		.fragment_more = more,
		.payload = datagram + (at < sizeof(datagram) ? at : 0),
		.captured = length,
		.wire = length};
}

static int
add(uint32_t id, uint32_t at, uint32_t length, bool more)
{
	struct frame frame = piece(id, at, length, more);

	return fragments_add(fragments, now, &frame, true, &bytes, &size);
}

static void
a_datagram_is_put_together_in_any_order(void **state)
{
	assert_int_equal(add(1, 0, 1480, true), 0);
	assert_int_equal(add(2, 2960, 1040, false), 0);
	assert_int_equal(add(1, 2960, 1040, false), 0);
	assert_int_equal(add(2, 1480, 1480, true), 0);
	assert_int_equal(add(1, 1480, 1480, true), 1);
	assert_int_equal(size, 4000);
	assert_memory_equal(bytes, datagram, 4000);
	assert_int_equal(add(2, 0, 1480, true), 1);
	assert_int_equal(size, 4000);
	assert_memory_equal(bytes, datagram, 4000);
	assert_int_equal(fragments_lost(fragments), 0);
}

static void
what_was_recorded_twice_does_no_harm(void **state)
{
	assert_int_equal(add(1, 0, 1480, true), 0);
	assert_int_equal(add(1, 0, 1480, true), 0);
	assert_int_equal(add(1, 1480, 100, false), 1);
	assert_int_equal(size, 1580);
}

static void
overlaps_spoil_the_datagram(void **state)
{
	struct frame other;

	assert_int_equal(add(1, 0, 1480, true), 0);
	assert_int_equal(add(1, 1472, 800, true), -EBADMSG);
	assert_int_equal(add(1, 1480, 100, false), 0);
	/* The same place with other content. */
	assert_int_equal(add(2, 0, 1480, true), 0);
	other = piece(2, 0, 1480, true);
	other.payload = datagram + 1;
	assert_int_equal(fragments_add(fragments, now, &other, true, &bytes, &size), -EBADMSG);
	assert_int_equal(add(2, 1480, 100, false), 0);
	assert_int_equal(fragments_lost(fragments), 2);
}

static void
pieces_must_fit_each_other(void **state)
{
	assert_int_equal(add(1, 0, 1481, true), -EBADMSG); /* not a multiple of 8 */
	assert_int_equal(add(2, 65528, 100, false), -EMSGSIZE);
	assert_int_equal(add(3, 800, 100, false), 0);
	assert_int_equal(add(3, 1600, 800, true), -EBADMSG); /* behind the end */
	assert_int_equal(add(4, 1600, 800, true), 0);
	assert_int_equal(add(4, 800, 104, false), -EBADMSG); /* ends before what is there */
	assert_int_equal(add(5, 800, 100, false), 0);
	assert_int_equal(add(5, 808, 100, false), -EBADMSG); /* a second end */
}

static void
cut_pieces_are_refused(void **state)
{
	struct frame frame = piece(1, 0, 1480, true);

	frame.captured = 60;
	assert_int_equal(fragments_add(fragments, now, &frame, true, &bytes, &size), -ENODATA);
	assert_int_equal(add(1, 1480, 100, false), 0);
}

static void
datagrams_of_no_interest_are_not_kept(void **state)
{
	struct frame first = piece(1, 0, 1480, true);

	assert_int_equal(fragments_add(fragments, now, &first, false, &bytes, &size), 0);
	assert_int_equal(add(1, 1480, 100, false), 0);
	assert_int_equal(fragments_lost(fragments), 0);
}

static void
old_ones_give_way(void **state)
{
	assert_int_equal(add(1, 0, 1480, true), 0);
	for (uint32_t id = 2; id <= FRAGMENT_DATAGRAMS + 1; id++) {
		now.us++;
		assert_int_equal(add(id, 0, 1480, true), 0);
	}
	assert_int_equal(fragments_lost(fragments), 1);
	assert_int_equal(add(3, 1480, 100, false), 1);
	now.us += FRAGMENT_LIFE + WALL_SECOND;
	assert_int_equal(add(4, 1480, 100, false), 0);
	assert_true(fragments_lost(fragments) >= FRAGMENT_DATAGRAMS - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_datagram_is_put_together_in_any_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_was_recorded_twice_does_no_harm, set_up, tear_down),
		cmocka_unit_test_setup_teardown(overlaps_spoil_the_datagram, set_up, tear_down),
		cmocka_unit_test_setup_teardown(pieces_must_fit_each_other, set_up, tear_down),
		cmocka_unit_test_setup_teardown(cut_pieces_are_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			datagrams_of_no_interest_are_not_kept, set_up, tear_down),
		cmocka_unit_test_setup_teardown(old_ones_give_way, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
