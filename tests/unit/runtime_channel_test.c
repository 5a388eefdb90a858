/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/channel.h"
#include "unit.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static uint8_t body[CHANNEL_BODY];

static void
keeps_types_bounds_and_order_of_messages(void **state)
{
	uint8_t got[CHANNEL_BODY];
	uint16_t type;
	int ends[2];

	assert_int_equal(channel_pair(ends), 0);
	memset(body, 7, sizeof(body));
	assert_int_equal(channel_send(ends[0], 1, "abc", 3), 0);
	assert_int_equal(channel_send(ends[0], 2, NULL, 0), 0);
	assert_int_equal(channel_send(ends[0], 3, body, sizeof(body)), 0);
	assert_int_equal(channel_receive(ends[1], &type, got, sizeof(got)), 3);
	assert_int_equal(type, 1);
	assert_memory_equal(got, "abc", 3);
	assert_int_equal(channel_receive(ends[1], &type, got, sizeof(got)), 0);
	assert_int_equal(type, 2);
	assert_int_equal(channel_receive(ends[1], &type, got, sizeof(got)), CHANNEL_BODY);
	assert_memory_equal(got, body, sizeof(body));
	assert_int_equal(channel_receive(ends[1], &type, got, sizeof(got)), -EAGAIN);
	close(ends[0]);
	assert_int_equal(channel_receive(ends[1], &type, got, sizeof(got)), -EPIPE);
	assert_int_equal(channel_send(ends[1], 1, NULL, 0), -EPIPE);
	close(ends[1]);
}

static void
does_not_wait_for_who_does_not_read(void **state)
{
	int ends[2], sent = 0, r;

	assert_int_equal(channel_pair(ends), 0);
	while ((r = channel_send(ends[0], 1, body, sizeof(body))) == 0 && sent < 10000)
		sent++;
	assert_int_equal(r, -EAGAIN);
	assert_true(sent > 0);
	close(ends[0]);
	close(ends[1]);
}

static void
refuses_messages_that_cannot_be(void **state)
{
	static const uint8_t other_version[] = {2, 0, 1, 0, 0, 0, 0, 0};
	static const uint8_t wrong_size[] = {1, 0, 1, 0, 9, 0, 0, 0, 'a'};
	static const uint8_t short_one[] = {1, 0, 1};
	uint8_t got[16];
	uint16_t type;
	int ends[2];

	assert_int_equal(channel_pair(ends), 0);
	assert_int_equal(
		write(ends[0], other_version, sizeof(other_version)), sizeof(other_version));
	assert_int_equal(channel_receive(ends[1], &type, got, sizeof(got)), -EBADMSG);
	assert_int_equal(write(ends[0], wrong_size, sizeof(wrong_size)), sizeof(wrong_size));
	assert_int_equal(channel_receive(ends[1], &type, got, sizeof(got)), -EBADMSG);
	assert_int_equal(write(ends[0], short_one, sizeof(short_one)), sizeof(short_one));
	assert_int_equal(channel_receive(ends[1], &type, got, sizeof(got)), -EBADMSG);
	/* Longer than there is room for. */
	assert_int_equal(channel_send(ends[0], 1, body, 17), 0);
	assert_int_equal(channel_receive(ends[1], &type, got, sizeof(got)), -EBADMSG);
	assert_int_equal(channel_send(ends[0], 1, body, 16), 0);
	assert_int_equal(channel_receive(ends[1], &type, got, sizeof(got)), 16);
	close(ends[0]);
	close(ends[1]);
}

static void
what_is_cleared_is_gone_whatever_it_is(void **state)
{
	uint16_t type;
	int ends[2];

	assert_int_equal(channel_pair(ends), 0);
	assert_int_equal(channel_send(ends[0], 1, body, 1000), 0);
	assert_int_equal(write(ends[0], "?", 1), 1);
	assert_int_equal(channel_send(ends[0], 2, NULL, 0), 0);
	errno = 0;
	channel_clear(ends[1]);
	assert_int_equal(channel_receive(ends[1], &type, NULL, 0), -EAGAIN);
	assert_int_equal(channel_send(ends[0], 3, NULL, 0), 0);
	assert_int_equal(channel_receive(ends[1], &type, NULL, 0), 0);
	assert_int_equal(type, 3);
	close(ends[0]);
	channel_clear(ends[1]);
	close(ends[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_types_bounds_and_order_of_messages),
		cmocka_unit_test(does_not_wait_for_who_does_not_read),
		cmocka_unit_test(refuses_messages_that_cannot_be),
		cmocka_unit_test(what_is_cleared_is_gone_whatever_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
