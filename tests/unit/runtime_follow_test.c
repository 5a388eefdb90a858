/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/follow.h"
#include "runtime/sandbox.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINE    64
#define PORTION 100

/* A folder, the file "log" in it, and what was read of that: its lines, each ended by '|'. */
struct bench {
	char folder[40];
	char path[64];
	char other[64];
	struct follow *follow;
	int64_t steady_us;
	struct buffer seen;
};

static void
begin(struct bench *bench)
{
	*bench = (struct bench){.folder = "/tmp/lazaret-follow-XXXXXX", .steady_us = 1000000};
	assert_non_null(mkdtemp(bench->folder));
	snprintf(bench->path, sizeof(bench->path), "%s/log", bench->folder);
	snprintf(bench->other, sizeof(bench->other), "%s/log.1", bench->folder);
	buffer_init(&bench->seen, 1 << 20);
}

static void
follow_with(struct bench *bench, bool from_begin, const struct follow_place *place)
{
	struct follow_settings settings = {.path = bench->path,
		.line_most = LINE,
		.portion = PORTION,
		.from_begin = from_begin};

	follow_free(bench->follow);
	bench->follow = follow_new(&settings, place);
}

static void
end(struct bench *bench)
{
	follow_free(bench->follow);
	buffer_done(&bench->seen);
	unlink(bench->path);
	unlink(bench->other);
	assert_int_equal(rmdir(bench->folder), 0);
}

static void
append(const char *path, const char *text)
{
	FILE *file = fopen(path, "a");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void
see(void *context, struct text line)
{
	struct bench *bench = context;

	assert_true(line.length <= LINE);
	buffer_text(&bench->seen, line);
	buffer_add(&bench->seen, "|", 1);
}

/* All that can be read now. */
static const char *
look(struct bench *bench)
{
	uint64_t before;
	int r;

	buffer_clear(&bench->seen);
	do {
		before = follow_counts(bench->follow).bytes;
		r = follow_read(bench->follow, bench->steady_us, see, bench);
		assert_true(follow_counts(bench->follow).bytes - before <= PORTION);
	} while (r == 1);
	assert_int_equal(r, 0);
	return buffer_string(&bench->seen);
}

static void
linger(struct bench *bench)
{
	bench->steady_us += FOLLOW_LINGER_US;
}

static struct follow_counts
counts(const struct bench *bench)
{
	return follow_counts(bench->follow);
}

static void
a_file_is_read_from_its_end_or_from_its_begin(void **state)
{
	struct bench bench;

	begin(&bench);
	append(bench.path, "one\ntwo\n");
	follow_with(&bench, false, NULL);
	assert_string_equal(look(&bench), "");
	append(bench.path, "three\n");
	assert_string_equal(look(&bench), "three|");
	assert_string_equal(look(&bench), "");
	follow_with(&bench, true, NULL);
	assert_string_equal(look(&bench), "one|two|three|");
	assert_int_equal(counts(&bench).lines, 3);
	assert_int_equal(counts(&bench).bytes, 14);
	assert_int_equal(counts(&bench).behind, 0);
	end(&bench);
	(void)state;
}

static void
a_file_that_comes_later_is_read_from_its_begin(void **state)
{
	struct bench bench;

	begin(&bench);
	follow_with(&bench, false, NULL);
	assert_string_equal(look(&bench), "");
	assert_false(counts(&bench).is_open);
	append(bench.path, "one\n");
	assert_string_equal(look(&bench), "one|");
	assert_true(counts(&bench).is_open);
	assert_int_equal(counts(&bench).errors, 0);
	end(&bench);
	(void)state;
}

static void
a_line_is_given_when_it_has_its_end(void **state)
{
	struct bench bench;

	begin(&bench);
	append(bench.path, "from the mid");
	follow_with(&bench, false, NULL);
	assert_string_equal(look(&bench), "");
	/* What is left of a line whose begin was not seen is none. */
	append(bench.path, "dle\nwho");
	assert_string_equal(look(&bench), "");
	append(bench.path, "le");
	assert_string_equal(look(&bench), "");
	append(bench.path, "\n\nnext\n");
	assert_string_equal(look(&bench), "whole||next|");
	assert_int_equal(counts(&bench).cut_lines, 1);
	end(&bench);
	(void)state;
}

static void
append_long(const char *path, size_t length)
{
	FILE *file = fopen(path, "a");

	assert_non_null(file);
	for (size_t i = 0; i < length; i++)
		assert_int_equal(fputc('x', file), 'x');
	assert_int_equal(fclose(file), 0);
}

static void
a_line_beyond_the_ceiling_is_passed_over(void **state)
{
	static const size_t lengths[] = {LINE + 1, PORTION, LINE + PORTION, 10 * PORTION};
	struct bench bench;

	begin(&bench);
	follow_with(&bench, true, NULL);
	append_long(bench.path, LINE);
	append(bench.path, "\n");
	assert_int_equal(strlen(look(&bench)), LINE + 1);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		append_long(bench.path, lengths[i]);
		append(bench.path, "\nnext\n");
		assert_string_equal(look(&bench), "next|");
		/* And where its end comes later. */
		append_long(bench.path, lengths[i]);
		assert_string_equal(look(&bench), "");
		append(bench.path, "xxx\nnext\n");
		assert_string_equal(look(&bench), "next|");
		assert_int_equal(counts(&bench).long_lines, 2 * (i + 1));
	}
	assert_int_equal(counts(&bench).cut_lines, 0);
	end(&bench);
	(void)state;
}

