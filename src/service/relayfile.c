/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/relayfile.h"

#include "runtime/clock.h"

void
relayfile_init(struct relayfile *file, const char *folder, const char *ending, int64_t every_us)
{
	*file = (struct relayfile){.every_us = every_us, .begun_us = clock_steady()};
	statefile_init(&file->file, folder, "guard", 0, ending);
}

void
relayfile_keep(struct relayfile *file, statefile_save save, const void *of)
{
	file->save = save;
	file->of = of;
}

void
relayfile_watch(struct relayfile *file)
{
	uint64_t failed = file->file.failed;
	int64_t now = clock_steady();

	if (file->save == NULL)
		return;
	if (statefile_watch(&file->file, true))
		file->fails = false;
	file->fails = file->fails || file->file.failed > failed;
	if (statefile_is_busy(&file->file) || now - file->begun_us < file->every_us)
		return;
	file->begun_us = now;
	statefile_begin(&file->file, file->save, file->of);
}

void
relayfile_finish(struct relayfile *file)
{
	if (file->save != NULL)
		statefile_begin(&file->file, file->save, file->of);
}

bool
relayfile_is_over(struct relayfile *file)
{
	if (file->save == NULL)
		return true;
	(void)statefile_watch(&file->file, true);
	return !statefile_is_busy(&file->file);
}
