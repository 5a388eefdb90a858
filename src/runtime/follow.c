/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/follow.h"

#include "base/hash.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define OPEN_FLAGS (O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
/* Files of a folder that are looked at for the one that a place is in. */
#define CANDIDATES 64
/* First bytes that tell a copy, which has another inode. */
#define COPY_HEAD 64
#define PATH_MOST 4096

struct follow {
	struct follow_settings settings;
	struct follow_counts counts;
	struct follow_place wanted; /* where to go on when there is a file */
	bool has_begun;             /* the first file is open, or was not there */
	int descriptor;             /* -1: none */
	bool is_fifo;
	uint64_t device;
	uint64_t inode;
	uint64_t read_at; /* bytes of the file that were read */
	uint64_t line_at; /* of them are whole lines */
	int64_t gone_us;  /* since when another file has its name; 0: none has */
	int64_t heard_us; /* when anything was read from it */
	bool is_passing;  /* over the rest of a line */
	size_t head_length;
	char head[FOLLOW_HEAD];
	char *buffer; /* begins with what has no end yet */
	size_t held;
};

struct follow *
follow_new(const struct follow_settings *settings, const struct follow_place *place)
{
	struct follow *follow = xcalloc(1, sizeof(*follow));
	size_t length = strlen(settings->path);
	char *path = xcalloc(1, length + 1);

	memcpy(path, settings->path, length);
	follow->settings = *settings;
	follow->settings.path = path;
	follow->descriptor = -1;
	follow->buffer = xcalloc(1, settings->line_most + settings->portion);
	if (place != NULL)
		follow->wanted = *place;
	return follow;
}

static void
leave(struct follow *follow)
{
	if (follow->descriptor >= 0)
		close(follow->descriptor);
	follow->descriptor = -1;
	follow->is_fifo = false;
	follow->is_passing = false;
	follow->held = 0;
	follow->head_length = 0;
	follow->read_at = follow->line_at = 0;
	follow->gone_us = 0;
	follow->counts.behind = 0;
}

struct follow *
follow_free(struct follow *follow)
{
	if (follow == NULL)
		return NULL;
	leave(follow);
	free((char *)follow->settings.path);
	free(follow->buffer);
	free(follow);
	return NULL;
}

static uint64_t
hash_of(const char *head, size_t length)
{
	return hash_fast(head, length, 0);
}

static bool
is_place(const struct follow_place *place)
{
	return place->inode != 0;
}

/* Is the place in this file? may_be_copy: the inode may be another. */
static bool
has_place(int descriptor, const struct follow_place *place, bool may_be_copy)
{
	char head[FOLLOW_HEAD];
	struct stat stat;

	if (place->hashed > sizeof(head) || fstat(descriptor, &stat) < 0 ||
		!S_ISREG(stat.st_mode) || (uint64_t)stat.st_size < place->offset)
		return false;
	if (stat.st_ino != place->inode && !(may_be_copy && place->hashed >= COPY_HEAD))
		return false;
	return pread(descriptor, head, place->hashed, 0) == (ssize_t)place->hashed &&
		hash_of(head, place->hashed) == place->hash;
}

/* A file of the same folder whose name begins with that of the file, and that has the place: its descriptor, or -1. */
static int
find_place(const struct follow *follow)
{
	const char *path = follow->settings.path, *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	char folder[PATH_MOST] = ".";
	size_t length = (size_t)(name - path);
	unsigned looks = 0;
	int found = -1;
	struct dirent *entry;
	DIR *dir;

	if (length >= sizeof(folder))
		return -1;
	if (length > 0) {
		memcpy(folder, path, length);
		folder[length] = '\0';
	}
	dir = opendir(folder);
	if (dir == NULL)
		return -1;
	while (found < 0 && looks < CANDIDATES && (entry = readdir(dir)) != NULL) {
		if (strncmp(entry->d_name, name, strlen(name)) != 0 ||
			(entry->d_type != DT_REG && entry->d_type != DT_UNKNOWN))
			continue;
		looks++;
		found = openat(dirfd(dir), entry->d_name, OPEN_FLAGS | O_NOFOLLOW);
		if (found >= 0 && !has_place(found, &follow->wanted, true)) {
			close(found);
			found = -1;
		}
	}
	closedir(dir);
	return found;
}

