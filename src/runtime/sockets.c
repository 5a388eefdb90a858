/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/sockets.h"

#include "runtime/endpoint.h"
#include "runtime/steering.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int
switch_on(int descriptor, int level, int option)
{
	int on = 1;

	return setsockopt(descriptor, level, option, &on, sizeof(on)) < 0 ? -errno : 0;
}

static int
failed(struct fail *fail, const struct address *address, uint16_t port, const char *kind, int r)
{
	char text[ADDRESS_TEXT];

	fail_where(fail, "%s port %u at %s", kind, port, address_format(address, text));
	fail_what(fail, "cannot be opened: %s", strerror(-r));
	if (r == -EACCES && port < 1024)
		fail_hint(fail, "ports below 1024 need CAP_NET_BIND_SERVICE");
	else if (r == -EADDRINUSE)
		fail_hint(fail, "another process has it: ss -lnp shows which");
	else if (r == -EADDRNOTAVAIL)
		fail_hint(fail, "no interface has this address");
	return r;
}

/* The kernel counts its own bookkeeping as well, and so doubles what it is asked for. */
static int
set_buffer(int descriptor, uint32_t wanted, struct socket_buffer *ret)
{
	int size = wanted > INT32_MAX / 2 ? INT32_MAX / 2 : (int)wanted, got;
	socklen_t length = sizeof(got);

	if (size > 0 &&
		setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0 &&
		setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)) < 0)
		return -errno;
	if (getsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &got, &length) < 0)
		return -errno;
	if (ret != NULL) {
		ret->bytes = (uint32_t)got / 2;
		ret->is_short = (uint32_t)got / 2 < (uint32_t)size;
	}
	return 0;
}

/* A machine without IPv6 has no ::, but still all its addresses. */
static int
open_socket(struct address *address, int type)
{
	static const struct address all;
	struct endpoint endpoint = endpoint_of(address, 0);
	int descriptor = socket(endpoint.any.sa_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
	    off = 0;

	if (descriptor < 0 && errno == EAFNOSUPPORT && address_equal(address, &all)) {
		*address = address_from_v4(0);
		descriptor = socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	} else if (descriptor >= 0 && endpoint.any.sa_family == AF_INET6) {
		int only = !address_equal(address, &all);

		off = setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof(only));
	}
	if (descriptor >= 0 && off < 0) {
		off = errno;
		close(descriptor);
		errno = off;
		return -1;
	}
	return descriptor;
}

static int
set_udp(int descriptor, const struct udp_settings *settings, struct socket_buffer *ret)
{
	int r = 0;

	if (settings->timestamps)
		r = switch_on(descriptor, SOL_SOCKET, SO_TIMESTAMPNS);
	/* A kernel before 5.0 gives each by itself, which is the same but slower. */
	if (r == 0 && settings->merge && settings->count == 1)
		(void)switch_on(descriptor, SOL_UDP, UDP_GRO);
	if (r == 0)
		r = set_buffer(descriptor, settings->buffer, ret);
	return r;
}

/* One socket of a group: the first without SO_REUSEPORT is a look whether somebody else is there. */
static int
open_udp(
	const struct udp_settings *settings, uint16_t port, bool grouped, struct socket_buffer *ret)
{
	struct address address = settings->address;
	struct endpoint endpoint;
	int r = 0, descriptor = open_socket(&address, SOCK_DGRAM);

	if (descriptor < 0)
		return -errno;
	endpoint = endpoint_of(&address, port);
	if (grouped)
		r = switch_on(descriptor, SOL_SOCKET, SO_REUSEPORT);
	if (r == 0)
		r = set_udp(descriptor, settings, ret);
	if (r == 0 && bind(descriptor, &endpoint.any, endpoint.size) < 0)
		r = -errno;
	if (r < 0) {
		close(descriptor);
		return r;
	}
	return descriptor;
}

