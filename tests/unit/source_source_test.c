/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/source.h"
#include "source_text.h"
#include "unit.h"

#include <errno.h>
#include <unistd.h>

static char path[64];

static void
write_file(const void *bytes, size_t size, size_t times)
{
	int fd;
	FILE *stream;

	snprintf(path, sizeof(path), "/tmp/lazaret-source-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	stream = fdopen(fd, "w");
	assert_non_null(stream);
	for (size_t i = 0; i < times; i++)
		assert_int_equal(fwrite(bytes, 1, size, stream), size);
	fclose(stream);
}

static int
teardown(void **state)
{
	unlink(path);
	return 0;
}

static void
a_file_of_no_known_format_is_told_what_was_expected(void **state)
{
	struct fail fail = {0};

	write_file("hello\n", 6, 1);
	assert_null(source_open(path, &INTAKE_DEFAULTS, &fail));
	assert_string_equal(fail.where, path);
	assert_string_equal(
		fail.what, "is a text of no format that is known here; it begins with \"hello\"");
	assert_non_null(strstr(fail.hint, "Argus CSV"));
	assert_null(source_open(path, &INTAKE_DEFAULTS, NULL));
}

static void
the_newer_columns_of_nfdump_are_not_taken_for_those_of_argus(void **state)
{
	static const char head[] = "firstSeen,duration,proto,srcAddr,srcPort,dstAddr,dstPort,"
				   "packets,bytes,flows\n";
	struct source *source;
	struct fail fail = {0};

	write_file(head, sizeof(head) - 1, 1);
	source = source_open(path, &INTAKE_DEFAULTS, &fail);
	assert_string_equal(fail.what, "");
	assert_non_null(source);
	assert_string_equal(source_format(source), "nfdump CSV");
	source_close(source);
}

static void
an_empty_file_is_told(void **state)
{
	struct fail fail = {0};

	write_file("", 1, 0);
	assert_null(source_open(path, &INTAKE_DEFAULTS, &fail));
	assert_string_equal(fail.what, "is empty");
}

static void
a_file_that_needs_one_more_step_is_told_which(void **state)
{
	/* The gzip file of a gzip file: of its first bytes, stored as they are. */
	static const uint8_t twice[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 4, 0, 0xfb, 0xff,
		0x1f, 0x8b, 8, 0, 0xbc, 0xe6, 0x87, 0x0c, 4, 0, 0, 0};
	static const struct {
		const char *bytes;
		size_t size;
		const char *what;
	} cases[] = {
		{(const char *)twice, sizeof(twice),
			"is packed twice: when it is unpacked, it is gzip again"},
		{"\xff\xfet\0s\0", 6, "is a text in UTF-16, and UTF-8 is needed"},
		{"BZh91AY", 7, "is packed with bzip2, which is not read"},
		{"PK\3\4\24\0", 6, "is a zip archive, which is not read"},
		{"\xef\xbb\xbf", 3, "is empty"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fail fail = {0};

		write_file(cases[i].bytes, cases[i].size, 1);
		assert_null(source_open(path, &INTAKE_DEFAULTS, &fail));
		assert_string_equal(fail.where, path);
		assert_string_equal(fail.what, cases[i].what);
		unlink(path);
	}
}

/* A packed capture with something behind it that is read together with its beginning. */
static void
damage_near_the_beginning_is_told_once(void **state)
{
	/* gzip, stored: the 24 bytes of a pcap header; then three letters. */
	static const uint8_t packed[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 24, 0, 0xe7, 0xff,
		0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 1, 0,
		0, 0, 0xe1, 0xd7, 0xa1, 0x11, 24, 0, 0, 0, 'e', 'n', 'd'};
	struct observation seen[1];
	const struct intake_error *errors;
	struct source *source;
	struct fail fail = {0};
	size_t count;

	write_file(packed, sizeof(packed), 1);
	source = source_open(path, &INTAKE_DEFAULTS, &fail);
	assert_non_null(source);
	assert_int_equal(source_read(source, seen, 1), -EBADMSG);
	errors = intake_errors(source_intake(source), &count);
	assert_int_equal(count, 1);
	assert_int_equal(errors[0].offset, 24);
	assert_non_null(strstr(errors[0].what, "what follows the packed data"));
	source_close(source);
}

static void
the_mark_of_utf8_is_no_part_of_the_text(void **state)
{
	static const char text[] = "\xef\xbb\xbfStartTime,Proto,SrcAddr,Sport,DstAddr,Dport\n"
				   "2011/08/16 10:01:46.972101,tcp,10.0.0.1,4000,10.9.9.9,25\n";
	struct observation seen[2];
	struct source *source;
	struct fail fail = {0};

	write_file(text, sizeof(text) - 1, 1);
	source = source_open(path, &INTAKE_DEFAULTS, &fail);
	assert_string_equal(fail.what, "");
	assert_int_equal(source_read(source, seen, 2), 1);
	assert_int_equal(seen[0].server_port, 25);
	source_close(source);
}

static void
junk_behind_a_good_header_is_counted_in_bounded_memory(void **state)
{
	static char junk[1 << 20];
	struct observation o;
	struct fail fail;
	struct source *source;
	FILE *stream;
	size_t count;

	write_file("StartTime,Proto,SrcAddr,Sport,DstAddr,Dport\n", 44, 1);
	for (size_t i = 0; i < sizeof(junk); i++)
		junk[i] = (char)(i * 2654435761U >> 13);
	stream = fopen(path, "a");
	assert_non_null(stream);
	for (int i = 0; i < 20; i++)
		fwrite(junk, 1, sizeof(junk), stream);
	fclose(stream);
	source = source_open(path, &INTAKE_DEFAULTS, &fail);
	assert_non_null(source);
	assert_string_equal(source_format(source), "Argus CSV");
	assert_string_equal(source_name(source), path);
	assert_int_equal(source_read(source, &o, 1), 0);
	assert_int_equal(source_read(source, &o, 1), 0);
	assert_true(intake_counts(source_intake(source))->skipped_records > 1000);
	intake_errors(source_intake(source), &count);
	assert_int_equal(count, INTAKE_DEFAULTS.errors_most);
	source_close(source);
}

static void
a_packed_file_cut_in_the_middle_gives_what_came_before(void **state)
{
	static const uint8_t magic[] = {0xfd, '7', 'z', 'X', 'Z', 0};
	static uint8_t bytes[1 << 20];
	struct observation some[100];
	struct fail fail;
	struct source *source;
	uint64_t done, size;
	int got, sum = 0;
	const char *recording = data_path("ctu13-s06-1001-1045.binetflow.xz");
	FILE *stream;

	stream = fopen(recording, "r");
	assert_non_null(stream);
	assert_int_equal(fread(bytes, 1, sizeof(bytes), stream), sizeof(bytes));
	fclose(stream);
	assert_memory_equal(bytes, magic, sizeof(magic));
	write_file(bytes, sizeof(bytes), 1);
	source = source_open(path, &INTAKE_DEFAULTS, &fail);
	assert_non_null(source);
	while ((got = source_read(source, some, 100)) > 0)
		sum += got;
	assert_true(got < 0);
	assert_int_equal(source_read(source, some, 100), 0);
	assert_true(sum > 50);
	assert_int_equal(intake_counts(source_intake(source))->errors, 1);
	source_progress(source, &done, &size);
	assert_int_equal(size, sizeof(bytes));
	assert_int_equal(done, sizeof(bytes));
	source_close(source);
}

static void
on_progress(void *context, const struct source *source)
{
	*(int *)context += source_name(source) != NULL;
}

static void
a_watcher_is_called_while_nothing_is_found(void **state)
{
	struct observation o;
	struct fail fail;
	struct source *source;
	int calls = 0;

	write_file("StartTime,Proto,SrcAddr,Sport,DstAddr,Dport\n", 44, 5000);
	source = source_open(path, &INTAKE_DEFAULTS, &fail);
	assert_non_null(source);
	source_watch(source, on_progress, &calls);
	assert_int_equal(source_read(source, &o, 1), 0);
	assert_true(calls > 5);
	source_close(source);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(
			a_file_of_no_known_format_is_told_what_was_expected, teardown),
		cmocka_unit_test_teardown(
			the_newer_columns_of_nfdump_are_not_taken_for_those_of_argus, teardown),
		cmocka_unit_test_teardown(an_empty_file_is_told, teardown),
		cmocka_unit_test_teardown(a_file_that_needs_one_more_step_is_told_which, teardown),
		cmocka_unit_test_teardown(damage_near_the_beginning_is_told_once, teardown),
		cmocka_unit_test_teardown(the_mark_of_utf8_is_no_part_of_the_text, teardown),
		cmocka_unit_test_teardown(
			junk_behind_a_good_header_is_counted_in_bounded_memory, teardown),
		cmocka_unit_test_teardown(
			a_packed_file_cut_in_the_middle_gives_what_came_before, teardown),
		cmocka_unit_test_teardown(a_watcher_is_called_while_nothing_is_found, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
