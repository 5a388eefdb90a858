/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/linkcheck.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int
linkcheck(const char *path, struct fail *fail)
{
	char *file = realpath(path, NULL), *folder = strdup(path), *real;
	char *slash = strrchr(folder, '/');
	size_t length;
	int r = 0;

	if (slash != NULL)
		*slash = '\0';
	real = realpath(slash == NULL ? "." : slash == folder ? "/" : folder, NULL);
	length = real != NULL ? strlen(real) : 0;
	length -= length == 1; /* the root */
	if (file != NULL && real != NULL &&
		(strncmp(file, real, length) != 0 || strrchr(file, '/') != file + length)) {
		fail_where(fail, "%s", path);
		fail_what(fail, "is a link into another folder, where the keeper may not go");
		fail_hint(fail,
			"put ledger and key file into one folder, and have ledger.path name it");
		r = -ELOOP;
	}
	free(file);
	free(folder);
	free(real);
	return r;
}
