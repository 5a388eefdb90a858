/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/sessionfile.h"

#include "runtime/clock.h"
#include "runtime/event.h"
#include "service/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The section before the exporters. */
#define TAG "receiver"

struct head {
	uint32_t is_last; /* nothing was read after it */
	uint32_t spare;
};

static uint64_t
layout(void)
{
	const size_t sizes[] = {sizeof(struct head)};

	return save_layout(sizes, 1);
}

void
sessionfile_init(struct sessionfile *file, const char *folder, uint32_t number)
{
	*file = (struct sessionfile){.begun_us = clock_steady()};
	snprintf(file->path, sizeof(file->path), "%s/receiver-%u.sessions", folder, number);
	snprintf(file->new_path, sizeof(file->new_path), "%s.new", file->path);
	/* Of a receiver that was killed while one was written. */
	(void)unlink(file->new_path);
}

/* 0 or an error, positive. Closes the descriptor; a negative one is an error. */
static int
write_file(int descriptor, const struct export *export_, bool is_last)
{
	struct head head = {.is_last = is_last};
	struct save *save;
	int r;

	if (descriptor < 0)
		return -descriptor;
	save = save_new(snapshot_write, &descriptor);
	save_section(save, TAG, layout(), sizeof(head));
	save_bytes(save, &head, sizeof(head));
	export_save(export_, save);
	r = -save_end(save);
	save_free(save);
	if (r == 0 && fsync(descriptor) < 0)
		r = errno;
	if (close(descriptor) < 0 && r == 0)
		r = errno;
	return r;
}

static void
take_over(const struct sessionfile *file, int error)
{
	if (error == 0 && rename(file->new_path, file->path) < 0)
		error = errno;
	if (error == 0)
		return;
	(void)unlink(file->new_path);
	event(EVENT_SNAPSHOT_FAILED, "file=%s text=%s", file->path, strerror(error));
}

static void
count_exporter(void *context, const struct export_exporter *exporter)
{
	++*(int *)context;
}

static int
read_file(int descriptor, struct export *export_, struct wall now, struct head *head,
	struct fail *fail)
{
	struct restore *restore = restore_new(snapshot_read, &descriptor);
	int count = 0, r = restore_struct(restore, TAG, layout(), head, sizeof(*head), fail);

	if (r == 0)
		r = export_restore(export_, restore, now, fail);
	if (r == 0)
		r = restore_end(restore, fail);
	restore_free(restore);
	if (r < 0)
		return r;
	export_each_exporter(export_, count_exporter, &count);
	return count;
}

int
sessionfile_load(
	struct sessionfile *file, struct export *export_, struct wall now, struct fail *fail)
{
	int descriptor = open(file->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), r;
	struct head head = {0};

	fail_where(fail, "%s", file->path);
	if (descriptor < 0) {
		r = -errno;
		fail_what(fail, "it cannot be opened: %s", strerror(-r));
		return r;
	}
	r = read_file(descriptor, export_, now, &head, fail);
	close(descriptor);
	if (r < 0)
		return r;
	/* From here on messages are read, of which the file must not claim to know. */
	if (head.is_last == 1)
		take_over(file, write_file(snapshot_create(file->new_path), export_, false));
	else
		export_unsure(export_);
	return r;
}

void
sessionfile_put_aside(const struct sessionfile *file)
{
	char aside[SESSIONFILE_PATH + 8];

	snprintf(aside, sizeof(aside), "%s.refused", file->path);
	(void)rename(file->path, aside);
}

static void
look_after_writer(struct sessionfile *file, int flags)
{
	int status;

	if (file->writer == 0 || waitpid(file->writer, &status, flags) != file->writer)
		return;
	file->writer = 0;
	take_over(file, WIFEXITED(status) ? WEXITSTATUS(status) : EINTR);
}

static bool
is_due(const struct sessionfile *file, const struct export *export_)
{
	int64_t since = clock_steady() - file->begun_us;

	if (file->writer != 0 || export_counts(export_)->datagrams == file->datagrams)
		return false;
	return since >= SESSIONFILE_EVERY ||
		(since >= SESSIONFILE_SOON && export_changes(export_) != file->changes);
}

void
sessionfile_watch(struct sessionfile *file, const struct export *export_)
{
	int descriptor;
	pid_t pid;

	look_after_writer(file, WNOHANG);
	if (!is_due(file, export_))
		return;
	file->begun_us = clock_steady();
	file->changes = export_changes(export_);
	file->datagrams = export_counts(export_)->datagrams;
	descriptor = snapshot_create(file->new_path);
	pid = descriptor < 0 ? -1 : fork();
	if (pid == 0)
		_exit(write_file(descriptor, export_, false) & 0xff);
	if (pid > 0)
		file->writer = pid;
	else
		take_over(file, descriptor < 0 ? -descriptor : errno);
	if (descriptor >= 0)
		close(descriptor);
}

void
sessionfile_finish(struct sessionfile *file, const struct export *export_)
{
	look_after_writer(file, 0);
	take_over(file, write_file(snapshot_create(file->new_path), export_, true));
}
