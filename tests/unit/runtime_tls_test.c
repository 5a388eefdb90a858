/* SPDX-License-Identifier: BSD-2-Clause */
#include "certificate.h"
#include "runtime/tls.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static char chain_file[] = "/tmp/lazaret-tls-chain-XXXXXX";
static char key_file[] = "/tmp/lazaret-tls-key-XXXXXX";
static struct certificate root, between, leaf;

static struct wall
now(void)
{
	return (struct wall){(int64_t)time(NULL) * WALL_SECOND};
}

static int
make(void **state)
{
	close(mkstemp(chain_file));
	close(mkstemp(key_file));
	root = certificate_make((struct certificate_terms){.name = "root"});
	between = certificate_make((struct certificate_terms){.name = "between", .signer = &root});
	leaf = certificate_make((struct certificate_terms){.name = "leaf", .signer = &between});
	return 0;
}

static int
clean(void **state)
{
	certificate_free(&root);
	certificate_free(&between);
	certificate_free(&leaf);
	(void)unlink(chain_file);
	(void)unlink(key_file);
	return 0;
}

static void
write_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fputs(text, file) >= 0, 1);
	assert_int_equal(fclose(file), 0);
}

#define WRITE_CHAIN(...)                                                                           \
	certificate_write(chain_file, (const struct certificate *const[]){__VA_ARGS__, NULL})

