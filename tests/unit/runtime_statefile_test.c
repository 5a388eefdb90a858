/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/statefile.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define LAYOUT 7

/* A file in a folder of its own, and what is saved in it: one number, when the pipe, if there is one, has ended. */
struct bench {
	char folder[40];
	struct statefile file;
	uint64_t number;
	int pipe[2];
};

static int
save_number(const void *context, struct save *save)
{
	const struct bench *bench = context;
	char nothing;

	if (bench->pipe[0] >= 0) {
		close(bench->pipe[1]);
		(void)!read(bench->pipe[0], &nothing, 1);
	}
	save_section(save, "number", LAYOUT, sizeof(bench->number));
	save_bytes(save, &bench->number, sizeof(bench->number));
	return 0;
}

static int
refuse(const void *context, struct save *save)
{
	return -EDOM;
}

static int
restore_number(void *context, struct restore *restore, struct fail *fail)
{
	return restore_struct(restore, "number", LAYOUT, context, sizeof(uint64_t), fail);
}

static void
begin(struct bench *bench)
{
	*bench = (struct bench){.folder = "/tmp/lazaret-statefile-XXXXXX", .pipe = {-1, -1}};
	assert_non_null(mkdtemp(bench->folder));
	statefile_init(&bench->file, bench->folder, "judge", 3, "snapshot");
}

static void
end(struct bench *bench)
{
	char aside[STATEFILE_PATH + 8];

	snprintf(aside, sizeof(aside), "%s.refused", bench->file.path);
	(void)unlink(bench->file.path);
	(void)unlink(bench->file.new_path);
	(void)unlink(aside);
	assert_int_equal(rmdir(bench->folder), 0);
}

/* The number of the good one, or -errno. */
static int
loaded(const struct bench *bench)
{
	struct fail fail = {0};
	uint64_t number;
	int r = statefile_load(&bench->file, restore_number, &number, &fail);

	assert_true((r < 0) == (fail.what[0] != '\0'));
	return r < 0 ? r : (int)number;
}

static void
what_a_child_wrote_is_the_good_one_when_it_is_taken_over(void **state)
{
	struct bench bench;

	begin(&bench);
	assert_int_equal(loaded(&bench), -ENOENT);
	bench.number = 11;
	statefile_begin(&bench.file, save_number, &bench);
	assert_true(statefile_is_busy(&bench.file));
	assert_true(statefile_is_written(&bench.file, true));
	assert_true(statefile_is_busy(&bench.file));
	assert_int_equal(loaded(&bench), -ENOENT);
	assert_true(statefile_take_over(&bench.file));
	assert_false(statefile_is_busy(&bench.file));
	assert_int_equal(loaded(&bench), 11);
	assert_false(statefile_take_over(&bench.file));
	assert_int_equal(bench.file.failed, 0);
	end(&bench);
}

/* The writer of a process that was killed goes on into a file that nobody will rename. */
static void
a_new_file_is_never_one_that_somebody_still_writes(void **state)
{
	struct bench bench;
	pid_t old;
	int status;

	begin(&bench);
	assert_int_equal(pipe(bench.pipe), 0);
	bench.number = 1;
	statefile_begin(&bench.file, save_number, &bench);
	assert_false(statefile_is_written(&bench.file, false));
	old = bench.file.writer;
	assert_true(old > 0);
	bench.number = 2;
	close(bench.pipe[0]);
	bench.pipe[0] = -1;
	statefile_write(&bench.file, save_number, &bench);
	assert_true(statefile_is_written(&bench.file, false));
	close(bench.pipe[1]);
	assert_int_equal(waitpid(old, &status, 0), old);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_true(statefile_take_over(&bench.file));
	assert_int_equal(loaded(&bench), 2);
	end(&bench);
}

/* Nobody leads the daemon to write elsewhere. */
static void
a_link_is_replaced_and_not_followed(void **state)
{
	struct stat stat_;
	struct bench bench;
	char aim[64];

	begin(&bench);
	snprintf(aim, sizeof(aim), "%s/aim", bench.folder);
	assert_int_equal(symlink(aim, bench.file.new_path), 0);
	statefile_write(&bench.file, save_number, &bench);
	assert_true(statefile_take_over(&bench.file));
	assert_int_equal(stat(aim, &stat_), -1);
	assert_int_equal(lstat(bench.file.path, &stat_), 0);
	assert_true(S_ISREG(stat_.st_mode));
	end(&bench);
}

