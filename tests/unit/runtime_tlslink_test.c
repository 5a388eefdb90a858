/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/clock.h"
#include "runtime/sandbox.h"
#include "runtime/tlslink.h"
#include "tls_client.h"

#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define LONG_US (60 * WALL_SECOND)
#define MANY    2000

/* Certificates of the server: ECDSA, another, RSA. */
enum { ECDSA, OTHER, RSA_2048, KINDS };

static struct certificate certificates[KINDS];

static int
make(void **state)
{
	certificates[ECDSA] = certificate_make((struct certificate_terms){.name = "one"});
	certificates[OTHER] = certificate_make((struct certificate_terms){.name = "other"});
	certificates[RSA_2048] =
		certificate_make((struct certificate_terms){.name = "rsa", .rsa_bits = 2048});
	return 0;
}

static int
clean(void **state)
{
	for (int i = 0; i < KINDS; i++)
		certificate_free(&certificates[i]);
	return 0;
}

static struct tls *
context_of(int kind)
{
	char chain[] = "/tmp/lazaret-tls-chain-XXXXXX", key[] = "/tmp/lazaret-tls-key-XXXXXX";
	struct tls *tls = NULL;
	struct fail fail = {0};

	close(mkstemp(chain));
	close(mkstemp(key));
	certificate_write(chain, (const struct certificate *const[]){&certificates[kind], NULL});
	certificate_write_key(key, &certificates[kind], NULL);
	if (tls_new(&(struct tls_files){chain, key}, &tls, &fail) < 0)
		fail_msg("%s: %s", fail.where, fail.what);
	(void)unlink(chain);
	(void)unlink(key);
	return tls;
}

static void
begin(struct bench *bench, struct tls *tls, int64_t request_us, int64_t idle_us)
{
	bench_begin(bench,
		(struct stream_settings){
			.connections_most = MANY + 10,
			.request_most = 100,
			.answer_most = 1 << 20,
			.request_us = request_us,
			.idle_us = idle_us,
			.tls = tls,
		});
}

static const struct tls_counts *
counted(const struct bench *bench)
{
	static struct stream_counts counts;

	counts = stream_counts(bench->listener);
	return &counts.tls;
}

/* Another peer is served as ever. */
static void
serves(struct bench *bench)
{
	struct tls_client *client = tls_client_new(bench, TLS1_3_VERSION);

	assert_true(tls_client_shake(bench, client));
	tls_client_say(bench, client, "say here\n");
	assert_string_equal(tls_client_heard(client), "here\n");
	tls_client_end(client);
	bench_turn(bench);
}

static void
requests_are_answered_by_either_version(void **state)
{
	const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
	struct tls *tls = context_of(ECDSA);
	struct bench bench;

	begin(&bench, tls, LONG_US, LONG_US);
	for (unsigned i = 0; i < 2; i++) {
		struct tls_client *client = tls_client_new(&bench, versions[i]);
		const unsigned char *name;
		unsigned length;

		assert_int_equal(SSL_set_alpn_protos(client->ssl,
					 (const unsigned char *)"\x02h2\x08http/1.1", 12),
			0);
		assert_true(tls_client_shake(&bench, client));
		SSL_get0_alpn_selected(client->ssl, &name, &length);
		assert_true(length == 8 && memcmp(name, "http/1.1", 8) == 0);
		tls_client_say(&bench, client, "say one\nsay t");
		assert_string_equal(tls_client_heard(client), "one\n");
		tls_client_say(&bench, client, "wo\n");
		assert_string_equal(tls_client_heard(client), "two\n");
		assert_int_equal(stream_counts(bench.listener).open, 1);
		tls_client_say(&bench, client, "say three\nbye\n");
		assert_string_equal(tls_client_heard(client), "three\n");
		assert_string_equal(tls_client_heard(client), "(closed)");
		assert_int_equal(bench.ended[STREAM_DONE], i + 1);
		tls_client_end(client);
	}
	assert_int_equal(counted(&bench)->shaken, 2);
	assert_int_equal(counted(&bench)->resumed, 0);
	bench_finish(&bench);
	tls_free(tls);
}

