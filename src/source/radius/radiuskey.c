/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/radius/radiuskey.h"

#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>

/* Code, identifier and length, before the Authenticator. */
#define FRONT 4

struct radius_key {
	EVP_MD *md5;
	EVP_MD_CTX *digest;
	EVP_MAC *hmac;
	EVP_MAC_CTX *mac; /* with the secret */
	size_t length;
	uint8_t secret[RADIUS_SECRET];
};

static const uint8_t nothing[RADIUS_AUTHENTICATOR];

int
radius_key_new(struct text secret, struct radius_key **ret, struct fail *fail)
{
	OSSL_PARAM parameters[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char[]){"MD5"}, 0),
		OSSL_PARAM_construct_end()};
	struct radius_key *key;

	if (secret.length == 0 || secret.length > RADIUS_SECRET) {
		fail_what(fail, "a secret of %zu bytes; expected 1 to %d", secret.length,
			RADIUS_SECRET);
		return -EINVAL;
	}
	key = xcalloc(1, sizeof(*key));
	key->length = secret.length;
	memcpy(key->secret, secret.at, secret.length);
	key->md5 = EVP_MD_fetch(NULL, "MD5", NULL);
	key->digest = EVP_MD_CTX_new();
	key->hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	key->mac = key->hmac != NULL ? EVP_MAC_CTX_new(key->hmac) : NULL;
	if (key->md5 == NULL || key->digest == NULL || key->mac == NULL ||
		EVP_DigestInit_ex(key->digest, key->md5, NULL) != 1 ||
		EVP_MAC_init(key->mac, key->secret, key->length, parameters) != 1) {
		fail_what(fail, "libcrypto gives no MD5, without which there is no RADIUS");
		fail_hint(fail, "does the configuration of OpenSSL allow only what FIPS 140 does?");
		(void)radius_key_free(key);
		return -ENOTSUP;
	}
	*ret = key;
	return 0;
}

bool
radius_key_is_short(const struct radius_key *key)
{
	return key->length < RADIUS_SECRET_LEAST;
}

struct radius_key *
radius_key_free(struct radius_key *key)
{
	if (key == NULL)
		return NULL;
	EVP_MAC_CTX_free(key->mac);
	EVP_MAC_free(key->hmac);
	EVP_MD_CTX_free(key->digest);
	EVP_MD_free(key->md5);
	OPENSSL_cleanse(key->secret, sizeof(key->secret));
	free(key);
	return NULL;
}

/* MD5 of code, identifier and length, an Authenticator, the attributes, and the secret. */
static bool
digest(struct radius_key *key, const uint8_t *packet, size_t length, const uint8_t *authenticator,
	uint8_t into[RADIUS_AUTHENTICATOR])
{
	EVP_MD_CTX *context = key->digest;

	return EVP_DigestInit_ex(context, NULL, NULL) == 1 &&
		EVP_DigestUpdate(context, packet, FRONT) == 1 &&
		EVP_DigestUpdate(context, authenticator, RADIUS_AUTHENTICATOR) == 1 &&
		EVP_DigestUpdate(context, packet + RADIUS_HEADER, length - RADIUS_HEADER) == 1 &&
		EVP_DigestUpdate(context, key->secret, key->length) == 1 &&
		EVP_DigestFinal_ex(context, into, NULL) == 1;
}

/* HMAC-MD5 of a packet that has this Authenticator and only zeros at `message`, where its Message-Authenticator is. */
static bool
mac(struct radius_key *key, const uint8_t *packet, size_t length, const uint8_t *authenticator,
	const uint8_t *message, uint8_t into[RADIUS_AUTHENTICATOR])
{
	const uint8_t *attributes = packet + RADIUS_HEADER, *behind;
	EVP_MAC_CTX *context = key->mac;
	size_t size;

	behind = message + RADIUS_AUTHENTICATOR;
	return EVP_MAC_init(context, NULL, 0, NULL) == 1 &&
		EVP_MAC_update(context, packet, FRONT) == 1 &&
		EVP_MAC_update(context, authenticator, RADIUS_AUTHENTICATOR) == 1 &&
		EVP_MAC_update(context, attributes, (size_t)(message - attributes)) == 1 &&
		EVP_MAC_update(context, nothing, RADIUS_AUTHENTICATOR) == 1 &&
		EVP_MAC_update(context, behind, (size_t)(packet + length - behind)) == 1 &&
		EVP_MAC_final(context, into, &size, RADIUS_AUTHENTICATOR) == 1;
}

static enum radius_fault
check(struct radius_key *key, const struct radius_packet *packet, const uint8_t *authenticator)
{
	uint8_t expected[RADIUS_AUTHENTICATOR];

	if (!digest(key, packet->bytes, packet->length, authenticator, expected) ||
		CRYPTO_memcmp(expected, packet->authenticator, sizeof(expected)) != 0)
		return RADIUS_BAD_AUTHENTICATOR;
	if (packet->message == NULL)
		return RADIUS_NO_FAULT;
	if (!mac(key, packet->bytes, packet->length, authenticator, packet->message, expected) ||
		CRYPTO_memcmp(expected, packet->message, sizeof(expected)) != 0)
		return RADIUS_BAD_MESSAGE;
	return RADIUS_NO_FAULT;
}

enum radius_fault
radius_check_request(struct radius_key *key, const struct radius_packet *packet)
{
	return check(key, packet, nothing);
}

enum radius_fault
radius_check_response(struct radius_key *key, const struct radius_packet *packet,
	const uint8_t request[RADIUS_AUTHENTICATOR])
{
	return check(key, packet, request);
}

static int
sign(struct radius_key *key, struct radius_writer *writer, const uint8_t *authenticator)
{
	uint8_t *packet = writer->out.begin;
	size_t length = writer_length(&writer->out);
	struct writer front = writer_on(packet, RADIUS_HEADER);

	if (writer->out.failed)
		return -EMSGSIZE;
	(void)writer_take(&front, 2);
	writer_u16(&front, (uint16_t)length);
	/* The Message-Authenticator is a part of what the Authenticator is made of. */
	if (writer->message != NULL)
		must(mac(key, packet, length, authenticator, writer->message, writer->message));
	must(digest(key, packet, length, authenticator, front.at));
	return (int)length;
}

int
radius_sign_request(struct radius_key *key, struct radius_writer *writer)
{
	return sign(key, writer, nothing);
}

int
radius_sign_response(struct radius_key *key, struct radius_writer *writer,
	const uint8_t request[RADIUS_AUTHENTICATOR])
{
	return sign(key, writer, request);
}
