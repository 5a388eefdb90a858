/* SPDX-License-Identifier: BSD-2-Clause */
#include "tlsmemory.h"

#include <openssl/err.h>

#define TRANSIT (2 * TLSMEMORY_ANSWER) /* bytes on the way */

static char answer[TLSMEMORY_ANSWER];

double
tlsmemory_cpu(clockid_t clock)
{
	struct timespec time;

	must(clock_gettime(clock, &time) == 0);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double
own_cpu(void)
{
	return tlsmemory_cpu(CLOCK_PROCESS_CPUTIME_ID);
}

/* A client and a server, after their handshake; the CPU that the server's side took is added. */
static void
shake(SSL_CTX *context, struct tls *tls, SSL *ret[2], double *cpu)
{
	BIO *client, *server;
	double begun = own_cpu();

	must(BIO_new_bio_pair(&client, TRANSIT, &server, TRANSIT) == 1);
	ret[1] = tls_accept(tls, -1);
	SSL_set_bio(ret[1], server, server);
	*cpu += own_cpu() - begun;
	ret[0] = SSL_new(context);
	SSL_set_bio(ret[0], client, client);
	SSL_set_connect_state(ret[0]);
	while (!SSL_is_init_finished(ret[0]) || !SSL_is_init_finished(ret[1])) {
		ERR_clear_error();
		(void)SSL_do_handshake(ret[0]);
		begun = own_cpu();
		(void)SSL_do_handshake(ret[1]);
		*cpu += own_cpu() - begun;
	}
}

double
tlsmemory_handshakes(SSL_CTX *client, struct tls *tls, int count)
{
	double cpu = 0;

	for (int i = 0; i < count; i++) {
		SSL *ssl[2];
		double begun;

		shake(client, tls, ssl, &cpu);
		SSL_free(ssl[0]);
		begun = own_cpu();
		SSL_free(ssl[1]);
		cpu += own_cpu() - begun;
	}
	return count / cpu;
}

static void
hear(SSL *ssl, size_t length)
{
	char bytes[TLSMEMORY_ANSWER];

	for (size_t heard = 0; heard < length;) {
		int n = SSL_read(ssl, bytes, sizeof(bytes));

		must(n > 0);
		heard += (size_t)n;
	}
}

double
tlsmemory_requests(
	SSL_CTX *client, struct tls *tls, const struct text *request, size_t length, int count)
{
	char bytes[TLSMEMORY_ANSWER];
	double cpu = 0;
	SSL *ssl[2];

	must(length <= sizeof(answer));
	shake(client, tls, ssl, &cpu);
	cpu = 0;
	for (int i = 0; i < count; i++) {
		double begun;

		must(SSL_write(ssl[0], request->at, (int)request->length) > 0);
		begun = own_cpu();
		must(SSL_read(ssl[1], bytes, sizeof(bytes)) == (int)request->length);
		must(SSL_write(ssl[1], answer, (int)length) == (int)length);
		cpu += own_cpu() - begun;
		hear(ssl[0], length);
	}
	SSL_free(ssl[0]);
	SSL_free(ssl[1]);
	return count / cpu;
}
