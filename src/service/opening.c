/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/opening.h"

#include "runtime/event.h"
#include "runtime/sockets.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* Connections that wait to be taken: of those who ask. Exporters that wait are as many as the system lets them be. */
#define BACKLOG 16
/* Below it ports are for the privileged. */
#define PORT_FREE 1024

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

/* Bytes that may wait in the kernel for one receiver, as it gave them. */
static int
buffer_of(const struct opened *opened)
{
	int bytes = 0;
	socklen_t size = sizeof(bytes);

	for (uint32_t i = 0; i < ESTATE_RECEIVERS; i++) {
		if (opened->descriptor[i] >= 0 &&
			getsockopt(opened->descriptor[i], SOL_SOCKET, SO_RCVBUF, &bytes, &size) ==
				0)
			break;
	}
	return bytes;
}

static void
close_entry(struct opened *opened)
{
	for (uint32_t i = 0; i < ESTATE_RECEIVERS; i++) {
		if (opened->descriptor[i] >= 0)
			close(opened->descriptor[i]);
		opened->descriptor[i] = -1;
	}
}

/* What the kernel counted of a socket goes with it. */
static void
remember_drops(struct opening *opening, const struct opened *opened)
{
	uint32_t drops;

	if (opened->listen.kind != LISTEN_UDP)
		return;
	for (uint32_t i = 0; i < ESTATE_RECEIVERS; i++) {
		if (opened->descriptor[i] >= 0 && sockets_drops(opened->descriptor[i], &drops) == 0)
			opening->dropped[i] += drops;
	}
}

static bool
is_privileged(const struct listen *listen)
{
	return listen->kind == LISTEN_PACKETS ||
		(listen->kind == LISTEN_UDP && listen->port > 0 && listen->port < PORT_FREE &&
			geteuid() != 0);
}

/* A socket of the service manager takes it already. */
static bool
is_covered(const struct opening *opening, const struct listen *listen)
{
	for (size_t i = 0; i < opening->given.count; i++) {
		if (given_covers(&opening->given.place[i], listen))
			return true;
	}
	return false;
}

bool
opening_needs_gate(const struct opening *opening, const struct daemon_settings *settings)
{
	for (size_t i = 0; i < settings->listen_count; i++) {
		if (is_privileged(&settings->listen[i]) &&
			!is_covered(opening, &settings->listen[i]))
			return true;
	}
	return settings->xdp_count > 0;
}

static int
open_udp(struct opened *opened, const struct daemon_settings *settings, uint32_t seed,
	struct gateclient *gate, struct fail *fail)
{
	struct udp_settings udp = {
		.address = opened->listen.address,
		.port = opened->listen.port,
		.buffer = (uint32_t)settings->receive.buffer_bytes,
		.seed = seed,
		.count = (uint16_t)settings->estate.receivers,
		.merge = settings->estate.receivers == 1,
	};
	int r = is_privileged(&opened->listen) && gate != NULL
		? gateclient_udp(gate, &udp, opened->descriptor, NULL, fail)
		: sockets_open_udp(&udp, opened->descriptor, NULL, fail);

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
	int r = sockets_open_tcp(&opened->listen.address, opened->listen.port, SOMAXCONN, fail);

	if (r < 0)
		return r;
	opened->descriptor[receiver] = r;
	r = sockets_port(r);
	if (r > 0)
		opened->port = (uint16_t)r;
	return r < 0 ? r : 0;
}

/* One receiver has it. */
static int
open_packets(struct opened *opened, uint32_t receiver, struct gateclient *gate, struct fail *fail)
{
	int r;

	memcpy(opened->packets.interface, opened->listen.interface,
		sizeof(opened->packets.interface));
	if (gate == NULL) {
		fail_where(fail, "packets:%s", opened->listen.interface);
		fail_what(fail, "the gate, which opens interfaces, was not started");
		fail_hint(fail, "a change to packets of an interface needs a restart");
		return -EPERM;
	}
	r = gateclient_packets(gate, &opened->packets, fail);
	if (r < 0)
		return r;
	opened->descriptor[receiver] = r;
	return 0;
}