static void
a_line_is_known_by_its_number_and_where_reading_began(void **state)
{
	char big[3 * LINE];
	struct follow_place place;
	struct bench bench;

	begin(&bench);
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	append(bench.path, "one\n\n");
	append(bench.path, big);
	follow_with(&bench, true, NULL);
	assert_string_equal(look(&bench), "one||");
	assert_int_equal(counts(&bench).line, 2);
	assert_int_equal(counts(&bench).long_line, 3);
	append(bench.path, "\nfour\nfi");
	assert_string_equal(look(&bench), "four|");
	assert_int_equal(counts(&bench).line, 4);
	assert_int_equal(counts(&bench).long_line, 3);
	assert_int_equal(counts(&bench).from, 0);
	assert_int_equal(counts(&bench).held, 2);
	place = follow_place(bench.follow);
	append(bench.path, "ve\n");
	follow_with(&bench, true, &place);
	assert_string_equal(look(&bench), "five|");
	assert_int_equal(counts(&bench).line, 1);
	assert_int_equal(counts(&bench).long_line, 0);
	assert_int_equal(counts(&bench).from, place.offset);
	assert_int_equal(counts(&bench).held, 0);
	/* Cut, and written again. */
	assert_int_equal(truncate(bench.path, 0), 0);
	append(bench.path, "one\ntwo\n");
	assert_string_equal(look(&bench), "one|two|");
	assert_int_equal(counts(&bench).line, 2);
	assert_int_equal(counts(&bench).from, 0);
	end(&bench);
	(void)state;
}

static void
behind_a_rename_the_old_file_is_read_to_its_end(void **state)
{
	struct bench bench;

	begin(&bench);
	append(bench.path, "one\n");
	follow_with(&bench, true, NULL);
	assert_string_equal(look(&bench), "one|");
	append(bench.path, "two\n");
	assert_int_equal(rename(bench.path, bench.other), 0);
	assert_string_equal(look(&bench), "two|");
	linger(&bench);
	/* There is no new one yet. */
	append(bench.other, "three\n");
	assert_string_equal(look(&bench), "three|");
	append(bench.path, "new\n");
	assert_string_equal(look(&bench), "");
	bench.steady_us += FOLLOW_LINGER_US - 1;
	append(bench.other, "four\nhal");
	assert_string_equal(look(&bench), "four|");
	linger(&bench);
	assert_string_equal(look(&bench), "new|");
	assert_int_equal(counts(&bench).replaced, 1);
	assert_int_equal(counts(&bench).cut_lines, 1);
	append(bench.path, "newer\n");
	assert_string_equal(look(&bench), "newer|");
	end(&bench);
	(void)state;
}

