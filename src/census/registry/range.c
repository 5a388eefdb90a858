/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/registry/range.h"

#include "base/address.h"
#include "base/addressscan.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>

/* One octet, without leading zeros, from the front of the text. */
static bool
take_octet(struct text *text, uint32_t *ret)
{
	uint32_t octet = 0;
	size_t length = 0;

	while (length < text->length && length < 4 && text->at[length] >= '0' &&
		text->at[length] <= '9')
		octet = octet * 10 + (uint32_t)(text->at[length++] - '0');
	if (length == 0 || length > 3 || octet > 255 || (length > 1 && text->at[0] == '0'))
		return false;
	text->at += length;
	text->length -= length;
	*ret = octet;
	return true;
}

/* octets: how many are needed at least; those that are not there are 0. */
static int
parse_ipv4(struct text text, unsigned octets, ipnumber *ret)
{
	uint32_t number = 0, octet;
	unsigned count = 0;

	do {
		if (count > 0) {
			text.at++;
			text.length--;
		}
		if (!take_octet(&text, &octet))
			return -EINVAL;
		number |= octet << (24 - 8 * count++);
	} while (count < 4 && text.length > 0 && text.at[0] == '.');
	if (text.length > 0 || count < octets)
		return -EINVAL;
	*ret = number;
	return 0;
}

static int
parse_one(struct text text, unsigned octets, enum range_family *family, ipnumber *ret)
{
	struct address address;

	if (text.length == 0 || memchr(text.at, ':', text.length) == NULL) {
		*family = RANGE_IPV4;
		return parse_ipv4(text, octets, ret);
	}
	if (address_parse(text, &address) < 0)
		return -EINVAL;
	*family = RANGE_IPV6;
	*ret = (ipnumber)bytes_u64(address.byte) << 64 | bytes_u64(address.byte + 8);
	return 0;
}

int
range_parse_address(struct text text, enum range_family *family, ipnumber *ret)
{
	return parse_one(text, 4, family, ret);
}

ipnumber
range_highest(enum range_family family)
{
	return family == RANGE_IPV6 ? ~(ipnumber)0 : UINT32_MAX;
}

static int
parse_prefix(struct text head, struct text length_text, bool short_octets,
	enum range_family *family, struct range *ret)
{
	unsigned bits;
	uint64_t length;
	ipnumber low, behind;

	if (parse_one(head, short_octets ? 1 : 4, family, &low) < 0)
		return -EINVAL;
	bits = *family == RANGE_IPV4 ? 32 : 128;
	if (text_parse_u64(length_text, bits, &length) < 0)
		return -EINVAL;
	behind = length == 0 ? range_highest(*family) : (((ipnumber)1 << (bits - length)) - 1);
	if ((low & behind) != 0)
		return -EINVAL;
	*ret = (struct range){.low = low, .high = low | behind};
	return 0;
}

/* "a - b" of IPv4 with one blank at each side of the "-", which is how nearly all are written. */
static bool
parse_fours(struct text text, struct range *ret)
{
	static const char between[] = {' ', '-', ' '};
	uint32_t low, high;
	size_t length = addressscan_four(text, &low);

	if (length == 0 || text.length - length <= sizeof(between) ||
		memcmp(text.at + length, between, sizeof(between)) != 0)
		return false;
	text.at += length + sizeof(between);
	text.length -= length + sizeof(between);
	length = addressscan_four(text, &high);
	if (length == 0 || length != text.length || low > high)
		return false;
	*ret = (struct range){.low = low, .high = high};
	return true;
}

int
range_parse(struct text text, bool short_octets, enum range_family *family, struct range *ret)
{
	struct text rest = text, head;
	enum range_family last;
	struct range range;

	if (parse_fours(text, ret)) {
		*family = RANGE_IPV4;
		return 0;
	}
	if (text.length > 0 && memchr(text.at, '/', text.length) != NULL) {
		head = text_cut(&rest, '/');
		return parse_prefix(head, rest, short_octets, family, ret);
	}
	head = text_cut(&rest, '-');
	if (parse_one(text_trim(head), 4, family, &range.low) < 0 ||
		parse_one(text_trim(rest), 4, &last, &range.high) < 0 || last != *family ||
		range.low > range.high)
		return -EINVAL;
	*ret = range;
	return 0;
}

static int
parse_system(struct text text, ipnumber *ret)
{
	uint64_t number;

	text = text_trim(text);
	if (text.length > 2 && text_small(text.at[0]) == 'a' && text_small(text.at[1]) == 's') {
		text.at += 2;
		text.length -= 2;
	}
	if (text_parse_u64(text, UINT32_MAX, &number) < 0)
		return -EINVAL;
	*ret = number;
	return 0;
}

int
range_parse_system(struct text text, struct range *ret)
{
	bool is_one = text.length == 0 || memchr(text.at, '-', text.length) == NULL;
	struct text rest = text, head = text_cut(&rest, '-');
	struct range range;

	if (parse_system(head, &range.low) < 0 ||
		parse_system(is_one ? head : rest, &range.high) < 0 || range.low > range.high)
		return -EINVAL;
	*ret = range;
	return 0;
}

static void
format_address(enum range_family family, ipnumber number, char into[ADDRESS_TEXT])
{
	struct address address = address_from_v4((uint32_t)number);

	for (unsigned i = 0; family == RANGE_IPV6 && i < 16; i++)
		address.byte[i] = (uint8_t)(number >> (120 - 8 * i));
	address_format(&address, into);
}

char *
range_format(enum range_family family, const struct range *range, char into[RANGE_TEXT])
{
	char low[ADDRESS_TEXT], high[ADDRESS_TEXT];

	if (family == RANGE_SYSTEM && range->low == range->high) {
		snprintf(into, RANGE_TEXT, "AS%u", (unsigned)range->low);
	} else if (family == RANGE_SYSTEM) {
		snprintf(into, RANGE_TEXT, "AS%u - AS%u", (unsigned)range->low,
			(unsigned)range->high);
	} else {
		format_address(family, range->low, low);
		format_address(family, range->high, high);
		snprintf(into, RANGE_TEXT, "%s - %s", low, high);
	}
	return into;
}
