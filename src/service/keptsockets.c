/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/keptsockets.h"

#include "runtime/sockets.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct kept_socket *
find(const struct keptsockets *in, const struct kept_place *place)
{
	for (size_t i = 0; i < in->count; i++) {
		const struct kept_place *other = &in->entry[i].place;

		if (other->protocol == place->protocol && strcmp(other->path, place->path) == 0 &&
			address_equal(&other->address, &place->address) &&
			other->port == place->port)
			return &in->entry[i];
	}
	return NULL;
}

void
keptsockets_describe(const struct keptsockets *sockets, size_t number, char into[KEPT_TEXT])
{
	const struct kept_socket *opened = &sockets->entry[number];
	const struct kept_place *place = &opened->place;
	const char *protocol = sockets->kind->protocols[place->protocol];
	char address[ADDRESS_TEXT];

	if (*place->path) {
		snprintf(into, KEPT_TEXT, "%s:unix:%s", protocol, place->path);
		return;
	}
	address_format(&place->address, address);
	snprintf(into, KEPT_TEXT, address_is_v4(&place->address) ? "%s:%s:%u" : "%s:[%s]:%u",
		protocol, address, opened->port);
}

/* In the entry behind the last. */
static int
add(const struct keptsockets *now, struct keptsockets *next, const void *context, struct fail *fail)
{
	struct kept_socket *opened = &next->entry[next->count];
	const struct kept_place *place = &opened->place;
	const struct kept_socket *same = find(now, place);
	int r;

	if (find(next, place) != NULL && (*place->path || place->port != 0)) {
		char at[KEPT_TEXT];

		keptsockets_describe(next, next->count, at);
		fail_where(fail, "%s", next->kind->option);
		fail_what(fail, "%s is there twice", at);
		return -EEXIST;
	}
	if (same != NULL) {
		*opened = *same;
		opened->is_kept = true;
		next->count++;
		return 0;
	}
	r = opened->descriptor = next->kind->open(place, context, fail);
	if (r < 0)
		return r;
	next->count++;
	r = *place->path ? 0 : sockets_port(opened->descriptor);
	if (r > 0)
		opened->port = (uint16_t)r;
	return r < 0 ? r : 0;
}

int
keptsockets_prepare(const struct keptsockets *now, const struct keptsockets_kind *kind,
	const struct kept_place *places, size_t count, const void *context,
	struct keptsockets *next, struct fail *fail)
{
	must(count <= KEPT_PLACES);
	*next = (struct keptsockets){.kind = kind};
	for (size_t i = 0; i < count; i++) {
		int r;

		next->entry[i] = (struct kept_socket){.place = places[i], .port = places[i].port};
		r = add(now, next, context, fail);
		if (r < 0) {
			keptsockets_drop(next);
			return r;
		}
	}
	return 0;
}

void
keptsockets_take(struct keptsockets *now, const struct keptsockets *next)
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
keptsockets_drop(struct keptsockets *next)
{
	for (size_t i = 0; i < next->count; i++) {
		if (!next->entry[i].is_kept)
			close(next->entry[i].descriptor);
	}
	next->count = 0;
}