/* Goes on in the open file at an offset; in the middle of a line, behind its end. */
static void
begin_at(struct follow *follow, uint64_t offset)
{
	ssize_t n;
	char last;

	follow->read_at = follow->line_at = follow->counts.from = offset;
	follow->counts.line = follow->counts.long_line = 0;
	if (offset > 0 && pread(follow->descriptor, &last, 1, (off_t)(offset - 1)) == 1 &&
		last != '\n') {
		follow->is_passing = true;
		follow->counts.cut_lines++;
	}
	n = pread(follow->descriptor, follow->head,
		offset < FOLLOW_HEAD ? (size_t)offset : FOLLOW_HEAD, 0);
	follow->head_length = n > 0 ? (size_t)n : 0;
}

/* The file with the name, or the one in which the place is: 0; what it is is looked at later. */
static int
choose(struct follow *follow, uint64_t *offset)
{
	bool has_place_wanted = is_place(&follow->wanted);
	int descriptor = open(follow->settings.path, OPEN_FLAGS), found;
	int r = descriptor < 0 ? -errno : 0;

	*offset = 0;
	if (r < 0 && r != -ENOENT)
		return r;
	if (!has_place_wanted) {
		follow->descriptor = descriptor;
		return r;
	}
	if (descriptor < 0 || !has_place(descriptor, &follow->wanted, false)) {
		found = find_place(follow);
		if (found < 0) {
			follow->descriptor = descriptor;
			/* As long as there is no file it may still come. */
			follow->counts.lost += descriptor >= 0;
			return r;
		}
		if (descriptor >= 0)
			close(descriptor);
		descriptor = found;
	}
	*offset = follow->wanted.offset;
	follow->descriptor = descriptor;
	return 0;
}

static int
open_file(struct follow *follow)
{
	bool is_first = !follow->has_begun && !is_place(&follow->wanted);
	struct stat stat;
	uint64_t offset;
	int r = choose(follow, &offset);

	if (r == -ENOENT && is_first)
		follow->has_begun = true;
	if (r < 0)
		return r;
	if (fstat(follow->descriptor, &stat) < 0)
		r = -errno;
	else if (!S_ISREG(stat.st_mode) && !S_ISFIFO(stat.st_mode))
		r = -ENOTSUP;
	if (r < 0) {
		leave(follow);
		return r;
	}
	follow->has_begun = true;
	follow->wanted = (struct follow_place){0};
	follow->device = stat.st_dev;
	follow->inode = stat.st_ino;
	follow->is_fifo = S_ISFIFO(stat.st_mode);
	if (follow->is_fifo)
		return 0;
	if (is_first && !follow->settings.from_begin)
		offset = (uint64_t)stat.st_size;
	begin_at(follow, offset);
	return 0;
}

/* The file was cut, and may have been written again since: then its first bytes are others. */
static bool
is_truncated(const struct follow *follow, uint64_t size)
{
	char head[FOLLOW_HEAD];

	if (size < follow->read_at)
		return true;
	if (size == follow->read_at || follow->head_length == 0)
		return false;
	return pread(follow->descriptor, head, follow->head_length, 0) !=
		(ssize_t)follow->head_length ||
		memcmp(head, follow->head, follow->head_length) != 0;
}

/* What is held has no end, and gets none. */
static void
drop_held(struct follow *follow)
{
	follow->counts.cut_lines += follow->held > 0;
	follow->held = 0;
	follow->is_passing = false;
}

static int
look_at_size(struct follow *follow)
{
	struct stat stat;

	if (follow->is_fifo)
		return 0;
	if (fstat(follow->descriptor, &stat) < 0)
		return -errno;
	if (is_truncated(follow, (uint64_t)stat.st_size)) {
		drop_held(follow);
		follow->read_at = follow->line_at = follow->counts.from = 0;
		follow->counts.line = follow->counts.long_line = 0;
		follow->head_length = 0;
		follow->counts.truncated++;
	}
	follow->counts.behind = (uint64_t)stat.st_size - follow->read_at;
	return 0;
}

static void
give_line(struct follow *follow, struct text line, follow_line give, void *context)
{
	follow->counts.line++;
	if (follow->is_passing) {
		follow->is_passing = false;
	} else if (line.length > follow->settings.line_most) {
		follow->counts.long_lines++;
		follow->counts.long_line = follow->counts.line;
	} else {
		follow->counts.lines++;
		give(context, line);
	}
}

