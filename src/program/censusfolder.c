/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/censusfolder.h"

#include "program/complaint.h"
#include "program/daemonsettings.h"
#include "program/settings.h"
#include "program/verbs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* The longest name of a file in it, so that no path below the folder is cut. */
#define NAMES_MOST 256

static const char *const names[CENSUS_FILES] = {
	[CENSUS_REGISTRY] = "registry.lzr",
	[CENSUS_DUMPS] = "registry.files",
	[CENSUS_SIGHTINGS] = "sightings.lzs",
	[CENSUS_TRAPS] = "traps.lzm",
	[CENSUS_STORE] = "census.sqlite",
	[CENSUS_ANSWERS] = "online.answers",
	[CENSUS_RUNS] = "runs",
};

static int
take_path(const char *path, char into[CENSUSFOLDER_PATH], struct fail *fail)
{
	if (*path == '\0') {
		fail_what(fail, "--out names no folder");
		return -EINVAL;
	}
	if (strlen(path) >= CENSUSFOLDER_PATH - NAMES_MOST) {
		fail_where(fail, "%s", path);
		fail_what(fail, "the name of the folder is too long");
		return -ENAMETOOLONG;
	}
	snprintf(into, CENSUSFOLDER_PATH, "%s", path);
	return 0;
}

/* The one that is meant where --out names none. */
static int
find_path(const struct config *config, char into[CENSUSFOLDER_PATH], struct fail *fail)
{
	const char *configured = config_string(config, "census.folder");
	char path[DAEMON_PATH + 8], state[DAEMON_PATH];

	if (*configured != '\0')
		return take_path(configured, into, fail);
	if (daemonsettings_state(config, state, fail) < 0) {
		fail_hint(fail, "name the folder of the census with --out DIR");
		return -ENOENT;
	}
	snprintf(path, sizeof(path), "%s/census", state);
	return take_path(path, into, fail);
}

int
censusfolder_make(const char *path, struct fail *fail)
{
	char part[CENSUSFOLDER_PATH];
	char *slash = part;
	struct stat there;
	int r = 0;

	snprintf(part, sizeof(part), "%s", path);
	while ((slash = strchr(slash + 1, '/')) != NULL) {
		*slash = '\0';
		(void)mkdir(part, 0700);
		*slash = '/';
	}
	if (mkdir(part, 0700) < 0 && errno != EEXIST)
		r = -errno;
	else if (stat(part, &there) < 0)
		r = -errno;
	else if (!S_ISDIR(there.st_mode))
		r = -ENOTDIR;
	if (r < 0) {
		fail_where(fail, "%s", path);
		fail_what(fail, "the folder cannot be made: %s", strerror(-r));
	}
	return r;
}

static int
take_lock(struct censusfolder *folder, struct fail *fail)
{
	char path[CENSUSFOLDER_PATH];
	int r;

	snprintf(path, sizeof(path), "%.*s/lock", CENSUSFOLDER_PATH - NAMES_MOST, folder->path);
	/* A pipe is not waited for. */
	folder->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0600);
	if (folder->lock >= 0 && flock(folder->lock, LOCK_EX | LOCK_NB) == 0)
		return 0;
	r = -errno;
	fail_where(fail, "%s", folder->path);
	if (r == -EWOULDBLOCK) {
		fail_what(fail, "another lazaret census is writing there");
		fail_hint(fail, "wait for its end");
	} else {
		fail_what(fail, "nothing can be written there: %s", strerror(-r));
	}
	censusfolder_close(folder);
	return r;
}

int
censusfolder_open(struct censusfolder *ret, const char *out, const char *settings,
	enum censusfolder_mode mode)
{
	struct censusfolder folder = {.lock = -1};
	struct config *config = NULL;
	struct fail fail = {0};
	int code, r;

	if (out != NULL) {
		r = take_path(out, folder.path, &fail);
	} else {
		code = settings_load(&config, settings, NULL);
		if (code != EXIT_DONE)
			return code;
		r = find_path(config, folder.path, &fail);
		config_free(config);
	}
	if (r == 0 && mode == CENSUSFOLDER_WRITE)
		r = censusfolder_make(folder.path, &fail);
	if (r == 0 && mode == CENSUSFOLDER_WRITE)
		r = take_lock(&folder, &fail);
	if (r < 0) {
		complaint_print(&fail);
		return r == -EINVAL ? EXIT_USAGE : EXIT_INPUT;
	}
	*ret = folder;
	return EXIT_DONE;
}

void
censusfolder_close(struct censusfolder *folder)
{
	if (folder->lock >= 0)
		close(folder->lock);
	folder->lock = -1;
}

char *
censusfolder_file(
	const struct censusfolder *folder, enum census_file file, char into[CENSUSFOLDER_PATH])
{
	snprintf(into, CENSUSFOLDER_PATH, "%s/%s", folder->path, names[file]);
	return into;
}

char *
censusfolder_run(const struct censusfolder *folder, struct wall day, const char *name,
	char into[CENSUSFOLDER_PATH])
{
	char text[WALL_TEXT];

	snprintf(into, CENSUSFOLDER_PATH, "%s/%s/%.10s%s%s", folder->path, names[CENSUS_RUNS],
		wall_format(day, text), *name != '\0' ? "/" : "", name);
	return into;
}