/* Browsers of Windows 7 have AEAD with RSA by DHE only. */
static void
a_certificate_with_rsa_serves_old_browsers(void **state)
{
	const char *const ciphers[] = {"DHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384"};
	struct tls *tls = context_of(RSA_2048);
	struct bench bench;

	begin(&bench, tls, LONG_US, LONG_US);
	for (unsigned i = 0; i < 2; i++) {
		struct tls_client *client = tls_client_new(&bench, TLS1_2_VERSION);

		assert_int_equal(SSL_set_cipher_list(client->ssl, ciphers[i]), 1);
		assert_true(tls_client_shake(&bench, client));
		assert_string_equal(SSL_get_cipher(client->ssl), ciphers[i]);
		tls_client_end(client);
	}
	serves(&bench);
	bench_finish(&bench);
	tls_free(tls);
}

/* Comes again with what it was given before. */
static bool
is_resumed(struct bench *bench, int version, SSL_SESSION *session, bool has_tickets)
{
	struct tls_client *client = tls_client_new(bench, version);
	bool resumed;

	if (!has_tickets)
		SSL_set_options(client->ssl, SSL_OP_NO_TICKET);
	assert_int_equal(SSL_set_session(client->ssl, session), 1);
	assert_true(tls_client_shake(bench, client));
	tls_client_say(bench, client, "say back\n");
	assert_string_equal(tls_client_heard(client), "back\n");
	resumed = SSL_session_reused(client->ssl) == 1;
	/* For the next time. */
	assert_true(version < TLS1_3_VERSION || client->session != NULL);
	tls_client_end(client);
	bench_turn(bench);
	return resumed;
}

static SSL_SESSION *
session_of(struct bench *bench, int version, bool has_tickets)
{
	struct tls_client *client = tls_client_new(bench, version);
	SSL_SESSION *session;

	if (!has_tickets)
		SSL_set_options(client->ssl, SSL_OP_NO_TICKET);
	assert_true(tls_client_shake(bench, client));
	tls_client_say(bench, client, "say a\n");
	assert_string_equal(tls_client_heard(client), "a\n");
	session = client->session;
	client->session = NULL;
	assert_non_null(session);
	(void)SSL_shutdown(client->ssl);
	tls_client_end(client);
	bench_turn(bench);
	return session;
}

static void
who_comes_again_resumes(void **state)
{
	const int versions[] = {TLS1_3_VERSION, TLS1_2_VERSION, TLS1_2_VERSION};
	struct tls *tls = context_of(ECDSA);
	struct bench bench;

	begin(&bench, tls, LONG_US, LONG_US);
	for (unsigned i = 0; i < 3; i++) {
		/* The third has no tickets: that is in the cache. */
		SSL_SESSION *session = session_of(&bench, versions[i], i < 2);

		assert_int_equal(SSL_SESSION_has_ticket(session), i < 2);
		assert_int_equal(SSL_SESSION_get_max_early_data(session), 0);
		assert_true(is_resumed(&bench, versions[i], session, i < 2));
		assert_int_equal(counted(&bench)->resumed, i + 1);
		SSL_SESSION_free(session);
	}
	assert_int_equal(counted(&bench)->shaken, 6);
	bench_finish(&bench);
	tls_free(tls);
}

static void
tickets_open_until_their_keys_were_changed_twice(void **state)
{
	const int64_t now = clock_steady();
	struct tls *tls = context_of(ECDSA);
	struct bench bench;
	SSL_SESSION *session;

	begin(&bench, tls, LONG_US, LONG_US);
	tls_tick(tls, now);
	session = session_of(&bench, TLS1_3_VERSION, true);
	tls_tick(tls, now + TLS_TICKET_US - 1);
	tls_tick(tls, now + TLS_TICKET_US);
	assert_true(is_resumed(&bench, TLS1_3_VERSION, session, true));
	tls_tick(tls, now + 2 * TLS_TICKET_US);
	assert_false(is_resumed(&bench, TLS1_3_VERSION, session, true));
	SSL_SESSION_free(session);
	bench_finish(&bench);
	tls_free(tls);
}

static void
assert_shown(struct tls_client *client, int kind)
{
	X509 *shown = SSL_get1_peer_certificate(client->ssl);

	assert_int_equal(X509_cmp(shown, certificates[kind].x509), 0);
	X509_free(shown);
}

