/* SPDX-License-Identifier: BSD-2-Clause */
#include "containing_fixture.h"

static void
send_new(uint64_t number, bool is_first, bool is_last, unsigned first, uint32_t count)
{
	struct orders piece = message_of(ORDERS_NEW, count);

	piece.number = number;
	piece.is_first = is_first;
	piece.is_last = is_last;
	for (uint32_t i = 0; i < count; i++)
		piece.element[i].address.byte[15] = (uint8_t)(first + i);
	send_message(&piece);
	CHECK(containing_take(&gate) == CONTAINING_DONE && is_answered() == is_last);
}

static int
check_new(void)
{
	struct orders outside = message_of(ORDERS_NEW, 2);

	begin();
	send_new(1, true, false, 10, 3);
	/* They hold before all have come. */
	CHECK(is_blocked(10) && is_blocked(12));
	send_new(1, false, true, 20, 2);
	CHECK(answer.error == 0 && answer.filled == 5 && answer.number == 1 && is_blocked(21));
	send_new(2, true, true, 30, 0);
	CHECK(answer.error == 0 && answer.filled == 0);
	/* One is there already: nothing of its piece, and nothing after it. */
	send_new(3, true, false, 40, 2);
	send_new(3, false, false, 12, 2);
	send_new(3, false, false, 50, 2);
	send_new(3, false, true, 60, 2);
	CHECK(answer.error == -EEXIST && answer.filled == 2 && *answer.fail.what != '\0');
	CHECK(is_blocked(41) && !is_blocked(13) && !is_blocked(50) && !is_blocked(60));
	/* A rest whose begin another gate had. */
	send_new(9, false, false, 70, 2);
	send_new(9, false, true, 80, 2);
	CHECK(answer.error == -ECANCELED && !is_blocked(70) && !is_blocked(80));
	outside.is_first = outside.is_last = 1;
	set_element(&outside, 1, LINESET_BLOCK4, "198.51.100.7");
	send_message(&outside);
	CHECK(containing_take(&gate) == CONTAINING_DONE && is_answered());
	CHECK(answer.error == 0 && answer.filled == 1 && answer.refused == 1 && is_blocked(1));
	CHECK(!holds(LINESET_BLOCK4, "198.51.100.7"));
	return 0;
}

static void
what_is_new_holds_piece_by_piece_until_one_is_there_already(void **state)
{
	namespace_run("true", check_new);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_new_holds_piece_by_piece_until_one_is_there_already),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
