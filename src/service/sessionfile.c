/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/sessionfile.h"

#include "runtime/clock.h"

#include <errno.h>

/* The section before the exporters. */
#define TAG "receiver"

struct head {
	uint32_t is_last; /* nothing was read after it */
	uint32_t seed;    /* of struct sessionfile */
};

struct saved {
	const struct export *export_;
	struct head head;
};

struct restored {
	struct export *export_;
	struct wall now;
	struct head head;
};

static uint64_t
layout(void)
{
	return save_layout(&(size_t){sizeof(struct head)}, 1);
}

void
sessionfile_init(struct sessionfile *file, const char *folder, uint32_t number, uint32_t seed)
{
	*file = (struct sessionfile){.seed = seed, .begun_us = clock_steady()};
	statefile_init(&file->file, folder, "receiver", number, "sessions");
}

static int
save_all(const void *context, struct save *save)
{
	const struct saved *saved = context;

	save_section(save, TAG, layout(), sizeof(saved->head));
	save_bytes(save, &saved->head, sizeof(saved->head));
	export_save(saved->export_, save);
	return 0;
}

static int
restore_all(void *context, struct restore *restore, struct fail *fail)
{
	struct restored *restored = context;
	struct head *head = &restored->head;
	uint32_t seed = head->seed;
	int r = restore_struct(restore, TAG, layout(), head, sizeof(*head), fail);

	if (r == 0 && head->seed != seed) {
		r = -EINVAL;
		fail_what(fail,
			"it is of exporters that were given to the receivers otherwise, "
			"as daemon.receivers was another number");
	}
	if (r == 0)
		r = export_restore(restored->export_, restore, restored->now, fail);
	return r;
}

static void
begin(struct sessionfile *file, const struct export *export_, bool is_last)
{
	const struct saved saved = {export_, {.is_last = is_last, .seed = file->seed}};

	statefile_begin(&file->file, save_all, &saved);
}

static void
count_exporter(void *context, const struct export_exporter *exporter)
{
	++*(int *)context;
}

int
sessionfile_load(
	struct sessionfile *file, struct export *export_, struct wall now, struct fail *fail)
{
	struct restored restored = {export_, now, {.seed = file->seed}};
	int count = 0, r = statefile_load(&file->file, restore_all, &restored, fail);

	if (r < 0)
		return r;
	export_each_exporter(export_, count_exporter, &count);
	if (restored.head.is_last == 1)
		begin(file, export_, false);
	else
		export_unsure(export_);
	return count;
}

static bool
is_due(const struct sessionfile *file, const struct export *export_)
{
	int64_t since = clock_steady() - file->begun_us;

	if (statefile_is_busy(&file->file) || export_counts(export_)->datagrams == file->datagrams)
		return false;
	return since >= SESSIONFILE_EVERY ||
		(since >= SESSIONFILE_SOON && export_changes(export_) != file->changes);
}

void
sessionfile_watch(struct sessionfile *file, const struct export *export_)
{
	(void)statefile_watch(&file->file, true);
	if (!is_due(file, export_))
		return;
	file->begun_us = clock_steady();
	file->changes = export_changes(export_);
	file->datagrams = export_counts(export_)->datagrams;
	begin(file, export_, false);
}

void
sessionfile_finish(struct sessionfile *file, const struct export *export_)
{
	begin(file, export_, true);
}

bool
sessionfile_is_over(struct sessionfile *file)
{
	(void)statefile_watch(&file->file, true);
	return !statefile_is_busy(&file->file);
}
