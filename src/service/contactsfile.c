/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/contactsfile.h"

#include "runtime/secretfile.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct complaints {
	uint64_t count;
	const char *path;
	struct fail *first;
};

static void
complain(void *context, uint64_t line, const char *what)
{
	struct complaints *complaints = context;

	if (complaints->count++ == 0) {
		fail_where(
			complaints->first, "%s:%llu", complaints->path, (unsigned long long)line);
		fail_what(complaints->first, "%s", what);
		fail_hint(complaints->first, "the row is left out");
	}
}

int
contactsfile_read(const char *path, struct contacts **ret, uint64_t *ret_bad, struct fail *fail)
{
	struct fail first = {0};
	struct complaints complaints = {.path = path, .first = &first};
	int file = secretfile_open(path, fail), r = -E2BIG;
	struct text text = {"", 0};
	struct stat stat;

	if (file < 0)
		return file;
	if (fstat(file, &stat) == 0 && (uint64_t)stat.st_size <= CONTACTS_BYTES)
		r = 0;
	if (r == 0 && stat.st_size > 0) {
		text.length = (size_t)stat.st_size;
		text.at = mmap(NULL, text.length, PROT_READ, MAP_PRIVATE, file, 0);
		r = text.at == MAP_FAILED ? -errno : 0;
	}
	close(file);
	if (r < 0) {
		fail_where(fail, "%s", path);
		fail_what(fail, "%s", strerror(-r));
		return r;
	}
	r = contacts_parse(text, path, complain, &complaints, ret, fail);
	if (text.length > 0)
		(void)munmap((void *)(uintptr_t)text.at, text.length);
	*ret_bad = complaints.count;
	if (r == 0 && complaints.count > 0)
		*fail = first;
	return r;
}
