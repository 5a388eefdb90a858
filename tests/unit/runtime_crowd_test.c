/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/crowd.h"
#include "unit.h"

static struct address
at(const char *text)
{
	struct address address;

	assert_int_equal(address_parse(text_of(text), &address), 0);
	return address;
}

static void
each_has_its_ceiling_and_leaves_room_for_others(void **state)
{
	const struct address greedy = at("100.64.0.66"), other = at("100.64.0.67");
	struct crowd crowd;

	crowd_init(&crowd, 10, 3, 56);
	for (int i = 0; i < 3; i++)
		assert_true(crowd_enter(&crowd, &greedy));
	assert_false(crowd_enter(&crowd, &greedy));
	assert_true(crowd_enter(&crowd, &other));
	crowd_leave(&crowd, &greedy);
	assert_true(crowd_enter(&crowd, &greedy));
	assert_false(crowd_enter(&crowd, &greedy));
	crowd_done(&crowd);
	(void)state;
}

static void
addresses_of_one_line_of_ipv6_are_counted_together(void **state)
{
	const struct address one = at("2001:db8:1:4266::2"), two = at("2001:db8:1:42ff::9"),
			     other = at("2001:db8:1:4366::2");
	struct crowd crowd;

	crowd_init(&crowd, 10, 2, 56);
	assert_true(crowd_enter(&crowd, &one));
	assert_true(crowd_enter(&crowd, &two));
	assert_false(crowd_enter(&crowd, &one));
	assert_true(crowd_enter(&crowd, &other));
	crowd_leave(&crowd, &one);
	assert_true(crowd_enter(&crowd, &two));
	crowd_done(&crowd);
	(void)state;
}

static void
who_has_left_takes_no_room(void **state)
{
	struct crowd crowd;

	crowd_init(&crowd, 4, 1, 64);
	for (uint32_t round = 0; round < 1000; round++) {
		struct address address[4];

		for (uint32_t i = 0; i < 4; i++) {
			address[i] = address_from_v4(0x0a000000 + 4 * round + i);
			assert_true(crowd_enter(&crowd, &address[i]));
		}
		/* All places are taken, also for one who was never there. */
		assert_false(crowd_enter(&crowd, &(struct address){{1}}));
		for (uint32_t i = 0; i < 4; i++)
			crowd_leave(&crowd, &address[i]);
	}
	crowd_done(&crowd);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_has_its_ceiling_and_leaves_room_for_others),
		cmocka_unit_test(addresses_of_one_line_of_ipv6_are_counted_together),
		cmocka_unit_test(who_has_left_takes_no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