static void
another_certificate_leaves_connections_as_they_are(void **state)
{
	struct tls *tls = context_of(ECDSA), *next = context_of(OTHER);
	struct tls_client *old, *half, *new;
	SSL_SESSION *session;
	struct bench bench;

	begin(&bench, tls, LONG_US, LONG_US);
	session = session_of(&bench, TLS1_3_VERSION, true);
	old = tls_client_new(&bench, TLS1_3_VERSION);
	half = tls_client_new(&bench, TLS1_3_VERSION);
	assert_true(tls_client_shake(&bench, old));
	(void)SSL_connect(half->ssl);
	bench_turn(&bench);
	stream_renew(bench.listener, next);
	assert_null(tls_free(tls));
	new = tls_client_new(&bench, TLS1_3_VERSION);
	assert_true(tls_client_shake(&bench, new));
	assert_shown(new, OTHER);
	/* Also one whose handshake goes on, and gets its tickets from what the owner has let go. */
	assert_true(tls_client_shake(&bench, half));
	assert_shown(half, ECDSA);
	tls_client_say(&bench, half, "say half\n");
	assert_string_equal(tls_client_heard(half), "half\n");
	tls_client_say(&bench, old, "say old\n");
	assert_string_equal(tls_client_heard(old), "old\n");
	/* A ticket of before is no error. */
	assert_false(is_resumed(&bench, TLS1_3_VERSION, session, true));
	SSL_SESSION_free(session);
	tls_client_end(old);
	tls_client_end(half);
	tls_client_end(new);
	bench_finish(&bench);
	tls_free(next);
}

/* A handshake that must fail for this reason, and costs no other peer anything. */
static void
fails(struct bench *bench, struct tls_client *client, enum tls_fault why)
{
	unsigned before = bench->ended[STREAM_HANDSHAKE];
	uint64_t counted_before = counted(bench)->faults[why];

	(void)tls_client_shake(bench, client);
	assert_int_equal(bench->ended[STREAM_HANDSHAKE], before + 1);
	if (counted(bench)->faults[why] != counted_before + 1)
		fail_msg("not counted as %s", tls_fault_names[why]);
	tls_client_end(client);
	serves(bench);
}

static void
what_both_do_not_know_is_refused_and_counted_by_reason(void **state)
{
	struct tls *tls = context_of(ECDSA);
	struct tls_client *client;
	struct bench bench;

	begin(&bench, tls, LONG_US, LONG_US);
	fails(&bench, tls_client_new(&bench, TLS1_1_VERSION), TLS_VERSION);
	fails(&bench, tls_client_new(&bench, TLS1_VERSION), TLS_VERSION);
	client = tls_client_new(&bench, TLS1_2_VERSION);
	assert_int_equal(SSL_set_cipher_list(client->ssl, "ECDHE-ECDSA-AES128-SHA256"), 1);
	fails(&bench, client, TLS_UNSHARED);
	client = tls_client_new(&bench, TLS1_3_VERSION);
	assert_int_equal(SSL_set1_groups_list(client->ssl, "P-384"), 1);
	fails(&bench, client, TLS_UNSHARED);
	client = tls_client_new(&bench, TLS1_3_VERSION);
	assert_int_equal(SSL_set1_sigalgs_list(client->ssl, "rsa_pss_rsae_sha256"), 1);
	fails(&bench, client, TLS_UNSHARED);
	client = tls_client_new(&bench, TLS1_3_VERSION);
	assert_int_equal(SSL_set_alpn_protos(client->ssl, (const unsigned char *)"\x02h2", 3), 0);
	fails(&bench, client, TLS_UNSHARED);
	/* It says why it goes. */
	client = tls_client_new(&bench, TLS1_3_VERSION);
	SSL_set_verify(client->ssl, SSL_VERIFY_PEER, NULL);
	fails(&bench, client, TLS_ALERT);
	bench_finish(&bench);
	tls_free(tls);
}

/* What is no TLS: the connection is closed at once. */
static void
not_tls(struct bench *bench, const void *bytes, size_t size, enum tls_fault why)
{
	uint64_t before = counted(bench)->faults[why];
	int client = bench_connected(bench);

	assert_int_equal(write(client, bytes, size), size);
	bench_turn(bench);
	if (counted(bench)->faults[why] != before + 1)
		fail_msg("not counted as %s", tls_fault_names[why]);
	assert_int_equal(stream_counts(bench->listener).open, 0);
	close(client);
	serves(bench);
}

