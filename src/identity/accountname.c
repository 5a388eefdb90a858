/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/accountname.h"

#include <errno.h>

/* Before the name, so that no line has the same pseudonym. */
#define KIND 'a'
/* A name may lie in one of so many slots, one behind the other. */
#define WAYS 8

uint64_t
accountname_pseudonym(struct text name, const struct hash_key *key)
{
	char small[1 + ACCOUNTNAME_MOST] = {KIND};
	uint64_t hash;

	if (name.length == 0 || name.length > ACCOUNTNAME_MOST)
		return 0;
	for (size_t i = 0; i < name.length; i++)
		small[1 + i] = text_small(name.at[i]);
	hash = hash_keyed(key, small, 1 + name.length);
	return hash != 0 ? hash : 1;
}

static size_t
first_slot(uint64_t pseudonym)
{
	return (size_t)(hash_mix(pseudonym) % (ACCOUNTNAMES / WAYS)) * WAYS;
}

bool
accountname_put(struct accountnames *names, uint64_t pseudonym, struct text name)
{
	struct accountname_slot *slot = &names->slot[first_slot(pseudonym)], *into = NULL;
	bool displaces;

	if (name.length == 0 || name.length > ACCOUNTNAME_MOST)
		return false;
	for (int i = 0; i < WAYS; i++) {
		if (slot[i].pseudonym == pseudonym)
			return false;
		if (into == NULL && slot[i].pseudonym == 0)
			into = &slot[i];
	}
	displaces = into == NULL;
	if (displaces)
		into = &slot[pseudonym % WAYS];
	__atomic_store_n(&into->pseudonym, 0, __ATOMIC_RELEASE);
	into->length = (uint32_t)name.length;
	memcpy(into->text, name.at, name.length);
	__atomic_store_n(&into->pseudonym, pseudonym, __ATOMIC_RELEASE);
	return displaces;
}

int
accountname_find(const struct accountnames *names, const struct hash_key *key, uint64_t pseudonym,
	char into[ACCOUNTNAME_MOST + 1])
{
	const struct accountname_slot *slot = &names->slot[first_slot(pseudonym)];

	for (int i = 0; i < WAYS; i++) {
		uint32_t length;

		if (__atomic_load_n(&slot[i].pseudonym, __ATOMIC_ACQUIRE) != pseudonym)
			continue;
		length = __atomic_load_n(&slot[i].length, __ATOMIC_RELAXED);
		if (length > ACCOUNTNAME_MOST)
			continue;
		memcpy(into, slot[i].text, length);
		into[length] = '\0';
		/* What was just being written, or is false, is no name of this one. */
		if (accountname_pseudonym((struct text){into, length}, key) == pseudonym)
			return text_check_line((struct text){into, length}) == 0 ? 0 : -ENOENT;
	}
	return -ENOENT;
}
