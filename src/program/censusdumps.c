/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/censusdumps.h"

#include "base/crew.h"
#include "census/registry/keptfile.h"
#include "census/registry/registrykind.h"
#include "program/complaint.h"
#include "program/progress.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
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

/* One of them while they are read. */
struct job {
	struct censusdump *dump;
	uint64_t size; /* bytes of the file as it is; 0: that is not known */
	uint64_t done;
	struct input input;
	bool is_open;
	int file; /* its number among the registries'; -1: it has none */
	int error;
	struct fail fail; /* why */
	struct fail *told;
	size_t told_count;
};

/* The files that are read one after the other. */
struct lane {
	unsigned number;
	uint64_t size;
};

struct reading {
	struct registries *registries;
	struct job *jobs;
	size_t count;
	struct job *job_of[REGISTRIES_FILES]; /* by the file's number */
	struct lane *lanes;
	size_t lane_count;
	pthread_mutex_t lock; /* of the progress, and of what is done of the jobs */
	struct progress progress;
	uint64_t total;
};

static void
look(void *context, uint16_t file, const struct input *input)
{
	struct reading *reading = context;
	uint64_t done = 0;

	pthread_mutex_lock(&reading->lock);
	reading->job_of[file]->done = input->packed_offset;
	for (size_t i = 0; i < reading->count; i++)
		done += reading->jobs[i].done;
	progress_show(&reading->progress, done, reading->total, input->name);
	pthread_mutex_unlock(&reading->lock);
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

/* What it is. A file that can be opened again is closed. */
static int
begin_job(struct job *job, struct registries *registries)
{
	int r = input_open(&job->input, job->dump->path, 0, &job->fail);

	if (r < 0)
		return r;
	job->is_open = true;
	r = find_kind(job->dump, &job->input, &job->fail);
	if (r == 0)
		r = job->file = registries_add(
			registries, text_of(job->dump->kind), job->dump->path, &job->fail);
	if (r >= 0 && job->size == 0)
		return 0;
	input_close(&job->input);
	job->is_open = false;
	return r < 0 ? r : 0;
}

static int
read_job(struct job *job, struct registries *registries)
{
	int r = 0;

	if (!job->is_open) {
		r = input_open(&job->input, job->dump->path, 0, &job->fail);
		if (r < 0)
			return r;
		input_ahead(&job->input);
	}
	r = registries_take(registries, (uint16_t)job->file, &job->input, &job->fail);
	input_close(&job->input);
	job->is_open = false;
	return r;
}

static void
read_lane(void *context, size_t lane)
{
	struct reading *reading = context;
	struct registries *registries = reading->registries;

	for (size_t i = 0; i < reading->count; i++) {
		struct job *job = &reading->jobs[i];

		if (job->file < 0 ||
			registries_lane(registries, (uint16_t)job->file) !=
				reading->lanes[lane].number)
			continue;
		job->error = read_job(job, registries);
		pthread_mutex_lock(&reading->lock);
		job->done = job->size;
		pthread_mutex_unlock(&reading->lock);
	}
}

/* Kept, to be told in the order of the files. */
static void
keep_told(void *context, uint16_t file, const struct fail *fail)
{
	struct reading *reading = context;
	struct job *job = reading->job_of[file];

	job->told = xrealloc(job->told, (job->told_count + 1) * sizeof(*job->told));
	job->told[job->told_count++] = *fail;
}

static int
compare_lanes(const void *a, const void *b)
{
	const struct lane *one = a, *other = b;

	if (one->size != other->size)
		return one->size > other->size ? -1 : 1;
	return one->number < other->number ? -1 : one->number > other->number;
}

/* The largest first. */
static void
make_lanes(struct reading *reading)
{
	reading->lanes = xcalloc(reading->count + 1, sizeof(*reading->lanes));
	for (size_t i = 0; i < reading->count; i++) {
		const struct job *job = &reading->jobs[i];
		unsigned number;
		size_t k = 0;

		if (job->file < 0)
			continue;
		number = registries_lane(reading->registries, (uint16_t)job->file);
		while (k < reading->lane_count && reading->lanes[k].number != number)
			k++;
		reading->lane_count += k == reading->lane_count;
		reading->lanes[k].number = number;
		reading->lanes[k].size += job->size;
	}
	qsort(reading->lanes, reading->lane_count, sizeof(*reading->lanes), compare_lanes);
}

static void
begin_reading(struct reading *reading, struct censusdumps *dumps)
{
	for (size_t i = 0; i < dumps->count; i++) {
		struct job *job = &reading->jobs[reading->count++];

		*job = (struct job){.dump = &dumps->at[i], .file = -1};
		job->size = size_of(job->dump->path);
		job->error = begin_job(job, reading->registries);
		if (job->file >= 0)
			reading->job_of[job->file] = job;
		reading->total += job->size;
	}
	make_lanes(reading);
}

/* How many could not be read whole. */
static size_t
end_reading(struct reading *reading, registries_tell *tell)
{
	size_t failed = 0;

	for (size_t i = 0; i < reading->count; i++) {
		struct job *job = &reading->jobs[i];

		for (size_t k = 0; k < job->told_count; k++)
			tell(NULL, (uint16_t)job->file, &job->told[k]);
		if (job->error < 0) {
			complaint_print(&job->fail);
			failed++;
		}
		free(job->told);
	}
	return failed;
}

size_t
censusdumps_read(struct censusdumps *dumps, struct registries *registries, const char *label)
{
	struct reading reading = {.registries = registries};
	registries_tell *tell = registries->tell;
	size_t failed;

	reading.jobs = xcalloc(dumps->count + 1, sizeof(*reading.jobs));
	pthread_mutex_init(&reading.lock, NULL);
	progress_init(&reading.progress, label);
	begin_reading(&reading, dumps);
	registries->look = look;
	registries->tell = keep_told;
	registries->context = &reading;
	crew_work(registries->threads, reading.lane_count, read_lane, &reading);
	registries->look = NULL;
	registries->tell = tell;
	registries->context = NULL;
	progress_done(&reading.progress);
	failed = end_reading(&reading, tell);
	registries_settle(registries);
	pthread_mutex_destroy(&reading.lock);
	free(reading.lanes);
	free(reading.jobs);
	return failed;
}

void
censusdumps_tell(void *context, uint16_t file, const struct fail *fail)
{
	(void)context;
	(void)file;
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
