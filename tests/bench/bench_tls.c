/* SPDX-License-Identifier: BSD-2-Clause */
/* What TLS costs a server of ours: full handshakes (TLS 1.3, P-256), and requests of pages on connections that stay
 * open, a second of its CPU, over loopback. Beside it the limit of the same run: OpenSSL's side of the server alone, on
 * the same context, with bytes handed over in memory. */
#include "../unit/certificate.h"
#include "base/httprequest.h"
#include "measure.h"
#include "runtime/streamserver.h"
#include "tlsmemory.h"

#include <event2/event.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define RUNS       MEASURE_RUNS
#define HANDSHAKES 1000
#define OPEN       32 /* connections that stay */
#define REQUESTS   8000
#define ANSWER     8192

static const char request[] =
	"GET /en/device/phone HTTP/1.1\r\nHost: help.example.net\r\nUser-Agent: Mozilla/5.0 "
	"(Linux; Android 14) AppleWebKit/537.36\r\nAccept: text/html\r\nAccept-Language: "
	"en\r\n\r\n";
static char answer[ANSWER] = "HTTP/1.1 200 OK\r\n";

static int64_t
take(void *context, struct stream *stream, struct text bytes)
{
	const struct httprequest_terms terms = {.head_most = HTTPREQUEST_HEAD, .is_anybody = true};
	struct httprequest_reader *reader = stream_state(stream);
	struct httprequest one;
	int64_t n = httprequest_read(reader, bytes, &terms, &one);

	if (n > 0) {
		*reader = (struct httprequest_reader){0};
		stream_answer(stream, answer, sizeof(answer));
	}
	return n;
}

static const struct stream_protocol protocol = {
	.state_bytes = sizeof(struct httprequest_reader), .take = take};

/* The server, until it is killed. */
static void
serve(int socket, struct tls *tls)
{
	struct event_base *base = event_base_new();
	const struct stream_settings settings = {.socket = socket,
		.protocol = &protocol,
		.connections_most = 1000,
		.request_most = HTTPREQUEST_HEAD,
		.answer_most = 1 << 20,
		.request_us = WALL_MINUTE,
		.idle_us = WALL_MINUTE,
		.tls = tls};

	(void)stream_listen(base, &settings);
	(void)event_base_dispatch(base);
	_exit(1);
}

static SSL *
connected(SSL_CTX *context, const struct sockaddr_in *at)
{
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
	SSL *ssl = SSL_new(context);

	must(connect(client, (const struct sockaddr *)at, sizeof(*at)) == 0);
	must(setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == 0);
	must(SSL_set_fd(ssl, client) == 1 && SSL_connect(ssl) == 1);
	return ssl;
}

static void
leave(SSL *ssl)
{
	int client = SSL_get_fd(ssl);

	SSL_free(ssl);
	close(client);
}

static void
ask(SSL *ssl)
{
	must(SSL_write(ssl, request, sizeof(request) - 1) == sizeof(request) - 1);
}

static void
hear(SSL *ssl)
{
	char bytes[ANSWER];

	for (size_t heard = 0; heard < ANSWER;) {
		int n = SSL_read(ssl, bytes, sizeof(bytes));

		must(n > 0);
		heard += (size_t)n;
	}
}

/* A second of the server's CPU. */
static double
handshakes(SSL_CTX *context, const struct sockaddr_in *at, clockid_t clock)
{
	double begun = tlsmemory_cpu(clock);

	for (int i = 0; i < HANDSHAKES; i++)
		leave(connected(context, at));
	return HANDSHAKES / (tlsmemory_cpu(clock) - begun);
}

static double
requests(SSL_CTX *context, const struct sockaddr_in *at, clockid_t clock)
{
	SSL *ssl[OPEN];
	double begun;

	for (int i = 0; i < OPEN; i++)
		ssl[i] = connected(context, at);
	begun = tlsmemory_cpu(clock);
	for (int done = 0; done < REQUESTS; done += OPEN) {
		for (int i = 0; i < OPEN; i++)
			ask(ssl[i]);
		for (int i = 0; i < OPEN; i++)
			hear(ssl[i]);
	}
	begun = tlsmemory_cpu(clock) - begun;
	for (int i = 0; i < OPEN; i++)
		leave(ssl[i]);
	return REQUESTS / begun;
}

static struct tls *
context_in(const char *folder)
{
	struct certificate made = certificate_make((struct certificate_terms){.name = "bench"});
	char chain[256], key[256];
	struct tls *tls;
	struct fail fail = {0};

	snprintf(chain, sizeof(chain), "%s/chain.pem", folder);
	snprintf(key, sizeof(key), "%s/key.pem", folder);
	certificate_write(chain, (const struct certificate *const[]){&made, NULL});
	certificate_write_key(key, &made, NULL);
	must(tls_new(&(struct tls_files){chain, key}, &tls, &fail) == 0);
	certificate_free(&made);
	return tls;
}

static int
run(const char *folder)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const struct text asked = {request, sizeof(request) - 1};
	double ours[2][RUNS], limit[2][RUNS], share[2][RUNS];
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	struct tls *tls = context_in(folder);
	socklen_t size = sizeof(at);
	clockid_t clock;
	pid_t server;

	must(bind(listener, (struct sockaddr *)&at, size) == 0 && listen(listener, 1024) == 0);
	must(getsockname(listener, (struct sockaddr *)&at, &size) == 0);
	server = fork();
	must(server >= 0);
	if (server == 0)
		serve(listener, tls);
	close(listener);
	must(clock_getcpuclockid(server, &clock) == 0);
	for (int i = 0; i < RUNS; i++) {
		ours[0][i] = handshakes(context, &at, clock);
		limit[0][i] = tlsmemory_handshakes(context, tls, HANDSHAKES);
		ours[1][i] = requests(context, &at, clock);
		limit[1][i] = tlsmemory_requests(context, tls, &asked, ANSWER, REQUESTS);
		for (int what = 0; what < 2; what++)
			share[what][i] = ours[what][i] / limit[what][i];
	}
	kill(server, SIGKILL);
	must(waitpid(server, NULL, 0) == server);
	for (int what = 0; what < 2; what++) {
		printf("%s\n",
			what == 0 ? "full handshakes of TLS 1.3 with P-256, to reach 600"
				  : "requests of 8 KiB that stay, to reach 8000");
		measure_print("the server", "/s", ours[what]);
		measure_print("OpenSSL in memory (the limit)", "/s", limit[what]);
		measure_print("of the limit", "", share[what]);
	}
	tls_free(tls);
	SSL_CTX_free(context);
	return 0;
}

int
main(void)
{
	return measure_in_folder(NULL, run);
}
