/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/censusruns.h"

#include "base/text.h"
#include "census/join/state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define NEW   ".new"
#define STATE "state.lzt"

char *
censusruns_path(const struct censusfolder *folder, uint16_t day, bool is_new, const char *name,
	char into[CENSUSRUNS_PATH])
{
	char path[CENSUSFOLDER_PATH];

	censusfolder_run(folder, state_day_begin(day), "", path);
	snprintf(into, CENSUSRUNS_PATH, "%s%s%s%s", path, is_new ? NEW : "",
		*name != '\0' ? "/" : "", name);
	return into;
}

/* The day that a name of a folder is; 0: none. */
static uint16_t
day_of(const char *name)
{
	struct wall begin;
	uint16_t day;

	if (strlen(name) != strlen("2026-12-31") || wall_from_day(&begin, text_of(name)) < 0 ||
		state_day(begin, &day) < 0)
		return 0;
	return day;
}

static int
tell(const char *path, const char *what, struct fail *fail)
{
	int r = -errno;

	fail_where(fail, "%s", path);
	fail_what(fail, "%s: %s", what, strerror(-r));
	return r;
}

/* Each day of which there is a run. */
static int
each_run(const struct censusfolder *folder, void (*take)(void *context, uint16_t day),
	void *context, struct fail *fail)
{
	char path[CENSUSFOLDER_PATH];
	struct dirent *entry;
	DIR *runs = opendir(censusfolder_file(folder, CENSUS_RUNS, path));

	if (runs == NULL)
		return errno == ENOENT ? 0 : tell(path, "the runs cannot be looked through", fail);
	while ((entry = readdir(runs)) != NULL) {
		uint16_t day = day_of(entry->d_name);

		if (day != 0)
			take(context, day);
	}
	closedir(runs);
	return 0;
}

struct look {
	struct censusruns found;
	uint16_t day;
};

static void
look_at(void *context, uint16_t day)
{
	struct look *look = context;

	if (day == look->day)
		look->found.is_done = true;
	else if (day < look->day && day > look->found.before)
		look->found.before = day;
	else if (day > look->day && (look->found.after == 0 || day < look->found.after))
		look->found.after = day;
}

int
censusruns_look(
	const struct censusfolder *folder, uint16_t day, struct censusruns *ret, struct fail *fail)
{
	struct look look = {.day = day};
	int r = each_run(folder, look_at, &look, fail);

	if (r == 0)
		*ret = look.found;
	return r;
}

int
censusruns_latest(const struct censusfolder *folder, uint16_t *ret, struct fail *fail)
{
	struct censusruns runs;
	int r = censusruns_look(folder, UINT16_MAX, &runs, fail);

	if (r == 0)
		*ret = runs.is_done ? UINT16_MAX : runs.before;
	return r;
}

static int
remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
	(void)about;
	(void)kind;
	(void)where;
	return remove(path) < 0 ? -1 : 0;
}

/* What is in it, too. */
static int
remove_folder(const char *path)
{
	if (nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0 || errno == ENOENT)
		return 0;
	return -errno;
}

int
censusruns_begin(const struct censusfolder *folder, uint16_t day, struct fail *fail)
{
	char path[CENSUSRUNS_PATH];
	int r = remove_folder(censusruns_path(folder, day, true, "", path));

	if (r < 0) {
		fail_where(fail, "%s", path);
		fail_what(fail, "what an earlier run left cannot be removed: %s", strerror(-r));
		return r;
	}
	return censusfolder_make(censusruns_path(folder, day, true, "letters", path), fail);
}

void
censusruns_drop(const struct censusfolder *folder, uint16_t day)
{
	char path[CENSUSRUNS_PATH];

	(void)remove_folder(censusruns_path(folder, day, true, "", path));
}

struct sweep {
	const struct censusfolder *folder;
	uint16_t before;
	uint16_t kept; /* the first day whose addresses are */
	int error;
};

