/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/tls.h"

#include "runtime/secretfile.h"

#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/dh.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CIPHERS_13 "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
#define CIPHERS_12                                                                                 \
	"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"                               \
	"ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"                               \
	"ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"                               \
	"DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384:DHE-RSA-CHACHA20-POLY1305"
#define GROUPS "X25519:P-256"

/* What seals tickets; the name goes with them (RFC 5077 s4). */
struct ticket_key {
	unsigned char name[16];
	unsigned char cipher[32];
	unsigned char mac[32];
};

struct tls {
	SSL_CTX *context;
	EVP_CIPHER *ticket_cipher;
	struct ticket_key tickets[2]; /* that in use, the one before */
	int64_t tickets_us;           /* since when; 0: not known yet */
	struct wall from, until;      /* of all certificates */
	size_t users;
};

/* What the files hold. */
struct identity {
	EVP_PKEY *key;
	X509 *chain[TLS_CHAIN_MOST];
	int count;
};

/* The first that went wrong, in OpenSSL's words. */
static const char *
reason(void)
{
	const char *words = ERR_reason_error_string(ERR_peek_error());

	return words != NULL ? words : "unknown";
}

/* A whole file, opened and closed: its bytes, the caller's, or NULL with fail filled. */
static char *
read_file(const char *path, bool is_secret, size_t *length, int *error, struct fail *fail)
{
	int file = is_secret ? secretfile_open(path, fail) : secretfile_open_public(path, fail);
	char *bytes;
	ssize_t n;

	if (file < 0) {
		*error = file;
		return NULL;
	}
	fail_where(fail, "%s", path);
	bytes = xcalloc(1, TLS_FILE_MOST + 1);
	n = read(file, bytes, TLS_FILE_MOST + 1);
	if (n < 0) {
		*error = -errno;
		fail_what(fail, "cannot be read: %s", strerror(errno));
	} else if (n > TLS_FILE_MOST) {
		*error = -EFBIG;
		fail_what(fail, "is longer than %d bytes", TLS_FILE_MOST);
	}
	close(file);
	if (n >= 0 && n <= TLS_FILE_MOST) {
		*length = (size_t)n;
		return bytes;
	}
	explicit_bzero(bytes, TLS_FILE_MOST + 1);
	free(bytes);
	return NULL;
}

static int
read_chain(const char *path, struct identity *identity, struct fail *fail)
{
	size_t length = 0;
	int error = 0;
	char *bytes = read_file(path, false, &length, &error, fail);
	BIO *bio;
	X509 *one;

	if (bytes == NULL)
		return error;
	bio = BIO_new_mem_buf(bytes, (int)length);
	must(bio != NULL);
	ERR_clear_error();
	while (identity->count < TLS_CHAIN_MOST &&
		(one = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL)
		identity->chain[identity->count++] = one;
	if (identity->count == TLS_CHAIN_MOST) {
		error = -E2BIG;
		fail_what(fail, "has %d certificates or more; expected fewer", TLS_CHAIN_MOST);
	} else if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) {
		error = -EBADMSG;
		fail_what(fail, "certificate %d is damaged: %s", identity->count + 1, reason());
	} else if (identity->count == 0) {
		error = -EBADMSG;
		fail_what(fail, "has no certificate; expected \"-----BEGIN CERTIFICATE-----\"");
	}
	BIO_free(bio);
	free(bytes);
	return error;
}

/* Called where one is needed; there is none. */
static int
no_passphrase(char *into, int size, int writes, void *context)
{
	*(bool *)context = true;
	return -1;
}

static int
read_key(const char *path, struct identity *identity, struct fail *fail)
{
	bool is_encrypted = false, has_key;
	size_t length = 0;
	int error = 0;
	char *bytes = read_file(path, true, &length, &error, fail);
	BIO *bio;

	if (bytes == NULL)
		return error;
	bio = BIO_new_mem_buf(bytes, (int)length);
	must(bio != NULL);
	ERR_clear_error();
	identity->key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, &is_encrypted);
	BIO_free(bio);
	has_key = memmem(bytes, length, "PRIVATE KEY-----", 16) != NULL;
	explicit_bzero(bytes, length);
	free(bytes);
	if (identity->key != NULL)
		return 0;
	if (is_encrypted)
		fail_what(fail, "is locked by a passphrase; expected a key without");
	else if (!has_key)
		fail_what(fail, "has no key; expected \"-----BEGIN PRIVATE KEY-----\"");
	else
		fail_what(fail, "is damaged: %s", reason());
	return -EBADMSG;
}