/* Hands out what is whole of what is held and has come. */
static void
take(struct follow *follow, size_t came, follow_line give, void *context)
{
	struct text rest = {follow->buffer, follow->held + came};
	size_t looked = follow->held;
	const char *end;

	while ((end = memchr(rest.at + looked, '\n', rest.length - looked)) != NULL) {
		struct text line = {rest.at, (size_t)(end - rest.at)};

		give_line(follow, line, give, context);
		rest.at = end + 1;
		rest.length -= line.length + 1;
		looked = 0;
		follow->line_at = follow->read_at - rest.length;
	}
	if (follow->is_passing) {
		rest.length = 0;
	} else if (rest.length > follow->settings.line_most) {
		follow->counts.long_lines++;
		follow->counts.long_line = follow->counts.line + 1;
		follow->is_passing = true;
		rest.length = 0;
	}
	if (rest.length > 0)
		memmove(follow->buffer, rest.at, rest.length);
	follow->held = rest.length;
}

/* Another file has the name, and this one is silent: the other one's turn. */
static bool
is_replaced(struct follow *follow, int64_t steady_us)
{
	struct stat stat_of;

	if (stat(follow->settings.path, &stat_of) < 0 ||
		(stat_of.st_dev == follow->device && stat_of.st_ino == follow->inode)) {
		follow->gone_us = 0;
		return false;
	}
	if (follow->gone_us == 0) {
		follow->gone_us = follow->heard_us = steady_us;
		return false;
	}
	return steady_us - follow->heard_us >= FOLLOW_LINGER_US;
}

static int
at_end(struct follow *follow, int64_t steady_us)
{
	/* All that had a FIFO open for writing have closed it. */
	if (follow->is_fifo)
		drop_held(follow);
	if (!is_replaced(follow, steady_us))
		return 0;
	drop_held(follow);
	leave(follow);
	follow->counts.replaced++;
	return 1;
}

/* Goes on where it was, at the next call. */
static int
give_up(struct follow *follow, int r)
{
	struct follow_place place = follow_place(follow);

	leave(follow);
	follow->wanted = place;
	return r;
}

static int
read_portion(struct follow *follow, int64_t steady_us, follow_line give, void *context)
{
	int r = look_at_size(follow);
	ssize_t n;

	if (r < 0)
		return give_up(follow, r);
	if (follow->gone_us != 0 && steady_us - follow->gone_us >= FOLLOW_LEAVE_US) {
		follow->counts.lost += follow->counts.behind > 0;
		drop_held(follow);
		leave(follow);
		follow->counts.replaced++;
		return 1;
	}
	n = follow->is_fifo
		? read(follow->descriptor, follow->buffer + follow->held, follow->settings.portion)
		: pread(follow->descriptor, follow->buffer + follow->held, follow->settings.portion,
			  (off_t)follow->read_at);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return is_replaced(follow, steady_us) ? at_end(follow, steady_us) : 0;
	if (n < 0)
		return give_up(follow, -errno);
	if (n == 0)
		return at_end(follow, steady_us);
	follow->heard_us = steady_us;
	follow->read_at += (uint64_t)n;
	follow->counts.bytes += (uint64_t)n;
	follow->counts.behind -=
		follow->counts.behind < (uint64_t)n ? follow->counts.behind : (uint64_t)n;
	take(follow, (size_t)n, give, context);
	if (!follow->is_fifo && follow->head_length < FOLLOW_HEAD) {
		ssize_t head = pread(follow->descriptor, follow->head,
			follow->read_at < FOLLOW_HEAD ? (size_t)follow->read_at : FOLLOW_HEAD, 0);

		follow->head_length = head > 0 ? (size_t)head : 0;
	}
	return 1;
}

int
follow_read(struct follow *follow, int64_t steady_us, follow_line give, void *context)
{
	int r = 0;

	if (follow->descriptor < 0)
		r = open_file(follow);
	if (r == -ENOENT)
		return 0;
	if (r >= 0)
		r = read_portion(follow, steady_us, give, context);
	if (r < 0)
		follow->counts.errors++;
	return r;
}

struct follow_place
follow_place(const struct follow *follow)
{
	if (follow->descriptor < 0)
		return follow->wanted;
	if (follow->is_fifo)
		return (struct follow_place){0};
	return (struct follow_place){
		.inode = follow->inode,
		.offset = follow->line_at,
		.hash = hash_of(follow->head, follow->head_length),
		.hashed = follow->head_length,
	};
}

struct follow_counts
follow_counts(const struct follow *follow)
{
	struct follow_counts counts = follow->counts;

	counts.is_open = follow->descriptor >= 0;
	counts.held = follow->held;
	return counts;
}
