/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/reportfolder.h"

#include "base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAMES_FIRST 1024U
/* Of memory that a long message needed. */
#define KEPT_MOST (1U << 20)

static const char *const insides[] = {"new", "cur"};

enum { INSIDES = sizeof(insides) / sizeof(*insides) };

void
reportfolder_init(struct reportfolder *folder, const char *path, int64_t keep_us)
{
	*folder = (struct reportfolder){.path = path, .keep_us = keep_us};
	table_init_small(&folder->seen, REPORTFOLDER_NAMES, NAMES_FIRST);
	table_init_small(&folder->met, REPORTFOLDER_NAMES, NAMES_FIRST);
	buffer_init(&folder->message, REPORTFOLDER_MESSAGE);
}

void
reportfolder_done(struct reportfolder *folder)
{
	if (folder->open != NULL)
		(void)closedir(folder->open);
	table_done(&folder->seen);
	table_done(&folder->met);
	buffer_done(&folder->message);
}

/* The same in new/ and in cur/, where flags stand behind it. */
static uint64_t
hash_name(const char *name)
{
	return hash_fast(name, strcspn(name, ":"), 0);
}

static void
remember(struct reportfolder *folder, struct table *table, uint64_t name)
{
	struct table_slot *slot;

	folder->is_full |= table_add(table, name, &slot) < 0;
}

/* What is held of the names when a look is over: those of files that are there. */
static void
end_look(struct reportfolder *folder)
{
	table_done(&folder->seen);
	folder->seen = folder->met;
	table_init_small(&folder->met, REPORTFOLDER_NAMES, NAMES_FIRST);
	folder->inside = 0;
}

static int
open_inside(struct reportfolder *folder)
{
	char path[4096];

	if (folder->inside == 0)
		folder->is_full = false;
	snprintf(path, sizeof(path), "%s/%s", folder->path, insides[folder->inside]);
	folder->open = opendir(path);
	return folder->open == NULL ? -errno : 0;
}

static void
shrink(struct buffer *message)
{
	if (message->size > KEPT_MOST) {
		buffer_done(message);
		buffer_init(message, REPORTFOLDER_MESSAGE);
	}
	buffer_clear(message);
}

static int
read_all(int file, struct buffer *into)
{
	char portion[65536];
	ssize_t n;

	while ((n = read(file, portion, sizeof(portion))) > 0)
		buffer_add(into, portion, (size_t)n);
	if (n < 0)
		return -errno;
	return into->failed ? -EFBIG : 0;
}

/* 1 with the message, 0: it is too old, -errno: it is none. */
static int
read_message(struct reportfolder *folder, const char *name, struct wall now)
{
	int file = openat(dirfd(folder->open), name,
		    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY),
	    r = 1;
	struct stat is;

	if (file < 0)
		return -errno;
	shrink(&folder->message);
	if (fstat(file, &is) < 0)
		r = -errno;
	else if (!S_ISREG(is.st_mode))
		r = -EINVAL;
	else if (now.us - (int64_t)is.st_mtime * WALL_SECOND > folder->keep_us)
		r = 0;
	else if (is.st_size > (off_t)REPORTFOLDER_MESSAGE)
		r = -EFBIG;
	else
		r = read_all(file, &folder->message);
	(void)close(file);
	return r < 0 ? r : r == 0 && folder->message.length > 0;
}

/* A name that is new: as reportfolder_next. */
static int
take_name(struct reportfolder *folder, const char *name, struct wall now, struct text *ret)
{
	int r = read_message(folder, name, now);

	if (r == 1) {
		*ret = (struct text){folder->message.at, folder->message.length};
		return 1;
	}
	/* Another may just have moved it to cur/, where it is met again. */
	if (r == -ENOENT)
		return 0;
	folder->refused += r < 0;
	reportfolder_given(folder);
	return 0;
}

int
reportfolder_next(struct reportfolder *folder, struct wall now, struct text *ret)
{
	const struct dirent *entry = NULL;
	int r = folder->open == NULL ? open_inside(folder) : 0;

	if (r < 0)
		return r == -ENOENT ? -ENOTDIR : r;
	for (int i = 0; i < REPORTFOLDER_NAMES_A_CALL; i++) {
		entry = readdir(folder->open);
		if (entry == NULL)
			break;
		if (entry->d_name[0] == '.')
			continue;
		folder->name = hash_name(entry->d_name);
		if (table_find(&folder->seen, folder->name) == NULL)
			return take_name(folder, entry->d_name, now, ret);
		remember(folder, &folder->met, folder->name);
	}
	if (entry != NULL)
		return 0;
	(void)closedir(folder->open);
	folder->open = NULL;
	if (++folder->inside < INSIDES)
		return 0;
	end_look(folder);
	return -ENOENT;
}

void
reportfolder_given(struct reportfolder *folder)
{
	remember(folder, &folder->met, folder->name);
	remember(folder, &folder->seen, folder->name);
}
