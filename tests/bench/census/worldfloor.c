/* SPDX-License-Identifier: BSD-2-Clause */
/* What a disk and a kernel take at the least: reads files and looks at nothing, writes a file of so many bytes and
 * waits until it is on the disk, makes so many small files of so many bytes in all and waits until they are.
 *
 * usage: worldfloor [read FILE | write FILE BYTES | files FOLDER COUNT BYTES]... */
#include "base/text.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PORTION (1UL << 20)

static char bytes[PORTION];

static void
stop(const char *what)
{
	perror(what);
	exit(1);
}

static uint64_t
number(const char *text)
{
	uint64_t value;

	if (text_parse_u64(text_of(text), UINT64_C(1) << 40, &value) < 0)
		stop(text);
	return value;
}

static void
read_file(const char *path)
{
	int descriptor = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (descriptor < 0)
		stop(path);
	while ((got = read(descriptor, bytes, sizeof(bytes))) > 0)
		continue;
	if (got < 0 || close(descriptor) < 0)
		stop(path);
}

static int
write_file(const char *path, uint64_t size)
{
	int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (descriptor < 0)
		stop(path);
	while (size > 0) {
		ssize_t written = write(descriptor, bytes, size < PORTION ? size : PORTION);

		if (written < 0)
			stop(path);
		size -= (uint64_t)written;
	}
	return descriptor;
}

static void
write_files(const char *folder, uint64_t count, uint64_t size)
{
	int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char path[4096];

	for (uint64_t i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/%lu", folder, i);
		close(write_file(path, size / count));
	}
	if (descriptor < 0 || syncfs(descriptor) < 0)
		stop(folder);
	close(descriptor);
}

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i += 2) {
		if (strcmp(argv[i], "read") == 0 && i + 1 < argc) {
			read_file(argv[i + 1]);
		} else if (strcmp(argv[i], "write") == 0 && i + 2 < argc) {
			int descriptor = write_file(argv[i + 1], number(argv[i + 2]));

			if (fsync(descriptor) < 0 || close(descriptor) < 0)
				stop(argv[i + 1]);
			i++;
		} else if (strcmp(argv[i], "files") == 0 && i + 3 < argc) {
			write_files(argv[i + 1], number(argv[i + 2]), number(argv[i + 3]));
			i += 2;
		} else {
			fputs("usage: worldfloor [read FILE | write FILE BYTES | files FOLDER "
			      "COUNT BYTES]...\n",
				stderr);
			return 2;
		}
	}
	return 0;
}
