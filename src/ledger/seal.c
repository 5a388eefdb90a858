/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/seal.h"

#include "base/bytes.h"

#include <errno.h>
#include <sodium.h>

#define PLAIN_SIZE (8 + SEAL_NAME)

_Static_assert(SEAL_SIZE == crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + PLAIN_SIZE,
	"the parts of a sealed name");

int
seal_name(const uint8_t key[32], uint64_t line, struct text name, uint8_t into[SEAL_SIZE])
{
	uint8_t plain[PLAIN_SIZE] = {0};
	struct writer writer = writer_on(plain, sizeof(plain));

	if (name.length >= SEAL_NAME ||
		(name.length > 0 && memchr(name.at, '\0', name.length) != NULL))
		return -EMSGSIZE;
	writer_u64(&writer, line);
	writer_bytes(&writer, name.at, name.length);
	randombytes_buf(into, crypto_secretbox_NONCEBYTES);
	must(crypto_secretbox_easy(
		     into + crypto_secretbox_NONCEBYTES, plain, sizeof(plain), into, key) == 0);
	sodium_memzero(plain, sizeof(plain));
	return 0;
}

int
seal_open(
	const uint8_t key[32], uint64_t line, const uint8_t sealed[SEAL_SIZE], char into[SEAL_NAME])
{
	uint8_t plain[PLAIN_SIZE];
	int r = 0;

	if (crypto_secretbox_open_easy(plain, sealed + crypto_secretbox_NONCEBYTES,
		    SEAL_SIZE - crypto_secretbox_NONCEBYTES, sealed, key) != 0)
		return -EBADMSG;
	if (bytes_u64(plain) != line || plain[PLAIN_SIZE - 1] != 0)
		r = -EBADMSG;
	else
		memcpy(into, plain + 8, SEAL_NAME);
	sodium_memzero(plain, sizeof(plain));
	return r;
}
