/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/opening.h"

#include "runtime/sockets.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

/* Connections that wait to be taken. */
#define BACKLOG 16

void
opening_describe(const struct opened *opened, char into[96])
{
	static const char *const kinds[] = {
		[LISTEN_UDP] = "udp", [LISTEN_TCP] = "tcp", [LISTEN_PACKETS] = "packets"};
	const struct listen *listen = &opened->listen;
	char address[ADDRESS_TEXT];

	address_format(&listen->address, address);
	if (listen->kind == LISTEN_PACKETS)
		snprintf(into, 96, "packets:%s", listen->interface);
	else
		snprintf(into, 96, address_is_v4(&listen->address) ? "%s:%s:%u" : "%s:[%s]:%u",
			kinds[listen->kind], address, opened->port);
}

static void
close_entry(struct opened *opened)
{
	for (uint32_t i = 0; i < ESTATE_RECEIVERS; i++) {
		if (opened->descriptor[i] >= 0)
			close(opened->descriptor[i]);
	}
}

static int
open_udp(struct opened *opened, const struct daemon_settings *settings, struct fail *fail)
{
	struct udp_settings udp = {
		.address = opened->listen.address,
		.port = opened->listen.port,
		.buffer = (uint32_t)settings->receive.buffer_bytes,
		.count = (uint16_t)settings->estate.receivers,
		.merge = settings->estate.receivers == 1,
	};
	int r = sockets_open_udp(&udp, opened->descriptor, NULL, fail);

	if (r == 0)
		r = sockets_port(opened->descriptor[0]);
	if (r > 0)
		opened->port = (uint16_t)r;
	return r < 0 ? r : 0;
}

/* One receiver has it. */
static int
open_tcp(struct opened *opened, uint32_t receiver, struct fail *fail)
{
	int r = sockets_open_tcp(&opened->listen.address, opened->listen.port, BACKLOG, fail);

	if (r < 0)
		return r;
	opened->descriptor[receiver] = r;
	r = sockets_port(r);
	if (r > 0)
		opened->port = (uint16_t)r;
	return r < 0 ? r : 0;
}

static int
open_entry(struct opened *opened, const struct listen *listen,
	const struct daemon_settings *settings, uint32_t number, struct fail *fail)
{
	*opened = (struct opened){.listen = *listen};
	for (uint32_t i = 0; i < ESTATE_RECEIVERS; i++)
		opened->descriptor[i] = -1;
	switch (listen->kind) {
	case LISTEN_UDP:
		return open_udp(opened, settings, fail);
	case LISTEN_TCP:
		return open_tcp(opened, number % settings->estate.receivers, fail);
	case LISTEN_PACKETS:
		break;
	}
	fail_what(fail, "packets of an interface cannot be read yet");
	return -ENOTSUP;
}

static bool
is_same(const struct listen *a, const struct listen *b)
{
	return a->kind == b->kind && address_equal(&a->address, &b->address) &&
		a->port == b->port && strcmp(a->interface, b->interface) == 0;
}

static struct opened *
find_entry(struct opening *opening, const struct listen *listen)
{
	for (size_t i = 0; i < opening->count; i++) {
		if (is_same(&opening->entry[i].listen, listen))
			return &opening->entry[i];
	}
	return NULL;
}

/* What stays and what is new into `next`; what was opened new is told in
 * is_new. */
static int
open_all(struct opening *opening, struct opening *next, bool is_new[DAEMON_LISTEN],
	const struct daemon_settings *settings, struct fail *fail)
{
	for (size_t i = 0; i < settings->listen_count; i++) {
		struct opened *same = find_entry(opening, &settings->listen[i]);
		int r;

		next->count = i + 1;
		is_new[i] = same == NULL;
		if (same != NULL) {
			next->entry[i] = *same;
			continue;
		}
		r = open_entry(&next->entry[i], &settings->listen[i], settings, (uint32_t)i, fail);
		if (r < 0)
			return r;
	}
	return 0;
}

int
opening_change(struct opening *opening, const struct daemon_settings *settings, struct fail *fail)
{
	struct opening next = *opening;
	bool is_new[DAEMON_LISTEN] = {false};
	int r;

	next.count = 0;
	r = open_all(opening, &next, is_new, settings, fail);
	if (r < 0) {
		for (size_t i = 0; i < next.count; i++) {
			if (is_new[i])
				close_entry(&next.entry[i]);
		}
		return r;
	}
	for (size_t i = 0; i < opening->count; i++) {
		if (find_entry(&next, &opening->entry[i].listen) == NULL)
			close_entry(&opening->entry[i]);
	}
	*opening = next;
	return 0;
}

void
opening_of(const struct opening *opening, uint32_t receiver, struct receiver_sockets *ret)
{
	ret->count = 0;
	for (size_t i = 0; i < opening->count; i++) {
		if (opening->entry[i].descriptor[receiver] >= 0)
			ret->socket[ret->count++] = (struct receiver_socket){
				.kind = opening->entry[i].listen.kind,
				.descriptor = opening->entry[i].descriptor[receiver],
			};
	}
}

void
opening_close(struct opening *opening)
{
	for (size_t i = 0; i < opening->count; i++)
		close_entry(&opening->entry[i]);
	if (opening->control >= 0) {
		(void)unlink(opening->control_path);
		close(opening->control);
	}
	if (opening->metrics >= 0)
		close(opening->metrics);
	*opening = OPENING_NONE;
}
