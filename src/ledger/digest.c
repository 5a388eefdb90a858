/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/digest.h"

#include "base/bytes.h"

static void
update(struct digest *digest, const void *bytes, size_t size)
{
	must(crypto_generichash_update(&digest->state, bytes, size) == 0);
}

void
digest_init(struct digest *digest, const char *heading, const uint8_t *key)
{
	must(crypto_generichash_init(&digest->state, key, key != NULL ? 32 : 0, DIGEST_SIZE) == 0);
	digest_text(digest, text_of(heading));
}

void
digest_u64(struct digest *digest, uint64_t value)
{
	uint8_t bytes[8];
	struct writer writer = writer_on(bytes, sizeof(bytes));

	writer_u64(&writer, value);
	update(digest, bytes, sizeof(bytes));
}

void
digest_wall(struct digest *digest, struct wall time)
{
	digest_u64(digest, (uint64_t)time.us);
}

void
digest_double(struct digest *digest, double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	digest_u64(digest, bits);
}

void
digest_bytes(struct digest *digest, const void *bytes, size_t size)
{
	digest_u64(digest, size);
	if (size > 0)
		update(digest, bytes, size);
}

void
digest_text(struct digest *digest, struct text text)
{
	digest_bytes(digest, text.at, text.length);
}

void
digest_done(struct digest *digest, uint8_t into[DIGEST_SIZE])
{
	must(crypto_generichash_final(&digest->state, into, DIGEST_SIZE) == 0);
}
