/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/outbox/returnpath.h"

#include "base/mime.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>

#define LOCAL_MOST 64
#define TAG_BYTES  6
#define TAG        (2 * TAG_BYTES)

static void
make_tag(const uint8_t key[CENSUS_KEY], struct text name, char into[TAG + 1])
{
	uint8_t hash[crypto_generichash_BYTES];

	must(crypto_generichash(hash, sizeof(hash), (const uint8_t *)name.at, name.length, key,
		     CENSUS_KEY) == 0);
	(void)sodium_bin2hex(into, TAG + 1, hash, TAG_BYTES);
}

int
returnpath_make(const uint8_t key[CENSUS_KEY], struct text bounce, const char *name,
	char into[RETURNPATH_TEXT])
{
	struct text domain = mime_domain(bounce);
	size_t local = bounce.length - domain.length - 1;
	char tag[TAG + 1], small[CENSUS_LETTER];
	int length;

	make_tag(key, text_of(name), tag);
	for (size_t i = 0; i <= strlen(name); i++)
		small[i] = text_small(name[i]);
	length = snprintf(into, RETURNPATH_TEXT, "%.*s+%s-%s@%.*s", (int)local, bounce.at, small,
		tag, (int)domain.length, domain.at);
	return length >= RETURNPATH_TEXT || (size_t)length - domain.length - 1 > LOCAL_MOST
		? -EMSGSIZE
		: 0;
}

static char
large(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

bool
returnpath_read(const uint8_t key[CENSUS_KEY], struct text bounce, struct text address,
	char ret[CENSUS_LETTER])
{
	struct text domain = mime_domain(bounce), local = address, front, rest;
	char name[CENSUS_LETTER], tag[TAG + 1], given[TAG + 1];
	uint32_t of_case;
	uint16_t number;
	size_t base = bounce.length - domain.length - 1;

	if (address.length > CENSUS_MAILBOX || address.length < domain.length + 1 + base)
		return false;
	rest = (struct text){address.at + address.length - domain.length, domain.length};
	local.length = address.length - domain.length - 1;
	front = (struct text){local.at, base};
	if (local.at[local.length] != '@' || !text_same(rest, domain) || local.length <= base + 1 ||
		!text_same(front, (struct text){bounce.at, base}) || local.at[base] != '+')
		return false;
	local = (struct text){local.at + base + 1, local.length - base - 1};
	if (local.length <= TAG + 1 || local.length - TAG - 1 >= CENSUS_LETTER ||
		local.at[local.length - TAG - 1] != '-')
		return false;
	for (size_t i = 0; i < local.length - TAG - 1; i++)
		name[i] = large(local.at[i]);
	name[local.length - TAG - 1] = '\0';
	for (size_t i = 0; i < TAG; i++)
		given[i] = text_small(local.at[local.length - TAG + i]);
	if (census_letter_parse(text_of(name), NULL, &of_case, &number) < 0)
		return false;
	make_tag(key, text_of(name), tag);
	if (sodium_memcmp(tag, given, TAG) != 0)
		return false;
	memcpy(ret, name, sizeof(name));
	return true;
}