static int
open_entry(struct opened *opened, const struct listen *listen,
	const struct daemon_settings *settings, uint32_t number, uint32_t seed,
	struct gateclient *gate, struct fail *fail)
{
	*opened = (struct opened){.listen = *listen};
	for (uint32_t i = 0; i < ESTATE_RECEIVERS; i++)
		opened->descriptor[i] = -1;
	switch (listen->kind) {
	case LISTEN_UDP:
		return open_udp(opened, settings, seed, gate, fail);
	case LISTEN_TCP:
		return open_tcp(opened, number % settings->estate.receivers, fail);
	case LISTEN_PACKETS:
		return open_packets(opened, number % settings->estate.receivers, gate, fail);
	}
	return -EINVAL;
}

bool
opening_is_same(const struct listen *a, const struct listen *b)
{
	return a->kind == b->kind && address_equal(&a->address, &b->address) &&
		a->port == b->port && strcmp(a->interface, b->interface) == 0;
}

/* What is open for this place and not spoken for, as long as it is of use: the ring of an interface that was taken away
 * is not. Its index, or -1. */
static int
find_entry(const struct opening *opening, const struct listen *listen,
	const bool is_kept[DAEMON_LISTEN], uint32_t receivers)
{
	for (size_t i = 0; i < opening->count; i++) {
		const struct opened *entry = &opening->entry[i];

		if (entry->is_given || is_kept[i] || !opening_is_same(&entry->listen, listen))
			continue;
		if (listen->kind != LISTEN_PACKETS)
			return (int)i;
		for (uint32_t k = 0; k < receivers; k++) {
			if (entry->descriptor[k] >= 0 &&
				packetring_look(entry->descriptor[k]) != PACKETRING_GONE)
				return (int)i;
		}
	}
	return -1;
}

/* What the steps of a change share. */
struct change {
	const struct daemon_settings *settings;
	struct gateclient *gate;
	bool is_kept[DAEMON_LISTEN]; /* of what was open */
	bool is_new[DAEMON_LISTEN];  /* of what is to be */
};

/* The same place twice would be read twice. Any free port is another one each time. */
static int
check_listed(const struct daemon_settings *settings, size_t number, struct fail *fail)
{
	struct opened entry = {
		.listen = settings->listen[number], .port = settings->listen[number].port};
	char at[96];

	if (entry.listen.kind != LISTEN_PACKETS && entry.listen.port == 0)
		return 0;
	for (size_t i = 0; i < number; i++) {
		if (!opening_is_same(&settings->listen[i], &entry.listen))
			continue;
		opening_describe(&entry, at);
		fail_where(fail, "receive.listen");
		fail_what(fail, "%s is there twice", at);
		return -EEXIST;
	}
	return 0;
}

/* Whose the port is that could not be opened: another process's, or our own at another address. */
static void
tell_own(const struct opening *of, size_t count, const struct listen *listen, struct fail *fail)
{
	char at[96];

	for (size_t i = 0; i < count; i++) {
		const struct opened *entry = &of->entry[i];

		if (entry->listen.kind != listen->kind || entry->port != listen->port)
			continue;
		opening_describe(entry, at);
		fail_what(fail, "cannot be opened: this daemon itself has %s", at);
		fail_hint(fail, "leave that out in a reload before, or restart the daemon");
		return;
	}
}

/* Beside what was given, what stays and what is new into `next`. */
static int
open_all(struct opening *opening, struct opening *next, struct change *change, struct fail *fail)
{
	const struct daemon_settings *settings = change->settings;

	next->count = opening->given.count;
	for (size_t i = 0; i < settings->listen_count; i++) {
		const struct listen *listen = &settings->listen[i];
		size_t at = next->count;
		int same, r = check_listed(settings, i, fail);

		if (r < 0)
			return r;
		if (is_covered(opening, listen))
			continue;
		if (at == DAEMON_LISTEN) {
			fail_where(fail, "receive.listen");
			fail_what(fail,
				"with the sockets of the service manager more than %d places",
				DAEMON_LISTEN);
			return -E2BIG;
		}
		same = find_entry(opening, listen, change->is_kept, settings->estate.receivers);
		next->count++;
		change->is_new[at] = same < 0;
		if (same >= 0) {
			change->is_kept[same] = true;
			next->entry[at] = opening->entry[same];
			continue;
		}
		r = open_entry(&next->entry[at], listen, settings, (uint32_t)at, opening->seed,
			change->gate, fail);
		if (r == -EADDRINUSE) {
			tell_own(next, at, listen, fail);
			tell_own(opening, opening->count, listen, fail);
		}
		if (r < 0)
			return r;
	}
	return 0;
}

