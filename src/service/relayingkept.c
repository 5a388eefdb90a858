/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/relayinginside.h"
#include "service/statefolder.h"

#include <errno.h>

/* A guard that began so often with what was kept, and died young, begins without it. */
#define TRIES_KEPT 2

/* Before what is counted. */
struct kept {
	struct wall began;
	uint64_t cleared; /* relayorders.cleared */
	uint32_t has_logs;
	uint32_t has_standing;
	struct relayshare_standing standing;
};

static uint64_t
layout(void)
{
	return save_layout(&(size_t){sizeof(struct kept)}, 1);
}

/* Counts and how far logs were read are of one moment: nothing of a log is counted twice, or never. */
static int
save_all(const void *context, struct save *save)
{
	const struct relaying *relaying = context;
	struct kept kept = {.began = relaying->began,
		.cleared = relaying->orders.cleared,
		.has_logs = relaying->logs != NULL,
		.has_standing = relaying->share != NULL};
	int r;

	if (relaying->share != NULL)
		relayshare_standing(relaying->share, &kept.standing);

	save_section(save, "guard", layout(), sizeof(kept));
	save_bytes(save, &kept, sizeof(kept));
	r = relay_save(relaying->relay, save);
	if (relaying->logs != NULL)
		relaylogs_save(relaying->logs, save);
	return r < 0 ? r : save_error(save);
}

static void
take_kept(struct relaying *relaying, const struct kept *kept)
{
	relaying->began = kept->began;
	relaying->has_standing = kept->has_standing == 1 &&
		memchr(kept->standing.position, '\0', sizeof(kept->standing.position)) != NULL;
	relaying->standing = kept->standing;
}

static int
restore_all(void *context, struct restore *restore, struct fail *fail)
{
	struct relaying *relaying = context;
	const struct relaylogs_settings none = relaying_logs_settings(relaying);
	struct relaylogs *unwanted;
	struct kept kept = {0};
	int r = restore_struct(restore, "guard", layout(), &kept, sizeof(kept), fail);

	if (r == 0 && !restore_is_time(kept.began))
		r = restore_damaged(restore, fail, "a time that cannot be");
	if (r == 0)
		take_kept(relaying, &kept);
	if (r == 0)
		relaying->orders.cleared = kept.cleared;
	if (r == 0)
		r = relay_restore(relaying->relay, restore, relaying->duty.clock.now, fail);
	if (r < 0 || kept.has_logs == 0)
		return r;
	if (relaying->logs != NULL)
		return relaylogs_restore(relaying->logs, restore, fail);
	unwanted = relaylogs_new(relaying->base, &none);
	r = relaylogs_restore(unwanted, restore, fail);
	relaylogs_free(unwanted);
	return r;
}

/* Of a guard that knows nothing yet. */
static void
make_all(struct relaying *relaying)
{
	struct relay_settings settings = relaying_relay_settings(relaying);

	relaying->began = relaying->duty.clock.now;
	relaying->has_standing = false;
	relaying->relay = relay_new(&settings);
	relaying_follow_logs(relaying);
}

/* What guards before this one knew; what was half restored is thrown away. */
void
relaying_restore(struct relaying *relaying, unsigned tries)
{
	struct relayfile *file = &relaying->file;
	char folder[STATEFOLDER_PATH];
	struct fail fail = {0};
	int r = -ECANCELED;

	statefolder_of(relaying->settings->state, OWNER_GUARD, folder);
	relayfile_init(file, folder, "counts", relaying->settings->relaying.save_us);
	make_all(relaying);
	if (tries <= TRIES_KEPT)
		r = statefile_load(&file->file, restore_all, relaying, &fail);
	else
		fail_what(&fail, "guards that began with it died %u times", tries);
	if (r < 0 && r != -ENOENT) {
		relay_free(relaying->relay);
		relaying->logs = relaylogs_free(relaying->logs);
		make_all(relaying);
		statefile_put_aside(&file->file);
		duty_tell_refused(file->file.path, "the counts of the guard cannot be used", &fail);
	}
	relay_began(relaying->relay, relaying->began);
	relayfile_keep(file, save_all, relaying);
}
