/* SPDX-License-Identifier: BSD-2-Clause */
#include "policysocket.h"

#include "../loopback.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 1024

union place {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_un un;
};

static socklen_t
place_of(const char *where, union place *ret)
{
	*ret = (union place){0};
	if (strncmp(where, "unix:", 5) == 0 && strlen(where + 5) < sizeof(ret->un.sun_path)) {
		ret->un.sun_family = AF_UNIX;
		memcpy(ret->un.sun_path, where + 5, strlen(where + 5));
		return sizeof(ret->un);
	}
	if (strncmp(where, "tcp:", 4) == 0) {
		ret->in = (struct sockaddr_in){
			.sin_family = AF_INET,
			.sin_addr.s_addr = htonl(LOOPBACK),
			.sin_port = htons((uint16_t)loopback_number("to", where + 4, UINT16_MAX)),
		};
		return sizeof(ret->in);
	}
	fprintf(stderr, "%s: unix:PATH or tcp:PORT is expected\n", where);
	exit(2);
}

int
policysocket_listen(const char *where)
{
	union place place;
	socklen_t size = place_of(where, &place);
	int fd = socket(place.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	if (fd < 0)
		loopback_fail("socket");
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (place.any.sa_family == AF_UNIX)
		(void)unlink(place.un.sun_path);
	if (bind(fd, &place.any, size) < 0 || listen(fd, BACKLOG) < 0)
		loopback_fail(where);
	return fd;
}

int
policysocket_connect(const char *where)
{
	union place place;
	socklen_t size = place_of(where, &place);
	int fd = socket(place.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		loopback_fail("socket");
	if (connect(fd, &place.any, size) < 0)
		loopback_fail(where);
	policysocket_at_once(fd);
	if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
		loopback_fail("fcntl");
	return fd;
}

void
policysocket_at_once(int socket)
{
	int on = 1;

	(void)setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}