/* Beyond the years of a calendar it never comes. */
static struct wall
wall_of(const ASN1_TIME *time)
{
	struct wall wall = {INT64_MAX};
	struct tm tm;

	if (ASN1_TIME_to_tm(time, &tm) != 1 ||
		wall_from_date(&wall, tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
			tm.tm_min, tm.tm_sec) < 0)
		wall.us = INT64_MAX;
	return wall;
}

/* From when to when all of them are valid. */
static void
note_dates(const struct identity *identity, struct tls *tls)
{
	tls->from.us = INT64_MIN;
	tls->until.us = INT64_MAX;
	for (int i = 0; i < identity->count; i++) {
		struct wall from = wall_of(X509_get0_notBefore(identity->chain[i]));
		struct wall until = wall_of(X509_get0_notAfter(identity->chain[i]));

		if (from.us > tls->from.us)
			tls->from = from;
		if (until.us < tls->until.us)
			tls->until = until;
	}
}

/* Each must have been signed by the next, and what is not in the file by somebody whom peers know. */
static int
check_chain(const struct identity *identity, struct fail *fail)
{
	X509 *const *chain = identity->chain;
	char name[128];

	for (int i = 1; i < identity->count; i++) {
		if (X509_check_issued(chain[i], chain[i - 1]) == X509_V_OK &&
			X509_verify(chain[i - 1], X509_get0_pubkey(chain[i])) == 1)
			continue;
		fail_what(fail,
			"certificate %d was not signed by certificate %d, which stands behind it",
			i, i + 1);
		fail_hint(fail,
			"the server's own comes first, then that of who signed it, and so on");
		return -EINVAL;
	}
	if (identity->count > 1 || X509_self_signed(chain[0], 0) == 1)
		return 0;
	fail_what(fail, "has one certificate, and not that of who signed it: %s",
		X509_NAME_oneline(X509_get_issuer_name(chain[0]), name, sizeof(name)));
	fail_hint(fail, "put that behind it (a file with both is often called fullchain.pem)");
	return -EINVAL;
}

static int
check_key(const struct identity *identity, const struct tls_files *files, struct fail *fail)
{
	fail_where(fail, "%s", files->key);
	for (int i = 0; i < identity->count; i++) {
		if (EVP_PKEY_eq(X509_get0_pubkey(identity->chain[i]), identity->key) != 1)
			continue;
		if (i == 0)
			return 0;
		fail_what(fail, "belongs to certificate %d of %s; expected to the first", i + 1,
			files->chain);
		return -EINVAL;
	}
	fail_what(fail, "is not the key of the certificate in %s", files->chain);
	return -EINVAL;
}

static int
check(const struct identity *identity, const struct tls_files *files, struct fail *fail)
{
	int r = check_key(identity, files, fail);

	fail_where(fail, "%s", r < 0 ? files->key : files->chain);
	return r < 0 ? r : check_chain(identity, fail);
}

static void
forget(struct identity *identity)
{
	for (int i = 0; i < identity->count; i++)
		X509_free(identity->chain[i]);
	EVP_PKEY_free(identity->key);
}

