/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/textsfolder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_MOST 512
#define FILE_MOST (1 << 20)
#define NAMES     64
#define LINKS     "links"

struct listing {
	size_t count;
	char name[NAMES][64];
};

static int
compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

static int
too_many(const char *folder, struct fail *fail)
{
	fail_where(fail, "%s", folder);
	fail_what(fail, "there are more than %d files in it", NAMES);
	fail_hint(fail, "keep nothing there but texts: one too many might be the one that counts");
	return -E2BIG;
}

/* What is in a folder, in order: so the same texts are read in the same way everywhere. */
static int
list(const char *folder, struct listing *ret, struct fail *fail)
{
	DIR *open_of = opendir(folder);
	struct dirent *entry;
	int r = 0;

	ret->count = 0;
	if (open_of == NULL) {
		fail_where(fail, "%s", folder);
		fail_what(fail, "%s", strerror(errno));
		fail_hint(fail, "a folder of texts was expected there");
		return -errno;
	}
	while (r == 0 && (entry = readdir(open_of)) != NULL) {
		if (entry->d_name[0] == '.' || strlen(entry->d_name) >= sizeof(ret->name[0]))
			continue;
		if (ret->count < NAMES)
			memcpy(ret->name[ret->count++], entry->d_name, strlen(entry->d_name) + 1);
		else
			r = too_many(folder, fail);
	}
	(void)closedir(open_of);
	qsort(ret->name, ret->count, sizeof(ret->name[0]), compare);
	return r;
}

static bool
is_folder(const char *path)
{
	struct stat of;

	return stat(path, &of) == 0 && S_ISDIR(of.st_mode);
}

static int
read_whole(const char *path, char **ret, size_t *ret_length, struct fail *fail)
{
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char *bytes = xcalloc(FILE_MOST + 1, 1);
	ssize_t n = 0;
	size_t length = 0;

	while (file >= 0 && length <= FILE_MOST &&
		(n = read(file, bytes + length, FILE_MOST + 1 - length)) > 0)
		length += (size_t)n;
	if (file < 0 || n < 0 || length > FILE_MOST) {
		int r = length > FILE_MOST ? -E2BIG : -errno;

		fail_where(fail, "%s", path);
		fail_what(fail, "%s", r == -E2BIG ? "is larger than a text can be" : strerror(-r));
		if (file >= 0)
			(void)close(file);
		free(bytes);
		return r;
	}
	(void)close(file);
	*ret = bytes;
	*ret_length = length;
	return 0;
}

/* A name that is none of ours. Who wrote a text under it would wait for it in vain. */
static int
check_name(const char *path, const char *name, struct fail *fail)
{
	size_t length = strlen(name);

	if (length < 3 || strcmp(name + length - 3, ".md") != 0)
		return 0;
	fail_where(fail, "%s", path);
	fail_what(fail, "no text is called so");
	fail_hint(fail,
		"names are those of the texts in English, in a folder of a language: nb/call.md");
	return -EINVAL;
}

/* One file of a language, or of the links. */
static int
add_file(struct texts *texts, const char *folder, const char *language, const char *name,
	struct fail *fail)
{
	bool is_links = strcmp(language, LINKS) == 0;
	char path[2 * PATH_MOST];
	struct text file;
	char *bytes;
	int r;

	snprintf(path, sizeof(path), "%s/%s/%s", folder, language, name);
	if (is_folder(path))
		return 0;
	r = read_whole(path, &bytes, &file.length, fail);
	if (r < 0)
		return r;
	file.at = bytes;
	r = is_links ? texts_add_links(texts, text_of(name), file, path, fail)
		     : texts_add(texts, text_of(language), text_of(name), file, path, fail);
	free(bytes);
	return r == -ENOENT ? check_name(path, name, fail) : r;
}

/* only: what alone is read of it; NULL: all. */
static int
add_folder(struct texts *texts, const char *folder, const char *only, struct fail *fail)
{
	struct listing *languages = xcalloc(1, sizeof(*languages));
	struct listing *files = xcalloc(1, sizeof(*files));
	int r = list(folder, languages, fail);

	for (size_t i = 0; r == 0 && i < languages->count; i++) {
		char path[2 * PATH_MOST];

		snprintf(path, sizeof(path), "%s/%s", folder, languages->name[i]);
		if (!is_folder(path) || (only != NULL && strcmp(languages->name[i], only) != 0))
			continue;
		r = list(path, files, fail);
		for (size_t f = 0; r == 0 && f < files->count; f++)
			r = add_file(texts, folder, languages->name[i], files->name[f], fail);
	}
	free(languages);
	free(files);
	return r;
}

/* What is in a later folder stands in place of what was in those before it; "" is none. only: as add_folder. */
static int
add_folders(struct texts *texts, const char *const folders[3], const char *only, struct fail *fail)
{
	int r = 0;

	for (size_t i = 0; i < 3 && r == 0; i++) {
		if (*folders[i] != '\0')
			r = add_folder(texts, folders[i], only, fail);
	}
	return r;
}

static int
read_all(const char *const folders[3], struct texts **ret, struct fail *fail)
{
	struct texts *texts = texts_new();
	int r = add_folders(texts, folders, NULL, fail);

	if (r == 0) {
		fail_where(fail, "%s", folders[0]);
		r = texts_check(texts, fail);
	}
	*ret = r == 0 ? texts : texts_free(texts);
	return r;
}

static int
set_language(struct texts *texts, const char *language, struct fail *fail)
{
	if (texts_set_standard(texts, text_of(language)))
		return 0;
	fail_where(fail, "portal.language");
	fail_what(fail, "there are no texts in \"%s\"", language);
	fail_hint(fail, "expected the name of a folder of texts: nb");
	return -EINVAL;
}

/* The second version, in the languages of the first. */
static int
read_b(const struct textsfolder *of, const struct texts *first, struct texts **ret,
	struct fail *fail)
{
	const char *const folders[] = {of->ours, of->own, of->own_b};
	int r = *of->own_b != '\0' ? read_all(folders, ret, fail) : 0;

	if (*of->own_b == '\0' || r < 0)
		return r;
	if (texts_languages(*ret) == texts_languages(first))
		return set_language(*ret, of->language, fail);
	fail_where(fail, "%s", of->own_b);
	fail_what(fail, "has a language that the texts beside it do not have");
	fail_hint(fail,
		"two versions are compared in the same languages: add it to portal.texts, too");
	return -EINVAL;
}

int
textsfolder_read(
	const struct textsfolder *of, struct texts **ret, struct texts **ret_b, struct fail *fail)
{
	const char *const folders[] = {of->ours, of->own, ""};
	int r = read_all(folders, ret, fail);

	*ret_b = NULL;
	if (r == 0)
		r = set_language(*ret, of->language, fail);
	if (r == 0)
		r = read_b(of, *ret, ret_b, fail);
	if (r == 0)
		return 0;
	*ret = texts_free(*ret);
	*ret_b = texts_free(*ret_b);
	return r;
}

int
textsfolder_read_links(const char *folder, const char *own, struct texts **ret, struct fail *fail)
{
	const char *const folders[] = {folder, own, ""};
	struct texts *texts = texts_new();
	int r = add_folders(texts, folders, LINKS, fail);

	*ret = r == 0 ? texts : texts_free(texts);
	return r;
}