static void
what_is_no_tls_is_closed_and_counted(void **state)
{
	static const char http[] = "GET / HTTP/1.1\r\nHost: help.example.net\r\n\r\n";
	struct tls *tls = context_of(ECDSA);
	char junk[300];
	struct bench bench;

	begin(&bench, tls, LONG_US, LONG_US);
	not_tls(&bench, http, sizeof(http) - 1, TLS_PLAIN);
	memset(junk, 0xc5, sizeof(junk));
	not_tls(&bench, junk, sizeof(junk), TLS_PLAIN);
	memset(junk, 0, sizeof(junk));
	not_tls(&bench, junk, sizeof(junk), TLS_PLAIN);
	/* A record with a ClientHello that contradicts itself. */
	memcpy(junk, "\x16\x03\x01\x00\x08\x01\x00\x00\x04\x03\x03\x00\x00", 13);
	not_tls(&bench, junk, 13, TLS_WRONG);
	/* Data before any handshake. */
	memcpy(junk,
		"\x17\x03\x03\x00\x02"
		"ab",
		7);
	not_tls(&bench, junk, 7, TLS_WRONG);
	bench_finish(&bench);
	tls_free(tls);
}

/* What a client says first. */
static size_t
hello(char *into, size_t size)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	SSL *ssl = SSL_new(context);
	BIO *out = BIO_new(BIO_s_mem());
	int n;

	SSL_set_bio(ssl, BIO_new(BIO_s_mem()), out);
	assert_int_equal(SSL_connect(ssl), -1);
	n = BIO_read(out, into, (int)size);
	assert_in_range(n, 100, size - 1);
	SSL_free(ssl);
	SSL_CTX_free(context);
	return (size_t)n;
}

static void
half_a_hello_is_left_or_late(void **state)
{
	struct tls *tls = context_of(ECDSA);
	char bytes[4096];
	size_t size = hello(bytes, sizeof(bytes));
	struct tls_client *whole;
	int half, silent, gone;
	struct bench bench;

	begin(&bench, tls, WALL_SECOND / 2, LONG_US);
	gone = bench_connected(&bench);
	assert_int_equal(write(gone, bytes, size / 2), size / 2);
	bench_turn(&bench);
	close(gone);
	bench_wait_until_ended(&bench, STREAM_HANDSHAKE, 1);
	assert_int_equal(counted(&bench)->faults[TLS_LEFT], 1);
	/* Not a word: nothing went wrong. */
	gone = bench_connected(&bench);
	bench_turn(&bench);
	close(gone);
	bench_wait_until_ended(&bench, STREAM_CLOSED, 1);
	half = bench_connected(&bench);
	silent = bench_connected(&bench);
	assert_int_equal(write(half, bytes, size / 2), size / 2);
	whole = tls_client_new(&bench, TLS1_3_VERSION);
	assert_true(tls_client_shake(&bench, whole));
	bench_wait_until_ended(&bench, STREAM_HANDSHAKE, 3);
	assert_int_equal(counted(&bench)->faults[TLS_LATE], 2);
	assert_string_equal(bench_heard(half), "(closed)");
	assert_string_equal(bench_heard(silent), "(closed)");
	/* Who has shaken hands may wait for long. */
	tls_client_say(&bench, whole, "say a\n");
	assert_string_equal(tls_client_heard(whole), "a\n");
	tls_client_end(whole);
	close(half);
	close(silent);
	bench_finish(&bench);
	tls_free(tls);
}

/* Moves what waits from one to the other, a byte at a time. */
static void
dribble(struct bench *bench, BIO *out, int socket)
{
	char byte;

	while (BIO_read(out, &byte, 1) == 1) {
		assert_int_equal(write(socket, &byte, 1), 1);
		event_base_loop(bench->base, EVLOOP_NONBLOCK);
	}
}

static void
one_byte_at_a_time_is_served(void **state)
{
	struct tls *tls = context_of(ECDSA);
	struct tls_client *client;
	BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
	char bytes[4096], text[64] = "";
	bool has_asked = false;
	struct bench bench;

	begin(&bench, tls, LONG_US, LONG_US);
	client = tls_client_new(&bench, TLS1_3_VERSION);
	SSL_set_bio(client->ssl, in, out);
	while (SSL_read(client->ssl, text, sizeof(text) - 1) <= 0) {
		ssize_t n;

		if (SSL_connect(client->ssl) == 1 && !has_asked) {
			assert_int_equal(SSL_write(client->ssl, "say slow\n", 9), 9);
			has_asked = true;
		}
		dribble(&bench, out, client->socket);
		bench_turn(&bench);
		n = recv(client->socket, bytes, sizeof(bytes), MSG_DONTWAIT);
		if (n > 0)
			assert_int_equal(BIO_write(in, bytes, (int)n), n);
	}
	assert_string_equal(text, "slow\n");
	tls_client_end(client);
	bench_finish(&bench);
	tls_free(tls);
}

