/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/radiusload.h"

#include "runtime/secretfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PATH 512

void
radiusload_done(struct radiusload *load)
{
	for (size_t i = 0; i < load->nases.count; i++) {
		radius_key_free(load->key[i]);
		free(load->profile[i]);
	}
	*load = (struct radiusload){.nases.count = 0};
}

/* All of a file, as far as there is room for it and one byte more. */
static int
read_all(int file, char into[RADIUSLOAD_BYTES + 1], const char *path, struct text *ret,
	struct fail *fail)
{
	size_t length = 0;
	ssize_t n;

	do {
		n = read(file, into + length, RADIUSLOAD_BYTES + 1 - length);
		length += n > 0 ? (size_t)n : 0;
	} while (n > 0 || (n < 0 && errno == EINTR));
	*ret = (struct text){into, length};
	if (n == 0 && length <= RADIUSLOAD_BYTES)
		return 0;
	fail_where(fail, "%s", path);
	fail_what(fail, n < 0 ? "cannot be read: %s" : "has more than 65536 bytes%s",
		n < 0 ? strerror(errno) : "");
	return n < 0 ? -errno : -E2BIG;
}

/* Beside the file of NASes, unless the whole path is given. */
static int
find_path(const char *nases, struct text profile, char into[PATH], struct fail *fail)
{
	const char *slash = strrchr(nases, '/');
	int folder = *profile.at == '/' || slash == NULL ? 0 : (int)(slash - nases) + 1;

	if ((size_t)snprintf(
		    into, PATH, "%.*s%.*s", folder, nases, (int)profile.length, profile.at) < PATH)
		return 0;
	fail_where(fail, "%s", nases);
	fail_what(fail, "the path of a profile is longer than %d bytes", PATH - 1);
	return -ENAMETOOLONG;
}

static int
load_profile(const char *path, struct coaprofile *ret, struct fail *fail)
{
	char *bytes = xcalloc(1, RADIUSLOAD_BYTES + 1);
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int r = file < 0 ? -errno : 0;
	struct coaprofile_place place;
	struct text text;

	if (r < 0) {
		fail_where(fail, "%s", path);
		fail_what(fail, "the profile cannot be read: %s", strerror(-r));
	} else {
		r = read_all(file, bytes, path, &text, fail);
		close(file);
	}
	if (r == 0) {
		r = coaprofile_parse(text, ret, &place, fail);
		if (r < 0)
			fail_where(fail, "%s:%zu:%zu", path, place.line, place.column);
	}
	free(bytes);
	return r;
}

/* All rows of one text, which is gone afterwards. */
static int
load_rows(const char *path, struct radiusload *ret, struct fail *fail)
{
	size_t count = ret->nases.count;
	int r = 0;

	ret->nases.count = 0;
	for (size_t i = 0; i < count && r == 0; i++) {
		struct coanas *row = &ret->nases.row[i];
		char profile[PATH];

		ret->nases.count++;
		ret->profile[i] = xcalloc(1, sizeof(*ret->profile[i]));
		r = radius_key_new(row->secret, &ret->key[i], fail);
		if (r < 0)
			fail_where(fail, "%s", path);
		if (r == 0)
			r = find_path(path, row->profile, profile, fail);
		if (r == 0)
			r = load_profile(profile, ret->profile[i], fail);
		row->secret = row->profile = (struct text){0};
	}
	return r;
}

int
radiusload(const char *path, struct radiusload *ret, struct fail *fail)
{
	char bytes[RADIUSLOAD_BYTES + 1];
	int file = secretfile_open(path, fail), r;
	struct text text;
	size_t line;

	*ret = (struct radiusload){.nases.count = 0};
	if (file < 0)
		return file;
	r = read_all(file, bytes, path, &text, fail);
	close(file);
	if (r == 0) {
		r = coanases_parse(text, &ret->nases, &line, fail);
		if (r < 0) {
			fail_where(fail, "%s:%zu", path, line);
			ret->nases.count = 0;
		}
	}
	if (r == 0)
		r = load_rows(path, ret, fail);
	explicit_bzero(bytes, sizeof(bytes));
	if (r < 0)
		radiusload_done(ret);
	return r;
}
