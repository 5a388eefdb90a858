/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/given.h"

#include "runtime/endpoint.h"
#include "runtime/sockets.h"
#include "runtime/steering.h"

#include <errno.h>
#include <string.h>

static int
refuse(const struct activation_socket *from, const char *what, const char *hint, struct fail *fail)
{
	fail_where(fail, "descriptor %d (%s) of the service manager", from->descriptor, from->name);
	fail_what(fail, "%s", what);
	fail_hint(fail, "%s", hint);
	return -EINVAL;
}

static int
address_of(const struct activation_socket *from, struct given_place *ret)
{
	int only = 0, r = endpoint_own(from->descriptor, &ret->listen.address, &ret->listen.port);
	socklen_t size = sizeof(only);

	if (r < 0 || from->family == AF_INET)
		return r;
	if (getsockopt(from->descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &only, &size) < 0)
		return -errno;
	ret->only_v6 = only != 0;
	return 0;
}

static int
take_one(int *place, const struct activation_socket *from, struct fail *fail)
{
	if (*place >= 0)
		return refuse(from, "is a second one of its kind", "one is enough", fail);
	*place = from->descriptor;
	return 0;
}

static struct given_place *
find_group(struct given *given, const struct given_place *like)
{
	for (size_t i = 0; i < given->count; i++) {
		struct given_place *place = &given->place[i];

		if (place->listen.kind == LISTEN_UDP && like->listen.kind == LISTEN_UDP &&
			place->listen.port == like->listen.port &&
			address_equal(&place->listen.address, &like->listen.address))
			return place;
	}
	return NULL;
}

static int
take_export(struct given *given, const struct activation_socket *from, uint32_t receivers,
	struct fail *fail)
{
	struct given_place place = {
		.listen = {.kind = from->type == SOCK_DGRAM ? LISTEN_UDP : LISTEN_TCP}};
	struct given_place *group;

	if (address_of(from, &place) < 0)
		return refuse(from, "does not say where it listens", "", fail);
	group = find_group(given, &place);
	if (group == NULL) {
		if (given->count == DAEMON_LISTEN)
			return refuse(from, "is one too many", "", fail);
		group = &given->place[given->count++];
		*group = place;
	}
	if (group->count == receivers || group->count == ESTATE_RECEIVERS)
		return refuse(from, "is one more on its port than there are receivers",
			"write each line of the socket unit as often as daemon.receivers says",
			fail);
	group->descriptor[group->count++] = from->descriptor;
	return 0;
}

int
given_sort(struct given *ret, const struct activation *activation, uint32_t receivers,
	struct fail *fail)
{
	int r = 0;

	*ret = (struct given){.control = -1, .metrics = -1};
	for (size_t i = 0; i < activation->count && r == 0; i++) {
		const struct activation_socket *from = &activation->sockets[i];

		if (from->type == SOCK_STREAM && from->family == AF_UNIX)
			r = take_one(&ret->control, from, fail);
		else if (from->family == AF_UNIX || from->type == SOCK_SEQPACKET)
			r = refuse(from, "is of a kind that is of no use here",
				"Unix sockets are for control, with ListenStream=", fail);
		else if (from->type == SOCK_STREAM && strcmp(from->name, "metrics") == 0)
			r = take_one(&ret->metrics, from, fail);
		else
			r = take_export(ret, from, receivers, fail);
	}
	return r;
}

int
given_prepare(const struct given *given, const struct daemon_settings *settings, uint32_t seed,
	struct fail *fail)
{
	int r = 0;

	for (size_t i = 0; i < given->count && r == 0; i++) {
		const struct given_place *place = &given->place[i];
		struct udp_settings udp = {
			.buffer = (uint32_t)settings->receive.buffer_bytes,
			.count = (uint16_t)place->count,
			.merge = place->count == 1,
		};

		if (place->listen.kind != LISTEN_UDP)
			continue;
		for (uint32_t k = 0; k < place->count && r == 0; k++)
			r = sockets_prepare_udp(place->descriptor[k], &udp, NULL, fail);
		if (r == 0 && place->count > 1)
			r = steering_attach(place->descriptor[0], place->count, seed, fail);
	}
	return r;
}

bool
given_covers(const struct given_place *place, const struct listen *listen)
{
	static const struct address all;
	struct address all_v4;

	if (place->listen.kind != listen->kind || place->listen.port != listen->port)
		return false;
	if (address_equal(&place->listen.address, &listen->address))
		return true;
	if (address_equal(&place->listen.address, &all))
		return !place->only_v6 || !address_is_v4(&listen->address);
	all_v4 = address_from_v4(0);
	return address_equal(&place->listen.address, &all_v4) && address_is_v4(&listen->address);
}
