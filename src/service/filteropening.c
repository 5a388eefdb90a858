/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/filteropening.h"

#include "runtime/endpoint.h"
#include "runtime/event.h"
#include "service/opening.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Of each receiver: entries of about 30,000 datagrams without mail. */
#define RING_BYTES (4U << 20)

static bool
is_all(const struct address *address)
{
	static const struct address all;
	struct address all_v4 = address_from_v4(0);

	return address_equal(address, &all) || address_equal(address, &all_v4);
}

/* False if there is no room. */
static bool
add(struct gate_filter *filter, const struct address *address, uint16_t port)
{
	for (uint32_t i = 0; i < filter->listeners; i++) {
		if (filter->listener[i].port == port &&
			address_equal(&filter->listener[i].address, address))
			return true;
	}
	if (filter->listeners == GATE_LISTENERS)
		return false;
	filter->listener[filter->listeners++] =
		(struct gate_listener){.address = *address, .port = port};
	return true;
}

/* Is it one that others can send to? */
static bool
read_address(const struct ifaddrs *entry, struct address *ret)
{
	const struct sockaddr *at = entry->ifa_addr;
	struct in6_addr v6;
	uint16_t port;

	if (at == NULL || (at->sa_family != AF_INET && at->sa_family != AF_INET6))
		return false;
	endpoint_read(at, ret, &port);
	if (at->sa_family == AF_INET)
		return ret->byte[12] != IN_LOOPBACKNET;
	memcpy(&v6, ret->byte, sizeof(v6));
	return !IN6_IS_ADDR_LOOPBACK(&v6) && !IN6_IS_ADDR_LINKLOCAL(&v6);
}

static bool
is_ours(const struct gate_filter *filter, const char *name)
{
	for (uint32_t i = 0; i < filter->interfaces; i++) {
		if (strcmp(filter->interface[i].name, name) == 0)
			return true;
	}
	return false;
}

uint32_t
filteropening_list(struct gate_filter *filter, const struct filter_socket *sockets, size_t count)
{
	static const struct address all;
	struct ifaddrs *list = NULL;
	uint32_t left_out = 0;

	for (size_t i = 0; i < count; i++) {
		if (!is_all(&sockets[i].address))
			left_out += !add(filter, &sockets[i].address, sockets[i].port);
	}
	if (getifaddrs(&list) < 0)
		list = NULL;
	for (int round = 0; round < 2; round++) {
		for (const struct ifaddrs *at = list; at != NULL; at = at->ifa_next) {
			struct address address;

			if (is_ours(filter, at->ifa_name) != (round == 0) ||
				!read_address(at, &address))
				continue;
			for (size_t i = 0; i < count; i++) {
				if (address_equal(&sockets[i].address, &all) ||
					(is_all(&sockets[i].address) && address_is_v4(&address)))
					left_out += !add(filter, &address, sockets[i].port);
			}
		}
	}
	freeifaddrs(list);
	return left_out;
}

int
filteropening_open(struct filter_opened *ret, const struct daemon_settings *settings,
	const struct filter_socket *sockets, size_t count, struct gateclient *gate,
	struct fail *fail)
{
	struct gate_filter as = {.interfaces = settings->xdp_count,
		.rings = settings->estate.receivers,
		.ring_bytes = RING_BYTES};
	uint32_t left_out;
	int r;

	memcpy(as.interface, settings->xdp, settings->xdp_count * sizeof(as.interface[0]));
	left_out = filteropening_list(&as, sockets, count);
	if (as.listeners == 0) {
		fail_where(fail, "receive.xdp");
		fail_what(fail, "there is no UDP port in receive.listen for the filter to read at");
		return -EINVAL;
	}
	if (gate == NULL) {
		fail_where(fail, "receive.xdp");
		fail_what(fail, "the gate, which attaches the filter, was not started");
		return -EPERM;
	}
	r = gateclient_filter(gate, &as, ret->descriptor, fail);
	if (r < 0)
		return r;
	ret->as = as;
	ret->count = r;
	ret->left_out = left_out;
	return 0;
}

void
filteropening_close(struct filter_opened *opened)
{
	for (int i = 0; i < opened->count; i++)
		close(opened->descriptor[i]);
	*opened = (struct filter_opened){.count = 0};
}

struct receiver_filter
filteropening_of(const struct filter_opened *opened, uint32_t receiver)
{
	if (opened->count == 0)
		return (struct receiver_filter){.ring = -1};
	return (struct receiver_filter){
		.control = opened->descriptor[GATE_FILTER_CONTROL],
		.slots = opened->descriptor[GATE_FILTER_SLOTS],
		.ring = opened->descriptor[GATE_FILTER_RINGS + receiver],
		.ring_bytes = opened->as.ring_bytes,
	};
}

void
filteropening_describe(const struct filter_opened *opened, char into[STATUS_FILTER])
{
	static const char *const modes[GATE_MODE_COUNT] = {[GATE_MODE_ANY] = "any mode",
		[GATE_MODE_NATIVE] = "native",
		[GATE_MODE_GENERIC] = "generic"};
	size_t at = 0;

	into[0] = '\0';
	for (uint32_t i = 0; i < opened->as.interfaces && at < STATUS_FILTER; i++) {
		const struct gate_interface *interface = &opened->as.interface[i];
		int n = snprintf(into + at, STATUS_FILTER - at, "%s%s (%s)", i > 0 ? ", " : "",
			interface->name, modes[interface->mode]);

		at += n > 0 ? (size_t)n : 0;
	}
}

int
filteropening_check(
	const struct daemon_settings *old, const struct daemon_settings *new, struct fail *fail)
{
	bool is_same = old->listen_count == new->listen_count;

	if (old->xdp_count != new->xdp_count || memcmp(old->xdp, new->xdp, sizeof(old->xdp)) != 0) {
		fail_where(fail, "receive.xdp");
		fail_what(fail,
			"the filter in the kernel is attached or taken off only with a restart");
		return -EINVAL;
	}
	for (size_t i = 0; i < old->listen_count && is_same; i++)
		is_same = opening_is_same(&old->listen[i], &new->listen[i]);
	if (is_same || old->xdp_count == 0)
		return 0;
	fail_where(fail, "receive.listen");
	fail_what(
		fail, "with the filter in the kernel (receive.xdp) it changes only with a restart");
	return -EINVAL;
}

void
filteropening_tell(const struct filter_opened *opened)
{
	char at[STATUS_FILTER];

	filteropening_describe(opened, at);
	if (opened->count > 0)
		event(EVENT_FILTER, "at=%s places=%u left_out=%u", at, opened->as.listeners,
			opened->left_out);
}
