/* SPDX-License-Identifier: BSD-2-Clause */
/* Asks one page over and over on many connections at once, over loopback; or answers like that without looking at what
 * was asked, which is the limit of any server with one process that waits by epoll.
 *   gardenload PORT CONNECTIONS SECONDS    prints answers and seconds
 *   gardenload PORT answer BYTES                    until it is killed */
#include "base/text.h"
#include "base/wall.h"
#include "runtime/clock.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS 64

static const char request[] =
	"GET /generate_204 HTTP/1.1\r\nHost: connectivitycheck.gstatic.com\r\n"
	"User-Agent: Dalvik/2.1.0 (Linux; U; Android 14)\r\nAccept-Encoding: "
	"gzip\r\nConnection: close\r\n\r\n";

static struct sockaddr_in at = {.sin_family = AF_INET};

static int
watched(int loop, int socket)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = socket};
	int on = 1;

	must(socket >= 0 && epoll_ctl(loop, EPOLL_CTL_ADD, socket, &event) == 0);
	(void)setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return socket;
}

static void
ask(int loop, int descriptor, const char *text, size_t length)
{
	if (descriptor < 0) {
		descriptor = watched(loop, socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
		must(connect(descriptor, (struct sockaddr *)&at, sizeof(at)) == 0);
	}
	must(write(descriptor, text, length) == (ssize_t)length);
}

/* An answer comes in one piece over loopback; a connection that ends has had its answer before. */
static void
load(unsigned connections, int64_t us)
{
	int loop = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event events[EVENTS];
	char answer[65536];
	int64_t begin = clock_steady(), end = begin + us;
	uint64_t answers = 0;

	for (unsigned i = 0; i < connections; i++)
		ask(loop, -1, request, sizeof(request) - 1);
	while (clock_steady() < end) {
		int count = epoll_wait(loop, events, EVENTS, 100);

		for (int i = 0; i < count; i++) {
			ssize_t n = recv(events[i].data.fd, answer, sizeof(answer), 0);

			if (n > 0) {
				must(n > 12 && memcmp(answer, "HTTP/1.1 302", 12) == 0);
				answers++;
			}
			if (n > 0)
				continue;
			close(events[i].data.fd);
			ask(loop, -1, request, sizeof(request) - 1);
		}
	}
	printf("%llu %.6f\n", (unsigned long long)answers, (double)(clock_steady() - begin) / 1e6);
}

static void
serve(size_t bytes)
{
	int loop = epoll_create1(EPOLL_CLOEXEC), on = 1;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct epoll_event events[EVENTS];
	char text[65536], answer[65536] = "HTTP/1.1 302 Found\r\n";

	must(bytes > 20 && bytes < sizeof(answer));
	must(setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0);
	must(bind(listener, (struct sockaddr *)&at, sizeof(at)) == 0 &&
		listen(listener, 4096) == 0);
	(void)watched(loop, listener);
	for (;;) {
		int count = epoll_wait(loop, events, EVENTS, -1);

		for (int i = 0; i < count; i++) {
			int descriptor = events[i].data.fd;
			ssize_t n;

			if (descriptor == listener) {
				(void)watched(loop, accept4(listener, NULL, NULL, SOCK_CLOEXEC));
				continue;
			}
			n = recv(descriptor, text, sizeof(text), 0);
			if (n > 0)
				(void)!send(descriptor, answer, bytes, MSG_NOSIGNAL);
			if (n <= 0 || memmem(text, (size_t)n, "close", 5) != NULL)
				close(descriptor);
		}
	}
}

static uint64_t
number_of(const char *word)
{
	uint64_t number;

	must(text_parse_u64(text_of(word), UINT32_MAX, &number) == 0);
	return number;
}

int
main(int count, char **words)
{
	if (count < 4)
		return 64;
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	at.sin_port = htons((uint16_t)number_of(words[1]));
	if (strcmp(words[2], "answer") == 0)
		serve((size_t)number_of(words[3]));
	else
		load((unsigned)number_of(words[2]), (int64_t)number_of(words[3]) * WALL_SECOND);
	return 0;
}
