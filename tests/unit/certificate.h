/* certificate - certificates and keys for tests and benchmarks, and files of them
 *
 * Owns:    certificate_free frees one. certificate_write writes into a file of the caller's.
 * Limits:  what cannot be made ends the program.
 * Thread:  any.
 */
#ifndef LAZARET_TESTS_CERTIFICATE_H
#define LAZARET_TESTS_CERTIFICATE_H

#include "base/fail.h"

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct certificate {
	EVP_PKEY *key;
	X509 *x509;
};

struct certificate_terms {
	const char *name;
	const struct certificate *signer; /* NULL: itself */
	unsigned rsa_bits;                /* 0: ECDSA by P-256 */
	long from_s;                      /* from now */
	long until_s;                     /* 0: a day */
};

static inline void
certificate_add(X509 *x509, X509 *signer, int what, const char *value)
{
	X509_EXTENSION *extension;
	X509V3_CTX context;

	X509V3_set_ctx(&context, signer, x509, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, what, value);
	must(extension != NULL && X509_add_ext(x509, extension, -1) == 1);
	X509_EXTENSION_free(extension);
}

static inline struct certificate
certificate_make(struct certificate_terms terms)
{
	static long serial = 1;
	struct certificate made = {.x509 = X509_new()};
	const struct certificate *signer = terms.signer != NULL ? terms.signer : &made;
	X509_NAME *name;

	made.key = terms.rsa_bits > 0 ? EVP_RSA_gen(terms.rsa_bits) : EVP_EC_gen("P-256");
	must(made.x509 != NULL && made.key != NULL);
	must(X509_set_version(made.x509, 2) == 1 && X509_set_pubkey(made.x509, made.key) == 1);
	must(ASN1_INTEGER_set(X509_get_serialNumber(made.x509), serial++) == 1);
	must(X509_gmtime_adj(X509_getm_notBefore(made.x509), terms.from_s) != NULL);
	must(X509_gmtime_adj(X509_getm_notAfter(made.x509),
		     terms.until_s != 0 ? terms.until_s : 86400) != NULL);
	name = X509_get_subject_name(made.x509);
	must(X509_NAME_add_entry_by_txt(
		     name, "CN", MBSTRING_UTF8, (const unsigned char *)terms.name, -1, -1, 0) == 1);
	must(X509_set_issuer_name(made.x509, X509_get_subject_name(signer->x509)) == 1);
	certificate_add(made.x509, signer->x509, NID_basic_constraints, "critical,CA:TRUE");
	certificate_add(made.x509, signer->x509, NID_subject_alt_name, "DNS:help.example.net");
	must(X509_sign(made.x509, signer->key, EVP_sha256()) > 0);
	return made;
}

static inline void
certificate_free(struct certificate *certificate)
{
	EVP_PKEY_free(certificate->key);
	X509_free(certificate->x509);
	*certificate = (struct certificate){0};
}

/* The certificates in this order, the last NULL. */
static inline void
certificate_write(const char *path, const struct certificate *const *chain)
{
	FILE *file = fopen(path, "w");

	must(file != NULL);
	for (; *chain != NULL; chain++)
		must(PEM_write_X509(file, (*chain)->x509) == 1);
	must(fclose(file) == 0);
}

/* Locked by the passphrase, if there is one. */
static inline void
certificate_write_key(
	const char *path, const struct certificate *certificate, const char *passphrase)
{
	FILE *file = fopen(path, "w");

	must(file != NULL && fchmod(fileno(file), 0600) == 0);
	must(PEM_write_PKCS8PrivateKey(file, certificate->key,
		     passphrase != NULL ? EVP_aes_256_cbc() : NULL, passphrase,
		     passphrase != NULL ? (int)strlen(passphrase) : 0, NULL, NULL) == 1);
	must(fclose(file) == 0);
}

#endif
