/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/censusletters.h"

#include "census/join/state.h"
#include "census/letter/letter.h"
#include "program/verbs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define DAY_TEXT 11
#define READ     65536

const char *
censusletters_day(struct wall day, char into[WALL_TEXT])
{
	wall_format(day, into);
	into[DAY_TEXT - 1] = '\0';
	return into;
}

static int
tell(struct fail *fail, int r, const char *path, const char *what, const char *hint)
{
	fail_where(fail, "%s", path);
	fail_what(fail, "%s", what);
	fail_hint(fail, "%s", hint);
	return r;
}

/* A whole file, of no more bytes than the buffer takes. */
static int
read_file(const char *path, struct buffer *into, struct fail *fail)
{
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), r = 0;
	struct stat stat;
	char piece[READ];
	ssize_t n = 0;

	buffer_clear(into);
	if (file < 0)
		return tell(fail, -errno, path, strerror(errno), "");
	if (fstat(file, &stat) < 0 || !S_ISREG(stat.st_mode))
		r = tell(fail, -EBADMSG, path, "this is not a file", "");
	while (r == 0 && (n = read(file, piece, sizeof(piece))) > 0)
		buffer_add(into, piece, (size_t)n);
	if (r == 0 && n < 0)
		r = tell(fail, -errno, path, strerror(errno), "");
	if (r == 0 && into->failed)
		r = tell(fail, -EMSGSIZE, path, "the file is too large", "");
	close(file);
	return r;
}

/* The newest run that has a manifest. */
static int
find_newest(const struct censusfolder *folder, struct wall *ret, struct fail *fail)
{
	char path[CENSUSFOLDER_PATH], manifest[CENSUSFOLDER_PATH];
	struct dirent *entry;
	struct wall day;
	DIR *runs;
	int r = -ENOENT;

	runs = opendir(censusfolder_file(folder, CENSUS_RUNS, path));
	while (runs != NULL && (entry = readdir(runs)) != NULL) {
		if (wall_from_day(&day, text_of(entry->d_name)) < 0 ||
			(r == 0 && day.us <= ret->us))
			continue;
		if (access(censusfolder_run(folder, day, "manifest", manifest), F_OK) < 0)
			continue;
		*ret = day;
		r = 0;
	}
	if (runs != NULL)
		(void)closedir(runs);
	if (r < 0)
		(void)tell(fail, r, path, "there is no run with letters",
			"lazaret census run writes them");
	return r;
}

static int
find_day(const struct censusfolder *folder, const char *text, struct wall *ret, struct fail *fail)
{
	if (text == NULL)
		return find_newest(folder, ret, fail);
	if (wall_from_day(ret, text_of(text)) == 0)
		return 0;
	fail_what(fail, "\"%.40s\" is no day", text);
	fail_hint(fail, "expected YYYY-MM-DD");
	return -EINVAL;
}

int
censusletters_open(const struct censusfolder *folder, const char *day, struct censusletters *ret,
	struct fail *fail)
{
	struct censusletters letters = {.number = 0};
	char path[CENSUSFOLDER_PATH];
	struct buffer file;
	int r = find_day(folder, day, &letters.day, fail);

	if (r < 0)
		return r;
	if (state_day(letters.day, &letters.number) < 0)
		return tell(fail, -EINVAL, "--day", "no run can be of that day", "");
	buffer_init(&file, MANIFEST_BYTES);
	censusfolder_run(folder, letters.day, "manifest", path);
	r = read_file(path, &file, fail);
	if (r == 0)
		r = manifest_parse(
			(struct text){file.at, file.length}, path, &letters.manifest, fail);
	else if (r == -ENOENT)
		(void)tell(fail, r, path, "no letters were written on that day",
			"lazaret census run writes them");
	buffer_done(&file);
	if (r < 0)
		return r;
	censusfolder_run(folder, letters.day, "letters", letters.path);
	buffer_init(&letters.bytes, LETTER_BYTES);
	*ret = letters;
	return 0;
}

int
censusletters_code(int r)
{
	return r == -EINVAL ? EXIT_USAGE : r == -ENOENT ? EXIT_NOT_FOUND : EXIT_INPUT;
}

void
censusletters_close(struct censusletters *letters)
{
	letters->manifest = manifest_free(letters->manifest);
	buffer_done(&letters->bytes);
}

int
censusletters_read(struct censusletters *letters, size_t i, struct text *ret, struct fail *fail)
{
	const struct manifest_letter *letter = manifest_at(letters->manifest, i);
	char path[CENSUSFOLDER_PATH + MANIFEST_NAME + 8];
	int r;

	/* A name of a manifest has no slash. */
	snprintf(path, sizeof(path), "%s/%s.eml", letters->path, letter->name);
	r = read_file(path, &letters->bytes, fail);
	if (r < 0)
		return r;
	*ret = (struct text){letters->bytes.at, letters->bytes.length};
	if (!manifest_has(letter, *ret))
		return tell(fail, -EBADMSG, path, "this is not the letter that the run wrote",
			"somebody changed it: it is not sent; run again, and read the letters");
	return 0;
}
