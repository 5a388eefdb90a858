/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/snapshot.h"

#include <sys/stat.h>

/* The section before the judge's own. */
#define TAG "places"

struct saved {
	const struct judge *judge;
	const struct snapshot_places *places;
};

struct restored {
	struct judge *judge;
	struct snapshot_places *places;
};

/* Of the good one, if there is one. */
static void
look(struct snapshot *snapshot)
{
	struct stat good;

	if (stat(snapshot->file.path, &good) < 0)
		return;
	snapshot->bytes = (uint64_t)good.st_size;
	snapshot->time.us = good.st_mtim.tv_sec * WALL_SECOND;
}

void
snapshot_init(struct snapshot *snapshot, const char *folder, uint32_t number)
{
	*snapshot = (struct snapshot){.made = 0};
	statefile_init(&snapshot->file, folder, "judge", number, "snapshot");
	look(snapshot);
}

static uint64_t
layout(void)
{
	return save_layout((size_t[]){sizeof(struct snapshot_places), ESTATE_PUTTERS}, 2);
}

static int
save_all(const void *context, struct save *save)
{
	const struct saved *saved = context;

	save_section(save, TAG, layout(), sizeof(*saved->places));
	save_bytes(save, saved->places, sizeof(*saved->places));
	return judge_save(saved->judge, save);
}

static int
restore_all(void *context, struct restore *restore, struct fail *fail)
{
	struct restored *restored = context;
	struct snapshot_places *places = restored->places;
	int r = restore_struct(restore, TAG, layout(), places, sizeof(*places), fail);

	if (r == 0 && places->putters > ESTATE_PUTTERS)
		r = restore_damaged(restore, fail, "more rings than there can be");
	if (r == 0)
		r = judge_restore(restored->judge, restore, fail);
	return r;
}

int
snapshot_load(const struct snapshot *snapshot, struct judge *judge, struct snapshot_places *places,
	struct fail *fail)
{
	struct restored restored = {judge, places};

	return statefile_load(&snapshot->file, restore_all, &restored, fail);
}

void
snapshot_begin(struct snapshot *snapshot, const struct judge *judge,
	const struct snapshot_places *places, uint64_t verdicts, struct wall now)
{
	const struct saved saved = {judge, places};

	snapshot->verdicts = verdicts;
	snapshot->began = now;
	statefile_begin(&snapshot->file, save_all, &saved);
}

void
snapshot_watch(struct snapshot *snapshot, uint64_t kept)
{
	if (!statefile_watch(&snapshot->file, kept >= snapshot->verdicts))
		return;
	snapshot->bytes = snapshot->file.bytes;
	snapshot->made++;
	snapshot->time = snapshot->began;
}
