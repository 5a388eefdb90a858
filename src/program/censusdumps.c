/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/censusdumps.h"

#include "census/registry/keptfile.h"
#include "census/registry/registrykind.h"
#include "program/complaint.h"
#include "program/progress.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

static const struct keptfile_kind kept = {
	.mark = "lzrfiles", .version = 1, .name = "list of registries' files"};

void
censusdumps_init(struct censusdumps *dumps)
{
	*dumps = (struct censusdumps){.count = 0};
}

void
censusdumps_done(struct censusdumps *dumps)
{
	for (size_t i = 0; i < dumps->count; i++)
		free(dumps->at[i].path);
	dumps->count = 0;
}

/* As registries have it, so that it need not be copied; NULL: it is none. */
static const char *
kind_named(struct text name)
{
	for (size_t i = 0; registries_kind(i) != NULL; i++) {
		if (text_is(name, registries_kind(i)))
			return registries_kind(i);
	}
	return NULL;
}

static int
add(struct censusdumps *dumps, const char *kind, struct text path, struct fail *fail)
{
	char *copy;

	if (dumps->count == REGISTRIES_FILES) {
		fail_what(fail, "there are more than %d files", REGISTRIES_FILES);
		return -E2BIG;
	}
	copy = xcalloc(path.length + 1, 1);
	memcpy(copy, path.at, path.length);
	dumps->at[dumps->count++] = (struct censusdump){.kind = kind, .path = copy};
	return 0;
}

int
censusdumps_add(struct censusdumps *dumps, const char *argument, struct fail *fail)
{
	struct text whole = text_of(argument), path = whole, name = text_cut(&path, ':');
	const char *kind = kind_named(name);

	/* A name may have a colon in it, or be that of a kind. */
	if (kind == NULL || path.length == 0)
		return add(dumps, NULL, whole, fail);
	return add(dumps, kind, path, fail);
}

/* How far all of them are. */
struct reading {
	struct progress progress;
	uint64_t before, total; /* bytes of the files as they are */
};

static void
look(void *context, const struct input *input)
{
	struct reading *reading = context;

	progress_show(&reading->progress, reading->before + input->packed_offset, reading->total,
		input->name);
}

static uint64_t
size_of(const char *path)
{
	struct stat there;

	return stat(path, &there) == 0 && S_ISREG(there.st_mode) ? (uint64_t)there.st_size : 0;
}

static bool
is_utf16(const struct input *input)
{
	return input->left >= 2 &&
		((input->at[0] == 0xff && input->at[1] == 0xfe) ||
			(input->at[0] == 0xfe && input->at[1] == 0xff));
}

/* All that a person may say. */
static void
say_kinds(struct fail *fail)
{
	struct buffer names;

	buffer_init(&names, sizeof(fail->hint));
	for (size_t i = 0; registries_kind(i) != NULL; i++)
		buffer_print(&names, "%s%s", i > 0 ? ", " : "", registries_kind(i));
	fail_hint(fail, "say it, as ripe:FILE; there are %s", buffer_string(&names));
	buffer_done(&names);
}

/* What it is, if nobody said so. fail stays as it is where the file is damaged: it is told after its reading. */
static int
find_kind(struct censusdump *dump, struct input *input, struct fail *fail)
{
	size_t left = input_need(input, REGISTRYKIND_HEAD, fail);

	if (left == 0 && input->error < 0)
		return input->error;
	if (left > 0 && dump->kind == NULL)
		dump->kind = registrykind_find(
			text_of(dump->path), (struct text){(const char *)input->at, left});
	if (left > 0 && dump->kind != NULL)
		return 0;
	fail_where(fail, "%s", dump->path);
	if (left == 0) {
		fail_what(fail, "it is empty");
		fail_hint(fail, "fetch it again");
		return -ENODATA;
	}
	if (is_utf16(input)) {
		fail_what(fail, "it is in UTF-16, where registries write UTF-8 or Latin-1");
		fail_hint(fail, "convert it: iconv -f UTF-16 -t UTF-8");
		return -EILSEQ;
	}
	fail_what(fail, "which kind of file it is cannot be found out");
	say_kinds(fail);
	return -EINVAL;
}

static int
read_one(struct censusdump *dump, struct registries *registries, struct fail *fail)
{
	struct input input;
	int r = input_open(&input, dump->path, 0, fail);

	if (r < 0)
		return r;
	input_ahead(&input);
	r = find_kind(dump, &input, fail);
	if (r == 0)
		r = registries_take(registries, text_of(dump->kind), &input, fail);
	input_close(&input);
	return r;
}

size_t
censusdumps_read(struct censusdumps *dumps, struct registries *registries, const char *label)
{
	struct reading reading = {.before = 0};
	size_t failed = 0;

	for (size_t i = 0; i < dumps->count; i++)
		reading.total += size_of(dumps->at[i].path);
	progress_init(&reading.progress, label);
	registries->look = look;
	registries->context = &reading;
	for (size_t i = 0; i < dumps->count; i++) {
		struct fail fail = {0};

		if (read_one(&dumps->at[i], registries, &fail) < 0) {
			progress_done(&reading.progress);
			complaint_print(&fail);
			failed++;
		}
		reading.before += size_of(dumps->at[i].path);
	}
	progress_done(&reading.progress);
	registries_settle(registries);
	registries->context = NULL;
	return failed;
}

void
censusdumps_tell(void *context, const struct fail *fail)
{
	struct reading *reading = context;

	if (reading != NULL)
		progress_done(&reading->progress);
	complaint_print(fail);
}

int
censusdumps_write(const struct censusdumps *dumps, const char *path, struct fail *fail)
{
	const uint64_t figures[KEPTFILE_FIGURES] = {dumps->count};
	struct keptfile file;
	int r = keptfile_create(&file, path, fail);

	if (r < 0)
		return r;
	for (size_t i = 0; i < dumps->count; i++) {
		const struct censusdump *dump = &dumps->at[i];
		char whole[PATH_MAX];
		const char *name = dump->path;

		/* One whose kind is not known was not read; standard input has no name. */
		if (dump->kind == NULL)
			continue;
		if (strcmp(name, "-") != 0 && realpath(name, whole) != NULL)
			name = whole;
		keptfile_add(&file, dump->kind, strlen(dump->kind));
		keptfile_add(&file, ":", 1);
		keptfile_add(&file, name, strlen(name) + 1);
	}
	return keptfile_end(&file, &kept, figures, fail);
}

int
censusdumps_open(struct censusdumps *ret, const char *path, struct fail *fail)
{
	struct text rest;
	const uint8_t *bytes;
	size_t size;
	int r = keptfile_map(path, &bytes, &size, fail);

	censusdumps_init(ret);
	if (r < 0)
		return r;
	r = keptfile_check(bytes, size, &kept, fail);
	if (r == 0)
		r = keptfile_verify(bytes, size, fail);
	if (r < 0)
		fail_where(fail, "%s", path);
	rest = (struct text){(const char *)bytes + sizeof(struct keptfile_head),
		size - sizeof(struct keptfile_head)};
	while (r == 0 && rest.length > 0) {
		struct text one = text_cut(&rest, '\0'), name = text_cut(&one, ':');

		r = add(ret, kind_named(name), one, fail);
	}
	keptfile_unmap(bytes, size);
	return r;
}
