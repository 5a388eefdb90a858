/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/statefile.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define LAYOUT 7

/* A file in a folder of its own, and what is saved in it: one number, by a child that waits while it is held. */
struct bench {
	char folder[40];
	struct statefile file;
	uint64_t number;
	int *is_held; /* shared */
};

static int
save_number(const void *context, struct save *save)
{
	const struct bench *bench = context;

	while (__atomic_load_n(bench->is_held, __ATOMIC_RELAXED) != 0)
		(void)poll(NULL, 0, 1);
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
	*bench = (struct bench){.folder = "/tmp/lazaret-statefile-XXXXXX"};
	bench->is_held = mmap(NULL, sizeof(*bench->is_held), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(bench->is_held, MAP_FAILED);
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
	(void)unlink(bench->file.lock_path);
	(void)unlink(aside);
	assert_int_equal(rmdir(bench->folder), 0);
}

static void
hold(const struct bench *bench, bool is_held)
{
	__atomic_store_n(bench->is_held, is_held, __ATOMIC_RELAXED);
}

static void
wait_until_it_is_written(struct bench *bench)
{
	while (bench->file.stage == STATEFILE_WRITING) {
		assert_false(statefile_watch(&bench->file, false));
		(void)poll(NULL, 0, 1);
	}
	assert_int_equal(bench->file.stage, STATEFILE_WRITTEN);
}

/* Is it the good one when it is over? */
static bool
becomes_good(struct bench *bench)
{
	bool is_good = false;

	while (statefile_is_busy(&bench->file)) {
		is_good = statefile_watch(&bench->file, true);
		(void)poll(NULL, 0, 1);
	}
	return is_good;
}

static bool
write_one(struct bench *bench)
{
	statefile_begin(&bench->file, save_number, bench);
	return becomes_good(bench);
}

/* No child is left, whatever it waited for. */
static void
wait_for_all(void)
{
	while (waitpid(-1, NULL, 0) > 0)
		;
	assert_int_equal(errno, ECHILD);
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
	struct stat good;

	begin(&bench);
	assert_int_equal(loaded(&bench), -ENOENT);
	assert_false(statefile_is_busy(&bench.file));
	bench.number = 11;
	statefile_begin(&bench.file, save_number, &bench);
	assert_true(statefile_is_busy(&bench.file));
	wait_until_it_is_written(&bench);
	/* However often it is looked at. */
	assert_false(statefile_watch(&bench.file, false));
	assert_true(statefile_is_busy(&bench.file));
	assert_int_equal(loaded(&bench), -ENOENT);
	assert_true(becomes_good(&bench));
	assert_int_equal(loaded(&bench), 11);
	assert_int_equal(stat(bench.file.path, &good), 0);
	assert_int_equal(bench.file.bytes, good.st_size);
	assert_false(statefile_watch(&bench.file, true));
	assert_int_equal(bench.file.failed, 0);
	end(&bench);
}

/* A disk that hangs holds up whoever touches a file: as a lock that somebody else has does, or a save that does not
 * end. */
static void
whoever_waits_for_the_disk_it_is_not_the_process(void **state)
{
	struct bench bench;
	struct stat stat_;
	int lock;

	begin(&bench);
	lock = open(bench.file.lock_path, O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(flock(lock, LOCK_EX), 0);
	statefile_begin(&bench.file, save_number, &bench);
	assert_false(statefile_watch(&bench.file, true));
	assert_true(statefile_is_busy(&bench.file));
	(void)poll(NULL, 0, 20);
	/* Whatever has the lock, the writer has made no file and removed none. */
	assert_int_equal(stat(bench.file.new_path, &stat_), -1);
	hold(&bench, true);
	close(lock);
	(void)poll(NULL, 0, 20);
	assert_false(statefile_watch(&bench.file, true));
	assert_int_equal(bench.file.stage, STATEFILE_WRITING);
	hold(&bench, false);
	assert_true(becomes_good(&bench));
	end(&bench);
}

static void
one_that_is_given_up_never_becomes_the_good_one(void **state)
{
	struct bench bench;
	struct stat stat_;

	begin(&bench);
	bench.number = 1;
	statefile_begin(&bench.file, save_number, &bench);
	wait_until_it_is_written(&bench);
	bench.number = 2;
	statefile_begin(&bench.file, save_number, &bench);
	wait_until_it_is_written(&bench);
	assert_int_equal(loaded(&bench), -ENOENT);
	assert_true(becomes_good(&bench));
	assert_int_equal(loaded(&bench), 2);
	assert_int_equal(bench.file.failed, 0);
	wait_for_all();
	assert_int_equal(stat(bench.file.new_path, &stat_), -1);
	end(&bench);
}

/* A process that was killed may have a writer that the disk holds: what that one had begun may still be done. */
static void
the_next_writer_waits_for_the_end_of_that_before_it(void **state)
{
	struct bench bench;
	pid_t old;

	begin(&bench);
	hold(&bench, true);
	bench.number = 1;
	statefile_begin(&bench.file, save_number, &bench);
	old = bench.file.writer;
	while (access(bench.file.new_path, F_OK) < 0)
		(void)poll(NULL, 0, 1);
	assert_int_equal(kill(old, SIGSTOP), 0);
	hold(&bench, false);
	bench.number = 2;
	statefile_begin(&bench.file, save_number, &bench);
	(void)poll(NULL, 0, 50);
	assert_false(statefile_watch(&bench.file, true));
	assert_int_equal(bench.file.stage, STATEFILE_WRITING);
	assert_int_equal(kill(old, SIGKILL), 0);
	assert_true(becomes_good(&bench));
	assert_int_equal(loaded(&bench), 2);
	wait_for_all();
	end(&bench);
}

static void
a_writer_keeps_nothing_open_that_its_process_had(void **state)
{
	struct bench bench;
	int ends[2];
	char nothing;

	begin(&bench);
	assert_int_equal(pipe(ends), 0);
	hold(&bench, true);
	statefile_begin(&bench.file, save_number, &bench);
	close(ends[1]);
	/* Ends, though the writer lives. */
	assert_int_equal(read(ends[0], &nothing, 1), 0);
	close(ends[0]);
	hold(&bench, false);
	assert_true(becomes_good(&bench));
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
	assert_true(write_one(&bench));
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
	assert_true(write_one(&bench));
	statefile_begin(&bench.file, refuse, &bench);
	assert_false(becomes_good(&bench));
	assert_int_equal(bench.file.failed, 1);
	assert_int_equal(stat(bench.file.new_path, &stat_), -1);
	/* Its writer dies before it is written, or afterwards. */
	hold(&bench, true);
	statefile_begin(&bench.file, save_number, &bench);
	assert_int_equal(kill(bench.file.writer, SIGKILL), 0);
	assert_false(becomes_good(&bench));
	assert_int_equal(bench.file.failed, 2);
	hold(&bench, false);
	statefile_begin(&bench.file, save_number, &bench);
	wait_until_it_is_written(&bench);
	assert_int_equal(kill(bench.file.writer, SIGKILL), 0);
	while (statefile_is_busy(&bench.file))
		assert_false(statefile_watch(&bench.file, false));
	assert_int_equal(bench.file.failed, 3);
	assert_int_equal(loaded(&bench), 5);
	end(&bench);
	assert_false(write_one(&bench));
	assert_int_equal(bench.file.failed, 4);
}

/* What the log gets, of one that is written now. */
static void
written(struct bench *bench, char *said, size_t size)
{
	int before = dup(STDERR_FILENO), log[2];
	ssize_t n;

	assert_int_equal(pipe2(log, O_NONBLOCK), 0);
	assert_true(dup2(log[1], STDERR_FILENO) >= 0);
	(void)write_one(bench);
	assert_true(dup2(before, STDERR_FILENO) >= 0);
	n = read(log[0], said, size - 1);
	said[n > 0 ? n : 0] = '\0';
	close(before);
	close(log[0]);
	close(log[1]);
}

/* A folder at the path, which says names. */
static void
is_named_in_the_way(struct bench *bench, const char *path, const char *says)
{
	char said[1024];

	assert_int_equal(mkdir(path, 0700), 0);
	written(bench, said, sizeof(said));
	assert_non_null(strstr(said, says));
	assert_non_null(strstr(
		said, ": a folder has this name; move it away, and the next one is written"));
	assert_int_equal(rmdir(path), 0);
}

static void
what_is_in_the_way_is_named_with_what_to_do(void **state)
{
	struct fail fail = {0};
	struct bench bench;
	uint64_t number;
	char said[1024];

	begin(&bench);
	is_named_in_the_way(&bench, bench.file.path, "judge-3.snapshot text=");
	is_named_in_the_way(&bench, bench.file.new_path, "judge-3.snapshot.new text=");
	assert_int_equal(unlink(bench.file.lock_path), 0);
	is_named_in_the_way(&bench, bench.file.lock_path, "judge-3.snapshot.lock text=");
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
	char aside[STATEFILE_PATH + 8];
	struct bench bench;
	struct stat stat_;
	int file;

	begin(&bench);
	assert_true(write_one(&bench));
	assert_int_equal(stat(bench.file.path, &stat_), 0);
	file = open(bench.file.path, O_WRONLY);
	assert_int_equal(pwrite(file, "x", 1, stat_.st_size - 1), 1);
	close(file);
	assert_int_equal(loaded(&bench), -EBADMSG);
	assert_true(statefile_refused(&bench.file).us == 0);
	statefile_put_aside(&bench.file);
	assert_int_equal(loaded(&bench), -ENOENT);
	/* A next one at its path knows of it, as long as it is there. */
	statefile_init(&bench.file, bench.folder, "judge", 3, "snapshot");
	assert_true(statefile_refused(&bench.file).us >= stat_.st_ctim.tv_sec * WALL_SECOND);
	snprintf(aside, sizeof(aside), "%s.refused", bench.file.path);
	assert_int_equal(unlink(aside), 0);
	assert_true(statefile_refused(&bench.file).us == 0);
	/* What cannot be put aside is told by who wanted to. */
	statefile_put_aside(&bench.file);
	assert_true(statefile_refused(&bench.file).us >= stat_.st_ctim.tv_sec * WALL_SECOND);
	end(&bench);
}

static void
half_of_one_is_gone_with_the_next(void **state)
{
	struct bench bench;
	struct stat stat_;
	int half;

	begin(&bench);
	half = open(bench.file.new_path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(write(half, "half", 4), 4);
	bench.number = 9;
	assert_true(write_one(&bench));
	assert_int_equal(loaded(&bench), 9);
	/* It is not written into: somebody may have it open. */
	assert_int_equal(fstat(half, &stat_), 0);
	assert_int_equal(stat_.st_size, 4);
	close(half);
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
		cmocka_unit_test(whoever_waits_for_the_disk_it_is_not_the_process),
		cmocka_unit_test(one_that_is_given_up_never_becomes_the_good_one),
		cmocka_unit_test(the_next_writer_waits_for_the_end_of_that_before_it),
		cmocka_unit_test(a_writer_keeps_nothing_open_that_its_process_had),
		cmocka_unit_test(a_link_is_replaced_and_not_followed),
		cmocka_unit_test(what_fails_is_counted_and_leaves_the_good_one),
		cmocka_unit_test(what_is_in_the_way_is_named_with_what_to_do),
		cmocka_unit_test(a_damaged_one_is_refused_and_put_aside),
		cmocka_unit_test(a_pipe_in_its_place_is_refused_and_not_waited_for),
		cmocka_unit_test(half_of_one_is_gone_with_the_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
