/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>

struct address
address_mask(const struct address *a, unsigned length)
{
	unsigned high_bits = length < 64 ? length : 64, low_bits = length - high_bits;
	uint64_t high = high_bits ? ~UINT64_C(0) << (64 - high_bits) : 0;
	uint64_t low = low_bits >= 64 ? ~UINT64_C(0)
		: low_bits            ? ~UINT64_C(0) << (64 - low_bits)
				      : 0;
	struct address masked;

	high = bytes_u64(a->byte) & high;
	low = bytes_u64(a->byte + 8) & low;
	high = __builtin_bswap64(high);
	low = __builtin_bswap64(low);
	memcpy(masked.byte, &high, 8);
	memcpy(masked.byte + 8, &low, 8);
	return masked;
}

struct address
address_network(const struct address *a)
{
	struct address network = *a;

	if (address_is_v4(a))
		network.byte[15] = 0;
	else
		memset(network.byte + 6, 0, 10);
	return network;
}

bool
address_is_loopback(const struct address *a)
{
	static const struct address one = {{[15] = 1}};

	return address_is_v4(a) ? a->byte[12] == 127 : address_equal(a, &one);
}

bool
prefix_has(const struct prefix *prefix, const struct address *a)
{
	struct address masked = address_mask(a, prefix->length);

	return address_equal(&masked, &prefix->address);
}

int
address_parse(struct text text, struct address *ret)
{
	char buffer[ADDRESS_TEXT];
	struct in_addr v4;
	struct in6_addr v6;

	if (text.length == 0 || text.length >= sizeof(buffer) ||
		memchr(text.at, '\0', text.length) != NULL)
		return -EINVAL;
	memcpy(buffer, text.at, text.length);
	buffer[text.length] = '\0';
	if (inet_pton(AF_INET, buffer, &v4) == 1) {
		*ret = address_from_v4(ntohl(v4.s_addr));
		return 0;
	}
	if (inet_pton(AF_INET6, buffer, &v6) == 1) {
		memcpy(ret->byte, &v6, 16);
		return 0;
	}
	return -EINVAL;
}

int
prefix_parse(struct text text, struct prefix *ret)
{
	struct text rest = text, head = text_cut(&rest, '/');
	struct prefix prefix;
	uint64_t length;
	unsigned most;

	if (address_parse(head, &prefix.address) < 0)
		return -EINVAL;
	most = address_is_v4(&prefix.address) ? 32 : 128;
	length = most;
	if (head.length < text.length && text_parse_u64(rest, most, &length) < 0)
		return -EINVAL;
	prefix.length = (uint8_t)(128 - most + length);
	ret->length = prefix.length;
	ret->address = address_mask(&prefix.address, prefix.length);
	return address_equal(&ret->address, &prefix.address) ? 0 : -EDOM;
}

char *
address_format(const struct address *a, char into[ADDRESS_TEXT])
{
	if (address_is_v4(a))
		snprintf(into, ADDRESS_TEXT, "%u.%u.%u.%u", a->byte[12], a->byte[13], a->byte[14],
			a->byte[15]);
	else
		inet_ntop(AF_INET6, a->byte, into, ADDRESS_TEXT);
	return into;
}

char *
prefix_format(const struct prefix *prefix, char into[PREFIX_TEXT])
{
	bool is_v4 = address_is_v4(&prefix->address) && prefix->length >= 96;
	char address[ADDRESS_TEXT];

	address_format(&prefix->address, address);
	snprintf(
		into, PREFIX_TEXT, "%s/%u", address, is_v4 ? prefix->length - 96U : prefix->length);
	return into;
}