static void
who_does_not_read_is_closed_and_who_reads_late_gets_all(void **state)
{
	struct tls *tls = context_of(ECDSA);
	struct tls_client *client, *unread;
	size_t asked = 0, heard = 0;
	static char bytes[65536];
	struct bench bench;
	int n;

	begin(&bench, tls, 2 * WALL_SECOND, LONG_US);
	client = tls_client_new(&bench, TLS1_3_VERSION);
	assert_true(tls_client_shake(&bench, client));
	/* More than the kernel takes, in pieces that are tried again. */
	for (; asked < 12 * sizeof(bytes); asked += sizeof(bytes))
		tls_client_say(&bench, client, "big\n");
	while (heard < asked) {
		while ((n = SSL_read(client->ssl, bytes, 1000)) > 0)
			heard += (size_t)n;
		bench_turn(&bench);
	}
	assert_int_equal(heard, asked);
	tls_client_say(&bench, client, "say on\n");
	assert_string_equal(tls_client_heard(client), "on\n");
	unread = tls_client_new(&bench, TLS1_3_VERSION);
	assert_true(tls_client_shake(&bench, unread));
	while (bench.ended[STREAM_UNREAD] == 0 && SSL_write(unread->ssl, "big\n", 4) == 4)
		bench_turn(&bench);
	bench_wait_until_ended(&bench, STREAM_UNREAD, 1);
	tls_client_say(&bench, client, "say still\n");
	assert_string_equal(tls_client_heard(client), "still\n");
	tls_client_end(client);
	tls_client_end(unread);
	bench_finish(&bench);
	tls_free(tls);
}

static void
who_has_said_all_still_gets_his_answers(void **state)
{
	struct tls *tls = context_of(ECDSA);
	struct tls_client *client;
	struct bench bench;

	begin(&bench, tls, LONG_US, LONG_US);
	for (int i = 0; i < 2; i++) {
		client = tls_client_new(&bench, TLS1_3_VERSION);
		assert_true(tls_client_shake(&bench, client));
		assert_int_equal(SSL_write(client->ssl, "say a\nsay b\n", 12), 12);
		/* By TLS, or by TCP alone. */
		assert_int_equal(
			i == 0 ? SSL_shutdown(client->ssl) : shutdown(client->socket, SHUT_WR), 0);
		bench_wait_until_ended(&bench, STREAM_CLOSED, (unsigned)i + 1);
		assert_string_equal(tls_client_heard(client), "a\nb\n");
		assert_string_equal(tls_client_heard(client), "(closed)");
		tls_client_end(client);
	}
	client = tls_client_new(&bench, TLS1_3_VERSION);
	assert_true(tls_client_shake(&bench, client));
	tls_client_say(&bench, client, "say c");
	assert_int_equal(shutdown(client->socket, SHUT_WR), 0);
	bench_wait_until_ended(&bench, STREAM_CUT, 1);
	tls_client_end(client);
	bench_finish(&bench);
	tls_free(tls);
}

static void
what_was_changed_on_the_way_ends_the_connection(void **state)
{
	struct tls *tls = context_of(ECDSA);
	struct tls_client *client;
	struct bench bench;

	begin(&bench, tls, LONG_US, LONG_US);
	client = tls_client_new(&bench, TLS1_3_VERSION);
	assert_true(tls_client_shake(&bench, client));
	assert_int_equal(write(client->socket, "\x17\x03\x03\x00\x20", 5), 5);
	assert_int_equal(write(client->socket, "abcdefghijklmnopabcdefghijklmnop", 32), 32);
	bench_turn(&bench);
	assert_int_equal(bench.ended[STREAM_BROKEN], 1);
	assert_string_equal(tls_client_heard(client), "(cut)");
	tls_client_end(client);
	serves(&bench);
	bench_finish(&bench);
	tls_free(tls);
}

