/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/secretfile.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static int
open_file(const char *path, bool is_secret, struct fail *fail)
{
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), r = -errno;
	struct stat stat;

	if (file < 0 || fstat(file, &stat) < 0) {
		r = file < 0 ? r : -errno;
		fail_what(fail, "cannot be read: %s", strerror(-r));
	} else if (!S_ISREG(stat.st_mode)) {
		fail_what(fail, "is no file");
		r = -EINVAL;
	} else if (is_secret && (stat.st_mode & (S_IRWXO | S_IWGRP)) != 0) {
		fail_what(fail, "has a secret, and %s (mode %04o)",
			(stat.st_mode & S_IRWXO) != 0 ? "may be read by everybody"
						      : "its group may write it",
			(unsigned)stat.st_mode & 07777);
		fail_hint(fail, "chmod g-w,o= %s", path);
		r = -EPERM;
	} else {
		return file;
	}
	fail_where(fail, "%s", path);
	if (file >= 0)
		close(file);
	return r;
}

int
secretfile_open(const char *path, struct fail *fail)
{
	return open_file(path, true, fail);
}

int
secretfile_open_public(const char *path, struct fail *fail)
{
	return open_file(path, false, fail);
}

int64_t
secretfile_read(const char *path, size_t most, char into[SECRETFILE_MOST], struct fail *fail)
{
	int file = secretfile_open(path, fail);
	struct text line;
	ssize_t n;

	must(most < SECRETFILE_MOST);
	if (file < 0)
		return file;
	n = read(file, into, SECRETFILE_MOST);
	close(file);
	line = (struct text){into, n > 0 ? (size_t)n : 0};
	line = text_cut(&line, '\n');
	if (line.length > 0 && line.at[line.length - 1] == '\r')
		line.length--;
	if (line.length > 0 && line.length <= most)
		return (int64_t)line.length;
	fail_where(fail, "%s", path);
	fail_what(fail, "its first line has %zu bytes; expected a password of 1 to %zu",
		line.length, most);
	explicit_bzero(into, SECRETFILE_MOST);
	return -EINVAL;
}
