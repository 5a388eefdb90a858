/* SPDX-License-Identifier: BSD-2-Clause */
#include "recording.h"
#include "unit.h"

#include <errno.h>

static bool network_order;

static void
put32(uint32_t v)
{
	if (network_order)
		writer_u32(&w, v);
	else
		write_le32(&w, v);
}

static void
put16(uint16_t v)
{
	if (network_order)
		writer_u16(&w, v);
	else
		write_le16(&w, v);
}

/* Writes type and length; the body follows, then end_block. */
static void
begin_block(uint32_t type, uint32_t body)
{
	put32(type);
	put32(12 + (body + 3) / 4 * 4);
}

static void
end_block(uint32_t body)
{
	for (uint32_t i = body; i % 4 != 0; i++)
		writer_u8(&w, 0);
	put32(12 + (body + 3) / 4 * 4);
}

static void
section(void)
{
	begin_block(0x0a0d0d0a, 16);
	put32(0x1a2b3c4d);
	put16(1);
	put16(0);
	put32(0xffffffff);
	put32(0xffffffff);
	end_block(16);
}

/* With options: the resolution of times, and seconds to be added. */
static void
interface(uint16_t linktype, uint8_t resolution, uint32_t offset)
{
	begin_block(1, 8 + 8 + 12 + 4);
	put16(linktype);
	put16(0);
	put32(0);
	put16(9);
	put16(1);
	writer_u8(&w, resolution);
	writer_u8(&w, 0);
	writer_u16(&w, 0);
	put16(14);
	put16(8);
	put32(network_order ? 0 : offset);
	put32(network_order ? offset : 0);
	put32(0);
	end_block(32);
}

static void
enhanced(uint32_t index, uint64_t units)
{
	uint8_t frame[100];
	uint32_t size = (uint32_t)make_syn(frame, sizeof(frame));

	begin_block(6, 20 + size);
	put32(index);
	put32((uint32_t)(units >> 32));
	put32((uint32_t)units);
	put32(size);
	put32(size);
	writer_bytes(&w, frame, size);
	end_block(20 + size);
}

static void
obsolete(uint16_t index, uint64_t units)
{
	uint8_t frame[100];
	uint32_t size = (uint32_t)make_syn(frame, sizeof(frame));

	begin_block(2, 20 + size);
	put16(index);
	put16(0);
	put32((uint32_t)(units >> 32));
	put32((uint32_t)units);
	put32(size);
	put32(size);
	writer_bytes(&w, frame, size);
	end_block(20 + size);
}

static void
simple(void)
{
	uint8_t frame[100];
	uint32_t size = (uint32_t)make_syn(frame, sizeof(frame));

	begin_block(3, 4 + size);
	put32(size);
	writer_bytes(&w, frame, size);
	end_block(4 + size);
}

static void
other(uint32_t type)
{
	begin_block(type, 10);
	writer_bytes(&w, "0123456789", 10);
	end_block(10);
}

static void
every_kind_of_block_is_read_in_both_orders(void **state)
{
	for (int order = 0; order < 2; order++) {
		network_order = order;
		(void)begin_recording(state);
		section();
		interface(1, 6, 0);
		other(4);
		enhanced(0, UINT64_C(1300000000000001));
		simple();
		other(5);
		obsolete(0, UINT64_C(1300000000000002));
		other(0x80000001);
		assert_int_equal(read_recording(), 0);
		assert_int_equal(count, 3);
		assert_int_equal(counts.records, 3);
		assert_int_equal(counts.errors, 0);
		assert_true(seen[0].time.us == INT64_C(1300000000000001));
		assert_true(seen[1].time.us == INT64_C(1300000000000001));
		assert_true(seen[2].time.us == INT64_C(1300000000000002));
	}
}

static void
interfaces_have_clocks_of_their_own(void **state)
{
	network_order = false;
	section();
	interface(1, 9, 0);
	interface(1, 0x80 | 10, 0);
	interface(1, 3, 1000);
	interface(1, 0x80 | 50, 0);
	interface(1, 19, 0);
	interface(1, 0, 0);
	enhanced(0, UINT64_C(1300000000123456789));
	enhanced(1, UINT64_C(1300000000) * 1024 + 512);
	enhanced(2, UINT64_C(1299999000) * 1000 + 250);
	enhanced(3, (UINT64_C(1000) << 50) + (UINT64_C(1) << 48));
	enhanced(4, UINT64_C(15000000000000000000));
	enhanced(5, 1300000000);
	assert_int_equal(read_recording(), 0);
	assert_int_equal(count, 6);
	for (size_t i = 0; i < count; i++) {
		static const int64_t expected[] = {1300000000123456, 1300000000500000,
			1300000000250000, 1000250000, 1500000, 1300000000000000};

		assert_int_equal(seen[i].time.us, expected[seen[i].client_port - 40000]);
	}
}

static void
sections_follow_each_other_in_any_order_of_bytes(void **state)
{
	network_order = false;
	section();
	interface(1, 6, 0);
	enhanced(0, UINT64_C(1300000000000000));
	network_order = true;
	section();
	interface(1, 6, 0);
	interface(1, 6, 0);
	enhanced(1, UINT64_C(1300000000000100));
	network_order = false;
	section();
	interface(1, 6, 0);
	/* The second interface of the last section is not there any more. */
	enhanced(1, UINT64_C(1300000000000200));
	enhanced(0, UINT64_C(1300000000000300));
	assert_int_equal(read_recording(), 0);
	assert_int_equal(count, 3);
	assert_int_equal(counts.errors, 1);
	assert_int_equal(counts.skipped_records, 1);
	assert_non_null(strstr(first_error.what, "interface"));
}

