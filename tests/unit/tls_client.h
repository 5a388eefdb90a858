/* tls_client - peers of a stream server under TLS, by OpenSSL, in turn with it in one thread
 *
 * Owns:    tls_client_end frees one and closes its socket; a session that was asked for is the test's.
 * Thread:  one.
 */
#ifndef LAZARET_TESTS_TLS_CLIENT_H
#define LAZARET_TESTS_TLS_CLIENT_H

#include "certificate.h"
#include "stream_bench.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <time.h>

struct tls_client {
	SSL_CTX *context;
	SSL *ssl;
	SSL_SESSION *session; /* the last that the server gave */
	int socket;
};

static inline int
tls_client_keep(SSL *ssl, SSL_SESSION *session)
{
	struct tls_client *client = SSL_get_app_data(ssl);

	SSL_SESSION_free(client->session);
	client->session = session;
	return 1;
}

/* Connected, and nothing said yet. */
static inline struct tls_client *
tls_client_new(struct bench *bench, int version)
{
	struct tls_client *client = xcalloc(1, sizeof(*client));

	client->context = SSL_CTX_new(TLS_client_method());
	SSL_CTX_set_security_level(client->context, 0);
	SSL_CTX_set_min_proto_version(client->context, version);
	SSL_CTX_set_max_proto_version(client->context, version);
	SSL_CTX_set_session_cache_mode(
		client->context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(client->context, tls_client_keep);
	client->ssl = SSL_new(client->context);
	client->socket = bench_connected(bench);
	assert_int_equal(evutil_make_socket_nonblocking(client->socket), 0);
	SSL_set_fd(client->ssl, client->socket);
	SSL_set_app_data(client->ssl, client);
	SSL_set_tlsext_host_name(client->ssl, "help.example.net");
	return client;
}

static inline void
tls_client_end(struct tls_client *client)
{
	SSL_SESSION_free(client->session);
	SSL_free(client->ssl);
	SSL_CTX_free(client->context);
	close(client->socket);
	free(client);
}

/* True: it came to its end. */
static inline bool
tls_client_shake(struct bench *bench, struct tls_client *client)
{
	int r, what;

	do {
		ERR_clear_error();
		r = SSL_connect(client->ssl);
		what = SSL_get_error(client->ssl, r);
		bench_turn(bench);
	} while (what == SSL_ERROR_WANT_READ || what == SSL_ERROR_WANT_WRITE);
	return r == 1;
}

static inline void
tls_client_say(struct bench *bench, struct tls_client *client, const char *text)
{
	assert_int_equal(SSL_write(client->ssl, text, (int)strlen(text)), strlen(text));
	bench_turn(bench);
}

/* "(closed)" after close_notify; "(cut)" after an end without, or an alert. */
static inline const char *
tls_client_heard(struct tls_client *client)
{
	static char text[256];
	int n, what;

	ERR_clear_error();
	n = SSL_read(client->ssl, text, sizeof(text) - 1);
	what = SSL_get_error(client->ssl, n);
	text[n > 0 ? n : 0] = '\0';
	if (what == SSL_ERROR_ZERO_RETURN)
		return "(closed)";
	return n > 0 || what == SSL_ERROR_WANT_READ || what == SSL_ERROR_WANT_WRITE ? text
										    : "(cut)";
}

#endif
