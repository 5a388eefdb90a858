/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/snapshot.h"

#include "base/restore.h"
#include "base/save.h"
#include "runtime/event.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* The section before the judge's own. */
#define TAG "places"

void
snapshot_init(struct snapshot *snapshot, const char *folder, uint32_t number)
{
	struct stat good;

	*snapshot = (struct snapshot){.writer = 0};
	snprintf(snapshot->path, sizeof(snapshot->path), "%s/judge-%u.snapshot", folder, number);
	snprintf(snapshot->new_path, sizeof(snapshot->new_path), "%s.new", snapshot->path);
	if (stat(snapshot->path, &good) == 0) {
		snapshot->bytes = (uint64_t)good.st_size;
		snapshot->time.us = good.st_mtim.tv_sec * WALL_SECOND;
	}
	/* Of a judge that was killed while one was written. */
	(void)unlink(snapshot->new_path);
}

int
snapshot_write(void *context, const void *bytes, size_t size)
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

int64_t
snapshot_read(void *context, void *into, size_t size)
{
	const int *descriptor = context;
	ssize_t n;

	do {
		n = read(*descriptor, into, size);
	} while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

static uint64_t
layout(void)
{
	const size_t sizes[] = {sizeof(struct snapshot_places), ESTATE_RECEIVERS};

	return save_layout(sizes, sizeof(sizes) / sizeof(*sizes));
}

int
snapshot_create(const char *path)
{
	int descriptor;

	if (unlink(path) < 0 && errno != ENOENT)
		return -errno;
	descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	return descriptor < 0 ? -errno : descriptor;
}

/* Closes the descriptor. */
static int
write_file(int descriptor, const struct judge *judge, const struct snapshot_places *places)
{
	struct save *save;
	int r;

	save = save_new(snapshot_write, &descriptor);
	save_section(save, TAG, layout(), sizeof(*places));
	save_bytes(save, places, sizeof(*places));
	r = judge_save(judge, save);
	if (r == 0)
		r = save_end(save);
	save_free(save);
	if (r == 0 && fsync(descriptor) < 0)
		r = -errno;
	if (close(descriptor) < 0 && r == 0)
		r = -errno;
	return r;
}

static int
read_file(int descriptor, struct judge *judge, struct snapshot_places *places, struct fail *fail)
{
	struct restore *restore = restore_new(snapshot_read, &descriptor);
	int r = restore_struct(restore, TAG, layout(), places, sizeof(*places), fail);

	if (r == 0 && places->receivers > ESTATE_RECEIVERS)
		r = restore_damaged(restore, fail, "more receivers than there can be");
	if (r == 0)
		r = judge_restore(judge, restore, fail);
	if (r == 0)
		r = restore_end(restore, fail);
	restore_free(restore);
	return r;
}

int
snapshot_load(const struct snapshot *snapshot, struct judge *judge, struct snapshot_places *places,
	struct fail *fail)
{
	int descriptor = open(snapshot->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), r;

	fail_where(fail, "%s", snapshot->path);
	if (descriptor < 0) {
		r = -errno;
		fail_what(fail, "it cannot be opened: %s", strerror(-r));
		return r;
	}
	r = read_file(descriptor, judge, places, fail);
	close(descriptor);
	return r;
}

void
snapshot_put_aside(const struct snapshot *snapshot)
{
	char aside[SNAPSHOT_PATH + 8];

	snprintf(aside, sizeof(aside), "%s.refused", snapshot->path);
	(void)rename(snapshot->path, aside);
}

bool
snapshot_is_busy(const struct snapshot *snapshot)
{
	return snapshot->writer > 0 || snapshot->is_written;
}

/* What there is of it takes no room on a disk that may be full. */
static void
fail_snapshot(struct snapshot *snapshot, int error)
{
	snapshot->failed++;
	(void)unlink(snapshot->new_path);
	event(EVENT_SNAPSHOT_FAILED, "file=%s text=%s", snapshot->path, strerror(error));
}

void
snapshot_begin(struct snapshot *snapshot, const struct judge *judge,
	const struct snapshot_places *places, uint64_t verdicts, struct wall now)
{
	int descriptor = snapshot_create(snapshot->new_path);
	pid_t judging = getpid(), pid;

	if (descriptor < 0) {
		fail_snapshot(snapshot, -descriptor);
		return;
	}
	pid = fork();
	if (pid < 0) {
		fail_snapshot(snapshot, errno);
		close(descriptor);
		return;
	}
	if (pid == 0) {
		/* Of use to nobody when the judge is gone. */
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != judging)
			_exit(ECANCELED);
		_exit(-write_file(descriptor, judge, places) & 0xff);
	}
	close(descriptor);
	snapshot->writer = pid;
	snapshot->verdicts = verdicts;
	snapshot->began = now;
}

/* It is on the disk, and the keeper has every verdict in it. */
static void
take_over(struct snapshot *snapshot)
{
	struct stat stat_;
	int r = stat(snapshot->new_path, &stat_);

	if (r == 0)
		r = rename(snapshot->new_path, snapshot->path);
	snapshot->is_written = false;
	if (r < 0) {
		fail_snapshot(snapshot, errno);
		return;
	}
	snapshot->made++;
	snapshot->bytes = (uint64_t)stat_.st_size;
	snapshot->time = snapshot->began;
}

static void
look_after_writer(struct snapshot *snapshot)
{
	int status;

	if (snapshot->writer == 0 ||
		waitpid(snapshot->writer, &status, WNOHANG) != snapshot->writer)
		return;
	snapshot->writer = 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		snapshot->is_written = true;
	else
		fail_snapshot(snapshot, WIFEXITED(status) ? WEXITSTATUS(status) : EINTR);
}

void
snapshot_watch(struct snapshot *snapshot, uint64_t kept)
{
	look_after_writer(snapshot);
	if (snapshot->is_written && kept >= snapshot->verdicts)
		take_over(snapshot);
}

void
snapshot_finish(struct snapshot *snapshot, const struct judge *judge,
	const struct snapshot_places *places, uint64_t verdicts, struct wall now)
{
	int r;

	/* One that is being written has no name any more, and its writer ends with this process. */
	snapshot->writer = 0;
	snapshot->is_written = false;
	r = snapshot_create(snapshot->new_path);
	if (r >= 0)
		r = write_file(r, judge, places);
	if (r < 0) {
		fail_snapshot(snapshot, -r);
		return;
	}
	snapshot->verdicts = verdicts;
	snapshot->began = now;
	snapshot->is_written = true;
}
