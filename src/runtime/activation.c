/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/activation.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FIRST 3

static int
option_of(int descriptor, int option, int *ret)
{
	socklen_t length = sizeof(*ret);

	return getsockopt(descriptor, SOL_SOCKET, option, ret, &length) < 0 ? -errno : 0;
}

/* What is it, by the kernel's word? */
static int
look_at(struct activation_socket *socket_of, struct fail *fail)
{
	int listens = 0, flags, descriptor = socket_of->descriptor;

	if (option_of(descriptor, SO_TYPE, &socket_of->type) < 0 ||
		option_of(descriptor, SO_DOMAIN, &socket_of->family) < 0) {
		fail_what(fail, "is no socket");
		return -ENOTSOCK;
	}
	if (socket_of->family != AF_INET && socket_of->family != AF_INET6 &&
		socket_of->family != AF_UNIX) {
		fail_what(fail, "is neither of IPv4 nor of IPv6 nor a Unix socket");
		return -EAFNOSUPPORT;
	}
	if (socket_of->type != SOCK_DGRAM) {
		if ((socket_of->type != SOCK_STREAM && socket_of->type != SOCK_SEQPACKET) ||
			option_of(descriptor, SO_ACCEPTCONN, &listens) < 0 || !listens) {
			fail_what(fail, "does not listen");
			fail_hint(fail, "Accept=yes in the socket unit does not fit here");
			return -EINVAL;
		}
	}
	flags = fcntl(descriptor, F_GETFL);
	if (flags < 0 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) < 0 ||
		fcntl(descriptor, F_SETFD, FD_CLOEXEC) < 0) {
		fail_what(fail, "cannot be made non-blocking");
		return -EIO;
	}
	return 0;
}

/* Names are divided by colons; there may be fewer than sockets. */
static void
set_name(struct activation_socket *socket_of, struct text *names)
{
	struct text name = text_cut(names, ':');

	if (name.length == 0)
		name = TEXT("unknown");
	if (name.length >= sizeof(socket_of->name))
		name.length = sizeof(socket_of->name) - 1;
	memcpy(socket_of->name, name.at, name.length);
	socket_of->name[name.length] = '\0';
}

static int
take(struct activation *ret, uint64_t count, struct text names, struct fail *fail)
{
	for (uint64_t i = 0; i < count; i++) {
		struct activation_socket *socket_of = &ret->sockets[i];
		int r;

		socket_of->descriptor = FIRST + (int)i;
		set_name(socket_of, &names);
		r = look_at(socket_of, fail);
		if (r < 0) {
			fail_where(fail, "descriptor %d (%s) of the service manager",
				socket_of->descriptor, socket_of->name);
			return r;
		}
	}
	ret->count = (size_t)count;
	return (int)count;
}

int
activation_take(struct activation *ret, struct fail *fail)
{
	const char *process = getenv("LISTEN_PID"), *sockets = getenv("LISTEN_FDS");
	const char *names = getenv("LISTEN_FDNAMES");
	uint64_t pid, count = 0;
	int r = 0;

	memset(ret, 0, sizeof(*ret));
	if (process == NULL || sockets == NULL)
		goto out;
	if (text_parse_u64(text_of(process), INT32_MAX, &pid) < 0 || pid != (uint64_t)getpid())
		goto out;
	if (text_parse_u64(text_of(sockets), ACTIVATION_MOST, &count) < 0) {
		fail_where(fail, "LISTEN_FDS=%s", sockets);
		fail_what(
			fail, "is no number of sockets, or too many; at most %d", ACTIVATION_MOST);
		r = -EINVAL;
		goto out;
	}
	r = take(ret, count, text_of(names ? names : ""), fail);

out:
	if (r < 0) {
		memset(ret, 0, sizeof(*ret));
		for (uint64_t i = 0; i < count; i++)
			close(FIRST + (int)i);
	}
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	return r;
}
