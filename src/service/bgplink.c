/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/bgplink.h"

#include "runtime/clock.h"
#include "runtime/endpoint.h"

#include <errno.h>
#include <linux/tcp.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#define IN  (2 * BGP_RECEIVED)
#define OUT (1 << 18)

/* Not in every C library. */
#ifndef IPV6_MINHOPCOUNT
#define IPV6_MINHOPCOUNT 73
#endif

struct bgplink {
	struct bgppeer peer;
	struct bgpspeaker *speaker;
	char password[BGPLINK_PASSWORD];
	size_t password_length;
	uint32_t most;
	uint32_t connection; /* of the socket */
	int socket;          /* -1: there is none */
	bool is_connecting;
	size_t in_length;
	size_t out_begin, out_end;
	uint8_t in[IN];
	uint8_t out[OUT];
};

struct bgplink *
bgplink_new(const struct bgppeer *peer, const struct bgpspeaker_settings *settings,
	struct text password)
{
	struct bgplink *link = xcalloc(1, sizeof(*link));

	must(password.length <= sizeof(link->password));
	link->peer = *peer;
	link->speaker = bgpspeaker_new(settings);
	link->most = settings->most;
	link->socket = -1;
	if (password.length > 0)
		memcpy(link->password, password.at, password.length);
	link->password_length = password.length;
	return link;
}

struct bgplink *
bgplink_free(struct bgplink *link)
{
	if (link == NULL)
		return NULL;
	if (link->socket >= 0)
		close(link->socket);
	bgpspeaker_free(link->speaker);
	explicit_bzero(link->password, sizeof(link->password));
	free(link);
	return NULL;
}

struct bgpspeaker *
bgplink_speaker(struct bgplink *link)
{
	return link->speaker;
}

uint32_t
bgplink_most(const struct bgplink *link)
{
	return link->most;
}

static struct wall
now(void)
{
	return (struct wall){clock_steady()};
}

static void
drop(struct bgplink *link)
{
	if (link->socket >= 0)
		close(link->socket);
	link->socket = -1;
	link->connection = 0;
	link->is_connecting = false;
	link->in_length = link->out_begin = link->out_end = 0;
}

/* What the speaker did not want. */
static void
lose(struct bgplink *link, const char *why)
{
	drop(link);
	bgpspeaker_closed(link->speaker, text_of(why), now());
}

/* A key for that router, before the connection is made. */
static int
set_password(struct bgplink *link)
{
	struct tcp_md5sig key = {.tcpm_keylen = (uint16_t)link->password_length};
	struct endpoint to = endpoint_of(&link->peer.address, 0);
	int r = 0;

	_Static_assert(BGPLINK_PASSWORD == TCP_MD5SIG_MAXKEYLEN, "what the kernel takes");
	if (link->password_length == 0)
		return 0;
	memcpy(&key.tcpm_addr, &to.any, to.size);
	memcpy(key.tcpm_key, link->password, link->password_length);
	if (setsockopt(link->socket, IPPROTO_TCP, TCP_MD5SIG, &key, sizeof(key)) < 0)
		r = -errno;
	explicit_bzero(&key, sizeof(key));
	return r;
}

/* Sent with 255, and taken only with it: no router was in between. */
static int
set_hops(struct bgplink *link)
{
	bool is_v4 = address_is_v4(&link->peer.address);
	int level = is_v4 ? IPPROTO_IP : IPPROTO_IPV6, hops = 255;

	if (!link->peer.has_ttl_security)
		return 0;
	if (setsockopt(link->socket, level, is_v4 ? IP_TTL : IPV6_UNICAST_HOPS, &hops,
		    sizeof(hops)) < 0 ||
		setsockopt(link->socket, level, is_v4 ? IP_MINTTL : IPV6_MINHOPCOUNT, &hops,
			sizeof(hops)) < 0)
		return -errno;
	return 0;
}

static int
set_local(struct bgplink *link)
{
	struct endpoint from = endpoint_of(&link->peer.local, 0);

	if (!link->peer.has_local)
		return 0;
	return bind(link->socket, &from.any, from.size) < 0 ? -errno : 0;
}