static void
what_fails_is_counted_and_leaves_the_good_one(void **state)
{
	struct bench bench;
	struct stat stat_;

	begin(&bench);
	bench.number = 5;
	statefile_write(&bench.file, save_number, &bench);
	assert_true(statefile_take_over(&bench.file));
	statefile_begin(&bench.file, refuse, &bench);
	assert_false(statefile_is_written(&bench.file, true));
	assert_int_equal(bench.file.failed, 1);
	statefile_write(&bench.file, refuse, &bench);
	assert_int_equal(bench.file.failed, 2);
	assert_int_equal(pipe(bench.pipe), 0);
	statefile_begin(&bench.file, save_number, &bench);
	assert_int_equal(kill(bench.file.writer, SIGKILL), 0);
	assert_false(statefile_is_written(&bench.file, true));
	assert_int_equal(bench.file.failed, 3);
	close(bench.pipe[0]);
	close(bench.pipe[1]);
	assert_false(statefile_take_over(&bench.file));
	assert_int_equal(stat(bench.file.new_path, &stat_), -1);
	assert_int_equal(loaded(&bench), 5);
	end(&bench);
	statefile_begin(&bench.file, save_number, &bench);
	assert_int_equal(bench.file.failed, 4);
	assert_false(statefile_is_busy(&bench.file));
}

/* What the log gets, of one that is written now. */
static void
written(struct bench *bench, char *said, size_t size)
{
	int before = dup(STDERR_FILENO), log[2];
	ssize_t n;

	assert_int_equal(pipe2(log, O_NONBLOCK), 0);
	assert_true(dup2(log[1], STDERR_FILENO) >= 0);
	statefile_write(&bench->file, save_number, bench);
	(void)statefile_take_over(&bench->file);
	assert_true(dup2(before, STDERR_FILENO) >= 0);
	n = read(log[0], said, size - 1);
	said[n > 0 ? n : 0] = '\0';
	close(before);
	close(log[0]);
	close(log[1]);
}

static void
what_is_in_the_way_is_named_with_what_to_do(void **state)
{
	static const char advice[] =
		": a folder has this name; move it away, and the next one is written";
	struct fail fail = {0};
	struct bench bench;
	uint64_t number;
	char said[1024];

	begin(&bench);
	assert_int_equal(mkdir(bench.file.path, 0700), 0);
	written(&bench, said, sizeof(said));
	assert_non_null(strstr(said, "judge-3.snapshot text="));
	assert_non_null(strstr(said, advice));
	assert_int_equal(rmdir(bench.file.path), 0);
	assert_int_equal(mkdir(bench.file.new_path, 0700), 0);
	written(&bench, said, sizeof(said));
	assert_non_null(strstr(said, "judge-3.snapshot.new text="));
	assert_non_null(strstr(said, advice));
	assert_int_equal(rmdir(bench.file.new_path), 0);
	written(&bench, said, sizeof(said));
	assert_string_equal(said, "");
	assert_int_equal(unlink(bench.file.path), 0);
	assert_int_equal(symlink("/dev/null", bench.file.path), 0);
	assert_int_equal(statefile_load(&bench.file, restore_number, &number, &fail), -ELOOP);
	assert_string_equal(fail.what, "a link has its name");
	end(&bench);
}

static void
a_damaged_one_is_refused_and_put_aside(void **state)
{
	struct bench bench;
	struct stat stat_;
	int file;

	begin(&bench);
	statefile_write(&bench.file, save_number, &bench);
	assert_true(statefile_take_over(&bench.file));
	assert_int_equal(stat(bench.file.path, &stat_), 0);
	file = open(bench.file.path, O_WRONLY);
	assert_int_equal(pwrite(file, "x", 1, stat_.st_size - 1), 1);
	close(file);
	assert_int_equal(loaded(&bench), -EBADMSG);
	statefile_put_aside(&bench.file);
	assert_int_equal(loaded(&bench), -ENOENT);
	end(&bench);
}

static void
half_of_one_is_gone_at_the_next_begin(void **state)
{
	struct bench bench;
	struct stat stat_;

	begin(&bench);
	statefile_write(&bench.file, save_number, &bench);
	assert_int_equal(stat(bench.file.new_path, &stat_), 0);
	statefile_init(&bench.file, bench.folder, "judge", 3, "snapshot");
	assert_int_equal(stat(bench.file.new_path, &stat_), -1);
	assert_false(statefile_is_busy(&bench.file));
	end(&bench);
}

static void
a_pipe_in_its_place_is_refused_and_not_waited_for(void **state)
{
	struct bench bench;
	struct fail fail = {0};
	uint64_t number = 0;

	(void)state;
	begin(&bench);
	assert_int_equal(mkfifo(bench.file.path, 0600), 0);
	assert_int_equal(statefile_load(&bench.file, restore_number, &number, &fail), -EBADMSG);
	assert_int_equal(unlink(bench.file.path), 0);
	end(&bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_child_wrote_is_the_good_one_when_it_is_taken_over),
		cmocka_unit_test(a_new_file_is_never_one_that_somebody_still_writes),
		cmocka_unit_test(a_link_is_replaced_and_not_followed),
		cmocka_unit_test(what_fails_is_counted_and_leaves_the_good_one),
		cmocka_unit_test(what_is_in_the_way_is_named_with_what_to_do),
		cmocka_unit_test(a_damaged_one_is_refused_and_put_aside),
		cmocka_unit_test(a_pipe_in_its_place_is_refused_and_not_waited_for),
		cmocka_unit_test(half_of_one_is_gone_at_the_next_begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