/* Somebody goes on writing to it for ever. */
static void
an_old_file_is_left_in_the_end(void **state)
{
	struct bench bench;
	int seconds = 0;

	begin(&bench);
	append(bench.path, "one\n");
	follow_with(&bench, true, NULL);
	look(&bench);
	assert_int_equal(rename(bench.path, bench.other), 0);
	append(bench.path, "new\n");
	look(&bench);
	while (counts(&bench).replaced == 0 && seconds++ < 100) {
		append(bench.other, "old\n");
		bench.steady_us += 1000000;
		look(&bench);
	}
	assert_int_equal(seconds, FOLLOW_LEAVE_US / 1000000);
	assert_string_equal(buffer_string(&bench.seen), "new|");
	/* What was written last. */
	assert_int_equal(counts(&bench).lost, 1);
	end(&bench);
	(void)state;
}

static void
write_over(const char *path, const char *text)
{
	assert_int_equal(truncate(path, 0), 0);
	append(path, text);
}

static void
a_file_that_is_cut_is_read_from_its_begin(void **state)
{
	struct bench bench;

	begin(&bench);
	append(bench.path, "one two three\nhal");
	follow_with(&bench, true, NULL);
	assert_string_equal(look(&bench), "one two three|");
	write_over(bench.path, "four\n");
	assert_string_equal(look(&bench), "four|");
	assert_int_equal(counts(&bench).truncated, 1);
	assert_int_equal(counts(&bench).cut_lines, 1);
	/* It has grown beyond what was read: its first bytes tell. */
	write_over(bench.path, "five\nsix\n");
	assert_string_equal(look(&bench), "five|six|");
	assert_int_equal(counts(&bench).truncated, 2);
	/* Empty, and later written again. */
	assert_int_equal(truncate(bench.path, 0), 0);
	assert_string_equal(look(&bench), "");
	append(bench.path, "seven and eight\n");
	assert_string_equal(look(&bench), "seven and eight|");
	assert_int_equal(counts(&bench).truncated, 3);
	end(&bench);
	(void)state;
}

static void
a_place_is_where_it_goes_on(void **state)
{
	struct follow_place place;
	struct bench bench;

	begin(&bench);
	append(bench.path, "one\ntw");
	follow_with(&bench, true, NULL);
	assert_string_equal(look(&bench), "one|");
	place = follow_place(bench.follow);
	assert_int_equal(place.offset, 4);
	append(bench.path, "o\nthree\n");
	follow_with(&bench, false, &place);
	assert_string_equal(look(&bench), "two|three|");
	assert_int_equal(counts(&bench).lost, 0);
	assert_int_equal(counts(&bench).cut_lines, 0);
	/* In the middle of one that is too long: not its rest for a line. */
	append_long(bench.path, 3 * PORTION);
	assert_string_equal(look(&bench), "");
	place = follow_place(bench.follow);
	append(bench.path, "xx\nfour\n");
	follow_with(&bench, false, &place);
	assert_string_equal(look(&bench), "four|");
	end(&bench);
	(void)state;
}

/* A place that was never reached, and one that points into a line. */
static void
a_place_before_the_first_call_is_kept(void **state)
{
	struct follow_place place = {.inode = 5, .offset = 7, .hash = 9, .hashed = 1}, same;
	struct bench bench;

	begin(&bench);
	follow_with(&bench, false, &place);
	assert_string_equal(look(&bench), "");
	same = follow_place(bench.follow);
	assert_memory_equal(&same, &place, sizeof(place));
	append(bench.path, "one\n");
	assert_string_equal(look(&bench), "one|");
	assert_int_equal(counts(&bench).lost, 1);
	place = follow_place(bench.follow);
	place.offset = 2;
	follow_with(&bench, false, &place);
	append(bench.path, "two\n");
	assert_string_equal(look(&bench), "two|");
	assert_int_equal(counts(&bench).cut_lines, 1);
	end(&bench);
	(void)state;
}

