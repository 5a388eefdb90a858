/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/casepin.h"

#include <sodium.h>
#include <stdio.h>

/* Apart from each other, and from all else that is hashed with this key. */
#define PIN_LABEL  UINT64_C(0x6e69706573616363)
#define CALL_LABEL UINT64_C(0x6c6c616365736163)

static unsigned
digits_of(uint64_t label, uint64_t number, uint64_t day, const struct hash_key *key, unsigned below)
{
	const uint64_t of[] = {label, number, day};

	return (unsigned)(hash_keyed(key, of, sizeof(of)) % below);
}

const char *
casepin_format(uint64_t number, const struct hash_key *key, char into[CASEPIN])
{
	snprintf(into, CASEPIN, "%08u", digits_of(PIN_LABEL, number, 0, key, 100000000U));
	return into;
}

const char *
casepin_call(uint64_t number, const struct hash_key *key, struct wall day, char into[CASEPIN_CALL])
{
	snprintf(into, CASEPIN_CALL, "%04u",
		digits_of(CALL_LABEL, number, (uint64_t)(day.us / WALL_DAY), key, 10000U));
	return into;
}

bool
casepin_is(uint64_t number, const struct hash_key *key, struct text given)
{
	char pin[CASEPIN];

	casepin_format(number, key, pin);
	return given.length == sizeof(pin) - 1 &&
		sodium_memcmp(pin, given.at, sizeof(pin) - 1) == 0;
}