int
sockets_open_udp(const struct udp_settings *settings, int *descriptors, struct socket_buffer *ret,
	struct fail *fail)
{
	bool grouped = settings->count > 1 || settings->join;
	uint16_t port = settings->port;
	unsigned opened = 0;
	int r = 0;

	if (settings->count == 0 || settings->count > SOCKETS_GROUP)
		return failed(fail, &settings->address, port, "UDP", -EINVAL);
	if (grouped && !settings->join) {
		r = open_udp(settings, port, false, NULL);
		if (r >= 0) {
			close(r);
			r = 0;
		}
	}
	while (r >= 0 && opened < settings->count) {
		r = open_udp(settings, port, grouped, ret);
		if (r < 0)
			break;
		descriptors[opened++] = r;
		if (port == 0)
			r = sockets_port(descriptors[0]);
		if (port == 0 && r > 0)
			port = (uint16_t)r;
	}
	if (r < 0)
		failed(fail, &settings->address, port, "UDP", r);
	else if (settings->count > 1 && !settings->join)
		r = steering_attach(descriptors[0], settings->count, settings->seed, fail);
	if (r < 0) {
		while (opened > 0) {
			close(descriptors[--opened]);
			descriptors[opened] = -1;
		}
		return r;
	}
	return 0;
}

int
sockets_prepare_udp(int descriptor, const struct udp_settings *settings, struct socket_buffer *ret,
	struct fail *fail)
{
	struct udp_settings change = *settings;
	struct socket_buffer there;
	int r = set_buffer(descriptor, 0, &there);

	if (r == 0 && there.bytes >= settings->buffer)
		change.buffer = 0;
	if (r == 0)
		r = set_udp(descriptor, &change, ret);
	if (r < 0) {
		fail_where(fail, "UDP socket %d of the service manager", descriptor);
		fail_what(fail, "cannot be used: %s", strerror(-r));
	}
	return r;
}

int
sockets_open_tcp(const struct address *wanted, uint16_t port, int backlog, struct fail *fail)
{
	struct address address = *wanted;
	struct endpoint endpoint;
	int r, descriptor = open_socket(&address, SOCK_STREAM);

	if (descriptor < 0)
		return failed(fail, wanted, port, "TCP", -errno);
	endpoint = endpoint_of(&address, port);
	/* Connections of the run before may still be ending. */
	r = switch_on(descriptor, SOL_SOCKET, SO_REUSEADDR);
	if (r == 0 &&
		(bind(descriptor, &endpoint.any, endpoint.size) < 0 ||
			listen(descriptor, backlog) < 0))
		r = -errno;
	if (r < 0) {
		close(descriptor);
		return failed(fail, wanted, port, "TCP", r);
	}
	return descriptor;
}

static int
make_transparent(int descriptor, const struct endpoint *endpoint, int backlog)
{
	int r = endpoint->any.sa_family == AF_INET6
		? switch_on(descriptor, SOL_IPV6, IPV6_TRANSPARENT)
		: 0;

	if (r == 0)
		r = switch_on(descriptor, SOL_IP, IP_TRANSPARENT);
	if (r == 0)
		r = switch_on(descriptor, SOL_SOCKET, SO_REUSEADDR);
	if (r < 0)
		return r;
	return bind(descriptor, &endpoint->any, endpoint->size) < 0 ||
			listen(descriptor, backlog) < 0
		? -errno
		: 0;
}

int
sockets_open_transparent(uint16_t port, int backlog, struct fail *fail)
{
	struct address address = {{0}}; /* open_socket makes 0.0.0.0 of it where there is no IPv6 */
	const struct address wanted = address;
	int r, descriptor = open_socket(&address, SOCK_STREAM);
	struct endpoint endpoint;

	if (descriptor < 0)
		return failed(fail, &wanted, port, "TCP", -errno);
	endpoint = endpoint_of(&address, port);
	r = make_transparent(descriptor, &endpoint, backlog);
	if (r == 0)
		return descriptor;
	close(descriptor);
	(void)failed(fail, &wanted, port, "TCP", r);
	if (r == -EPERM)
		fail_hint(
			fail, "a socket for connections to others' addresses needs CAP_NET_ADMIN");
	return r;
}