int
opening_take(struct opening *opening, const struct activation *activation,
	const struct daemon_settings *settings, uint32_t seed, struct fail *fail)
{
	uint32_t receivers = settings->estate.receivers;
	struct given *given = &opening->given;
	int r = given_sort(given, activation, receivers, fail);

	opening->seed = seed;
	if (r == 0)
		r = given_prepare(given, settings, seed, fail);
	if (r < 0)
		return r;
	opening->control = given->control;
	opening->metrics = given->metrics;
	for (size_t i = 0; i < given->count; i++) {
		const struct given_place *place = &given->place[i];
		struct opened *opened = &opening->entry[opening->count++];

		*opened = (struct opened){
			.listen = place->listen, .port = place->listen.port, .is_given = true};
		for (uint32_t k = 0; k < ESTATE_RECEIVERS; k++)
			opened->descriptor[k] = -1;
		if (place->listen.kind == LISTEN_TCP)
			opened->descriptor[i % receivers] = place->descriptor[0];
		else
			memcpy(opened->descriptor, place->descriptor,
				place->count * sizeof(*place->descriptor));
	}
	return 0;
}

/* Is the file at the path of the control socket still the one that was made there? It may have been removed, or another
 * daemon's may be in its place. */
static bool
has_control_file(const struct opening *opening)
{
	struct stat is;

	return *opening->control_path && lstat(opening->control_path, &is) == 0 &&
		is.st_dev == opening->control_device && is.st_ino == opening->control_inode;
}

/* Notes which file was made; if it is gone already, the next look finds that. */
static void
note_control_file(struct opening *opening)
{
	struct stat is = {0};

	(void)lstat(opening->control_path, &is);
	opening->control_device = is.st_dev;
	opening->control_inode = is.st_ino;
}

static void
remove_control_file(const struct opening *opening)
{
	if (has_control_file(opening))
		(void)unlink(opening->control_path);
}

/* The folder of the socket is made if it is missing; who may ask is decided by who he is, not by the file's mode. */
static int
open_control(struct opening *next, const struct opening *opening,
	const struct daemon_settings *settings, struct fail *fail)
{
	struct unix_settings unix_settings = {
		.path = settings->control,
		.type = SOCK_STREAM,
		.mode = 0666,
		.user = (uid_t)-1,
		.group = (gid_t)-1,
		.backlog = BACKLOG,
	};
	char folder[DAEMON_PATH];
	char *slash;

	if (opening->given.control >= 0)
		return 0;
	if (strcmp(settings->control, opening->control_path) == 0 &&
		(*settings->control == '\0' || has_control_file(opening)))
		return 0;
	snprintf(next->control_path, sizeof(next->control_path), "%s", settings->control);
	next->control = -1;
	if (*settings->control == '\0')
		return 0;
	snprintf(folder, sizeof(folder), "%s", settings->control);
	slash = strrchr(folder, '/');
	if (slash != NULL && slash != folder) {
		*slash = '\0';
		if (mkdir(folder, 0755) == 0)
			(void)chmod(folder, 0755);
	}
	next->control = sockets_open_unix(&unix_settings, fail);
	if (next->control < 0) {
		/* The parent is shut in since the start. */
		if (*opening->control_path &&
			(next->control == -EACCES || next->control == -ENOENT))
			fail_hint(fail,
				"a reload makes it only in the folder where it was at the start "
				"and in those below, while they are there: restart the daemon");
		return next->control;
	}
	note_control_file(next);
	return 0;
}

