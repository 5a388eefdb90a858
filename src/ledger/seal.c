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

_Static_assert(crypto_stream_chacha20_NONCEBYTES == sizeof(uint64_t), "a pseudonym is a nonce");

/* There and back. */
static void
mask_place(const uint8_t key[32], uint64_t line, const uint8_t from[SEAL_PLACE],
	uint8_t into[SEAL_PLACE])
{
	uint8_t nonce[sizeof(line)];
	struct writer writer = writer_on(nonce, sizeof(nonce));

	writer_u64(&writer, line);
	crypto_stream_chacha20_xor(into, from, SEAL_PLACE, nonce, key);
}

void
seal_place(
	const uint8_t key[32], uint64_t line, const struct prefix *place, uint8_t into[SEAL_PLACE])
{
	uint8_t plain[SEAL_PLACE] = {place->length};

	memcpy(plain + 1, place->address.byte, sizeof(place->address));
	mask_place(key, line, plain, into);
}

struct prefix
seal_place_open(const uint8_t key[32], uint64_t line, const uint8_t sealed[SEAL_PLACE])
{
	uint8_t plain[SEAL_PLACE];
	struct prefix place;

	mask_place(key, line, sealed, plain);
	place.length = *plain;
	memcpy(place.address.byte, plain + 1, sizeof(place.address));
	return place;
}
