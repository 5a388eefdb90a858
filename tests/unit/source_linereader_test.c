/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/text/linereader.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct file {
	char path[64];
	struct input input;
	struct intake *intake;
	struct linereader lines;
};

/* A file with what the writer puts there. */
static void
file_open(struct file *file, void (*write_to)(FILE *))
{
	struct fail fail;
	FILE *stream;
	int fd;

	snprintf(file->path, sizeof(file->path), "/tmp/lazaret-lines-XXXXXX");
	fd = mkstemp(file->path);
	assert_true(fd >= 0);
	stream = fdopen(fd, "w");
	assert_non_null(stream);
	write_to(stream);
	fclose(stream);
	assert_int_equal(input_open(&file->input, file->path, 0, &fail), 0);
	file->intake = intake_new(&INTAKE_DEFAULTS);
	file->lines = (struct linereader){.lines = {.input = &file->input}, .intake = file->intake};
}

static void
file_close(struct file *file)
{
	intake_free(file->intake);
	input_close(&file->input);
	unlink(file->path);
}

static void
write_ends(FILE *stream)
{
	fputs("one\r\n\ntwo\nthree", stream);
}

static void
ends_of_all_kinds_are_taken_off(void **state)
{
	static const char *const expected[] = {"one", "", "two", "three"};
	struct file file;
	struct text line;

	file_open(&file, write_ends);
	for (uint64_t i = 0; i < 4; i++) {
		assert_int_equal(linereader_next(&file.lines, &line), 1);
		assert_true(text_is(line, expected[i]));
		assert_int_equal(file.lines.lines.number, i + 1);
	}
	assert_int_equal(file.lines.lines.offset, 10);
	assert_int_equal(linereader_next(&file.lines, &line), 0);
	assert_int_equal(linereader_next(&file.lines, &line), 0);
	file_close(&file);
}

static void
write_many(FILE *stream)
{
	for (unsigned i = 0; i < 600000; i++)
		fprintf(stream, "line %u of a file larger than the window\n", i);
}

static void
lines_cross_the_window_unharmed(void **state)
{
	char expected[64];
	struct file file;
	struct text line;
	unsigned i = 0;

	file_open(&file, write_many);
	while (linereader_next(&file.lines, &line) == 1) {
		snprintf(expected, sizeof(expected), "line %u of a file larger than the window",
			i++);
		assert_true(text_is(line, expected));
	}
	assert_int_equal(i, 600000);
	assert_int_equal(intake_counts(file.intake)->skipped_bytes, 0);
	file_close(&file);
}

static void
write_long(FILE *stream)
{
	static char junk[TEXTLINES_MOST];

	memset(junk, 'x', sizeof(junk));
	fputs("before\n", stream);
	for (int i = 0; i < 9; i++)
		fwrite(junk, 1, sizeof(junk), stream);
	fputs("\nbetween\n", stream);
	fwrite(junk, 1, sizeof(junk), stream);
	fputs("\n", stream);
	fwrite(junk, 1, sizeof(junk), stream);
	fputs("y\nafter\n", stream);
	fwrite(junk, 1, sizeof(junk), stream);
	fputs("z", stream);
}

static void
what_is_too_long_is_skipped_as_a_whole(void **state)
{
	struct file file;
	struct text line;
	size_t count;

	file_open(&file, write_long);
	assert_int_equal(linereader_next(&file.lines, &line), 1);
	assert_true(text_is(line, "before"));
	assert_int_equal(linereader_next(&file.lines, &line), 1);
	assert_true(text_is(line, "between"));
	assert_int_equal(file.lines.lines.number, 3);
	assert_int_equal(linereader_next(&file.lines, &line), 1);
	assert_int_equal(line.length, TEXTLINES_MOST);
	assert_int_equal(linereader_next(&file.lines, &line), 1);
	assert_true(text_is(line, "after"));
	assert_int_equal(file.lines.lines.number, 6);
	assert_int_equal(linereader_next(&file.lines, &line), 0);
	assert_int_equal(intake_counts(file.intake)->skipped_records, 3);
	assert_int_equal(intake_counts(file.intake)->skipped_bytes, 11 * TEXTLINES_MOST + 4);
	assert_int_equal(intake_errors(file.intake, &count)[0].offset, 7);
	assert_int_equal(count, 3);
	file_close(&file);
}

static void
what_is_shown_of_a_bad_line_is_short_and_printable(void **state)
{
	struct file file;
	struct text line;
	size_t count;

	file_open(&file, write_ends);
	assert_int_equal(linereader_next(&file.lines, &line), 1);
	linereader_refuse(&file.lines, line,
		TEXT("a\x1b[31m\xff"
		     "0123456789012345678901234567"),
		"a number");
	linereader_refuse(&file.lines, line, TEXT(""), "an address");
	assert_string_equal(intake_errors(file.intake, &count)[0].what,
		"line 1: expected a number, found \"a.[31m.0123456789012345678901234...\"");
	assert_string_equal(
		intake_errors(file.intake, &count)[1].what, "line 1: expected an address");
	assert_int_equal(intake_counts(file.intake)->skipped_records, 2);
	file_close(&file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends_of_all_kinds_are_taken_off),
		cmocka_unit_test(lines_cross_the_window_unharmed),
		cmocka_unit_test(what_is_too_long_is_skipped_as_a_whole),
		cmocka_unit_test(what_is_shown_of_a_bad_line_is_short_and_printable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
