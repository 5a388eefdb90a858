/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/keepername.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

/* Behind the begin of a name that is too long to be sealed. */
#define CUT "..."

void
keepername_open(struct keepername *names, const struct estate *estate)
{
	const struct estate_settings *settings = &estate->settings;
	size_t payload = sizeof(struct linewho);

	*names = (struct keepername){
		.accounts = estate->accountnames,
		.has_leasing = estate->linenames != NULL,
		.putters = estate_putters(settings),
	};
	for (uint32_t i = 0; i < names->putters; i++)
		must(names_open(&names->names[i], estate->names[i],
			     names_bytes(settings->names_most)) == 0);
	if (names->has_leasing)
		must(linetable_open(&names->leasing, estate->linenames,
			     linetable_bytes(settings->leases_most, payload), payload) == 0);
}

static void
cut(char into[KEEPERNAME])
{
	if (strlen(into) >= SEAL_NAME)
		memcpy(into + SEAL_NAME - sizeof(CUT), CUT, sizeof(CUT));
}

void
keepername_find(const struct keepername *names, const struct hash_key *key, uint64_t pseudonym,
	char into[KEEPERNAME])
{
	struct line_name name;
	struct linewho who;

	*into = '\0';
	if (names->accounts != NULL &&
		accountname_find(names->accounts, key, pseudonym, into) == 0) {
		cut(into);
		return;
	}
	*into = '\0';
	if (names->has_leasing && linewho_find(&names->leasing, key, pseudonym, &who) == 0) {
		snprintf(into, KEEPERNAME, "%s", who.text);
		cut(into);
		return;
	}
	for (uint32_t i = 0; i < names->putters; i++) {
		if (names_find(&names->names[i], key, pseudonym, &name) == 0) {
			line_name_format(&name, into);
			return;
		}
	}
}

int
keepername_place(const struct keys *keys, uint64_t line, const uint8_t sealed[SEAL_SIZE],
	struct line_name *ret)
{
	struct line_name name;
	char text[SEAL_NAME];
	bool is_known = seal_open(keys->seal, line, sealed, text) == 0 && *text != '\0';
	int r = !is_known                                              ? -ENODATA
		: line_name_parse(text_of(text), &name) < 0            ? -ENOENT
		: line_name_pseudonym(&name, &keys->pseudonym) != line ? -ENODATA
								       : 0;

	sodium_memzero(text, sizeof(text));
	if (r == 0)
		*ret = name;
	return r;
}