/* Is it free, or a socket that nobody listens on any more? */
static int
may_take_path(const struct sockaddr_un *address, int type, struct fail *fail)
{
	struct stat is;
	int probe, r;

	if (lstat(address->sun_path, &is) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(is.st_mode)) {
		fail_what(fail, "is there and is no socket");
		return -EEXIST;
	}
	probe = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (probe < 0)
		return -errno;
	r = connect(probe, (const struct sockaddr *)address, sizeof(*address)) < 0 ? errno : 0;
	close(probe);
	if (r == ECONNREFUSED || r == ENOENT)
		return 0;
	/* One of another kind, or with a full queue, is in use too. */
	if (r == 0 || r == EAGAIN || r == EPROTOTYPE) {
		fail_what(fail, "somebody answers there already");
		fail_hint(fail, "is another Lazaret running?");
		return -EADDRINUSE;
	}
	return -r;
}

static int
bind_beside(int descriptor, const struct unix_settings *settings, const struct sockaddr_un *there)
{
	struct sockaddr_un beside = {.sun_family = AF_UNIX};
	int length = snprintf(
		beside.sun_path, sizeof(beside.sun_path), "%s.%d", settings->path, (int)getpid());

	if (length < 0 || (size_t)length >= sizeof(beside.sun_path))
		return -ENAMETOOLONG;
	unlink(beside.sun_path);
	if (bind(descriptor, (const struct sockaddr *)&beside, sizeof(beside)) < 0)
		return -errno;
	if (((settings->user != (uid_t)-1 || settings->group != (gid_t)-1) &&
		    lchown(beside.sun_path, settings->user, settings->group) < 0) ||
		chmod(beside.sun_path, settings->mode) < 0 ||
		listen(descriptor, settings->backlog) < 0 ||
		rename(beside.sun_path, there->sun_path) < 0) {
		int r = -errno;

		unlink(beside.sun_path);
		return r;
	}
	return 0;
}

int
sockets_open_unix(const struct unix_settings *settings, struct fail *fail)
{
	struct sockaddr_un there = {.sun_family = AF_UNIX};
	struct fail why = {0};
	int descriptor = -1, r = -ENAMETOOLONG;

	if (strlen(settings->path) < sizeof(there.sun_path)) {
		memcpy(there.sun_path, settings->path, strlen(settings->path));
		r = may_take_path(&there, settings->type, &why);
	}
	if (r == 0) {
		descriptor = socket(AF_UNIX, settings->type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		r = descriptor < 0 ? -errno : bind_beside(descriptor, settings, &there);
	}
	if (r == 0)
		return descriptor;
	if (descriptor >= 0)
		close(descriptor);
	fail_where(fail, "%s", settings->path);
	if (*why.what != '\0')
		fail_what(fail, "%s", why.what);
	else
		fail_what(fail, "cannot be made a socket: %s", strerror(-r));
	fail_hint(fail, "%s", why.hint);
	return r;
}

int
sockets_drops(int descriptor, uint32_t *ret)
{
	uint32_t figures[SK_MEMINFO_VARS];
	socklen_t length = sizeof(figures);

	if (getsockopt(descriptor, SOL_SOCKET, SO_MEMINFO, figures, &length) < 0)
		return -errno;
	if (length <= SK_MEMINFO_DROPS * sizeof(*figures))
		return -ENOTSUP;
	*ret = figures[SK_MEMINFO_DROPS];
	return 0;
}

int
sockets_port(int descriptor)
{
	struct address address;
	uint16_t port;
	int r = endpoint_own(descriptor, &address, &port);

	return r < 0 ? r : port;
}
