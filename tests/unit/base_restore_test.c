/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/restore.h"
#include "base/save.h"
#include "memory_stream.h"
#include "unit.h"

#define LARGE 300000

/* A section of a few bytes and one that no buffer holds, in pieces of all sizes. */
static void
save_some(struct memory_stream *stream, const uint8_t *bytes)
{
	struct save *save = save_new(memory_write, stream);
	size_t at = 0;

	save_section(save, "small", 1, 5);
	save_bytes(save, bytes, 5);
	save_section(save, "empty", 2, 0);
	save_section(save, "of eight", 3, LARGE);
	for (size_t piece = 1; at < LARGE; at += piece, piece *= 3) {
		piece = piece < LARGE - at ? piece : LARGE - at;
		save_bytes(save, bytes + at, piece);
	}
	assert_int_equal(save_error(save), 0);
	assert_int_equal(save_end(save), 0);
	assert_int_equal(save_size(save), stream->size);
	save_free(save);
}

static int
restore_some(struct memory_stream *stream, uint8_t *into, struct fail *fail)
{
	struct restore *restore = restore_new(memory_read, stream);
	uint8_t small[5];
	uint64_t size;
	int r;

	stream->at = 0;
	r = restore_struct(restore, "small", 1, small, sizeof(small), fail);
	if (r == 0)
		r = restore_section(restore, "empty", 2, &size, fail);
	if (r == 0)
		r = restore_section(restore, "of eight", 3, &size, fail);
	for (size_t at = 0; at < LARGE && r == 0; at += LARGE / 3)
		r = restore_bytes(restore, into + at, LARGE / 3, fail);
	if (r == 0)
		r = restore_end(restore, fail);
	if (r == 0)
		assert_memory_equal(small, into, sizeof(small));
	restore_free(restore);
	return r;
}

static uint8_t written[LARGE], read_back[LARGE];

static void
fill(void)
{
	for (size_t i = 0; i < LARGE; i++)
		written[i] = (uint8_t)(i * 7 + i / 251);
}

static void
what_was_saved_comes_back_however_it_is_read(void **state)
{
	static const size_t portions[] = {0, 1, 1000, 65536, 65537};
	struct memory_stream stream = {0};
	struct fail fail = {0};

	fill();
	save_some(&stream, written);
	for (size_t i = 0; i < sizeof(portions) / sizeof(*portions); i++) {
		stream.portion = portions[i];
		memset(read_back, 0, sizeof(read_back));
		assert_int_equal(restore_some(&stream, read_back, &fail), 0);
		assert_memory_equal(written, read_back, LARGE);
	}
	memory_done(&stream);
}

static void
each_changed_bit_is_noticed(void **state)
{
	struct memory_stream stream = {0};
	struct fail fail;

	fill();
	save_some(&stream, written);
	for (size_t at = 0; at < stream.size; at += at < 200 || at > stream.size - 40 ? 1 : 4999) {
		int r;

		fail = (struct fail){0};
		stream.bytes[at] ^= 1 << at % 8;
		r = restore_some(&stream, read_back, &fail);
		assert_true(r == -EBADMSG || r == -ENOTSUP);
		assert_non_null(strstr(fail.what, "it "));
		stream.bytes[at] ^= 1 << at % 8;
	}
	assert_int_equal(restore_some(&stream, read_back, &fail), 0);
	memory_done(&stream);
}

static void
one_that_ends_early_or_late_is_refused(void **state)
{
	struct memory_stream stream = {0};
	struct fail fail = {0};
	size_t size;

	fill();
	save_some(&stream, written);
	size = stream.size;
	for (stream.size = 0; stream.size < size; stream.size += stream.size < 200 ? 1 : 7001)
		assert_int_equal(restore_some(&stream, read_back, &fail), -EBADMSG);
	stream.size = size;
	assert_int_equal(memory_write(&stream, "", 1), 0);
	assert_int_equal(restore_some(&stream, read_back, &fail), -EBADMSG);
	assert_non_null(strstr(fail.what, "something follows its end"));
	memory_done(&stream);
}

static void
another_layout_or_format_is_refused_as_such(void **state)
{
	struct memory_stream stream = {0};
	struct fail fail = {0};

	fill();
	save_some(&stream, written);
	stream.bytes[offsetof(struct save_head, format)]++;
	memory_sign(&stream);
	assert_int_equal(restore_some(&stream, read_back, &fail), -ENOTSUP);
	stream.bytes[offsetof(struct save_head, format)]--;
	stream.bytes[sizeof(struct save_head) + offsetof(struct save_section, layout)]++;
	memory_sign(&stream);
	assert_int_equal(restore_some(&stream, read_back, &fail), -ENOTSUP);
	assert_non_null(strstr(fail.what, "another build"));
	memory_done(&stream);
}

static void
a_section_is_read_to_its_end_and_no_further(void **state)
{
	struct memory_stream stream = {0};
	struct restore *restore;
	struct fail fail = {0};
	uint8_t byte[6];
	uint64_t size;

	fill();
	save_some(&stream, written);
	restore = restore_new(memory_read, &stream);
	assert_int_equal(restore_section(restore, "small", 1, &size, &fail), 0);
	assert_int_equal(size, 5);
	assert_int_equal(restore_bytes(restore, byte, 6, &fail), -EBADMSG);
	assert_int_equal(byte[0], 0);
	assert_int_equal(restore_bytes(restore, byte, 1, &fail), -EBADMSG);
	restore_free(restore);
	stream.at = 0;
	restore = restore_new(memory_read, &stream);
	assert_int_equal(restore_section(restore, "small", 1, &size, &fail), 0);
	assert_int_equal(restore_bytes(restore, byte, 4, &fail), 0);
	assert_int_equal(restore_section(restore, "empty", 2, &size, &fail), -EBADMSG);
	restore_free(restore);
	memory_done(&stream);
}

static void
the_first_error_of_writing_and_reading_stays(void **state)
{
	struct memory_stream stream = {.fails = 100000}, whole = {0};
	struct save *save = save_new(memory_write, &stream);
	struct fail fail = {0};

	fill();
	save_section(save, "s", 1, 2 * LARGE);
	save_bytes(save, written, LARGE);
	assert_int_equal(save_error(save), -ENOSPC);
	stream.fails = 0;
	save_bytes(save, written, LARGE);
	assert_int_equal(save_end(save), -ENOSPC);
	save_free(save);
	memory_done(&stream);
	save_some(&whole, written);
	whole.fails = 100000;
	whole.portion = 1000;
	assert_int_equal(restore_some(&whole, read_back, &fail), -EIO);
	assert_non_null(strstr(fail.what, "cannot be read"));
	memory_done(&whole);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_saved_comes_back_however_it_is_read),
		cmocka_unit_test(each_changed_bit_is_noticed),
		cmocka_unit_test(one_that_ends_early_or_late_is_refused),
		cmocka_unit_test(another_layout_or_format_is_refused_as_such),
		cmocka_unit_test(a_section_is_read_to_its_end_and_no_further),
		cmocka_unit_test(the_first_error_of_writing_and_reading_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
