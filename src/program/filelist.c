/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/filelist.h"

#include "base/fail.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct identity {
	dev_t device;
	ino_t inode;
	bool known;
};

static struct identity
identity_of(const char *path)
{
	struct stat status;
	int result = strcmp(path, "-") == 0 ? fstat(STDIN_FILENO, &status) : stat(path, &status);

	if (result < 0)
		return (struct identity){.known = false};
	return (struct identity){status.st_dev, status.st_ino, true};
}

static bool
is_same(const struct identity *a, const struct identity *b)
{
	return a->known && b->known && a->device == b->device && a->inode == b->inode;
}

int
filelist_once(char **paths, int count)
{
	struct identity *seen = xcalloc((unsigned long)count, sizeof(*seen));
	int left = 0;

	for (int i = 0; i < count; i++) {
		int before = 0;

		seen[left] = identity_of(paths[i]);
		while (before < left && !is_same(&seen[before], &seen[left]))
			before++;
		if (before == left)
			paths[left++] = paths[i];
		else if (strcmp(paths[i], paths[before]) == 0)
			fprintf(stderr, "lazaret: %s: is named twice, and read once\n", paths[i]);
		else
			fprintf(stderr, "lazaret: %s: is the same file as %s, and read once\n",
				paths[i], paths[before]);
	}
	free(seen);
	return left;
}