static void
a_place_is_found_in_a_file_that_was_renamed_meanwhile(void **state)
{
	struct follow_place place;
	struct bench bench;

	begin(&bench);
	append(bench.path, "one\n");
	follow_with(&bench, true, NULL);
	look(&bench);
	place = follow_place(bench.follow);
	append(bench.path, "two\n");
	assert_int_equal(rename(bench.path, bench.other), 0);
	follow_with(&bench, false, &place);
	assert_string_equal(look(&bench), "two|");
	place = follow_place(bench.follow);
	append(bench.other, "three\n");
	append(bench.path, "new\n");
	follow_with(&bench, false, &place);
	assert_string_equal(look(&bench), "three|");
	linger(&bench);
	assert_string_equal(look(&bench), "new|");
	assert_int_equal(counts(&bench).lost, 0);
	assert_int_equal(counts(&bench).replaced, 1);
	end(&bench);
	(void)state;
}

static void
copy(const char *from, const char *to)
{
	char line[256];
	FILE *file = fopen(from, "r");

	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL)
		append(to, line);
	fclose(file);
}

static void
a_place_is_found_in_a_copy_if_enough_of_it_is_known(void **state)
{
	static const char first[] =
		"a first line of sixty bytes, as is one of a log, or so .......\nx\n";
	struct follow_place place;
	struct bench bench;

	begin(&bench);
	append(bench.path, first);
	follow_with(&bench, true, NULL);
	look(&bench);
	place = follow_place(bench.follow);
	assert_int_equal(place.hashed, sizeof(first) - 1);
	append(bench.path, "two\n");
	copy(bench.path, bench.other);
	write_over(bench.path, "new\n");
	follow_with(&bench, false, &place);
	assert_string_equal(look(&bench), "two|");
	linger(&bench);
	assert_string_equal(look(&bench), "new|");
	end(&bench);
	(void)state;
}

static void
a_place_is_not_in_the_same_file_with_other_bytes(void **state)
{
	struct follow_place place;
	struct bench bench;

	begin(&bench);
	append(bench.path, "one\n");
	follow_with(&bench, true, NULL);
	look(&bench);
	place = follow_place(bench.follow);
	write_over(bench.path, "new\nnewer\n");
	follow_with(&bench, false, &place);
	assert_string_equal(look(&bench), "new|newer|");
	assert_int_equal(counts(&bench).lost, 1);
	end(&bench);
	(void)state;
}

static void
a_predecessor_that_is_another_file_is_not_read(void **state)
{
	struct follow_place place;
	struct bench bench;

	begin(&bench);
	append(bench.path, "one\n");
	follow_with(&bench, true, NULL);
	look(&bench);
	place = follow_place(bench.follow);
	/* As if it had been compressed. */
	append(bench.other, "\x1f\x8b and more bytes than before\n");
	unlink(bench.path);
	append(bench.path, "new\n");
	follow_with(&bench, false, &place);
	assert_string_equal(look(&bench), "new|");
	assert_int_equal(counts(&bench).lost, 1);
	end(&bench);
	(void)state;
}

static void
a_fifo_is_read_as_it_comes(void **state)
{
	struct follow_place place;
	struct bench bench;
	int writer;

	begin(&bench);
	assert_int_equal(mkfifo(bench.path, 0600), 0);
	follow_with(&bench, false, NULL);
	assert_string_equal(look(&bench), "");
	writer = open(bench.path, O_WRONLY | O_NONBLOCK);
	assert_true(writer >= 0);
	assert_string_equal(look(&bench), "");
	assert_int_equal(write(writer, "one\ntw", 6), 6);
	assert_string_equal(look(&bench), "one|");
	assert_int_equal(write(writer, "o\nhal", 5), 5);
	assert_string_equal(look(&bench), "two|");
	close(writer);
	/* What the next one writes is not the rest of that. */
	assert_string_equal(look(&bench), "");
	writer = open(bench.path, O_WRONLY | O_NONBLOCK);
	assert_true(writer >= 0);
	assert_int_equal(write(writer, "three\n", 6), 6);
	assert_string_equal(look(&bench), "three|");
	close(writer);
	place = follow_place(bench.follow);
	assert_int_equal(place.inode, 0);
	assert_int_equal(counts(&bench).cut_lines, 1);
	end(&bench);
	(void)state;
}

