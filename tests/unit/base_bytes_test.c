/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/bytes.h"
#include "unit.h"

static const uint8_t numbers[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09};

static void
reads_network_and_little_endian_order(void **state)
{
	struct reader reader = reader_on(numbers, sizeof(numbers));

	assert_int_equal(reader_u8(&reader), 0x01);
	assert_int_equal(reader_u16(&reader), 0x0203);
	assert_int_equal(reader_u32(&reader), 0x04050607);
	assert_int_equal(reader_left(&reader), 2);
	assert_int_equal(reader_le16(&reader), 0x0908);
	assert_int_equal(reader_left(&reader), 0);
	assert_false(reader.failed);
	reader = reader_on(numbers, sizeof(numbers));
	assert_true(reader_u64(&reader) == UINT64_C(0x0102030405060708));
	reader = reader_on(numbers, sizeof(numbers));
	assert_int_equal(reader_le32(&reader), 0x04030201);
}

static void
a_read_past_the_end_fails_for_good_and_moves_nothing(void **state)
{
	for (size_t size = 0; size < 8; size++) {
		struct reader reader = reader_on(numbers, size);

		assert_true(reader_u64(&reader) == 0);
		assert_true(reader.failed);
		assert_int_equal(reader_left(&reader), size);
		assert_int_equal(reader_u8(&reader), 0);
		assert_int_equal(reader_left(&reader), size);
		assert_null(reader_take(&reader, 0));
	}
}

static void
a_length_near_the_end_of_memory_is_refused(void **state)
{
	struct reader reader = reader_on(numbers, sizeof(numbers));

	assert_null(reader_take(&reader, SIZE_MAX));
	assert_true(reader.failed);
	reader = reader_on(numbers, sizeof(numbers));
	reader_skip(&reader, SIZE_MAX - 3);
	assert_true(reader.failed);
}

static void
an_inner_reader_ends_where_it_was_told(void **state)
{
	struct reader outer = reader_on(numbers, sizeof(numbers)), inner = reader_sub(&outer, 3);

	assert_int_equal(reader_left(&inner), 3);
	assert_int_equal(reader_left(&outer), 6);
	assert_int_equal(reader_u16(&inner), 0x0102);
	assert_int_equal(reader_u16(&inner), 0);
	assert_true(inner.failed);
	assert_false(outer.failed);
	assert_int_equal(reader_u8(&outer), 0x04);
	inner = reader_sub(&outer, 6);
	assert_true(inner.failed);
	assert_true(outer.failed);
	assert_int_equal(reader_u8(&inner), 0);
	assert_int_equal(reader_left(&inner), 0);
}

static void
shortened_integers_keep_their_value(void **state)
{
	assert_true(bytes_uint(numbers, 0) == 0);
	assert_true(bytes_uint(numbers, 1) == 0x01);
	assert_true(bytes_uint(numbers, 3) == 0x010203);
	assert_true(bytes_uint(numbers, 8) == UINT64_C(0x0102030405060708));
	assert_true(bytes_uint(numbers, 9) == UINT64_C(0x0102030405060708));
}

static void
what_is_written_is_read_back(void **state)
{
	uint8_t bytes[15];
	struct writer writer = writer_on(bytes, sizeof(bytes));
	struct reader reader;

	writer_u8(&writer, 0xfe);
	writer_u16(&writer, 0xfedc);
	writer_u32(&writer, 0xfedcba98);
	writer_u64(&writer, UINT64_C(0xfedcba9876543210));
	assert_false(writer.failed);
	assert_int_equal(writer_length(&writer), 15);
	reader = reader_on(bytes, sizeof(bytes));
	assert_int_equal(reader_u8(&reader), 0xfe);
	assert_int_equal(reader_u16(&reader), 0xfedc);
	assert_true(reader_u32(&reader) == 0xfedcba98);
	assert_true(reader_u64(&reader) == UINT64_C(0xfedcba9876543210));
}

static void
a_write_past_the_end_writes_nothing_and_fails_for_good(void **state)
{
	uint8_t bytes[4] = {9, 9, 9, 9};
	struct writer writer = writer_on(bytes, 3);

	writer_u16(&writer, 0x0102);
	writer_u16(&writer, 0x0304);
	assert_true(writer.failed);
	assert_int_equal(writer_length(&writer), 2);
	writer_u8(&writer, 5);
	assert_int_equal(writer_length(&writer), 2);
	assert_int_equal(bytes[2], 9);
	assert_int_equal(bytes[3], 9);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_network_and_little_endian_order),
		cmocka_unit_test(a_read_past_the_end_fails_for_good_and_moves_nothing),
		cmocka_unit_test(a_length_near_the_end_of_memory_is_refused),
		cmocka_unit_test(an_inner_reader_ends_where_it_was_told),
		cmocka_unit_test(shortened_integers_keep_their_value),
		cmocka_unit_test(what_is_written_is_read_back),
		cmocka_unit_test(a_write_past_the_end_writes_nothing_and_fails_for_good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