/* RFC 7301 s3.2: who offers names, and not this one, is refused. */
static int
choose_protocol(SSL *ssl, const unsigned char **ret, unsigned char *length,
	const unsigned char *offered, unsigned offered_length, void *context)
{
	static const unsigned char known[] = "\x08http/1.1";
	unsigned char *chosen;

	if (SSL_select_next_proto(&chosen, length, known, sizeof(known) - 1, offered,
		    offered_length) != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*ret = chosen;
	return SSL_TLSEXT_ERR_OK;
}

/* 1: it is done; 2: also, and the ticket should be made anew; 0: the key is not known; negative: it cannot be done. */
static int
seal_ticket(SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher,
	EVP_MAC_CTX *mac, int seals)
{
	struct tls *tls = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
	struct ticket_key *key = tls->tickets;
	OSSL_PARAM params[3];

	if (seals) {
		memcpy(name, key->name, sizeof(key->name));
		if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(tls->ticket_cipher)) != 1)
			return -1;
	} else {
		for (; memcmp(name, key->name, sizeof(key->name)) != 0; key++) {
			if (key == tls->tickets + 1)
				return 0;
		}
	}
	params[0] =
		OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key->mac, sizeof(key->mac));
	params[1] = OSSL_PARAM_construct_utf8_string(
		OSSL_MAC_PARAM_DIGEST, (char[]){OSSL_DIGEST_NAME_SHA2_256}, 0);
	params[2] = OSSL_PARAM_construct_end();
	if (EVP_CipherInit_ex(cipher, tls->ticket_cipher, NULL, key->cipher, iv, seals) != 1 ||
		EVP_MAC_CTX_set_params(mac, params) != 1)
		return -1;
	/* Browsers use one of TLS 1.3 once only (RFC 8446 C.4): they need another for the next time. */
	return seals || (key == tls->tickets && SSL_version(ssl) < TLS1_3_VERSION) ? 1 : 2;
}

static void
draw_ticket_key(struct ticket_key *key)
{
	must(RAND_bytes(key->name, sizeof(key->name)) == 1);
	must(RAND_priv_bytes(key->cipher, sizeof(key->cipher)) == 1);
	must(RAND_priv_bytes(key->mac, sizeof(key->mac)) == 1);
}

/* Finite fields of RFC 7919, for those who know no curve together with RSA. */
static void
set_dh(SSL_CTX *context)
{
	EVP_PKEY_CTX *maker = EVP_PKEY_CTX_new_from_name(NULL, "DH", NULL);
	EVP_PKEY *group = NULL;

	must(maker != NULL && EVP_PKEY_paramgen_init(maker) == 1);
	must(EVP_PKEY_CTX_set_dh_nid(maker, NID_ffdhe2048) == 1);
	must(EVP_PKEY_paramgen(maker, &group) == 1);
	EVP_PKEY_CTX_free(maker);
	must(SSL_CTX_set0_tmp_dh_pkey(context, group) == 1);
}

