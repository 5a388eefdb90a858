/* kept_folder - a folder of a test's own, for the one file that it keeps */
#ifndef LAZARET_TESTS_KEPT_FOLDER_H
#define LAZARET_TESTS_KEPT_FOLDER_H

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[] = "/tmp/lazaret-kept-XXXXXX";
static char path[64];

static inline int
make_folder(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/file", folder);
	return 0;
}

/* Nothing but the file itself may be left. */
static inline int
remove_folder(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(folder);
}

#endif
