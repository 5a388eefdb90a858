/* SPDX-License-Identifier: BSD-2-Clause */
/* portalload - browsers that ask one page of the portal, over TLS, on many connections at once
 *
 *   portalload new  PORT CONNECTIONS SECONDS PATH        a connection and a full handshake for each page
 *   portalload keep PORT CONNECTIONS SECONDS PATH        each connection asks again when it has its page
 *   portalload open PORT CONNECTIONS SECONDS PATH RATE   so many pages a second are asked for, whatever comes back
 *   portalload limit CHAIN KEY BYTES                     OpenSSL alone, in memory: the limit
 *
 * Connection i comes from 10.0.0.0 + i. Prints names and figures: pages and seconds; of `open` also milliseconds from
 * when a page was due to be asked for until its first byte, so that nobody who waits for a connection is left out; of
 * `limit` handshakes and pages a second of CPU. An answer that is not 200 counts as other.
 */
#include "../tlsmemory.h"
#include "runtime/clock.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS     64
#define PEERS      16384
#define HANDSHAKES 1000
#define REQUESTS   4000
#define WAIT_MS    1

struct peer {
	SSL *ssl;
	int socket;
	bool is_shaken;
	bool is_asking;
	int64_t due_us;  /* when what it asks was to be asked */
	size_t heard;    /* of the answer */
	size_t expected; /* 0: not known yet */
	char head[1024];
};

/* More than any figure here may be. */
#define FIGURE_MOST 100000000

static SSL_CTX *context;
static struct sockaddr_in at = {.sin_family = AF_INET};
static char request[1024];
static int loop;
static struct peer peers[PEERS];
static uint64_t pages, others;
static size_t page_bytes;
static double *waits; /* ms */
static size_t waited, waits_most;
static bool keeps;

static size_t
number_of(struct text word)
{
	uint64_t number = 0;

	must(text_parse_u64(word, FIGURE_MOST, &number) == 0);
	return (size_t)number;
}

static void
watch(struct peer *peer, int how, uint32_t what)
{
	struct epoll_event event = {.events = what, .data.ptr = peer};

	must(epoll_ctl(loop, how, peer->socket, &event) == 0);
}

static void
begin(struct peer *peer)
{
	struct sockaddr_in from = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(UINT32_C(0x0a000000) + (uint32_t)(peer - peers))};
	int on = 1;

	*peer = (struct peer){.ssl = SSL_new(context)};
	peer->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(peer->ssl != NULL && peer->socket >= 0);
	must(setsockopt(peer->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == 0);
	must(bind(peer->socket, (struct sockaddr *)&from, sizeof(from)) == 0);
	must(connect(peer->socket, (struct sockaddr *)&at, sizeof(at)) == 0);
	must(fcntl(peer->socket, F_SETFL, O_NONBLOCK) == 0);
	must(SSL_set_fd(peer->ssl, peer->socket) == 1);
	SSL_set_connect_state(peer->ssl);
	watch(peer, EPOLL_CTL_ADD, EPOLLIN | EPOLLOUT);
}

static void
end(struct peer *peer)
{
	SSL_free(peer->ssl);
	close(peer->socket);
}

static void
ask(struct peer *peer, int64_t due_us)
{
	int length = (int)strlen(request);

	must(SSL_write(peer->ssl, request, length) == length);
	peer->is_asking = true;
	peer->due_us = due_us;
	peer->heard = peer->expected = 0;
}

/* How long the answer is, from its head. */
static size_t
length_of(const struct peer *peer)
{
	const char *ends = strstr(peer->head, "\r\n\r\n");
	const char *field = strstr(peer->head, "Content-Length: ");

	must(ends != NULL && field != NULL && field < ends);
	field += sizeof("Content-Length: ") - 1;
	return (size_t)(ends - peer->head) + 4 +
		number_of((struct text){field, strcspn(field, "\r")});
}

static void
take(struct peer *peer, const char *bytes, size_t length)
{
	if (peer->heard == 0 && waited < waits_most)
		waits[waited++] = (double)(clock_steady() - peer->due_us) / 1000;
	if (peer->expected == 0) {
		must(peer->heard == 0);
		snprintf(peer->head, sizeof(peer->head), "%.*s", (int)length, bytes);
		peer->expected = length_of(peer);
	}
	peer->heard += length;
	must(peer->heard <= peer->expected);
	if (peer->heard < peer->expected)
		return;
	peer->is_asking = false;
	pages++;
	page_bytes = peer->expected;
	others += memcmp(peer->head, "HTTP/1.1 200", 12) != 0;
}

/* True: it has nothing to do. */
static bool
go_on(struct peer *peer)
{
	static char bytes[TLSMEMORY_ANSWER];
	int n;

	ERR_clear_error();
	if (!peer->is_shaken) {
		if (SSL_do_handshake(peer->ssl) != 1)
			return false;
		peer->is_shaken = true;
		watch(peer, EPOLL_CTL_MOD, EPOLLIN);
	}
	while ((n = SSL_read(peer->ssl, bytes, sizeof(bytes))) > 0)
		take(peer, bytes, (size_t)n);
	must(SSL_get_error(peer->ssl, n) == SSL_ERROR_WANT_READ);
	return !peer->is_asking;
}

