/* memory_file - bytes in memory under the name of a file, for targets that read files */
#ifndef LAZARET_TESTS_MEMORY_FILE_H
#define LAZARET_TESTS_MEMORY_FILE_H

#include "base/fail.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

/* The descriptor, to be closed; name is written. */
static inline int
memory_file(const uint8_t *bytes, size_t size, char name[32])
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	size_t at = 0;

	must(fd >= 0);
	while (at < size) {
		ssize_t written = write(fd, bytes + at, size - at);

		must(written > 0);
		at += (size_t)written;
	}
	snprintf(name, 32, "/proc/self/fd/%d", fd);
	return fd;
}

#endif
