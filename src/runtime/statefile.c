/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/statefile.h"

#include "runtime/event.h"
#include "runtime/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* What a writer says: that all is on the disk, and then, or instead of it, what went wrong. */
struct report {
	uint64_t bytes;
	char path[STATEFILE_PATH]; /* that it went wrong with */
	char text[160];            /* empty: nothing went wrong */
};

/* What a file cannot take the place of, or a process that is shut in cannot remove; NULL: nothing such. */
static const char *
obstacle(const char *path)
{
	struct stat there;

	if (lstat(path, &there) < 0 || S_ISREG(there.st_mode))
		return NULL;
	return S_ISDIR(there.st_mode)    ? "a folder"
		: S_ISLNK(there.st_mode) ? "a link"
					 : "something that is no file";
}

void
statefile_init(struct statefile *file, const char *folder, const char *process, uint32_t number,
	const char *ending)
{
	*file = (struct statefile){.word = -1};
	snprintf(file->path, sizeof(file->path), "%s/%s-%u.%s", folder, process, number, ending);
	snprintf(file->new_path, sizeof(file->new_path), "%s.new", file->path);
	snprintf(file->lock_path, sizeof(file->lock_path), "%s.lock", file->path);
	/* Maybe; the first look tells. */
	file->is_aside = true;
}

static int
write_bytes(void *context, const void *bytes, size_t size)
{
	const int *descriptor = context;
	const uint8_t *at = bytes;

	while (size > 0) {
		ssize_t n = write(*descriptor, at, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		at += n;
		size -= (size_t)n;
	}
	return 0;
}

static int64_t
read_bytes(void *context, void *into, size_t size)
{
	const int *descriptor = context;
	ssize_t n;

	do {
		n = read(*descriptor, into, size);
	} while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

/* What was left half written is gone. */
static int
create(const char *path)
{
	int descriptor;

	if (unlink(path) < 0 && errno != ENOENT)
		return -errno;
	descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	return descriptor < 0 ? -errno : descriptor;
}

/* Closes the descriptor. */
static int
write_all(int descriptor, statefile_save save_all, const void *context, uint64_t *ret_bytes)
{
	struct save *save = save_new(write_bytes, &descriptor);
	struct stat written = {0};
	int r = save_all(context, save);

	if (r == 0)
		r = save_end(save);
	save_free(save);
	if (r == 0 && (fsync(descriptor) < 0 || fstat(descriptor, &written) < 0))
		r = -errno;
	if (close(descriptor) < 0 && r == 0)
		r = -errno;
	*ret_bytes = (uint64_t)written.st_size;
	return r;
}

int
statefile_load(const struct statefile *file, statefile_restore restore_all, void *context,
	struct fail *fail)
{
	/* A pipe is not waited for. */
	int descriptor = open(file->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK), r;
	struct restore *restore;

	fail_where(fail, "%s", file->path);
	if (descriptor < 0) {
		r = -errno;
		if (obstacle(file->path) != NULL)
			fail_what(fail, "%s has its name", obstacle(file->path));
		else
			fail_what(fail, "it cannot be opened: %s", strerror(-r));
		return r;
	}
	restore = restore_new(read_bytes, &descriptor);
	r = restore_all(context, restore, fail);
	if (r == 0)
		r = restore_end(restore, fail);
	restore_free(restore);
	close(descriptor);
	return r;
}

static const char *
aside_of(const struct statefile *file, char into[STATEFILE_PATH + 8])
{
	snprintf(into, STATEFILE_PATH + 8, "%s.refused", file->path);
	return into;
}

void
statefile_put_aside(struct statefile *file)
{
	char aside[STATEFILE_PATH + 8];

	if (rename(file->path, aside_of(file, aside)) < 0)
		file->refused.us = time(NULL) * WALL_SECOND;
	else
		file->is_aside = true;
}

/* A file's status changes when it is renamed. Once it is gone the disk is not looked at any more: it might hang. */
struct wall
statefile_refused(struct statefile *file)
{
	char aside[STATEFILE_PATH + 8];
	struct stat there;

	if (file->is_aside)
		file->is_aside = lstat(aside_of(file, aside), &there) == 0;
	if (!file->is_aside || file->refused.us > there.st_ctim.tv_sec * WALL_SECOND)
		return file->refused;
	return (struct wall){there.st_ctim.tv_sec * WALL_SECOND};
}

/* A writer that nobody can end, because the disk hangs, may outlive its process, and what it waits for is done when the
 * disk goes on. So the next one waits for its end, or it could rename what the next one has just begun. */
static int
lock(const struct statefile *file)
{
	int descriptor = open(
		file->lock_path, O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);

	if (descriptor < 0 || flock(descriptor, LOCK_EX) < 0)
		return -errno;
	return descriptor;
}

/* True: the process takes it over. False: it has given it up, or is gone. */
static bool
is_taken_over(int word, const struct report *report)
{
	char go;

	return send(word, report, sizeof(*report), MSG_NOSIGNAL) == sizeof(*report) &&
		read(word, &go, 1) == 1;
}

/* What there is of it takes no room on a disk that may be full. */
static void
report_failure(const struct statefile *file, int word, int error)
{
	const char *const paths[] = {file->lock_path, file->new_path, file->path};
	const char *path = file->path, *in_the_way = NULL;
	struct report report = {0};

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths) && in_the_way == NULL; i++) {
		in_the_way = obstacle(paths[i]);
		if (in_the_way != NULL)
			path = paths[i];
	}
	snprintf(report.path, sizeof(report.path), "%s", path);
	if (in_the_way != NULL)
		snprintf(report.text, sizeof(report.text),
			"%s: %s has this name; move it away, and the next one is written",
			strerror(error), in_the_way);
	else
		snprintf(report.text, sizeof(report.text), "%s", strerror(error));
	(void)send(word, &report, sizeof(report), MSG_NOSIGNAL);
}