static void
unknown_links_are_left_out_and_told_once(void **state)
{
	network_order = false;
	section();
	interface(105, 6, 0);
	interface(1, 6, 0);
	enhanced(0, UINT64_C(1300000000000000));
	enhanced(0, UINT64_C(1300000000000000));
	enhanced(1, UINT64_C(1300000000000000));
	assert_int_equal(read_recording(), 0);
	assert_int_equal(count, 1);
	assert_int_equal(counts.errors, 1);
	assert_int_equal(counts.skipped_records, 2);
}

static void
garbage_between_blocks_is_stepped_over(void **state)
{
	size_t from;

	network_order = false;
	section();
	interface(1, 6, 0);
	enhanced(0, UINT64_C(1300000000000000));
	from = writer_length(&w);
	memset(writer_take(&w, 3001), 0xaa, 3001);
	enhanced(0, UINT64_C(1300000000000001));
	assert_int_equal(read_recording(), 0);
	assert_int_equal(count, 2);
	assert_int_equal(counts.skipped_bytes, 3001);
	assert_int_equal(first_error.offset, from);
}

static void
lengths_must_agree(void **state)
{
	size_t from;

	network_order = false;
	section();
	interface(1, 6, 0);
	from = writer_length(&w);
	enhanced(0, UINT64_C(1300000000000000));
	file[writer_length(&w) - 4] ^= 4;
	enhanced(0, UINT64_C(1300000000000001));
	assert_int_equal(read_recording(), 0);
	assert_int_equal(count, 1);
	assert_int_equal(first_error.offset, from);
	(void)begin_recording(state);
	section();
	interface(1, 6, 0);
	put32(6);
	put32(0); /* a block of length 0 */
	put32(0);
	assert_int_equal(read_recording(), -EBADMSG);
}

static void
packets_must_fit_their_blocks(void **state)
{
	size_t at;

	network_order = false;
	section();
	interface(1, 6, 0);
	at = writer_length(&w);
	enhanced(0, UINT64_C(1300000000000000));
	file[at + 8 + 12] = 0xff;
	file[at + 8 + 13] = 0xff;
	enhanced(0, UINT64_C(1300000000000000));
	assert_int_equal(read_recording(), 0);
	assert_int_equal(count, 1);
	assert_int_equal(counts.skipped_records, 1);
	assert_non_null(strstr(first_error.what, "longer than its block"));
}

static void
a_block_cut_by_the_end_is_told(void **state)
{
	network_order = false;
	section();
	interface(1, 6, 0);
	enhanced(0, UINT64_C(1300000000000000));
	enhanced(0, UINT64_C(1300000000000000));
	w.at -= 10;
	assert_int_equal(read_recording(), -ENODATA);
	assert_int_equal(count, 1);
	assert_non_null(strstr(first_error.what, "ends in the middle"));
}

static void
a_length_beyond_the_end_hides_no_blocks(void **state)
{
	size_t from;

	network_order = false;
	section();
	interface(1, 6, 0);
	from = writer_length(&w);
	enhanced(0, UINT64_C(1300000000000000));
	file[from + 6] ^= 1; /* 65,536 bytes more */
	enhanced(0, UINT64_C(1300000000000001));
	enhanced(0, UINT64_C(1300000000000002));
	assert_int_equal(read_recording(), 0);
	assert_int_equal(count, 2);
	assert_int_equal(first_error.offset, from);
	assert_non_null(strstr(first_error.what, "searched for"));
}

static void
interfaces_beyond_the_ceiling_are_told_once(void **state)
{
	network_order = false;
	section();
	for (int i = 0; i < 4096 + 3; i++)
		interface(1, 6, 0);
	enhanced(4095, UINT64_C(1300000000000000));
	enhanced(4096, UINT64_C(1300000000000001));
	assert_int_equal(read_recording(), 0);
	assert_int_equal(count, 1);
	assert_int_equal(counts.errors, 2);
	assert_non_null(strstr(first_error.what, "more than 4096 interfaces"));
}

static void
absurd_times_are_taken_as_the_nearest_end(void **state)
{
	network_order = false;
	section();
	interface(1, 0, 0);
	enhanced(0, UINT64_MAX);
	interface(1, 6, 0xffffffff);
	enhanced(1, UINT64_MAX);
	assert_int_equal(read_recording(), 0);
	assert_int_equal(count, 2);
	assert_true(seen[0].time.us / WALL_SECOND == INT64_C(253402300799));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup(name, begin_recording)
		TEST(every_kind_of_block_is_read_in_both_orders),
		TEST(interfaces_have_clocks_of_their_own),
		TEST(sections_follow_each_other_in_any_order_of_bytes),
		TEST(unknown_links_are_left_out_and_told_once),
		TEST(garbage_between_blocks_is_stepped_over),
		TEST(lengths_must_agree),
		TEST(packets_must_fit_their_blocks),
		TEST(a_block_cut_by_the_end_is_told),
		TEST(a_length_beyond_the_end_hides_no_blocks),
		TEST(interfaces_beyond_the_ceiling_are_told_once),
		TEST(absurd_times_are_taken_as_the_nearest_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
