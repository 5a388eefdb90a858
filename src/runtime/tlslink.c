/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/tlslink.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>

const char *const tls_fault_names[TLS_FAULTS] = {
	[TLS_NO_FAULT] = "none",
	[TLS_PLAIN] = "plain",
	[TLS_VERSION] = "version",
	[TLS_UNSHARED] = "unshared",
	[TLS_ALERT] = "alert",
	[TLS_WRONG] = "wrong",
	[TLS_LEFT] = "left",
	[TLS_LATE] = "late",
};

struct tlslink {
	SSL *ssl;
	struct tls *tls;
	struct tls_counts *counts;
	bool is_shaken;  /* the handshake came to its end */
	bool is_crossed; /* see the header */
	bool is_broken;  /* nothing more can be said */
	enum tls_fault fault;
};

struct tlslink *
tlslink_new(struct tls *tls, int socket, struct tls_counts *counts)
{
	struct tlslink *link = xcalloc(1, sizeof(*link));

	link->ssl = tls_accept(tls, socket);
	link->tls = tls_keep(tls);
	link->counts = counts;
	return link;
}

enum tls_fault
tlslink_end(struct tlslink *link, bool is_late)
{
	enum tls_fault fault = link->fault;

	if (!link->is_shaken && is_late)
		fault = TLS_LATE;
	if (fault != TLS_NO_FAULT)
		link->counts->faults[fault]++;
	if (link->is_shaken && !link->is_broken) {
		ERR_clear_error();
		(void)SSL_shutdown(link->ssl);
	}
	SSL_free(link->ssl);
	link->tls = tls_free(link->tls);
	free(link);
	return fault;
}

/* Of a handshake, from the first error that OpenSSL noted. */
static enum tls_fault
fault_of(unsigned long error)
{
	int reason = ERR_GET_REASON(error);

	if (ERR_GET_LIB(error) != ERR_LIB_SSL)
		return TLS_WRONG;
	/* RFC 8446 s6: its description stands above. */
	if (reason >= SSL_AD_REASON_OFFSET)
		return TLS_ALERT;
	switch (reason) {
	case SSL_R_HTTP_REQUEST:
	case SSL_R_HTTPS_PROXY_REQUEST:
	case SSL_R_WRONG_VERSION_NUMBER: /* of a record: its first bytes are none */
		return TLS_PLAIN;
	case SSL_R_UNSUPPORTED_PROTOCOL:
	case SSL_R_VERSION_TOO_LOW:
	case SSL_R_VERSION_TOO_HIGH:
	case SSL_R_UNKNOWN_PROTOCOL:
	case SSL_R_UNKNOWN_SSL_VERSION:
	case SSL_R_INAPPROPRIATE_FALLBACK:
		return TLS_VERSION;
	case SSL_R_NO_SHARED_CIPHER:
	case SSL_R_NO_SUITABLE_KEY_SHARE:
	case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
	case SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS:
	case SSL_R_NO_APPLICATION_PROTOCOL:
		return TLS_UNSHARED;
	default:
		return TLS_WRONG;
	}
}

static void
note_handshake(struct tlslink *link)
{
	if (link->is_shaken || !SSL_is_init_finished(link->ssl))
		return;
	link->is_shaken = true;
	link->counts->shaken++;
	link->counts->resumed += SSL_session_reused(link->ssl) == 1;
}

/* Why a call gave nothing, which ended with this errno; own: what SSL_get_error says where the socket was not ready for
 * what the call is for. */
static ssize_t
refusal(struct tlslink *link, int error, int own)
{
	int what = SSL_get_error(link->ssl, 0);

	link->is_crossed = false;
	if (what == SSL_ERROR_WANT_READ || what == SSL_ERROR_WANT_WRITE) {
		link->is_crossed = what != own;
		errno = EAGAIN;
		return -1;
	}
	if (what == SSL_ERROR_ZERO_RETURN) {
		if (link->is_shaken || BIO_number_read(SSL_get_rbio(link->ssl)) == 0)
			return 0;
		link->fault = TLS_LEFT;
		errno = ECONNRESET;
		return -1;
	}
	link->is_broken = true;
	if (!link->is_shaken)
		link->fault = what == SSL_ERROR_SSL ? fault_of(ERR_peek_error()) : TLS_LEFT;
	errno = what == SSL_ERROR_SSL || error == 0 ? EPROTO : error;
	return -1;
}

ssize_t
tlslink_read(struct tlslink *link, void *bytes, size_t size)
{
	size_t n = 0;
	int ok, error;

	ERR_clear_error();
	errno = 0;
	ok = SSL_read_ex(link->ssl, bytes, size, &n);
	error = errno;
	note_handshake(link);
	if (!ok)
		return refusal(link, error, SSL_ERROR_WANT_READ);
	link->is_crossed = false;
	return (ssize_t)n;
}

ssize_t
tlslink_write(struct tlslink *link, const void *bytes, size_t size)
{
	size_t n = 0;
	int ok, error;

	ERR_clear_error();
	errno = 0;
	ok = SSL_write_ex(link->ssl, bytes, size, &n);
	error = errno;
	note_handshake(link);
	if (!ok)
		return refusal(link, error, SSL_ERROR_WANT_WRITE);
	link->is_crossed = false;
	return (ssize_t)n;
}

bool
tlslink_is_crossed(const struct tlslink *link)
{
	return link->is_crossed;
}

bool
tlslink_is_shaking(const struct tlslink *link)
{
	return !SSL_is_init_finished(link->ssl);
}
