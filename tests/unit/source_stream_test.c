/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/capture/stream.h"
#include "unit.h"

static struct stream_pool *pool;
static struct stream stream;
static struct smtp smtp;

static int
set_up(void **state)
{
	pool = stream_pool_new();
	stream = (struct stream){.known = true, .next = 0xfffffff8};
	smtp_init(&smtp, false, false);
	return 0;
}

static int
tear_down(void **state)
{
	pool = stream_pool_free(pool);
	return 0;
}

static void
add(uint32_t offset, const char *text, uint32_t wire)
{
	struct segment segment = {.sequence = 0xfffffff8 + offset,
		.acknowledged = 1,
		.captured = (uint32_t)strlen(text),
		.wire = wire != 0 ? wire : (uint32_t)strlen(text),
		.payload = (const uint8_t *)text};

	stream_add(pool, &stream, &smtp, &segment);
}

static void
numbers_wrap_and_overlaps_are_read_once(void **state)
{
	add(0, "RCPT TO:<a>\r\n", 0);
	add(5, "TO:<a>\r\nRCPT", 0);
	add(0, "RCPT TO:<a>\r\n", 0);
	add(17, " TO:<b>\r\n", 0);
	assert_int_equal(smtp.recipients, 2);
	assert_int_equal(stream.next, 0xfffffff8 + 26);
}

static void
early_segments_wait_for_what_is_missing(void **state)
{
	add(26, "RCPT TO:<c>\r\n", 0);
	add(13, "RCPT TO:<b>\r\n", 0);
	add(13, "RCPT TO:<b>\r\n", 0);
	assert_int_equal(smtp.recipients, 0);
	assert_int_equal(stream.held_count, 2);
	add(0, "RCPT TO:<a>\r\n", 0);
	assert_int_equal(smtp.recipients, 3);
	assert_int_equal(stream.held_count, 0);
	assert_int_equal(smtp.flight_most, 0);
}

static void
acknowledged_gaps_are_given_up(void **state)
{
	add(100, "RCPT TO:<c>\r\n", 0);
	stream_acknowledge(pool, &stream, &smtp, 0xfffffff8 + 100);
	assert_int_equal(smtp.recipients, 0);
	stream_acknowledge(pool, &stream, &smtp, 0xfffffff8 + 113);
	assert_int_equal(smtp.recipients, 1);
	assert_int_equal(smtp.flight_most, 100);
}

static void
no_stream_holds_more_than_its_share(void **state)
{
	for (uint32_t i = 1; i <= STREAM_HELD + 3; i++)
		add(i * 100, "RCPT TO:<c>\r\n", 0);
	assert_true(stream.held_count <= STREAM_HELD);
	assert_int_equal(smtp.recipients, 3);
	stream_flush(pool, &stream, &smtp);
	assert_int_equal(smtp.recipients, STREAM_HELD + 3);
	assert_int_equal(stream.held_count, 0);
}

static void
the_pool_may_run_dry(void **state)
{
	static struct stream many[STREAM_POOL];
	struct segment segment = {.sequence = 50,
		.acknowledged = 1,
		.captured = 4,
		.wire = 4,
		.payload = (const uint8_t *)"NOOP"};

	for (size_t i = 0; i < STREAM_POOL; i++) {
		many[i] = (struct stream){.known = true};
		stream_add(pool, &many[i], &smtp, &segment);
		assert_int_equal(many[i].held_count, 1);
	}
	add(100, "RCPT TO:<c>\r\n", 0);
	assert_int_equal(stream.held_count, 0);
	assert_int_equal(smtp.recipients, 1);
	for (size_t i = 0; i < STREAM_POOL; i++)
		stream_drop(pool, &many[i]);
	add(200, "RCPT TO:<c>\r\n", 0);
	assert_int_equal(stream.held_count, 1);
	stream_drop(pool, &stream);
}

static void
cut_segments_are_read_and_the_rest_is_missing(void **state)
{
	add(0, "RCPT TO:<someb", 40);
	add(40, "RCPT TO:<other", 40);
	assert_int_equal(stream.next, 0xfffffff8 + 80);
	assert_int_equal(smtp.recipients, 2);
	assert_int_equal(smtp.flight_most, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(numbers_wrap_and_overlaps_are_read_once),
		TEST(early_segments_wait_for_what_is_missing),
		TEST(acknowledged_gaps_are_given_up),
		TEST(no_stream_holds_more_than_its_share),
		TEST(the_pool_may_run_dry),
		TEST(cut_segments_are_read_and_the_rest_is_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
