/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/text.h"
#include "unit.h"

#include <errno.h>

static void
cuts_at_separators(void **state)
{
	struct text rest = TEXT("a,,bc");

	assert_true(text_is(text_cut(&rest, ','), "a"));
	assert_true(text_is(text_cut(&rest, ','), ""));
	assert_true(text_is(text_cut(&rest, ','), "bc"));
	assert_int_equal(rest.length, 0);
}

static void
numbers_fill_their_text(void **state)
{
	uint64_t v = 7;
	int64_t micro;
	double number;

	assert_int_equal(text_parse_u64(TEXT("18446744073709551615"), UINT64_MAX, &v), 0);
	assert_true(v == UINT64_MAX);
	assert_int_equal(text_parse_u64(TEXT("18446744073709551616"), UINT64_MAX, &v), -ERANGE);
	assert_int_equal(text_parse_u64(TEXT("26"), 25, &v), -ERANGE);
	assert_int_equal(text_parse_u64(TEXT(""), 25, &v), -EINVAL);
	assert_int_equal(text_parse_u64(TEXT("2 "), 25, &v), -EINVAL);
	assert_int_equal(text_parse_u64(TEXT("-2"), 25, &v), -EINVAL);
	assert_int_equal(text_parse_hex(TEXT("0019"), 65535, &v), 0);
	assert_int_equal(v, 0x19);
	assert_int_equal(text_parse_micro(TEXT("1641918754.93611"), &micro), 0);
	assert_true(micro == INT64_C(1641918754936110));
	assert_int_equal(text_parse_micro(TEXT("-0.0000019"), &micro), 0);
	assert_true(micro == -1);
	assert_int_equal(text_parse_micro(TEXT("1e5"), &micro), -EINVAL);
	assert_int_equal(text_parse_micro(TEXT("."), &micro), -EINVAL);
	assert_int_equal(text_parse_double(TEXT("2.5"), &number), 0);
	assert_int_equal(text_parse_double((struct text){"2.5\0junk", 8}, &number), -EINVAL);
	assert_int_equal(text_parse_micro(TEXT("99999999999999999999"), &micro), -ERANGE);
}

static void
words_are_as_far_as_letters_differ(void **state)
{
	char longest[64];

	assert_int_equal(text_distance(TEXT("status"), TEXT("status"), 3), 0);
	assert_int_equal(text_distance(TEXT("stauts"), TEXT("status"), 3), 1);
	assert_int_equal(text_distance(TEXT("sttus"), TEXT("status"), 3), 1);
	assert_int_equal(text_distance(TEXT("case"), TEXT("check"), 9), 4);
	assert_int_equal(text_distance(TEXT("case"), TEXT("check"), 3), 3);
	assert_int_equal(text_distance(TEXT(""), TEXT("run"), 9), 3);
	memset(longest, 'a', sizeof(longest));
	assert_int_equal(text_distance((struct text){longest, 63}, TEXT("a"), 99), 62);
	assert_int_equal(text_distance((struct text){longest, 64}, TEXT("a"), 99), 99);
}

static void
a_line_that_shows_as_it_is_has_no_marks(void **state)
{
	static const char *const good[] = {"", "a b", "\xc2\xa0", "\xd8\x9b", "\xe2\x80\x8d",
		"\xe2\x80\xaf", "\xe2\x81\xa5", "\xe2\x81\xaa", "\xf0\x9f\x93\x9e"};
	static const char *const marks[] = {"\t", "a\n", "\x7f", "\xc2\x80", "\xc2\x9f", "\xd8\x9c",
		"\xe2\x80\x8e", "\xe2\x80\x8f", "\xe2\x80\xa8", "\xe2\x80\xae", "\xe2\x81\xa6",
		"\xe2\x81\xa9"};
	static const char *const bad[] = {"\x80", "a\xc3", "\xed\xa0\x80", "\t\xff", "\xc0\x8a"};

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		assert_int_equal(text_check_line(text_of(good[i])), 0);
	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
		assert_int_equal(text_check_line(text_of(marks[i])), -EINVAL);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(text_check_line(text_of(bad[i])), -EILSEQ);
}

static void
json_strings_are_always_valid(void **state)
{
	struct buffer buffer;

	buffer_init(&buffer, 100);
	buffer_json(&buffer, TEXT("a\"\\\n\x7f\xc3\xa6\xff\xed\xa0\x80"));
	assert_string_equal(buffer_string(&buffer),
		"\"a\\\"\\\\\\u000a\\u007f\xc3\xa6\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
		"\"");
	buffer_done(&buffer);
}

