/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/ledgerfile.h"

#include "program/complaint.h"
#include "program/daemonsettings.h"
#include "program/settings.h"
#include "program/verbs.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define LOGIN_NONE UINT32_MAX

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

static const char *
user_name(uid_t id)
{
	const struct passwd *user = getpwuid(id);

	return user != NULL ? user->pw_name : "user";
}

/* The kernel remembers who logged in: sudo does not change it. */
static uint64_t
login_id(void)
{
	FILE *file = fopen("/proc/self/loginuid", "re");
	char line[16];
	uint64_t id = LOGIN_NONE;

	if (file == NULL)
		return LOGIN_NONE;
	if (fgets(line, sizeof(line), file) == NULL ||
		text_parse_u64(text_of(line), UINT32_MAX, &id) < 0)
		id = LOGIN_NONE;
	fclose(file);
	return id;
}

static void
find_actor(char into[AUDIT_ACTOR + 1])
{
	uint64_t login = login_id();
	uid_t id = getuid();
	int n = snprintf(into, AUDIT_ACTOR + 1, "%.24s (%u)", user_name(id), (unsigned)id);

	if (login != LOGIN_NONE && login != id && n > 0)
		snprintf(into + n, (size_t)(AUDIT_ACTOR + 1 - n), ", %.16s (%u)",
			user_name((uid_t)login), (unsigned)login);
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
	char actor[AUDIT_ACTOR + 1];

	find_actor(actor);
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
