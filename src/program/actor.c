/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/actor.h"

#include "base/text.h"

#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

#define LOGIN_NONE UINT32_MAX

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

void
actor_find(char into[ACTOR_TEXT])
{
	uint64_t login = login_id();
	uid_t id = getuid();
	int n = snprintf(into, ACTOR_TEXT, "%.24s (%u)", user_name(id), (unsigned)id);

	if (login != LOGIN_NONE && login != id && n > 0)
		snprintf(into + n, (size_t)(ACTOR_TEXT - n), ", %.16s (%u)",
			user_name((uid_t)login), (unsigned)login);
}