static void
what_is_no_file_is_refused(void **state)
{
	struct bench bench;

	begin(&bench);
	assert_int_equal(mkdir(bench.path, 0700), 0);
	follow_with(&bench, false, NULL);
	assert_int_equal(follow_read(bench.follow, 1, see, &bench), -ENOTSUP);
	assert_int_equal(counts(&bench).errors, 1);
	assert_int_equal(rmdir(bench.path), 0);
	/* It is tried again. */
	append(bench.path, "one\n");
	follow_with(&bench, true, NULL);
	assert_string_equal(look(&bench), "one|");
	end(&bench);
	(void)state;
}

static void
in_a_sandbox(struct bench *bench)
{
	struct sandbox_path path = {.path = bench->folder, .rights = SANDBOX_READ};
	struct sandbox sandbox = {.calls = SANDBOX_FILES_READ, .paths = &path, .path_count = 1};
	struct fail fail;
	char ready = 'r';

	if (sandbox_enter(&sandbox, NULL, &fail) < 0)
		_exit(10);
	follow_with(bench, true, NULL);
	while (follow_counts(bench->follow).replaced == 0 || bench->seen.length == 0) {
		bench->steady_us += FOLLOW_LINGER_US;
		buffer_clear(&bench->seen);
		while (follow_read(bench->follow, bench->steady_us, see, bench) == 1)
			;
		if (ready != 0 && strcmp(buffer_string(&bench->seen), "one|") == 0) {
			if (write(STDOUT_FILENO, &ready, 1) != 1)
				_exit(11);
			ready = 0;
		}
	}
	_exit(strcmp(buffer_string(&bench->seen), "new|") == 0 ? 0 : 12);
}

/* With the right to read its folder, and no other. */
static void
a_process_that_has_shut_itself_in_can_follow(void **state)
{
	struct bench bench;
	int pipes[2], status;
	char ready;
	pid_t pid;

	begin(&bench);
	append(bench.path, "one\n");
	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)alarm(60);
		dup2(pipes[1], STDOUT_FILENO);
		in_a_sandbox(&bench);
	}
	close(pipes[1]);
	assert_int_equal(read(pipes[0], &ready, 1), 1);
	close(pipes[0]);
	assert_int_equal(rename(bench.path, bench.other), 0);
	append(bench.path, "new\n");
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	end(&bench);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_read_from_its_end_or_from_its_begin),
		cmocka_unit_test(a_file_that_comes_later_is_read_from_its_begin),
		cmocka_unit_test(a_line_is_given_when_it_has_its_end),
		cmocka_unit_test(a_line_beyond_the_ceiling_is_passed_over),
		cmocka_unit_test(a_line_is_known_by_its_number_and_where_reading_began),
		cmocka_unit_test(behind_a_rename_the_old_file_is_read_to_its_end),
		cmocka_unit_test(an_old_file_is_left_in_the_end),
		cmocka_unit_test(a_file_that_is_cut_is_read_from_its_begin),
		cmocka_unit_test(a_place_is_where_it_goes_on),
		cmocka_unit_test(a_place_before_the_first_call_is_kept),
		cmocka_unit_test(a_place_is_found_in_a_file_that_was_renamed_meanwhile),
		cmocka_unit_test(a_place_is_found_in_a_copy_if_enough_of_it_is_known),
		cmocka_unit_test(a_place_is_not_in_the_same_file_with_other_bytes),
		cmocka_unit_test(a_predecessor_that_is_another_file_is_not_read),
		cmocka_unit_test(a_fifo_is_read_as_it_comes),
		cmocka_unit_test(what_is_no_file_is_refused),
		cmocka_unit_test(a_process_that_has_shut_itself_in_can_follow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
