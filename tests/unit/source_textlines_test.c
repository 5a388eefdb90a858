/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/textlines.h"
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
lines_are_given_with_either_end_and_long_ones_passed_over(void **state)
{
	static char text[3 * TEXTLINES_MOST];
	struct input input = {.at = (const uint8_t *)text, .ended = true, .name = "text"};
	struct textlines lines = {.input = &input};
	struct text line;
	struct fail fail;

	memset(text, 'x', sizeof(text));
	memcpy(text, "a\r\n\nb\n", 6);
	memcpy(text + 2 * TEXTLINES_MOST, "\nc", 2);
	input.left = 2 * TEXTLINES_MOST + 2;
	assert_int_equal(textlines_next(&lines, &line, &fail), 1);
	assert_true(text_is(line, "a"));
	assert_int_equal(textlines_next(&lines, &line, &fail), 1);
	assert_true(text_is(line, ""));
	assert_int_equal(textlines_next(&lines, &line, &fail), 1);
	assert_true(text_is(line, "b"));
	assert_int_equal(textlines_next(&lines, &line, &fail), 1);
	assert_true(text_is(line, "c"));
	assert_int_equal(lines.number, 5);
	assert_int_equal(lines.offset, 2 * TEXTLINES_MOST + 1);
	assert_int_equal(lines.long_lines, 1);
	assert_int_equal(textlines_next(&lines, &line, &fail), 0);
	assert_int_equal(lines.number, 5);
}

/* What a file of that text is read as: each step, with the length of the line or what was passed over. */
static void
is_read(const char *bytes, size_t size, const size_t steps[][2], size_t count, int end)
{
	char path[] = "/tmp/lazaret-textlines-XXXXXX";
	struct fail fail = {.what = ""};
	struct textlines lines;
	struct input input;
	struct text line;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), size);
	close(fd);
	assert_int_equal(input_open(&input, path, 0, &fail), 0);
	unlink(path);
	lines = (struct textlines){.input = &input};
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(textlines_step(&lines, &line, &fail), steps[i][0]);
		assert_int_equal(lines.number, i + 1);
		assert_int_equal(
			steps[i][0] == TEXTLINES_LONG ? lines.passed : line.length, steps[i][1]);
	}
	assert_int_equal(textlines_step(&lines, &line, &fail), end);
	assert_int_equal(fail.what[0] != '\0', end < 0);
	input_close(&input);
}

static void
the_longest_line_is_given_and_one_byte_more_is_passed_over(void **state)
{
	static char text[8 * TEXTLINES_MOST];
	size_t size = 0;
	static const size_t steps[][2] = {{TEXTLINES_LINE, TEXTLINES_MOST},
		{TEXTLINES_LONG, TEXTLINES_MOST + 2}, {TEXTLINES_LINE, 1},
		{TEXTLINES_LONG, 5 * TEXTLINES_MOST}};

	memset(text, 'x', sizeof(text));
	text[size += TEXTLINES_MOST] = '\n';
	text[size += TEXTLINES_MOST + 2] = '\n';
	text[size += 2] = '\n';
	/* More than the window holds, and without an end. */
	size += 1 + 5 * TEXTLINES_MOST;
	is_read(text, size, steps, 4, TEXTLINES_END);
}

static void
a_line_that_damage_cuts_is_passed_over(void **state)
{
	/* "one\ntwo\n" and the beginning of a third line, stored in gzip, cut off in it. */
	static const char cut[] = "\x1f\x8b\x08\0\0\0\0\0\0\x03\x01\x20\0\xdf\xff"
				  "one\ntwo\nthr";
	static const size_t steps[][2] = {{TEXTLINES_LINE, 3}, {TEXTLINES_LINE, 3}};

	is_read(cut, sizeof(cut) - 1, steps, 2, -ENODATA);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_given_with_either_end_and_long_ones_passed_over),
		cmocka_unit_test(the_longest_line_is_given_and_one_byte_more_is_passed_over),
		cmocka_unit_test(a_line_that_damage_cuts_is_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
