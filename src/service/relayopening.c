/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/relayopening.h"

#include "runtime/sockets.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG SOMAXCONN

const char *const relay_protocol_names[RELAY_PROTOCOLS] = {"policy", "milter", "logins"};

static bool
is_same(const struct relay_place *a, const struct relay_place *b)
{
	return a->protocol == b->protocol && strcmp(a->path, b->path) == 0 &&
		address_equal(&a->address, &b->address) && a->port == b->port;
}

void
relayopening_describe(const struct relay_opened *opened, char into[192])
{
	const struct relay_place *place = &opened->place;
	const char *protocol = relay_protocol_names[place->protocol];
	char address[ADDRESS_TEXT];

	if (*place->path) {
		snprintf(into, 192, "%s:unix:%s", protocol, place->path);
		return;
	}
	address_format(&place->address, address);
	snprintf(into, 192, address_is_v4(&place->address) ? "%s:%s:%u" : "%s:[%s]:%u", protocol,
		address, opened->port);
}

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
open_place(struct relay_opened *opened, const char *group, struct fail *fail)
{
	const struct relay_place *place = &opened->place;
	int r;

	if (*place->path)
		r = open_unix(place->path, group, fail);
	else
		r = sockets_open_tcp(&place->address, place->port, BACKLOG, fail);
	if (r < 0)
		return r;
	opened->descriptor = r;
	if (*place->path)
		return 0;
	r = sockets_port(opened->descriptor);
	if (r > 0)
		opened->port = (uint16_t)r;
	return r < 0 ? r : 0;
}

static const struct relay_opened *
find(const struct relayopening *in, const struct relay_place *place)
{
	for (size_t i = 0; i < in->count; i++) {
		if (is_same(&in->entry[i].place, place))
			return &in->entry[i];
	}
	return NULL;
}

int
relayopening_prepare(const struct relayopening *now, const struct relaying_settings *settings,
	struct relayopening *next, struct fail *fail)
{
	*next = (struct relayopening){.count = 0};
	for (size_t i = 0; i < settings->place_count; i++) {
		const struct relay_place *place = &settings->place[i];
		struct relay_opened *opened = &next->entry[next->count];
		const struct relay_opened *same = find(now, place);
		int r = 0;

		*opened = (struct relay_opened){
			.place = *place, .port = place->port, .descriptor = -1};
		if (find(next, place) != NULL && (*place->path || place->port != 0)) {
			char at[192];

			relayopening_describe(opened, at);
			fail_where(fail, "relay.listen");
			fail_what(fail, "%s is there twice", at);
			r = -EEXIST;
		} else if (same != NULL) {
			*opened = *same;
			opened->is_kept = true;
		} else {
			r = open_place(opened, settings->group, fail);
		}
		if (r < 0) {
			relayopening_drop(next);
			return r;
		}
		next->count++;
	}
	return 0;
}

void
relayopening_take(struct relayopening *now, const struct relayopening *next)
{
	for (size_t i = 0; i < now->count; i++) {
		if (find(next, &now->entry[i].place) == NULL)
			close(now->entry[i].descriptor);
	}
	*now = *next;
	for (size_t i = 0; i < now->count; i++)
		now->entry[i].is_kept = false;
}

void
relayopening_drop(struct relayopening *next)
{
	for (size_t i = 0; i < next->count; i++) {
		if (!next->entry[i].is_kept)
			close(next->entry[i].descriptor);
	}
	next->count = 0;
}