static int
open_metrics(struct opening *next, const struct opening *opening,
	const struct daemon_settings *settings, struct fail *fail)
{
	if (opening->given.metrics >= 0 ||
		opening_is_same(&settings->metrics, &opening->metrics_at))
		return 0;
	next->metrics_at = settings->metrics;
	next->metrics = -1;
	if (settings->metrics.port == 0)
		return 0;
	next->metrics =
		sockets_open_tcp(&settings->metrics.address, settings->metrics.port, BACKLOG, fail);
	return next->metrics < 0 ? next->metrics : 0;
}

/* The filter reads at the sockets that are open; both are there for the daemon's whole life. */
static int
open_filter(struct opening *next, const struct daemon_settings *settings, struct gateclient *gate,
	struct fail *fail)
{
	struct filter_socket sockets[DAEMON_LISTEN];
	size_t count = 0;

	if (settings->xdp_count == 0 || next->filter.count > 0)
		return 0;
	for (size_t i = 0; i < next->count; i++) {
		if (next->entry[i].listen.kind == LISTEN_UDP)
			sockets[count++] = (struct filter_socket){
				next->entry[i].listen.address, next->entry[i].port};
	}
	return filteropening_open(&next->filter, settings, sockets, count, gate, fail);
}

/* What next has and opening has not, or the other way round. */
static void
close_other(const struct opening *of, const struct opening *than)
{
	if (of->control >= 0 && of->control != than->control)
		close(of->control);
	if (of->metrics >= 0 && of->metrics != than->metrics)
		close(of->metrics);
}

/* A change that cannot be made whole leaves nothing behind. */
static void
take_back(struct opening *next, const struct opening *opening, const struct change *change)
{
	if (next->control >= 0 && next->control != opening->control)
		remove_control_file(next);
	close_other(next, opening);
	for (size_t i = 0; i < next->count; i++) {
		if (change->is_new[i])
			close_entry(&next->entry[i]);
	}
}

int
opening_change(struct opening *opening, const struct daemon_settings *settings,
	struct gateclient *gate, struct fail *fail)
{
	struct change change = {.settings = settings, .gate = gate};
	struct opening next = *opening;
	int r;

	next.count = 0;
	r = open_all(opening, &next, &change, fail);
	if (r == 0)
		r = open_control(&next, opening, settings, fail);
	if (r == 0)
		r = open_metrics(&next, opening, settings, fail);
	if (r == 0)
		r = open_filter(&next, settings, gate, fail);
	if (r < 0) {
		take_back(&next, opening, &change);
		return r;
	}
	for (size_t i = 0; i < opening->count; i++) {
		if (opening->entry[i].is_given || change.is_kept[i])
			continue;
		remember_drops(&next, &opening->entry[i]);
		close_entry(&opening->entry[i]);
	}
	close_other(opening, &next);
	if (next.control != opening->control)
		remove_control_file(opening);
	*opening = next;
	return 0;
}

void
opening_of(const struct opening *opening, uint32_t receiver, struct receiver_sockets *ret)
{
	ret->count = 0;
	ret->dropped = opening->dropped[receiver];
	ret->filter = filteropening_of(&opening->filter, receiver);
	for (size_t i = 0; i < opening->count; i++) {
		if (opening->entry[i].descriptor[receiver] >= 0)
			ret->socket[ret->count++] = (struct receiver_socket){
				.kind = opening->entry[i].listen.kind,
				.descriptor = opening->entry[i].descriptor[receiver],
				.packets = opening->entry[i].packets,
			};
	}
}

void
opening_close(struct opening *opening)
{
	for (size_t i = 0; i < opening->count; i++)
		close_entry(&opening->entry[i]);
	if (opening->control >= 0) {
		remove_control_file(opening);
		close(opening->control);
	}
	if (opening->metrics >= 0)
		close(opening->metrics);
	filteropening_close(&opening->filter);
	*opening = OPENING_NONE;
}

void
opening_tell(const struct opening *opening)
{
	for (size_t i = 0; i < opening->count; i++) {
		char at[96];

		opening_describe(&opening->entry[i], at);
		event(EVENT_LISTENING, "at=%s buffer=%d", at, buffer_of(&opening->entry[i]));
	}
	filteropening_tell(&opening->filter);
}
