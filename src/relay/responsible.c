/* SPDX-License-Identifier: BSD-2-Clause */
#include "relay/responsible.h"

#include "identity/accountname.h"

const char *const limit_names[LIMITS] = {
	[LIMIT_ACCOUNT] = "account",
	[LIMIT_BUSINESS] = "business",
	[LIMIT_FORWARDER] = "forwarder",
	[LIMIT_NEWSLETTER] = "newsletter",
	[LIMIT_LINE] = "line",
	[LIMIT_CERTIFICATE] = "certificate",
	[LIMIT_ADDRESS] = "address",
	[LIMIT_IPV6_64] = "ipv6-64",
	[LIMIT_IPV6_56] = "ipv6-56",
	[LIMIT_IPV6_48] = "ipv6-48",
	[LIMIT_DOMAIN] = "domain",
	[LIMIT_RELAY] = "relay",
	[LIMIT_BOUNCE] = "bounce",
	[LIMIT_LOCAL] = "local",
};

/* What kind of thing a key stands for, so that a certificate and a domain of the same name are two. */
enum kind {
	KIND_CERTIFICATE = 1,
	KIND_PREFIX,
	KIND_DOMAIN,
};

/* Of the relay as a whole there is one. */
#define KEY_OF_RELAY UINT64_C(0x6c61726765737431)

/* What is hashed; longer than an address and its length. */
struct piece {
	uint8_t kind;
	char name[RESPONSIBLE_NAME];
};

static uint64_t
key_of(const struct piece *piece, size_t size, const struct hash_key *key)
{
	uint64_t hash = hash_keyed(key, piece, size + 1);

	return hash != 0 ? hash : 1;
}

static uint64_t
key_of_small(enum kind kind, struct text name, const struct hash_key *key)
{
	struct piece piece = {.kind = (uint8_t)kind};

	for (size_t i = 0; i < name.length; i++)
		piece.name[i] = text_small(name.at[i]);
	return key_of(&piece, name.length, key);
}

/* Mostly there is none. */
static uint64_t
key_of_name(enum kind kind, struct text name, const struct hash_key *key)
{
	return name.length > 0 && name.length <= RESPONSIBLE_NAME ? key_of_small(kind, name, key)
								  : 0;
}

static void
add(struct responsible *ret, enum limit limit, uint64_t key)
{
	ret->of[ret->count].limit = (uint8_t)limit;
	ret->of[ret->count++].key = key;
}

static uint64_t
key_of_prefix(const struct address *address, uint8_t length, const struct hash_key *key)
{
	struct piece piece = {.kind = KIND_PREFIX};

	memcpy(piece.name, address->byte, (length + 7) / 8);
	piece.name[sizeof(address->byte)] = (char)length;
	return key_of(&piece, sizeof(address->byte) + 1, key);
}

static void
add_address(struct responsible *ret, const struct address *client, const struct hash_key *key)
{
	if (address_is_v4(client)) {
		add(ret, LIMIT_ADDRESS, key_of_prefix(client, 128, key));
		return;
	}
	add(ret, LIMIT_IPV6_64, key_of_prefix(client, 64, key));
	add(ret, LIMIT_IPV6_56, key_of_prefix(client, 56, key));
	add(ret, LIMIT_IPV6_48, key_of_prefix(client, 48, key));
}

static void
add_domain(struct responsible *ret, struct text account, const struct hash_key *key)
{
	const char *at = memrchr(account.at, '@', account.length);
	struct text domain;
	uint64_t of;

	if (at == NULL)
		return;
	domain = (struct text){at + 1, (size_t)(account.at + account.length - at) - 1};
	of = key_of_name(KIND_DOMAIN, domain, key);
	if (of != 0)
		add(ret, LIMIT_DOMAIN, of);
}

/* Bounces and local mail count apart from what else the same one sends. */
static void
set_apart(struct responsible *ret, enum limit limit)
{
	ret->count = 1;
	ret->of[0].limit = (uint8_t)limit;
	ret->of[0].key = hash_mix(ret->of[0].key + (uint64_t)limit);
}

void
responsible_find(
	const struct responsible_input *input, const struct hash_key *key, struct responsible *ret)
{
	uint64_t account = accountname_pseudonym(input->account, key);
	uint64_t certificate = key_of_name(KIND_CERTIFICATE, input->certificate, key);

	ret->count = 0;
	ret->has_rule = false;
	if (input->line != 0)
		add(ret, input->class, input->line);
	else if (account != 0)
		add(ret, input->class, account);
	else if (certificate != 0)
		add(ret, LIMIT_CERTIFICATE, certificate);
	else
		add_address(ret, &input->client, key);
	ret->who = ret->of[0].key;
	ret->class = ret->of[0].limit;
	if (input->is_bounce || input->is_local) {
		set_apart(ret, input->is_bounce ? LIMIT_BOUNCE : LIMIT_LOCAL);
		return;
	}
	if (input->rule != NULL) {
		ret->has_rule = true;
		ret->rule = *input->rule;
	}
	if (input->line == 0 && account != 0)
		add_domain(ret, input->account, key);
	add(ret, LIMIT_RELAY, KEY_OF_RELAY);
}
