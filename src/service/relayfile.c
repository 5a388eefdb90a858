/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/relayfile.h"

#include "runtime/clock.h"

struct restored {
	struct relay *relay;
	struct wall now;
};

void
relayfile_init(struct relayfile *file, const char *folder, int64_t every_us)
{
	*file = (struct relayfile){.every_us = every_us, .begun_us = clock_steady()};
	statefile_init(&file->file, folder, "guard", 0, "counts");
}

static int
save_all(const void *context, struct save *save)
{
	return relay_save(context, save);
}

static int
restore_all(void *context, struct restore *restore, struct fail *fail)
{
	struct restored *restored = context;

	return relay_restore(restored->relay, restore, restored->now, fail);
}

int
relayfile_load(struct relayfile *file, struct relay *relay, struct wall now, struct fail *fail)
{
	struct restored restored = {relay, now};

	return statefile_load(&file->file, restore_all, &restored, fail);
}

void
relayfile_watch(struct relayfile *file, const struct relay *relay)
{
	int64_t now = clock_steady();

	(void)statefile_watch(&file->file, true);
	if (statefile_is_busy(&file->file) || now - file->begun_us < file->every_us)
		return;
	file->begun_us = now;
	statefile_begin(&file->file, save_all, relay);
}

void
relayfile_finish(struct relayfile *file, const struct relay *relay)
{
	statefile_begin(&file->file, save_all, relay);
}

bool
relayfile_is_over(struct relayfile *file)
{
	(void)statefile_watch(&file->file, true);
	return !statefile_is_busy(&file->file);
}
