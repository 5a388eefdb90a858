/* SPDX-License-Identifier: BSD-2-Clause */
#include "action/bgppeers.h"

#include "action/bgpmessage.h"

#include <errno.h>
#include <stdio.h>

static int
wrong(struct fail *fail, struct text word, const char *expected)
{
	fail_what(fail, "\"%.*s\" is %s", (int)word.length, word.at, expected);
	fail_hint(fail,
		"expected peers with ; between, each ADDRESS[:PORT] as NUMBER and then any "
		"of: local ADDRESS, password-file PATH, most RULES, hold SECONDS, "
		"ttl-security, destination");
	return -EINVAL;
}

static struct text
next_word(struct text *rest)
{
	*rest = text_trim(*rest);
	return text_cut(rest, ' ');
}

/* "192.0.2.1", "2001:db8::1", "192.0.2.1:1790", "[2001:db8::1]:1790" */
static int
parse_place(struct text word, struct bgppeer *peer)
{
	struct text host = word, port = {word.at, 0};
	uint64_t number = BGP_PORT;

	peer->port = BGP_PORT;
	if (address_parse(word, &peer->address) == 0)
		return 0;
	for (size_t i = word.length; i > 0 && port.length == 0; i--) {
		if (word.at[i - 1] == ':') {
			port = (struct text){word.at + i, word.length - i};
			host.length = i - 1;
		}
	}
	if (host.length > 2 && host.at[0] == '[' && host.at[host.length - 1] == ']')
		host = (struct text){host.at + 1, host.length - 2};
	else if (memchr(host.at, ':', host.length) != NULL)
		return -EINVAL;
	if (address_parse(host, &peer->address) < 0 ||
		text_parse_u64(port, UINT16_MAX, &number) < 0 || number == 0)
		return -EINVAL;
	peer->port = (uint16_t)number;
	return 0;
}

static int
parse_number(struct text word, uint64_t least, uint64_t most, uint64_t *ret)
{
	int r = text_parse_u64(word, most, ret);

	return r == 0 && *ret < least ? -ERANGE : r;
}

static int
take_local(struct bgppeer *peer, struct text value, struct fail *fail)
{
	if (address_parse(value, &peer->local) < 0)
		return wrong(fail, value, "no address behind local");
	if (address_is_v4(&peer->local) != address_is_v4(&peer->address))
		return wrong(fail, value, "of another family than the router's address");
	peer->has_local = true;
	return 0;
}

static int
take_path(struct bgppeer *peer, struct text value, struct fail *fail)
{
	if (value.length == 0 || *value.at != '/' || value.length >= sizeof(peer->password))
		return wrong(fail, value,
			"no path behind password-file; it begins with / and has "
			"at most 255 bytes");
	memcpy(peer->password, value.at, value.length);
	peer->password[value.length] = '\0';
	return 0;
}

/* What stands behind the address. */
static int
take_word(struct bgppeer *peer, struct text word, struct text *rest, struct fail *fail)
{
	uint64_t number;
	struct text value;

	if (text_is(word, "ttl-security")) {
		peer->has_ttl_security = true;
		return 0;
	}
	if (text_is(word, "destination")) {
		peer->has_destination = true;
		return 0;
	}
	value = next_word(rest);
	if (text_is(word, "local"))
		return take_local(peer, value, fail);
	if (text_is(word, "password-file"))
		return take_path(peer, value, fail);
	if (text_is(word, "as")) {
		if (parse_number(value, 1, UINT32_MAX, &number) < 0)
			return wrong(fail, value, "no AS number from 1 to 4294967295");
		peer->as = (uint32_t)number;
		return 0;
	}
	if (text_is(word, "most")) {
		if (parse_number(value, 1, 1000000, &number) < 0)
			return wrong(fail, value, "no number of rules from 1 to 1000000");
		peer->most = (uint32_t)number;
		return 0;
	}
	if (text_is(word, "hold")) {
		if (parse_number(value, 3, UINT16_MAX, &number) < 0)
			return wrong(fail, value, "no hold time from 3 to 65535 seconds");
		peer->hold = (uint16_t)number;
		return 0;
	}
	return wrong(fail, word, "no word that is known here");
}

static int
parse_peer(struct text text, struct bgppeer *ret, struct fail *fail)
{
	struct text rest = text, word = next_word(&rest);

	*ret = (struct bgppeer){.port = 0};
	if (parse_place(word, ret) < 0)
		return wrong(fail, word, "no address of a router");
	while ((word = next_word(&rest)).length > 0) {
		int r = take_word(ret, word, &rest, fail);

		if (r < 0)
			return r;
	}
	return ret->as == 0 ? wrong(fail, text, "a router without its AS number") : 0;
}

int
bgppeers_parse(struct text text, struct bgppeers *ret, struct fail *fail)
{
	*ret = (struct bgppeers){.count = 0};
	while (text.length > 0) {
		struct text one = text_trim(text_cut(&text, ';'));
		struct bgppeer *peer = &ret->peer[ret->count];
		int r;

		if (one.length == 0)
			continue;
		if (ret->count == BGPPEERS) {
			fail_what(fail, "more than %d routers", BGPPEERS);
			return -E2BIG;
		}
		r = parse_peer(one, peer, fail);
		if (r < 0)
			return r;
		for (uint32_t i = 0; i < ret->count; i++) {
			if (address_equal(&ret->peer[i].address, &peer->address) &&
				ret->peer[i].port == peer->port) {
				fail_what(fail, "the same router twice");
				return -EEXIST;
			}
		}
		ret->count++;
	}
	return 0;
}

char *
bgppeer_name(const struct bgppeer *peer, char into[BGPPEER_NAME])
{
	char address[ADDRESS_TEXT];

	(void)address_format(&peer->address, address);
	if (peer->port == BGP_PORT)
		snprintf(into, BGPPEER_NAME, "%s", address);
	else if (address_is_v4(&peer->address))
		snprintf(into, BGPPEER_NAME, "%s:%u", address, peer->port);
	else
		snprintf(into, BGPPEER_NAME, "[%s]:%u", address, peer->port);
	return into;
}
