/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/installed.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

void
installed_find(const char *name, int mode, const char *there, char into[INSTALLED_PATH])
{
	char self[INSTALLED_PATH - 16];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (n > 0) {
		self[n] = '\0';
		slash = strrchr(self, '/');
		if (slash != NULL) {
			*slash = '\0';
			snprintf(into, INSTALLED_PATH, "%s/%s", self, name);
			if (access(into, mode) == 0)
				return;
		}
	}
	snprintf(into, INSTALLED_PATH, "%s", there);
}