static void
nobody_shakes_hands_twice_on_one_connection(void **state)
{
	struct tls *tls = context_of(ECDSA);
	struct tls_client *client;
	struct bench bench;
	int r;

	begin(&bench, tls, LONG_US, LONG_US);
	client = tls_client_new(&bench, TLS1_2_VERSION);
	assert_true(tls_client_shake(&bench, client));
	assert_int_equal(SSL_renegotiate(client->ssl), 1);
	for (int i = 0; i < 5; i++) {
		ERR_clear_error();
		r = SSL_do_handshake(client->ssl);
		if (r != 1 && SSL_get_error(client->ssl, r) == SSL_ERROR_SSL)
			break;
		bench_turn(&bench);
	}
	assert_int_equal(ERR_GET_REASON(ERR_peek_error()), SSL_R_NO_RENEGOTIATION);
	assert_int_equal(counted(&bench)->shaken, 1);
	tls_client_end(client);
	serves(&bench);
	bench_finish(&bench);
	tls_free(tls);
}

/* Each asks the server to say the same, and none is read, until the server cannot write and so reads no more. */
static void
a_flood_of_new_keys_waits_until_it_is_read(void **state)
{
	struct tls *tls = context_of(ECDSA);
	struct tls_client *client;
	const int little = 4096, large = 1 << 20;
	struct bench bench;
	unsigned turns;
	int r;

	begin(&bench, tls, LONG_US, LONG_US);
	assert_int_equal(
		setsockopt(bench.socket, SOL_SOCKET, SO_SNDBUF, &little, sizeof(little)), 0);
	assert_int_equal(
		setsockopt(bench.socket, SOL_SOCKET, SO_RCVBUF, &little, sizeof(little)), 0);
	client = tls_client_new(&bench, TLS1_3_VERSION);
	assert_int_equal(
		setsockopt(client->socket, SOL_SOCKET, SO_RCVBUF, &little, sizeof(little)), 0);
	assert_int_equal(
		setsockopt(client->socket, SOL_SOCKET, SO_SNDBUF, &little, sizeof(little)), 0);
	assert_true(tls_client_shake(&bench, client));
	for (r = 1; r == 1;) {
		ERR_clear_error();
		assert_int_equal(SSL_key_update(client->ssl, SSL_KEY_UPDATE_REQUESTED), 1);
		r = SSL_do_handshake(client->ssl);
		event_base_loop(bench.base, EVLOOP_NONBLOCK);
	}
	assert_int_equal(SSL_get_error(client->ssl, r), SSL_ERROR_WANT_WRITE);
	/* Nothing turns in a circle meanwhile. */
	event_base_loopexit(bench.base, &(struct timeval){.tv_sec = 1});
	for (turns = 0; !event_base_got_exit(bench.base); turns++)
		event_base_loop(bench.base, EVLOOP_ONCE);
	assert_in_range(turns, 0, 100);
	serves(&bench);
	assert_string_equal(tls_client_heard(client), "");
	/* OpenSSL's client does not read while it has to write, so there must be room for all that was asked for. */
	assert_int_equal(
		setsockopt(client->socket, SOL_SOCKET, SO_RCVBUF, &large, sizeof(large)), 0);
	while (SSL_do_handshake(client->ssl) != 1) {
		assert_string_equal(tls_client_heard(client), "");
		bench_turn(&bench);
	}
	while (SSL_write(client->ssl, "say on\n", 7) != 7)
		bench_turn(&bench);
	while (tls_client_heard(client)[0] == '\0')
		bench_turn(&bench);
	assert_int_equal(stream_counts(bench.listener).ended[STREAM_BROKEN], 0);
	tls_client_end(client);
	bench_finish(&bench);
	tls_free(tls);
}