static void
connect_to(struct bgplink *link, uint32_t connection)
{
	struct endpoint to = endpoint_of(&link->peer.address, link->peer.port);
	int r;

	link->socket = socket(to.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	r = link->socket < 0 ? -errno : set_password(link);
	if (r == 0)
		r = set_hops(link);
	if (r == 0)
		r = set_local(link);
	if (r == 0 && connect(link->socket, &to.any, to.size) < 0 && errno != EINPROGRESS)
		r = -errno;
	if (r < 0) {
		lose(link, strerror(-r));
		return;
	}
	link->connection = connection;
	link->is_connecting = true;
}

static void
send_some(struct bgplink *link)
{
	while (link->socket >= 0 && link->out_begin < link->out_end) {
		ssize_t n = send(link->socket, link->out + link->out_begin,
			link->out_end - link->out_begin, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			if (errno != EAGAIN)
				lose(link, strerror(errno));
			return;
		}
		link->out_begin += (size_t)n;
	}
	link->out_begin = link->out_end = 0;
}

/* What the speaker has to say at this moment. True: it is to be asked again. */
static bool
step_once(struct bgplink *link, struct wall *wake)
{
	struct bgpspeaker_step next;
	struct writer writer;
	uint64_t random = 0;
	uint32_t before = link->connection;

	must(getrandom(&random, sizeof(random), 0) == sizeof(random));
	memmove(link->out, link->out + link->out_begin, link->out_end - link->out_begin);
	link->out_end -= link->out_begin;
	link->out_begin = 0;
	writer = writer_on(link->out + link->out_end, OUT - link->out_end);
	next = bgpspeaker_step(link->speaker, now(), random, &writer);
	*wake = next.wake;
	link->out_end = link->is_connecting ? 0 : link->out_end + writer_length(&writer);
	send_some(link);
	if (link->connection != before)
		return true;
	if (next.connection != link->connection) {
		drop(link);
		if (next.connection != 0)
			connect_to(link, next.connection);
		return next.connection != link->connection;
	}
	return writer_length(&writer) > 0 && link->out_end == 0;
}

int64_t
bgplink_step(struct bgplink *link)
{
	struct wall wake;

	while (step_once(link, &wake))
		continue;
	return wake.us;
}

static void
finish_connection(struct bgplink *link)
{
	socklen_t length = sizeof(int);
	int error = 0;

	if (getsockopt(link->socket, SOL_SOCKET, SO_ERROR, &error, &length) < 0)
		error = errno;
	if (error != 0) {
		lose(link, strerror(error));
		return;
	}
	link->is_connecting = false;
	bgpspeaker_connected(link->speaker, now());
}

static void
receive(struct bgplink *link)
{
	ssize_t n = recv(
		link->socket, link->in + link->in_length, sizeof(link->in) - link->in_length, 0);
	struct reader reader;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		lose(link, n == 0 ? "it was closed" : strerror(errno));
		return;
	}
	link->in_length += (size_t)n;
	reader = reader_on(link->in, link->in_length);
	bgpspeaker_received(link->speaker, &reader, now());
	link->in_length = reader_left(&reader);
	memmove(link->in, reader.at, link->in_length);
}

struct pollfd
bgplink_polled(const struct bgplink *link)
{
	struct pollfd polled = {.fd = link->socket, .events = POLLIN};

	if (link->is_connecting)
		polled.events = POLLOUT;
	else if (link->out_end > 0)
		polled.events = POLLIN | POLLOUT;
	return polled;
}

void
bgplink_ready(struct bgplink *link, short events)
{
	if (link->socket < 0 || events == 0)
		return;
	if (link->is_connecting) {
		finish_connection(link);
		return;
	}
	if ((events & POLLOUT) != 0)
		send_some(link);
	if (link->socket >= 0 && (events & (POLLIN | POLLERR | POLLHUP)) != 0)
		receive(link);
}
