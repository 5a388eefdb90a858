/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/caselot.h"

/* Apart from all else that is hashed with this key. */
#define LABEL UINT64_C(0x746f6c6573616363)

char
caselot(uint64_t number, const struct hash_key *key)
{
	const uint64_t of[] = {LABEL, number};

	return (hash_keyed(key, of, sizeof(of)) & 1) == 0 ? 'A' : 'B';
}
