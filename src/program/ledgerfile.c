/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/ledgerfile.h"

#include "program/actor.h"
#include "program/complaint.h"
#include "program/daemonsettings.h"
#include "program/settings.h"
#include "program/verbs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

_Static_assert(ACTOR_TEXT == AUDIT_ACTOR + 1, "the ledger keeps all of it");

/* Where the daemon that this user would start keeps it. */
static int
find_default(const struct config *config, char into[LEDGERFILE_PATH], struct fail *fail)
{
	char state[DAEMON_PATH];
	int n;

	if (daemonsettings_state(config, state, fail) < 0) {
		fail_hint(fail, "name it with --ledger FILE");
		return -ENOENT;
	}
	n = snprintf(into, LEDGERFILE_PATH, "%s/ledger.sqlite", state);
	return n < LEDGERFILE_PATH ? 0 : -ENAMETOOLONG;
}

int
ledgerfile_find(const char **path, const char *settings, char into[LEDGERFILE_PATH])
{
	struct config *config = NULL;
	struct fail fail = {0};
	const char *configured;
	int code, r = 0;

	if (*path != NULL)
		return EXIT_DONE;
	code = settings_load(&config, settings, NULL);
	if (code != EXIT_DONE)
		return code;
	configured = config_string(config, "ledger.path");
	if (*configured)
		snprintf(into, LEDGERFILE_PATH, "%s", configured);
	else
		r = find_default(config, into, &fail);
	config_free(config);
	*path = into;
	return r < 0 ? ledgerfile_complain(&fail) : EXIT_DONE;
}

/* The system's clock. */
static struct wall
system_now(void)
{
	struct timespec now;

	must(clock_gettime(CLOCK_REALTIME, &now) == 0);
	return (struct wall){(int64_t)now.tv_sec * WALL_SECOND + now.tv_nsec / 1000};
}

int
ledgerfile_open(struct ledger **ret, const char *path, enum store_mode mode, struct fail *fail)
{
	struct ledger_settings settings = LEDGER_DEFAULTS;
	char actor[ACTOR_TEXT];

	actor_find(actor);
	settings.where = path;
	settings.mode = mode;
	settings.actor = text_of(actor);
	settings.now = system_now();
	return ledger_open(ret, &settings, fail);
}

int
ledgerfile_open_best(struct ledger **ret, const char *path, struct fail *why, struct fail *fail)
{
	if (ledgerfile_open(ret, path, STORE_WRITE, why) == 0) {
		*why = (struct fail){0};
		return 0;
	}
	return ledgerfile_open(ret, path, STORE_READ, fail);
}

int
ledgerfile_complain(const struct fail *fail)
{
	complaint_print(fail);
	return EXIT_INPUT;
}
