/* data - real files of the data folder, which LAZARET_DATA names */
#ifndef LAZARET_TESTS_DATA_H
#define LAZARET_TESTS_DATA_H

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

/* The path of a file of it, until the next call; where there is no folder the test is skipped. */
static inline const char *
data_path(const char *name)
{
	static char path[1024];
	const char *folder = getenv("LAZARET_DATA");

	if (folder == NULL || *folder == '\0') {
		print_message("LAZARET_DATA is not set, so %s is not read\n", name);
		skip();
	}
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

#endif
