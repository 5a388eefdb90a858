/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/relayopening.h"

#include "runtime/sockets.h"

#include <errno.h>
#include <grp.h>
#include <sys/socket.h>

#define BACKLOG SOMAXCONN

const char *const relay_protocol_names[RELAY_PROTOCOLS] = {"policy", "milter", "logins"};

/* Groups are asked for here: afterwards files of the system may be out of reach. */
static int
open_unix(const char *path, const char *group, struct fail *fail)
{
	struct unix_settings settings = {
		.path = path,
		.type = SOCK_STREAM,
		.mode = *group ? 0660 : 0600,
		.user = (uid_t)-1,
		.group = (gid_t)-1,
		.backlog = BACKLOG,
	};
	const struct group *found = *group ? getgrnam(group) : NULL;

	if (*group && found == NULL) {
		fail_where(fail, "relay.socket-group");
		fail_what(fail, "there is no group \"%s\"", group);
		return -ENOENT;
	}
	if (found != NULL)
		settings.group = found->gr_gid;
	return sockets_open_unix(&settings, fail);
}

static int
open_place(const struct kept_place *place, const void *context, struct fail *fail)
{
	const struct relaying_settings *settings = context;

	return *place->path ? open_unix(place->path, settings->group, fail)
			    : sockets_open_tcp(&place->address, place->port, BACKLOG, fail);
}

static const struct keptsockets_kind kind = {"relay.listen", relay_protocol_names, open_place};

int
relayopening_prepare(const struct keptsockets *now, const struct relaying_settings *settings,
	struct keptsockets *next, struct fail *fail)
{
	return keptsockets_prepare(
		now, &kind, settings->place, settings->place_count, settings, next, fail);
}
