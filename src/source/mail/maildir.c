/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/mail/maildir.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
add(struct maildir *maildir, const char *folder, const char *name)
{
	size_t size = strlen(folder) + strlen(name) + 2;
	char *path;

	if (maildir->count == MAILDIR_MOST) {
		maildir->is_cut = true;
		return;
	}
	/* Room grows when it is a power of two. */
	if ((maildir->count & (maildir->count - 1)) == 0)
		maildir->path = xrealloc(maildir->path,
			(maildir->count > 0 ? 2 * maildir->count : 1) * sizeof(*maildir->path));
	path = xcalloc(1, size);
	snprintf(path, size, "%s/%s", folder, name);
	maildir->path[maildir->count++] = path;
}

static int
add_folder(struct maildir *maildir, const char *folder)
{
	DIR *open = opendir(folder);
	const struct dirent *entry;

	if (open == NULL)
		return -errno;
	while ((entry = readdir(open)) != NULL) {
		if (entry->d_name[0] != '.' && entry->d_type != DT_DIR)
			add(maildir, folder, entry->d_name);
	}
	(void)closedir(open);
	return 0;
}

static int
add_inside(struct maildir *maildir, const char *folder, const char *name)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return add_folder(maildir, path);
}

/* By what stands behind the last "/": of a Maildir, files of new/ and cur/ are in one order. */
static int
compare(const void *a, const void *b)
{
	const char *left = *(const char *const *)a, *right = *(const char *const *)b;
	int order = strcmp(strrchr(left, '/'), strrchr(right, '/'));

	return order != 0 ? order : strcmp(left, right);
}

int
maildir_open(struct maildir *maildir, const char *path, struct fail *fail)
{
	int r = 0;

	*maildir = (struct maildir){.path = NULL};
	maildir->is_maildir = add_inside(maildir, path, "new") == 0;
	maildir->is_maildir |= add_inside(maildir, path, "cur") == 0;
	if (!maildir->is_maildir)
		r = add_folder(maildir, path);
	if (r < 0) {
		maildir_close(maildir);
		if (r == -ENOENT)
			fail_what(fail, "there is no such file or folder");
		else
			fail_what(fail, "the folder cannot be read: %s", strerror(-r));
		return r;
	}
	if (maildir->count > 0)
		qsort(maildir->path, maildir->count, sizeof(*maildir->path), compare);
	return 0;
}

void
maildir_close(struct maildir *maildir)
{
	for (size_t i = 0; i < maildir->count; i++)
		free(maildir->path[i]);
	free(maildir->path);
	*maildir = (struct maildir){.path = NULL};
}

const char *
maildir_next(struct maildir *maildir)
{
	return maildir->at < maildir->count ? maildir->path[maildir->at++] : NULL;
}
