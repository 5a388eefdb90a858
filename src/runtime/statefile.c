/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/statefile.h"

#include "runtime/event.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

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
	*file = (struct statefile){.writer = 0};
	snprintf(file->path, sizeof(file->path), "%s/%s-%u.%s", folder, process, number, ending);
	snprintf(file->new_path, sizeof(file->new_path), "%s.new", file->path);
	(void)unlink(file->new_path);
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

/* Always a new file: a writer that outlives its process still has the old one, which has no name any more. Before the
 * writer is forked. */
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
write_all(int descriptor, statefile_save save_all, const void *context)
{
	struct save *save = save_new(write_bytes, &descriptor);
	int r = save_all(context, save);

	if (r == 0)
		r = save_end(save);
	save_free(save);
	if (r == 0 && fsync(descriptor) < 0)
		r = -errno;
	if (close(descriptor) < 0 && r == 0)
		r = -errno;
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

void
statefile_put_aside(const struct statefile *file)
{
	char aside[STATEFILE_PATH + 8];

	snprintf(aside, sizeof(aside), "%s.refused", file->path);
	(void)rename(file->path, aside);
}

/* What there is of it takes no room on a disk that may be full. */
static void
fail_new(struct statefile *file, int error)
{
	const char *path = file->path, *in_the_way;
	char text[160];

	file->failed++;
	(void)unlink(file->new_path);
	if (obstacle(file->new_path) != NULL)
		path = file->new_path;
	in_the_way = obstacle(path);
	if (in_the_way != NULL)
		snprintf(text, sizeof(text),
			"%s: %s has this name; move it away, and the next one is written",
			strerror(error), in_the_way);
	else
		snprintf(text, sizeof(text), "%s", strerror(error));
	event(EVENT_SNAPSHOT_FAILED, "file=%s text=%s", path, text);
}

void
statefile_begin(struct statefile *file, statefile_save save, const void *context)
{
	int descriptor = create(file->new_path);
	pid_t own = getpid(), pid;

	/* One that is not over has no name any more, and its writer ends with this process. */
	file->writer = 0;
	file->is_written = false;
	if (descriptor < 0) {
		fail_new(file, -descriptor);
		return;
	}
	pid = fork();
	if (pid == 0) {
		/* Of use to nobody when the process is gone. */
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != own)
			_exit(ECANCELED);
		_exit(-write_all(descriptor, save, context) & 0xff);
	}
	if (pid < 0)
		fail_new(file, errno);
	else
		file->writer = pid;
	close(descriptor);
}

void
statefile_write(struct statefile *file, statefile_save save, const void *context)
{
	int r = create(file->new_path);

	/* The writer ends with this process. */
	file->writer = 0;
	if (r >= 0)
		r = write_all(r, save, context);
	file->is_written = r == 0;
	if (r < 0)
		fail_new(file, -r);
}

bool
statefile_is_written(struct statefile *file, bool waits)
{
	int status;

	if (file->writer > 0 &&
		waitpid(file->writer, &status, waits ? 0 : WNOHANG) == file->writer) {
		file->writer = 0;
		file->is_written = WIFEXITED(status) && WEXITSTATUS(status) == 0;
		if (!file->is_written)
			fail_new(file, WIFEXITED(status) ? WEXITSTATUS(status) : EINTR);
	}
	return file->is_written;
}

bool
statefile_is_busy(const struct statefile *file)
{
	return file->writer > 0 || file->is_written;
}

bool
statefile_take_over(struct statefile *file)
{
	bool is_good = file->is_written && rename(file->new_path, file->path) == 0;

	if (file->is_written && !is_good)
		fail_new(file, errno);
	file->is_written = false;
	return is_good;
}
