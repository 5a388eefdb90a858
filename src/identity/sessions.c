/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/sessions.h"

#include <errno.h>

int
sessions_set(struct linetable *sessions, uint64_t line, const struct session_of_line *session,
	struct text name, struct text user, struct wall now)
{
	struct session_of_line made = *session, known;

	if (name.length == 0 || name.length > SESSIONS_NAME)
		return -EMSGSIZE;
	/* One that came late says nothing of what is now. */
	if (sessions_find(sessions, line, &known) == 0 && known.begun.us > made.begun.us)
		return 0;
	made.name_length = (uint8_t)name.length;
	made.user_length = user.length <= SESSIONS_USER ? (uint8_t)user.length : 0;
	memset(made.name, 0, sizeof(made.name));
	memset(made.user, 0, sizeof(made.user));
	memset(made.zero, 0, sizeof(made.zero));
	memcpy(made.name, name.at, made.name_length);
	if (made.user_length > 0)
		memcpy(made.user, user.at, made.user_length);
	(void)linetable_put(sessions, line, &made, now);
	return 0;
}

void
sessions_end(struct linetable *sessions, uint64_t line, struct text name)
{
	struct session_of_line known;

	if (sessions_find(sessions, line, &known) == 0 &&
		text_equal((struct text){known.name, known.name_length}, name))
		(void)linetable_remove(sessions, line);
}

int
sessions_find(const struct linetable *sessions, uint64_t line, struct session_of_line *ret)
{
	if (linetable_find(sessions, line, ret) < 0 || ret->name_length == 0 ||
		ret->name_length > SESSIONS_NAME || ret->user_length > SESSIONS_USER)
		return -ENOENT;
	return 0;
}
