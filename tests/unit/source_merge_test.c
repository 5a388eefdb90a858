/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/merge.h"
#include "source_text.h"
#include "unit.h"

#include <unistd.h>

#define HEADER     "StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,State\n"
#define FILES_MOST 40

struct files {
	char path[FILES_MOST][64];
	size_t count;
	struct merge_settings settings;
};

static int
setup(void **state)
{
	static struct files files;

	files = (struct files){.settings = MERGE_DEFAULTS};
	*state = &files;
	return 0;
}

static int
teardown(void **state)
{
	struct files *files = *state;

	for (size_t i = 0; i < files->count; i++)
		unlink(files->path[i]);
	return 0;
}

static FILE *
new_file(struct files *files)
{
	char *path = files->path[files->count++];
	FILE *stream;
	int fd;

	snprintf(path, sizeof(files->path[0]), "/tmp/lazaret-merge-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	stream = fdopen(fd, "w");
	assert_non_null(stream);
	return stream;
}

/* One attempt a line: at so many seconds, from a port of its own. */
static void
attempt(FILE *stream, int64_t seconds, int64_t duration, unsigned port)
{
	fprintf(stream, "%lld,%lld,tcp,10.0.0.%u,%u,->,192.0.2.%u,25,S_\n", (long long)seconds,
		(long long)duration, port % 200 + 1, 1024 + port % 60000, port % 250 + 1);
}

static struct merge *
merge_all(struct files *files)
{
	struct merge *merge = merge_new(&files->settings);
	struct fail fail;

	for (size_t i = 0; i < files->count; i++)
		assert_int_equal(merge_add(merge, files->path[i], &fail), 0);
	return merge;
}

struct result {
	size_t count;
	size_t disorder;
	int64_t first; /* seconds */
	int64_t last;
	struct merge_counts counts;
};

static struct result
read_to_end(struct merge *merge)
{
	struct result result = {0};
	struct observation some[37];
	int64_t before = INT64_MIN;
	size_t got;

	while ((got = merge_read(merge, some, 37)) > 0) {
		for (size_t i = 0; i < got; i++) {
			result.disorder += some[i].time.us < before;
			before = some[i].time.us;
			if (result.count++ == 0)
				result.first = before / WALL_SECOND;
		}
	}
	result.last = before / WALL_SECOND;
	merge_counts(merge, &result.counts);
	merge_free(merge);
	return result;
}

static void
several_files_become_one_order_of_time(void **state)
{
	struct files *files = *state;
	struct result result;

	for (unsigned i = 0; i < 3; i++) {
		FILE *stream = new_file(files);

		fputs(HEADER, stream);
		for (unsigned n = 0; n < 2000; n++)
			attempt(stream, 1000000 + 3 * n + i, 0, n);
		fclose(stream);
	}
	result = read_to_end(merge_all(files));
	assert_int_equal(result.count, 6000);
	assert_int_equal(result.disorder, 0);
	assert_int_equal(result.counts.late_records, 0);
	assert_int_equal(result.counts.raised, 0);
	assert_int_equal(result.counts.intake.mail_records, 6000);
}

static void
ten_minutes_late_is_in_order_and_more_is_left_out(void **state)
{
	struct files *files = *state;
	FILE *stream = new_file(files);
	struct result result;

	fputs(HEADER, stream);
	attempt(stream, 10000, 0, 1);
	attempt(stream, 10000 - 600, 0, 2);
	attempt(stream, 10000 - 601, 0, 3);
	/* It ended in time: it is kept, as early as the order allows. */
	attempt(stream, 10000 - 900, 500, 4);
	fclose(stream);
	result = read_to_end(merge_all(files));
	assert_int_equal(result.count, 3);
	assert_int_equal(result.disorder, 0);
	assert_int_equal(result.first, 9400);
	assert_int_equal(result.counts.late_records, 1);
	assert_int_equal(result.counts.raised, 1);
}

static void
one_wrong_time_does_not_make_the_rest_late(void **state)
{
	struct files *files = *state;
	FILE *stream = new_file(files);
	struct result result;

	fputs(HEADER, stream);
	attempt(stream, 1000000, 0, 1);
	attempt(stream, 4294967295, 0, 2);
	for (unsigned n = 3; n < 100; n++)
		attempt(stream, 1000000 + n, 0, n);
	fclose(stream);
	result = read_to_end(merge_all(files));
	assert_int_equal(result.count, 99);
	assert_int_equal(result.counts.late_records, 0);
	assert_int_equal(result.last, 4294967295);
}

static void
files_of_far_apart_times_need_no_memory_for_each_other(void **state)
{
	struct files *files = *state;
	struct result result;

	files->settings.waiting_most = 1000;
	for (unsigned i = 0; i < 2; i++) {
		FILE *stream = new_file(files);

		fputs(HEADER, stream);
		for (unsigned n = 0; n < 20000; n++)
			attempt(stream, (i ? 915148800 : 1767225600) + 10 * (int64_t)n, 0, n);
		fclose(stream);
	}
	result = read_to_end(merge_all(files));
	assert_int_equal(result.count, 40000);
	assert_int_equal(result.disorder, 0);
	assert_int_equal(result.counts.forced, 0);
	assert_int_equal(result.counts.late_records, 0);
	assert_int_equal(result.first, 915148800);
}

static void
too_many_that_wait_are_handed_out_early_and_counted(void **state)
{
	struct files *files = *state;
	FILE *stream = new_file(files);
	struct result result;

	files->settings.waiting_most = 50;
	fputs(HEADER, stream);
	for (unsigned n = 0; n < 500; n++)
		attempt(stream, 1000 + n % 7, 0, n);
	fclose(stream);
	result = read_to_end(merge_all(files));
	assert_int_equal(result.count, 500);
	assert_int_equal(result.disorder, 0);
	assert_true(result.counts.forced > 0);
}

static void
more_files_than_may_be_open_are_read_all_the_same(void **state)
{
	struct files *files = *state;
	struct result result;

	files->settings.open_most = 2;
	for (unsigned i = 0; i < FILES_MOST; i++) {
		FILE *stream = new_file(files);

		fputs(HEADER, stream);
		/* The files are named in the wrong order; one in five is without mail. */
		for (unsigned n = 0; i % 5 != 0 && n < 10; n++)
			attempt(stream, 1000000 + 3600 * (FILES_MOST - i) + 60 * n, 0, n);
		fclose(stream);
	}
	result = read_to_end(merge_all(files));
	assert_int_equal(result.count, FILES_MOST / 5 * 4 * 10);
	assert_int_equal(result.disorder, 0);
	assert_int_equal(result.counts.late_records, 0);
	assert_int_equal(result.counts.intake.records, result.count);
}

static void
conn_log_and_smtp_log_count_a_connection_once(void **state)
{
	struct files *files = *state;
	struct observation o[4];
	struct merge *merge;
	struct merge_counts counts;
	FILE *stream = new_file(files);

	fputs("{\"ts\":1000.5,\"id.orig_h\":\"10.0.0.1\",\"id.orig_p\":4000,\"id.resp_h\":"
	      "\"10.0.0.2\",\"id.resp_p\":25,\"trans_depth\":1,\"rcptto\":[\"x\"],\"last_reply\":"
	      "\"550 no\"}\n",
		stream);
	fclose(stream);
	stream = new_file(files);
	for (int port = 4000; port < 4002; port++)
		fprintf(stream,
			"{\"ts\":1000.0,\"id.orig_h\":\"10.0.0.1\",\"id.orig_p\":%d,\"id.resp_h\":"
			"\"10.0.0.2\",\"id.resp_p\":25,\"proto\":\"tcp\",\"duration\":9.5,"
			"\"conn_state\":\"SF\",\"history\":\"ShAadDFf\",\"orig_pkts\":20,"
			"\"orig_ip_bytes\":4000,\"resp_pkts\":20,\"resp_ip_bytes\":1000}\n",
			port);
	fclose(stream);
	merge = merge_all(files);
	assert_int_equal(merge_read(merge, o, 4), 2);
	assert_int_equal(merge_read(merge, o + 2, 2), 0);
	assert_string_equal(
		say(&o[1]), "1970-01-01T00:16:40.000Z 10.0.0.1:4001 10.0.0.2:25 accepted");
	assert_string_equal(
		say(&o[0]), "1970-01-01T00:16:40.000Z 10.0.0.1:4000 10.0.0.2:25 refused");
	assert_int_equal(o[0].recipients, 1);
	assert_int_equal(o[0].refusals, 1);
	assert_int_equal(o[0].duration_ms, 9500);
	merge_counts(merge, &counts);
	assert_int_equal(counts.details, 1);
	merge_free(merge);
}

static void
a_file_without_order_is_sorted_as_a_whole(void **state)
{
	struct files *files = *state;
	struct result result;
	FILE *stream = new_file(files);

	for (int i = 0; i < 300; i++)
		fprintf(stream,
			"{\"timestamp\":\"2021-06-06T15:57:37+0200\",\"event_type\":\"flow\",\"src_"
			"ip\":"
			"\"10.0.0.1\",\"src_port\":%d,\"dest_ip\":\"10.0.0.2\",\"dest_port\":25,"
			"\"proto\":\"TCP\",\"flow\":{\"start\":\"2021-06-%02dT%02d:00:00+0000\"}}"
			"\n",
			2000 + i, 1 + i * 7 % 30, i * 5 % 24);
	fclose(stream);
	result = read_to_end(merge_all(files));
	assert_int_equal(result.count, 300);
	assert_int_equal(result.disorder, 0);
	assert_int_equal(result.counts.late_records, 0);
}

static void
a_damaged_file_is_told_and_the_others_are_read(void **state)
{
	struct files *files = *state;
	static const uint8_t cut_gzip[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x0b};
	struct merge *merge = merge_new(&files->settings);
	struct result result;
	struct fail fail = {0};
	size_t count;
	FILE *stream = new_file(files);

	fputs(HEADER, stream);
	attempt(stream, 1000, 0, 1);
	fputs("1001,0,tcp,10.0.0.1,junk\n", stream);
	fclose(stream);
	stream = new_file(files);
	fwrite(cut_gzip, 1, sizeof(cut_gzip), stream);
	fclose(stream);
	stream = new_file(files);
	fputs("some text\nthat is nothing known\n", stream);
	fclose(stream);
	assert_int_equal(merge_add(merge, files->path[0], &fail), 0);
	assert_true(merge_add(merge, files->path[1], &fail) < 0);
	assert_true(fail.what[0] != '\0');
	assert_true(merge_add(merge, files->path[2], &fail) < 0);
	assert_string_equal(fail.what,
		"is a text of no format that is known here; it begins with \"some text\"");
	assert_true(merge_add(merge, "/nonexistent/file", &fail) < 0);
	assert_string_equal(fail.where, "/nonexistent/file");
	assert_int_equal(merge_read(merge, (struct observation[1]){{{0}}}, 1), 1);
	assert_int_equal(merge_read(merge, (struct observation[1]){{{0}}}, 1), 0);
	assert_string_equal(merge_errors(merge, &count)[0].file, files->path[0]);
	assert_int_equal(count, 1);
	result = read_to_end(merge);
	assert_int_equal(result.counts.intake.skipped_records, 1);
	assert_int_equal(result.counts.intake.errors, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			several_files_become_one_order_of_time, setup, teardown),
		cmocka_unit_test_setup_teardown(
			ten_minutes_late_is_in_order_and_more_is_left_out, setup, teardown),
		cmocka_unit_test_setup_teardown(
			one_wrong_time_does_not_make_the_rest_late, setup, teardown),
		cmocka_unit_test_setup_teardown(
			files_of_far_apart_times_need_no_memory_for_each_other, setup, teardown),
		cmocka_unit_test_setup_teardown(
			too_many_that_wait_are_handed_out_early_and_counted, setup, teardown),
		cmocka_unit_test_setup_teardown(
			more_files_than_may_be_open_are_read_all_the_same, setup, teardown),
		cmocka_unit_test_setup_teardown(
			conn_log_and_smtp_log_count_a_connection_once, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_file_without_order_is_sorted_as_a_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_damaged_file_is_told_and_the_others_are_read, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