/* Shakes hands so often, says so, and waits for its end. */
static void
connect_many(struct bench *bench, int says)
{
	SSL_CTX *context;

	/* A test that fails must not leave it behind. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	context = SSL_CTX_new(TLS_client_method());
	for (int i = 0; i < MANY; i++) {
		SSL *ssl = SSL_new(context);

		SSL_set_fd(ssl, bench_connected(bench));
		if (SSL_connect(ssl) != 1 || SSL_write(ssl, "say a\n", 6) != 6)
			_exit(1);
	}
	(void)!write(says, "", 1);
	pause();
	_exit(0);
}

static void
many_may_wait_at_once(void **state)
{
	struct tls *tls = context_of(ECDSA);
	struct mallinfo2 before, after;
	struct rlimit limit;
	struct bench bench;
	int said[2];
	size_t each;
	pid_t child;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	if (limit.rlim_max < MANY + 100) {
		print_message("needs %d descriptors, and may have %llu\n", MANY + 100,
			(unsigned long long)limit.rlim_max);
		skip();
	}
	begin(&bench, tls, LONG_US, LONG_US);
	assert_int_equal(pipe(said), 0);
	serves(&bench);
	before = mallinfo2();
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		connect_many(&bench, said[1]);
	while (counted(&bench)->shaken < MANY + 1)
		event_base_loop(bench.base, EVLOOP_ONCE);
	assert_int_equal(read(said[0], &(char){0}, 1), 1);
	bench_turn(&bench);
	after = mallinfo2();
	assert_int_equal(stream_counts(bench.listener).open, MANY);
	each = (after.uordblks + after.hblkhd - before.uordblks - before.hblkhd) / MANY;
	print_message("%d connections under TLS that wait: %zu bytes each\n", MANY, each);
	/* Buffers of 16 KiB each way were given back. Under a sanitizer nothing is known. */
	assert_true(each < 16384);
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, NULL, 0), child);
	bench_turn(&bench);
	assert_int_equal(stream_counts(bench.listener).open, 0);
	bench_finish(&bench);
	tls_free(tls);
}

/* A server that has shut itself in: no file, no new socket, and what TLS needs of the kernel is there. */
static void
serve_shut_in(struct bench *bench)
{
	const struct sandbox sandbox = {.calls = SANDBOX_SOCKETS_ACCEPT};
	struct sandbox_report report;
	struct fail fail = {0};

	if (sandbox_enter(&sandbox, &report, &fail) < 0)
		_exit(1);
	event_base_dispatch(bench->base);
	_exit(2);
}

static void
after_the_start_no_file_is_needed(void **state)
{
	const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
	struct tls *tls = context_of(ECDSA);
	struct bench bench, nobody = {.base = event_base_new()};
	pid_t child;

	begin(&bench, tls, LONG_US, LONG_US);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		event_reinit(bench.base);
		serve_shut_in(&bench);
	}
	stream_pause(bench.listener);
	nobody.port = bench.port;
	for (int i = 0; i < 6; i++) {
		struct tls_client *client = tls_client_new(&nobody, versions[i % 2]);
		char text[8] = "";

		assert_true(tls_client_shake(&nobody, client));
		assert_int_equal(SSL_write(client->ssl, "say in\n", 7), 7);
		while (SSL_read(client->ssl, text, sizeof(text)) < 0)
			assert_int_equal(waitpid(child, NULL, WNOHANG), 0);
		assert_string_equal(text, "in\n");
		tls_client_end(client);
	}
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, NULL, 0), child);
	event_base_free(nobody.base);
	bench_finish(&bench);
	tls_free(tls);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_answered_by_either_version),
		cmocka_unit_test(a_certificate_with_rsa_serves_old_browsers),
		cmocka_unit_test(who_comes_again_resumes),
		cmocka_unit_test(tickets_open_until_their_keys_were_changed_twice),
		cmocka_unit_test(another_certificate_leaves_connections_as_they_are),
		cmocka_unit_test(what_both_do_not_know_is_refused_and_counted_by_reason),
		cmocka_unit_test(what_is_no_tls_is_closed_and_counted),
		cmocka_unit_test(half_a_hello_is_left_or_late),
		cmocka_unit_test(one_byte_at_a_time_is_served),
		cmocka_unit_test(who_does_not_read_is_closed_and_who_reads_late_gets_all),
		cmocka_unit_test(who_has_said_all_still_gets_his_answers),
		cmocka_unit_test(what_was_changed_on_the_way_ends_the_connection),
		cmocka_unit_test(nobody_shakes_hands_twice_on_one_connection),
		cmocka_unit_test(a_flood_of_new_keys_waits_until_it_is_read),
		cmocka_unit_test(many_may_wait_at_once),
		cmocka_unit_test(after_the_start_no_file_is_needed),
	};

	return cmocka_run_group_tests(tests, make, clean);
}
