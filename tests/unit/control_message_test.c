/* SPDX-License-Identifier: BSD-2-Clause */
#include "control/message.h"
#include "runtime/channel.h"
#include "unit.h"

#include <errno.h>
#include <unistd.h>

static void
what_cannot_be_is_told_from_the_end_and_from_silence(void **state)
{
	struct question question = {.id = 3, .ask = ASK_CASES}, got;
	uint16_t type = 0;
	int ends[2];

	assert_int_equal(channel_pair(ends), 0);
	assert_int_equal(message_receive(ends[1], &type, &got, sizeof(got)), -EAGAIN);
	assert_int_equal(channel_send(ends[0], MESSAGE_QUESTION, &question, sizeof(question)), 0);
	assert_int_equal(channel_send(ends[0], MESSAGE_QUESTION, &question, 9), 0);
	assert_int_equal(channel_send(ends[0], MESSAGE_COUNT, NULL, 0), 0);
	memset(question.text, 'x', sizeof(question.text));
	assert_int_equal(channel_send(ends[0], MESSAGE_QUESTION, &question, sizeof(question)), 0);
	assert_int_equal(channel_send(ends[0], MESSAGE_STOP, NULL, 0), 0);
	close(ends[0]);
	assert_int_equal(message_receive(ends[1], &type, &got, sizeof(got)), sizeof(got));
	assert_int_equal(type, MESSAGE_QUESTION);
	assert_int_equal(got.id, 3);
	for (int i = 0; i < 3; i++)
		assert_int_equal(message_receive(ends[1], &type, &got, sizeof(got)), -EBADMSG);
	assert_int_equal(message_receive(ends[1], &type, &got, sizeof(got)), 0);
	assert_int_equal(type, MESSAGE_STOP);
	assert_int_equal(message_receive(ends[1], &type, &got, sizeof(got)), -EPIPE);
	close(ends[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_cannot_be_is_told_from_the_end_and_from_silence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