/* Each peer asks as soon as it may. */
static void
hurry(unsigned count, int64_t until_us)
{
	struct epoll_event events[EVENTS];

	for (unsigned i = 0; i < count; i++)
		begin(&peers[i]);
	while (clock_steady() < until_us) {
		int n = epoll_wait(loop, events, EVENTS, 100);

		for (int i = 0; i < n; i++) {
			struct peer *peer = events[i].data.ptr;

			if (!go_on(peer))
				continue;
			if (!keeps && peer->heard > 0) {
				end(peer);
				begin(peer);
				continue;
			}
			ask(peer, clock_steady());
		}
	}
}

/* The next that is free: they take turns. */
static struct peer *
next_free(unsigned count)
{
	static unsigned next;

	for (unsigned i = 0; i < count; i++) {
		struct peer *peer = &peers[next++ % count];

		if (peer->is_shaken && !peer->is_asking)
			return peer;
	}
	return NULL;
}

static void
keep_pace(unsigned count, int64_t us, double rate)
{
	struct epoll_event events[EVENTS];
	uint64_t asked = 0;
	unsigned shaken = 0;
	int64_t begun = 0;

	for (unsigned i = 0; i < count; i++)
		begin(&peers[i]);
	while (waited < waits_most) {
		int n = epoll_wait(loop, events, EVENTS, begun == 0 ? 100 : WAIT_MS);
		int64_t now = clock_steady();

		for (int i = 0; i < n; i++) {
			struct peer *peer = events[i].data.ptr;
			bool was_shaken = peer->is_shaken;

			(void)go_on(peer);
			shaken += peer->is_shaken && !was_shaken;
		}
		if (begun == 0 && shaken == count)
			begun = now;
		must(begun == 0 || now < begun + 4 * us);
		while (begun != 0 && asked < waits_most) {
			int64_t due = begun + (int64_t)((double)asked * 1e6 / rate);
			struct peer *peer = due <= now ? next_free(count) : NULL;

			if (peer == NULL)
				break;
			ask(peer, due);
			asked++;
		}
	}
}

static int
compare(const void *a, const void *b)
{
	const double *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static int
limit(char **words)
{
	const struct text asked = text_of(request);
	struct tls *tls;
	struct fail fail = {0};

	must(tls_new(&(struct tls_files){words[2], words[3]}, &tls, &fail) == 0);
	printf("handshakes %.0f\n", tlsmemory_handshakes(context, tls, HANDSHAKES));
	printf("pages %.0f\n",
		tlsmemory_requests(context, tls, &asked, number_of(text_of(words[4])), REQUESTS));
	tls_free(tls);
	return 0;
}

static int
run(char **words)
{
	unsigned count = (unsigned)number_of(text_of(words[3]));
	size_t seconds = number_of(text_of(words[4])), rate = 0;
	int64_t us = (int64_t)seconds * WALL_SECOND, begun = clock_steady();

	must(count > 0 && count <= PEERS);
	at.sin_port = htons((uint16_t)number_of(text_of(words[2])));
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	loop = epoll_create1(EPOLL_CLOEXEC);
	keeps = strcmp(words[1], "new") != 0;
	if (strcmp(words[1], "open") == 0) {
		rate = number_of(text_of(words[6]));
		waits_most = rate * seconds;
		waits = xcalloc(waits_most, sizeof(*waits));
		keep_pace(count, us, (double)rate);
		qsort(waits, waited, sizeof(*waits), compare);
		printf("p50 %.2f\np99 %.2f\nmost %.2f\n", waits[waited / 2],
			waits[waited * 99 / 100], waits[waited - 1]);
	} else {
		hurry(count, begun + us);
	}
	printf("pages %llu\nothers %llu\nseconds %.3f\nbytes %zu\n", (unsigned long long)pages,
		(unsigned long long)others, (double)(clock_steady() - begun) / 1e6, page_bytes);
	return 0;
}

int
main(int count, char **words)
{
	bool is_limit = count == 5 && strcmp(words[1], "limit") == 0;

	if (!is_limit && count != 6 && count != 7) {
		fputs("usage: portalload new|keep|open PORT CONNECTIONS SECONDS PATH [RATE]\n"
		      "       portalload limit CHAIN KEY BYTES\n",
			stderr);
		return 2;
	}
	context = SSL_CTX_new(TLS_client_method());
	must(context != NULL);
	(void)SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	snprintf(request, sizeof(request),
		"GET %s HTTP/1.1\r\nHost: help.example.net\r\nUser-Agent: Mozilla/5.0 (Linux; "
		"Android 14) AppleWebKit/537.36\r\nAccept: text/html\r\nAccept-Language: "
		"en\r\n\r\n",
		is_limit ? "/" : words[5]);
	return is_limit ? limit(words) : run(words);
}
