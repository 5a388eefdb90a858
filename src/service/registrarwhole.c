/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/leasekept.h"
#include "service/registrarsource.h"
#include "service/registrarsources.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* It is looked at so often. */
#define LOOK_US WALL_SECOND
/* One that stayed as it was for so long is not just being written, however whole it looked: empty, too. */
#define STAY_US 200000
/* Its writer is given so long to be through with it. */
#define WHOLE_US (10 * WALL_SECOND)

static bool
is_same(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size && a->st_ino == b->st_ino &&
		a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

int
registrarsource_read(int file, const struct stat *before, char **ret, size_t *size)
{
	struct stat after;
	char *bytes;
	ssize_t n = 1;
	int r = 0;

	*ret = NULL;
	*size = 0;
	if ((size_t)before->st_size > REGISTRARSOURCES_FILE)
		return -EFBIG;
	bytes = xcalloc((size_t)before->st_size + 1, 1);
	while (n > 0 && *size < (size_t)before->st_size) {
		n = read(file, bytes + *size, (size_t)before->st_size - *size);
		*size += n > 0 ? (size_t)n : 0;
	}
	if (n < 0)
		r = -errno;
	else if (fstat(file, &after) < 0 || !is_same(&after, before) ||
		*size != (size_t)before->st_size)
		r = -EAGAIN;
	if (r == 0)
		*ret = bytes;
	else
		free(bytes);
	return r;
}

static void
give_gone(void *context, const struct line_name *name, uint64_t pseudonym)
{
	struct registrarsource *source = context;

	registry_gone(source->registry, name);
}

static void
pass_over(void *context, const struct line_name *name, uint64_t pseudonym)
{
}

static void
remember(void *context, const struct line_name *name, uint64_t pseudonym)
{
	struct registrarsource *source = context;

	(void)!leasesnapshot_add(source->snapshot, name, pseudonym);
}

/* What this file said before the process began, as the leases know it: what is in it no more has ended since. */
static void
recall(struct registrarsource *source)
{
	leasesnapshot_begin(source->snapshot);
	leasekept_each(source->registry->leases, source->name, remember, source);
	leasesnapshot_end(source->snapshot, pass_over, source);
	source->has_begun = true;
}

static void
take_held(struct registrarsource *source, struct leasefile_entry *entry, struct wall at)
{
	struct registry *registry = source->registry;
	uint64_t pseudonym;
	int r = 0;

	if (source->format == LEASEFILE_TABLE)
		entry->hardware = entry->circuit = entry->client;
	pseudonym = registry_client(registry, entry);
	if (pseudonym != 0)
		r = leasesnapshot_add(source->snapshot, &entry->name, pseudonym);
	/* Renewed, or new; what is held by two lines is the first one's. */
	if (r == -EEXIST || r == -ENOSPC)
		source->bad++;
	else
		registry_entry(registry, entry, at, source->name);
}

static void
take_lines(struct registrarsource *source, struct text rest, struct wall at)
{
	leasefile_begin(&source->file);
	sourcehealth_begin(&source->health);
	leasesnapshot_begin(source->snapshot);
	for (source->line = 0; rest.length > 0;) {
		struct text line = text_cut(&rest, '\n');
		struct leasefile_entry entry;
		struct fail fail = {0};
		int r = leasefile_line(&source->file, line, &entry, &fail);

		source->line++;
		registrarsource_note(source, r, &fail);
		if (r == 1 && entry.is_held)
			take_held(source, &entry, at);
	}
}

/* Since when, of what does not say it: when the file was changed; of what was there before this process, now. */
static struct wall
time_of(const struct registrarsource *source, const struct stat *is)
{
	struct wall changed = {is->st_mtim.tv_sec * WALL_SECOND + is->st_mtim.tv_nsec / 1000};

	return changed.us < source->registry->now.us ? changed : source->registry->now;
}

/* A file whose writer is not through with it is read in a moment. If he never is, its lines are believed, but not its
 * last one, which may be half, nor that anything has ended. Nor is that believed of one that is damaged. */
static void
take_file(
	struct registrarsource *source, struct text bytes, const struct stat *is, int64_t steady_us)
{
	const char *end = bytes.length > 0 ? memrchr(bytes.at, '\n', bytes.length) : NULL;
	size_t whole = end != NULL ? (size_t)(end - bytes.at) + 1 : 0;
	bool is_whole = whole == bytes.length;

	if (is_whole)
		source->whole_us = steady_us;
	else if (steady_us - source->whole_us < WHOLE_US)
		return;
	take_lines(source, (struct text){bytes.at, whole}, time_of(source, is));
	source->seen = *is;
	source->is_there = true;
	if (sourcehealth_judge(&source->health, true))
		return;
	source->is_fresh = is_whole;
	if (is_whole)
		sourcehealth_sound(&source->health);
	else
		sourcehealth_trouble(&source->health, SOURCETROUBLE_UNFINISHED,
			"line %llu, the last one, has no end: it is not read, and no lease ends, "
			"until it has",
			(unsigned long long)source->line + 1);
}

static void
look_into(struct registrarsource *source, int file, const struct stat *is, int64_t steady_us)
{
	bool was_fresh = source->is_fresh;
	char *bytes;
	size_t size;
	int r;

	source->is_fresh = false;
	if (source->is_there && is_same(is, &source->seen)) {
		/* What is in it no more has ended. */
		if (was_fresh)
			leasesnapshot_end(source->snapshot, give_gone, source);
		if (source->health.trouble != SOURCETROUBLE_UNFINISHED)
			source->whole_us = steady_us;
		return;
	}
	source->is_there = false;
	r = registrarsource_read(file, is, &bytes, &size);
	if (r == 0) {
		take_file(source, (struct text){bytes, size}, is, steady_us);
		free(bytes);
	} else if (r != -EAGAIN) {
		source->errors++;
		registrarsource_complain(source, r);
	} else if (steady_us - source->whole_us >= WHOLE_US) {
		sourcehealth_trouble(&source->health, SOURCETROUBLE_UNFINISHED,
			"it changes each time that it is read");
	}
}

void
registrarsource_whole(struct registrarsource *source, int64_t steady_us)
{
	struct stat is;
	int file, r = 0;

	if (source->has_begun &&
		steady_us - source->looked_us < (source->is_fresh ? STAY_US : LOOK_US))
		return;
	source->looked_us = steady_us;
	if (!source->has_begun) {
		recall(source);
		source->whole_us = steady_us;
	}
	file = open(source->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (file < 0 || fstat(file, &is) < 0)
		r = -errno;
	else if (!S_ISREG(is.st_mode))
		r = -ENOTSUP;
	if (r == 0) {
		look_into(source, file, &is, steady_us);
	} else {
		source->errors += r != -ENOENT;
		source->is_there = source->is_fresh = false;
		/* What comes in its place has its time, too. */
		source->whole_us = steady_us;
		registrarsource_complain(source, r);
	}
	if (file >= 0)
		close(file);
}