/* Not taken: the error, and the sentence holds these words. */
static void
refused(int error, const char *where, const char *words)
{
	const struct tls_files files = {chain_file, key_file};
	struct tls *tls = NULL;
	struct fail fail = {0};

	assert_int_equal(tls_new(&files, &tls, &fail), -error);
	assert_null(tls);
	assert_string_equal(fail.where, where);
	if (strstr(fail.what, words) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", words, fail.what);
}

static void
taken(void)
{
	const struct tls_files files = {chain_file, key_file};
	struct tls *tls = NULL;
	struct fail fail = {0};

	if (tls_new(&files, &tls, &fail) < 0)
		fail_msg("%s: %s", fail.where, fail.what);
	assert_non_null(tls);
	assert_null(tls_free(tls));
}

static void
a_chain_with_its_key_is_taken_with_and_without_the_root(void **state)
{
	struct certificate alone = certificate_make((struct certificate_terms){.name = "alone"});
	struct certificate rsa =
		certificate_make((struct certificate_terms){.name = "rsa", .rsa_bits = 2048});

	certificate_write_key(key_file, &leaf, NULL);
	WRITE_CHAIN(&leaf, &between);
	taken();
	WRITE_CHAIN(&leaf, &between, &root);
	taken();
	WRITE_CHAIN(&alone);
	certificate_write_key(key_file, &alone, NULL);
	taken();
	WRITE_CHAIN(&rsa);
	certificate_write_key(key_file, &rsa, NULL);
	taken();
	certificate_free(&alone);
	certificate_free(&rsa);
	assert_null(tls_free(NULL));
}

static void
files_that_cannot_be_read_are_named(void **state)
{
	static char large[TLS_FILE_MOST + 2];
	const struct tls_files nowhere = {"/nonexistent/chain.pem", key_file};
	struct tls *tls = NULL;
	struct fail fail = {0};

	assert_int_equal(tls_new(&nowhere, &tls, &fail), -ENOENT);
	assert_string_equal(fail.where, "/nonexistent/chain.pem");
	assert_string_equal(fail.what, "cannot be read: No such file or directory");
	assert_int_equal(tls_new(&(struct tls_files){"/tmp", key_file}, &tls, &fail), -EINVAL);
	assert_string_equal(fail.what, "is no file");
	WRITE_CHAIN(&leaf, &between);
	certificate_write_key(key_file, &leaf, NULL);
	assert_int_equal(chmod(key_file, 0644), 0);
	refused(EPERM, key_file, "may be read by everybody (mode 0644)");
	assert_int_equal(chmod(key_file, 0660), 0);
	refused(EPERM, key_file, "its group may write it (mode 0660)");
	assert_int_equal(chmod(key_file, 0640), 0);
	taken();
	memset(large, 'a', sizeof(large) - 1);
	write_text(chain_file, large);
	refused(EFBIG, chain_file, "is longer than 131072 bytes");
}

static void
files_of_something_else_are_named(void **state)
{
	certificate_write_key(chain_file, &leaf, NULL);
	refused(EBADMSG, chain_file, "has no certificate; expected \"-----BEGIN CERTIFICATE");
	write_text(chain_file, "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
	refused(EBADMSG, chain_file, "certificate 1 is damaged: ");
	write_text(chain_file, "");
	refused(EBADMSG, chain_file, "has no certificate");
	WRITE_CHAIN(&leaf, &between);
	certificate_write(key_file, (const struct certificate *const[]){&leaf, NULL});
	refused(EBADMSG, key_file, "has no key; expected \"-----BEGIN PRIVATE KEY-----\"");
	write_text(key_file, "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n");
	refused(EBADMSG, key_file, "is damaged: ");
	certificate_write_key(key_file, &leaf, "secret");
	refused(EBADMSG, key_file, "is locked by a passphrase");
}

static void
what_does_not_belong_together_is_named(void **state)
{
	const struct certificate *many[TLS_CHAIN_MOST + 1] = {0};

	certificate_write_key(key_file, &root, NULL);
	WRITE_CHAIN(&leaf, &between);
	refused(EINVAL, key_file, "is not the key of the certificate in ");
	certificate_write_key(key_file, &leaf, NULL);
	WRITE_CHAIN(&between, &leaf);
	refused(EINVAL, key_file, "belongs to certificate 2 of ");
	WRITE_CHAIN(&leaf, &root);
	refused(EINVAL, chain_file, "certificate 1 was not signed by certificate 2");
	WRITE_CHAIN(&leaf);
	refused(EINVAL, chain_file,
		"has one certificate, and not that of who signed it: /CN=between");
	for (int i = 0; i < TLS_CHAIN_MOST; i++)
		many[i] = &leaf;
	certificate_write(chain_file, many);
	refused(E2BIG, chain_file, "has 10 certificates or more; expected fewer");
}

/* The name is right, and the signature is another's. */
static void
a_signer_of_the_same_name_is_not_enough(void **state)
{
	struct certificate other = certificate_make((struct certificate_terms){.name = "between"});

	certificate_write_key(key_file, &leaf, NULL);
	WRITE_CHAIN(&leaf, &other);
	refused(EINVAL, chain_file, "certificate 1 was not signed by certificate 2");
	certificate_free(&other);
}

/* It is taken, and said: NULL: it is valid for longer. */
static void
check_due(const struct certificate *own, const struct certificate *signer, int64_t before_us,
	const char *says)
{
	const struct tls_files files = {chain_file, key_file};
	struct tls *tls;
	struct fail fail = {0};

	WRITE_CHAIN(own, signer);
	certificate_write_key(key_file, own, NULL);
	assert_int_equal(tls_new(&files, &tls, &fail), 0);
	assert_int_equal(tls_is_due(tls, now(), before_us, &fail), says != NULL);
	if (says != NULL)
		assert_non_null(strstr(fail.what, says));
	tls_free(tls);
}

static void
what_is_not_valid_now_is_named_with_its_date(void **state)
{
	struct certificate old = certificate_make(
		(struct certificate_terms){.name = "old", .from_s = -20000, .until_s = -10000});
	struct certificate early = certificate_make(
		(struct certificate_terms){.name = "early", .from_s = 10000, .until_s = 20000});
	struct certificate leaf_of_old =
		certificate_make((struct certificate_terms){.name = "leaf", .signer = &old});
	struct certificate self = certificate_make((struct certificate_terms){.name = "self"});

	check_due(&old, NULL, 0, "was valid until 2");
	check_due(&early, NULL, 0, "is valid from 2");
	check_due(&leaf_of_old, &old, 0, "was valid until 2");
	check_due(&self, NULL, 0, NULL);
	check_due(&self, NULL, 3650 * WALL_DAY, "is valid until 2");
	certificate_free(&self);
	certificate_free(&old);
	certificate_free(&early);
	certificate_free(&leaf_of_old);
}

static void
a_key_that_is_too_weak_is_refused(void **state)
{
	struct certificate weak =
		certificate_make((struct certificate_terms){.name = "weak", .rsa_bits = 1024});

	WRITE_CHAIN(&weak);
	certificate_write_key(key_file, &weak, NULL);
	refused(EINVAL, chain_file, "is not taken by OpenSSL: ee key too small");
	certificate_free(&weak);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_chain_with_its_key_is_taken_with_and_without_the_root),
		cmocka_unit_test(files_that_cannot_be_read_are_named),
		cmocka_unit_test(files_of_something_else_are_named),
		cmocka_unit_test(what_does_not_belong_together_is_named),
		cmocka_unit_test(a_signer_of_the_same_name_is_not_enough),
		cmocka_unit_test(what_is_not_valid_now_is_named_with_its_date),
		cmocka_unit_test(a_key_that_is_too_weak_is_refused),
	};

	return cmocka_run_group_tests(tests, make, clean);
}
