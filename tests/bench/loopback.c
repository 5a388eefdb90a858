/* SPDX-License-Identifier: BSD-2-Clause */
#include "loopback.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

volatile sig_atomic_t loopback_stop;

static void
on_signal(int number)
{
	(void)number;
	loopback_stop = 1;
}

void
loopback_catch(void)
{
	struct sigaction action = {.sa_handler = on_signal};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

void
loopback_fail(const char *what)
{
	perror(what);
	exit(1);
}

int
loopback_socket(uint32_t from, uint16_t port)
{
	return loopback_socket_to(from, LOOPBACK, port);
}

int
loopback_socket_to(uint32_t from, uint32_t target, uint16_t port)
{
	struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(from)};
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(target), .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), room = 4 << 20;

	if (fd < 0)
		loopback_fail("socket");
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	if (bind(fd, (struct sockaddr *)&own, sizeof(own)) < 0)
		loopback_fail("bind");
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		loopback_fail("connect");
	return fd;
}

static int64_t
microseconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

int64_t
loopback_wall(void)
{
	return microseconds(CLOCK_REALTIME);
}

int64_t
loopback_clock(void)
{
	return microseconds(CLOCK_MONOTONIC);
}

void
loopback_sleep_until(int64_t clock_us)
{
	struct timespec until = {
		.tv_sec = clock_us / 1000000, .tv_nsec = clock_us % 1000000 * 1000};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

uint64_t
loopback_number(const char *option, const char *text, uint64_t most)
{
	uint64_t number;

	if (text_parse_u64(text_of(text), most, &number) < 0) {
		fprintf(stderr, "--%s %s: a number of 0 to %lu is expected\n", option, text, most);
		exit(2);
	}
	return number;
}
