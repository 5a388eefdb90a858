/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/noticehelper.h"

#include "runtime/channel.h"
#include "runtime/process.h"
#include "runtime/sandbox.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void
add_address(const struct addrinfo *at, char into[NOTICEHELPER_FOUND])
{
	char text[INET6_ADDRSTRLEN];
	size_t used = strlen(into);

	if (getnameinfo(at->ai_addr, at->ai_addrlen, text, sizeof(text), NULL, 0, NI_NUMERICHOST) !=
			0 ||
		used + strlen(text) + 4 > NOTICEHELPER_FOUND)
		return;
	snprintf(into + used, NOTICEHELPER_FOUND - used,
		at->ai_family == AF_INET6 ? "%s[%s]" : "%s%s", used > 0 ? "," : "", text);
}

static void
look_up(int channel, struct noticehelper_look *look)
{
	const struct addrinfo wanted = {.ai_socktype = SOCK_STREAM};
	struct noticehelper_seen seen = {.number = look->number};
	struct addrinfo *found = NULL;

	look->host[sizeof(look->host) - 1] = '\0';
	if (getaddrinfo(look->host, NULL, &wanted, &found) != 0)
		found = NULL;
	for (const struct addrinfo *at = found; at != NULL; at = at->ai_next)
		add_address(at, seen.addresses);
	if (found != NULL)
		freeaddrinfo(found);
	(void)channel_send(channel, NOTICEHELPER_SEEN, &seen, sizeof(seen));
}

_Noreturn static void
help(int channel)
{
	struct pollfd polled = {.fd = channel, .events = POLLIN};
	union {
		struct noticehelper_look look;
	} message;
	uint16_t type;
	int64_t size;

	for (;;) {
		(void)poll(&polled, 1, -1);
		size = channel_receive(channel, &type, &message, sizeof(message));
		if (size == sizeof(message.look) && type == NOTICEHELPER_LOOK)
			look_up(channel, &message.look);
		else if (size == -EPIPE)
			_exit(0);
	}
}

int
noticehelper_start(int *ret, struct fail *fail)
{
	int ends[2], r = channel_pair(ends);
	struct sandbox_report report;
	pid_t pid;

	if (r < 0) {
		fail_what(fail, "no channel can be made: %s", strerror(-r));
		return r;
	}
	pid = process_fork("laz-helper");
	if (pid == 0) {
		process_keep_only(&ends[1], 1);
		if (sandbox_keep(0, &report, NULL) < 0)
			_exit(1);
		help(ends[1]);
	}
	(void)close(ends[1]);
	if (pid < 0) {
		fail_what(fail, "the notifier's helper cannot be started: %s", strerror(-pid));
		(void)close(ends[0]);
		return pid;
	}
	*ret = ends[0];
	return 0;
}
