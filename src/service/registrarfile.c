/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/registrarfile.h"

#include "identity/leasekept.h"
#include "runtime/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TAG_NAMES "names"
/* Names of a section; the last one is empty. */
#define PORTION 1024

struct name_saved {
	uint64_t line;
	struct wall when;
	struct linewho who;
};

_Static_assert(sizeof(struct name_saved) == 128, "no padding");

struct saved {
	const struct registrarfile *file;
	const struct registrarfile_of *of;
};

struct restored {
	struct registrarfile *file;
	const struct registrarfile_of *of;
	int64_t leases;
	bool is_passed; /* the rest is not wanted */
};

static uint64_t
layout(void)
{
	static const size_t numbers[] = {sizeof(struct name_saved), LINEWHO_MOST};

	return save_layout(numbers, sizeof(numbers) / sizeof(*numbers));
}

void
registrarfile_init(struct registrarfile *file, const char *folder,
	const uint8_t key[SEALSTREAM_KEY], int64_t every_us)
{
	*file = (struct registrarfile){.every_us = every_us, .begun_us = clock_steady()};
	memcpy(file->key, key, sizeof(file->key));
	statefile_init(&file->file, folder, "registrar", 0, "leases");
}

static int
save_names(const struct linetable *names, struct save *save)
{
	struct name_saved *saved = xcalloc(PORTION, sizeof(*saved));
	size_t at = 0, count = 1;

	while (count > 0 && save_error(save) == 0) {
		for (count = 0; at < names->count && count < PORTION; at++) {
			struct name_saved *one = &saved[count];

			one->line = linetable_at(names, at, &one->who, &one->when);
			count += one->line != 0;
		}
		save_section(save, TAG_NAMES, layout(), count * sizeof(*saved));
		save_bytes(save, saved, count * sizeof(*saved));
	}
	free(saved);
	return save_error(save);
}

static int
save_inside(const void *context, struct save *save)
{
	const struct registrarfile_of *of = context;
	int r;

	/* Places first: what was said behind them is told again. */
	registrarsources_save(of->sources, save);
	r = leasekept_save(of->leases, save);
	return r < 0 ? r : save_names(of->names, save);
}

static int
save_all(const void *context, struct save *save)
{
	const struct saved *saved = context;

	return sealstream_save(saved->file->key, save, save_inside, saved->of);
}

static int
restore_names(struct linetable *names, const struct hash_key *key, struct restore *restore,
	struct fail *fail)
{
	struct name_saved *saved = xcalloc(PORTION, sizeof(*saved));
	uint64_t size = 1;
	int r = 0;

	while (r == 0 && size > 0) {
		r = restore_section(restore, TAG_NAMES, layout(), &size, fail);
		if (r == 0 && (size % sizeof(*saved) != 0 || size / sizeof(*saved) > PORTION))
			r = restore_damaged(restore, fail, "no names");
		if (r == 0)
			r = restore_bytes(restore, saved, (size_t)size, fail);
		for (size_t i = 0; r == 0 && names != NULL && i < size / sizeof(*saved); i++) {
			const struct linewho *who = &saved[i].who;

			/* Of another key, or none: the line is named when it is heard of again. */
			if (who->length > 0 && who->length <= LINEWHO_MOST &&
				linewho_pseudonym(who, key) == saved[i].line)
				(void)linetable_put(names, saved[i].line, who, saved[i].when);
		}
	}
	free(saved);
	return r;
}

/* What is in memory is newer than what is in the file: then the rest is left alone. */
static int
restore_inside(void *context, struct restore *restore, struct fail *fail)
{
	struct restored *restored = context;
	const struct registrarfile_of *of = restored->of;
	int r = registrarsources_restore(of->sources, restore, fail);

	restored->is_passed = r == 0 && of->is_filled;
	if (restored->is_passed)
		return -ECANCELED;
	if (r < 0)
		return r;
	restored->leases = leasekept_restore(of->leases, restore, fail);
	if (restored->leases < 0)
		return (int)restored->leases;
	return restore_names(of->names, of->pseudonyms, restore, fail);
}

static int
restore_all(void *context, struct restore *restore, struct fail *fail)
{
	struct restored *restored = context;

	return sealstream_restore(restored->file->key, restore, restore_inside, restored, fail);
}

int64_t
registrarfile_load(struct registrarfile *file, const struct registrarfile_of *of, struct fail *fail)
{
	struct restored restored = {.file = file, .of = of};
	int r = statefile_load(&file->file, restore_all, &restored, fail);

	if (restored.is_passed)
		return 0;
	return r < 0 ? r : restored.leases;
}

static void
begin(struct registrarfile *file, const struct registrarfile_of *of)
{
	const struct saved saved = {file, of};

	file->begun_us = clock_steady();
	statefile_begin(&file->file, save_all, &saved);
}

void
registrarfile_watch(struct registrarfile *file, const struct registrarfile_of *of, uint64_t said)
{
	file->made += statefile_watch(&file->file, true);
	if (statefile_is_busy(&file->file) || said == file->said ||
		clock_steady() - file->begun_us < file->every_us)
		return;
	file->said = said;
	begin(file, of);
}

void
registrarfile_finish(struct registrarfile *file, const struct registrarfile_of *of)
{
	begin(file, of);
}

bool
registrarfile_is_over(struct registrarfile *file)
{
	file->made += statefile_watch(&file->file, true);
	return !statefile_is_busy(&file->file);
}
