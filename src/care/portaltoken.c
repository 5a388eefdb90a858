/* SPDX-License-Identifier: BSD-2-Clause */
#include "care/portaltoken.h"

#include <sodium.h>
#include <stdio.h>

#define HOURS 3

static void
make(const struct hash_key *secret, const struct carecase *of, int64_t hour, char into[PORTALTOKEN])
{
	struct {
		int64_t hour, since;
		char code[CASECODE + 4];
	} hashed = {.hour = hour, .since = of->is_there ? of->since.us : -1};

	memcpy(hashed.code, of->code, strnlen(of->code, CASECODE - 1));
	snprintf(into, PORTALTOKEN, "%016llx",
		(unsigned long long)hash_keyed(secret, &hashed, sizeof(hashed)));
}

void
portaltoken_make(const struct hash_key *secret, const struct carecase *of, struct wall now,
	char into[PORTALTOKEN])
{
	make(secret, of, now.us / WALL_HOUR, into);
}

bool
portaltoken_check(const struct hash_key *secret, const struct carecase *of, struct wall now,
	struct text token)
{
	bool good = false;

	if (token.length != PORTALTOKEN - 1)
		return false;
	for (int i = 0; i < HOURS; i++) {
		char expected[PORTALTOKEN];

		make(secret, of, now.us / WALL_HOUR - i, expected);
		good = sodium_memcmp(expected, token.at, PORTALTOKEN - 1) == 0 || good;
	}
	return good;
}