/* Whatever the machine's openssl.cnf says. */
static void
set_terms(SSL_CTX *context)
{
	static const unsigned char name[] = "lazaret";

	SSL_CTX_set_security_level(context, 2);
	must(SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1);
	must(SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1);
	must(SSL_CTX_set_ciphersuites(context, CIPHERS_13) == 1);
	must(SSL_CTX_set_cipher_list(context, CIPHERS_12) == 1);
	must(SSL_CTX_set1_groups_list(context, GROUPS) == 1);
	set_dh(context);
	(void)SSL_CTX_clear_options(context,
		SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_TICKET |
			SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION |
			SSL_OP_ALLOW_CLIENT_RENEGOTIATION);
	/* A peer that is gone without a word is no fault: what it sends carries its length. */
	(void)SSL_CTX_set_options(context,
		SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
	(void)SSL_CTX_set_max_early_data(context, 0);
	/* Nothing is read ahead, so the kernel has all that OpenSSL did not give out, and says so. Without
	 * AUTO_RETRY a flood of messages of TLS itself leaves others their turn. */
	SSL_CTX_set_read_ahead(context, 0);
	(void)SSL_CTX_set_mode(context,
		SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
			SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	(void)SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
	(void)SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_SERVER);
	(void)SSL_CTX_sess_set_cache_size(context, TLS_SESSIONS_MOST);
	(void)SSL_CTX_set_timeout(context, (long)(TLS_TICKET_US / WALL_SECOND));
	must(SSL_CTX_set_session_id_context(context, name, sizeof(name) - 1) == 1);
	SSL_CTX_set_alpn_select_cb(context, choose_protocol, NULL);
	must(SSL_CTX_set_tlsext_ticket_key_evp_cb(context, seal_ticket) == 1);
}

/* A root is known to the peer, or not believed: it need not be sent. */
static int
use(SSL_CTX *context, const struct identity *identity, struct fail *fail)
{
	STACK_OF(X509) *others = sk_X509_new_null();
	int r;

	must(others != NULL);
	for (int i = 1; i < identity->count; i++) {
		if (X509_self_signed(identity->chain[i], 0) != 1)
			must(sk_X509_push(others, identity->chain[i]) > 0);
	}
	ERR_clear_error();
	r = SSL_CTX_use_cert_and_key(context, identity->chain[0], identity->key, others, 1);
	sk_X509_free(others);
	if (r == 1)
		return 0;
	fail_what(fail, "is not taken by OpenSSL: %s", reason());
	fail_hint(fail, "expected RSA of 2048 bits or more, or ECDSA by P-256");
	return -EINVAL;
}

int
tls_new(const struct tls_files *files, struct tls **ret, struct fail *fail)
{
	struct identity identity = {0};
	struct tls *tls;
	int r = read_chain(files->chain, &identity, fail);

	r = r < 0 ? r : read_key(files->key, &identity, fail);
	r = r < 0 ? r : check(&identity, files, fail);
	if (r < 0) {
		forget(&identity);
		return r;
	}
	tls = xcalloc(1, sizeof(*tls));
	tls->users = 1;
	note_dates(&identity, tls);
	tls->ticket_cipher = EVP_CIPHER_fetch(NULL, "AES-256-CBC", NULL);
	tls->context = SSL_CTX_new(TLS_server_method());
	must(tls->context != NULL && tls->ticket_cipher != NULL);
	(void)SSL_CTX_set_app_data(tls->context, tls);
	for (int i = 0; i < 2; i++)
		draw_ticket_key(&tls->tickets[i]);
	set_terms(tls->context);
	r = use(tls->context, &identity, fail);
	forget(&identity);
	*ret = r < 0 ? tls_free(tls) : tls;
	return r;
}

struct tls *
tls_free(struct tls *tls)
{
	if (tls == NULL || --tls->users > 0)
		return NULL;
	SSL_CTX_free(tls->context);
	EVP_CIPHER_free(tls->ticket_cipher);
	explicit_bzero(tls->tickets, sizeof(tls->tickets));
	free(tls);
	return NULL;
}

struct tls *
tls_keep(struct tls *tls)
{
	tls->users++;
	return tls;
}

bool
tls_is_for(const struct tls *tls, const char *host)
{
	X509 *own = SSL_CTX_get0_certificate(tls->context);

	return X509_check_host(own, host, 0, 0, NULL) == 1 || X509_check_ip_asc(own, host, 0) == 1;
}

bool
tls_is_due(const struct tls *tls, struct wall now, int64_t before_us, struct fail *fail)
{
	bool is_early = now.us < tls->from.us;
	char text[WALL_TEXT];

	if (!is_early && tls->until.us - now.us >= before_us)
		return false;
	wall_format(is_early ? tls->from : tls->until, text);
	if (is_early)
		fail_what(fail, "is valid from %s on, and not yet", text);
	else if (now.us > tls->until.us)
		fail_what(fail, "was valid until %s, and is no more: browsers refuse it", text);
	else
		fail_what(fail, "is valid until %s, and no longer", text);
	fail_hint(fail, is_early ? "is the clock of this machine right?" : "have it renewed");
	return true;
}

void
tls_tick(struct tls *tls, int64_t us)
{
	if (tls->tickets_us == 0)
		tls->tickets_us = us;
	if (us - tls->tickets_us < TLS_TICKET_US)
		return;
	tls->tickets_us = us;
	tls->tickets[1] = tls->tickets[0];
	draw_ticket_key(&tls->tickets[0]);
}

struct ssl_st *
tls_accept(struct tls *tls, int socket)
{
	SSL *ssl = SSL_new(tls->context);

	must(ssl != NULL && SSL_set_fd(ssl, socket) == 1);
	SSL_set_accept_state(ssl);
	return ssl;
}