/* All that touches a file; it may hang with the disk. It keeps nothing else open: who is at the other end of what its
 * process had is to hear of that one's end. */
_Noreturn static void
run_writer(const struct statefile *file, int word, statefile_save save, const void *context)
{
	struct report report = {0};
	int r;

	process_keep_only(&word, 1);
	r = lock(file);
	if (r < 0) {
		report_failure(file, word, -r);
		_exit(1);
	}
	r = create(file->new_path);
	if (r >= 0)
		r = write_all(r, save, context, &report.bytes);
	if (r == 0 && !is_taken_over(word, &report)) {
		(void)unlink(file->new_path);
		_exit(1);
	}
	if (r == 0 && rename(file->new_path, file->path) < 0)
		r = -errno;
	if (r < 0) {
		(void)unlink(file->new_path);
		report_failure(file, word, -r);
	}
	_exit(r < 0);
}

static void
fail_new(struct statefile *file, const char *path, const char *text)
{
	file->failed++;
	event(EVENT_SNAPSHOT_FAILED, "file=%s text=%s", path, text);
}

/* The writer, if there is one, hears that nobody will take it over, and ends when the disk lets it. */
static void
leave(struct statefile *file)
{
	if (file->word >= 0)
		close(file->word);
	file->word = -1;
	file->writer = 0;
	file->is_told = false;
	file->stage = STATEFILE_NONE;
}

void
statefile_begin(struct statefile *file, statefile_save save, const void *context)
{
	pid_t own = getpid(), pid;
	int word[2];

	leave(file);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, word) < 0) {
		fail_new(file, file->path, strerror(errno));
		return;
	}
	pid = fork();
	if (pid == 0) {
		/* Of use to nobody when the process is gone. */
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != own)
			_exit(1);
		run_writer(file, word[1], save, context);
	}
	if (pid < 0) {
		fail_new(file, file->path, strerror(errno));
		close(word[0]);
	} else {
		file->writer = pid;
		file->word = word[0];
		file->stage = STATEFILE_WRITING;
		(void)fcntl(file->word, F_SETFL, O_NONBLOCK);
	}
	close(word[1]);
}

static void
hear(struct statefile *file)
{
	struct report report;

	while (read(file->word, &report, sizeof(report)) == sizeof(report)) {
		if (report.text[0] == '\0') {
			file->bytes = report.bytes;
			file->stage = STATEFILE_WRITTEN;
		} else {
			file->is_told = true;
			fail_new(file, report.path, report.text);
		}
	}
}

bool
statefile_watch(struct statefile *file, bool takes_over)
{
	bool is_over, is_good;
	int status = 0;

	if (file->writer == 0)
		return false;
	is_over = waitpid(file->writer, &status, WNOHANG) == file->writer;
	hear(file);
	if (file->stage == STATEFILE_WRITTEN && takes_over &&
		send(file->word, "", 1, MSG_NOSIGNAL) == 1)
		file->stage = STATEFILE_TAKEN;
	if (!is_over)
		return false;
	is_good = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	if (!is_good && !file->is_told)
		fail_new(file, file->path, "its writer was killed");
	leave(file);
	return is_good;
}

bool
statefile_is_busy(const struct statefile *file)
{
	return file->stage != STATEFILE_NONE;
}