static void
free_text_becomes_a_line_that_shows_as_it_is(void **state)
{
	struct buffer buffer;

	(void)state;
	buffer_init(&buffer, 100);
	buffer_line(&buffer, TEXT("a\r\nb\t\xc2\x85\xc3\xa6\xff\xe2\x80\xae\xe2\x80\xa8"), 100);
	assert_string_equal(
		buffer_string(&buffer), "a  b  \xc3\xa6\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	assert_int_equal(text_check_line((struct text){buffer.at, buffer.length}), 0);
	buffer_clear(&buffer);
	buffer_line(&buffer, TEXT("\xc3\xa6\xc3\xb8\xc3\xa5"), 2);
	assert_string_equal(buffer_string(&buffer), "\xc3\xa6\xc3\xb8");
	buffer_done(&buffer);
}

static void
no_cell_of_a_table_is_a_formula_or_leaves_its_place(void **state)
{
	static const char *const cells[][2] = {
		{"plain", "plain"},
		{"=1+1", "'=1+1"},
		{" @SUM(A1)", "\"' @SUM(A1)\""},
		{"\r\n7", "\"'  7\""},
		{"\xef\xbc\x8d\x31", "'\xef\xbc\x8d\x31"},
		{"a,b\"c", "\"a,b\"\"c\""},
		{"b;=c", "b =c"},
		{"", "\"\""},
	};
	struct buffer buffer;

	buffer_init(&buffer, 2048);
	for (size_t i = 0; i < sizeof(cells) / sizeof(*cells); i++) {
		buffer_clear(&buffer);
		buffer_cell(&buffer, text_of(cells[i][0]), BUFFER_CELL);
		assert_string_equal(buffer_string(&buffer), cells[i][1]);
	}
	buffer_clear(&buffer);
	buffer_cell(&buffer, TEXT("\xe2\x82\xac\"\xe2\x82\xac!"), 3);
	assert_string_equal(buffer_string(&buffer), "\"\xe2\x82\xac\"\"\xe2\x82\xac\"");
	buffer_clear(&buffer);
	for (unsigned i = 0; i < 2 * BUFFER_CELL; i++)
		buffer_add(&buffer, "a", 1);
	buffer_cell(&buffer, (struct text){buffer.at, buffer.length}, SIZE_MAX);
	assert_int_equal(buffer.length, 3 * BUFFER_CELL);
	buffer_done(&buffer);
}

static void
a_buffer_stops_at_its_maximum(void **state)
{
	struct buffer buffer;

	buffer_init(&buffer, 5);
	buffer_print(&buffer, "%d", 12345);
	assert_false(buffer.failed);
	buffer_add(&buffer, "6", 1);
	assert_true(buffer.failed);
	assert_string_equal(buffer_string(&buffer), "12345");
	buffer_clear(&buffer);
	buffer_text(&buffer, TEXT("123456"));
	assert_true(buffer.failed);
	assert_int_equal(buffer.length, 0);
	buffer_done(&buffer);
}

static void
eight_letters_become_small_as_each_of_them(void **state)
{
	for (unsigned first = 0; first < 256; first++) {
		unsigned char bytes[8], small[8];
		uint64_t word;

		/* Each byte beside others: nothing is carried from one to the next. */
		for (unsigned i = 0; i < 8; i++)
			bytes[i] = (unsigned char)(first * (2 * i + 1) + i);
		memcpy(&word, bytes, sizeof(word));
		word = text_small_8(word);
		memcpy(small, &word, sizeof(small));
		for (unsigned i = 0; i < 8; i++)
			assert_int_equal(small[i], (unsigned char)text_small((char)bytes[i]));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts_at_separators),
		cmocka_unit_test(numbers_fill_their_text),
		cmocka_unit_test(words_are_as_far_as_letters_differ),
		cmocka_unit_test(a_line_that_shows_as_it_is_has_no_marks),
		cmocka_unit_test(json_strings_are_always_valid),
		cmocka_unit_test(free_text_becomes_a_line_that_shows_as_it_is),
		cmocka_unit_test(no_cell_of_a_table_is_a_formula_or_leaves_its_place),
		cmocka_unit_test(a_buffer_stops_at_its_maximum),
		cmocka_unit_test(eight_letters_become_small_as_each_of_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