static void
sweep_run(void *context, uint16_t day)
{
	struct sweep *sweep = context;
	char path[CENSUSRUNS_PATH];

	if (day < sweep->before || day < sweep->kept)
		(void)unlink(censusruns_path(sweep->folder, day, false, STATE, path));
	if (day >= sweep->kept)
		return;
	if (unlink(censusruns_path(sweep->folder, day, false, "cases.lzc", path)) < 0 &&
		errno != ENOENT)
		sweep->error = -errno;
	if (remove_folder(censusruns_path(sweep->folder, day, false, "letters", path)) < 0)
		sweep->error = -EIO;
}

/* All that was written in the folder, to the disk; then the names. */
static int
sync_folder(const char *path, bool is_all, struct fail *fail)
{
	int descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r = 0;

	if (descriptor < 0)
		return tell(path, "it cannot be opened", fail);
	if ((is_all && syncfs(descriptor) < 0) || fsync(descriptor) < 0)
		r = tell(path, "it cannot be written to the disk", fail);
	close(descriptor);
	return r;
}

/* One that is there and the new one change places at once, so that there always is one; where the file system cannot,
 * a run that is cut between leaves none, and is made again. */
static int
give_name(const char *from, const char *to)
{
	int r;

	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_EXCHANGE) == 0) {
		(void)remove_folder(from);
		return 0;
	}
	if (errno != ENOENT && errno != EINVAL)
		return -errno;
	r = remove_folder(to);
	if (r == 0 && rename(from, to) < 0)
		r = -errno;
	return r;
}

int
censusruns_end(
	const struct censusfolder *folder, uint16_t day, uint16_t keep_days, struct fail *fail)
{
	char from[CENSUSRUNS_PATH], to[CENSUSRUNS_PATH], runs[CENSUSFOLDER_PATH];
	struct censusruns known = {0};
	struct sweep sweep;
	int r;

	censusruns_path(folder, day, true, "", from);
	censusruns_path(folder, day, false, "", to);
	censusfolder_file(folder, CENSUS_RUNS, runs);
	r = sync_folder(from, true, fail);
	if (r < 0)
		return r;
	r = give_name(from, to);
	if (r < 0) {
		errno = -r;
		return tell(to, "the run cannot be given its name", fail);
	}
	r = sync_folder(runs, false, fail);
	if (r == 0)
		r = censusruns_look(folder, day, &known, fail);
	if (r < 0)
		return r;
	sweep = (struct sweep){.folder = folder,
		.before = known.before,
		.kept = day > keep_days ? (uint16_t)(day - keep_days) : 0};
	r = each_run(folder, sweep_run, &sweep, fail);
	if (r == 0 && sweep.error < 0) {
		fail_where(fail, "%s", runs);
		fail_what(fail, "addresses of runs that are too old cannot be removed: %s",
			strerror(-sweep.error));
		r = sweep.error;
	}
	return r;
}

static int
write_new(const char *path, const void *bytes, size_t size, bool is_synced, struct fail *fail)
{
	int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	const char *at = bytes;
	int r = 0;

	if (descriptor < 0)
		return tell(path, "it cannot be written", fail);
	while (size > 0 && r == 0) {
		ssize_t written = write(descriptor, at, size);

		if (written < 0 && errno != EINTR) {
			r = tell(path, "it cannot be written", fail);
		} else if (written > 0) {
			at += written;
			size -= (size_t)written;
		}
	}
	if (r == 0 && is_synced && fsync(descriptor) < 0)
		r = tell(path, "it cannot be written to the disk", fail);
	if (close(descriptor) < 0 && r == 0)
		r = tell(path, "it cannot be written", fail);
	return r;
}

int
censusruns_write(const char *path, const void *bytes, size_t size, struct fail *fail)
{
	return write_new(path, bytes, size, false, fail);
}

int
censusruns_replace(const char *path, const struct buffer *text, struct fail *fail)
{
	char new[CENSUSRUNS_PATH + 8];
	int r;

	snprintf(new, sizeof(new), "%s" NEW, path);
	(void)unlink(new);
	r = write_new(new, text->at, text->length, true, fail);
	if (r == 0 && rename(new, path) < 0)
		r = tell(path, "it cannot be written", fail);
	if (r < 0)
		(void)unlink(new);
	return r;
}
