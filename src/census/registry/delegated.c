/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/registry/delegated.h"

#include <errno.h>

uint16_t
delegated_country(struct text text)
{
	uint16_t country = 0;

	if (text.length != 2)
		return 0;
	for (size_t i = 0; i < 2; i++) {
		char small = text_small(text.at[i]);

		if (small < 'a' || small > 'z')
			return 0;
		country = (uint16_t)(country << 8 | (small - 'a' + 'A'));
	}
	return country;
}

static enum registry_name
registry_of(struct text name)
{
	for (size_t i = REGISTRY_NONE + 1; i < REGISTRY_COUNT; i++) {
		if (text_is(name, registry_names[i]))
			return (enum registry_name)i;
	}
	return REGISTRY_NONE;
}

/* As many numbers from start on. */
static int
count_range(ipnumber start, struct text value, enum range_family family, struct range *ret)
{
	uint64_t count;

	if (text_parse_u64(value, UINT64_C(1) << 32, &count) < 0 || count == 0 ||
		start + (count - 1) > range_highest(family))
		return -EINVAL;
	*ret = (struct range){.low = start, .high = start + (count - 1)};
	return 0;
}

static int
parse_range(struct text start, struct text value, enum range_family family, struct range *ret)
{
	enum range_family found = family;
	ipnumber number = 0, behind;
	uint64_t length;

	if (family == RANGE_SYSTEM) {
		if (text_parse_u64(start, UINT32_MAX, &length) < 0)
			return -EINVAL;
		return count_range(length, value, family, ret);
	}
	if (range_parse_address(start, &found, &number) < 0 || found != family)
		return -EINVAL;
	if (family == RANGE_IPV4)
		return count_range(number, value, family, ret);
	if (text_parse_u64(value, 128, &length) < 0)
		return -EINVAL;
	behind = length == 0 ? ~(ipnumber)0 : ((ipnumber)1 << (128 - length)) - 1;
	if ((number & behind) != 0)
		return -EINVAL;
	*ret = (struct range){.low = number, .high = number | behind};
	return 0;
}

int
delegated_parse(struct text line, struct delegated *ret)
{
	struct text registry, country, type, start, value;
	struct delegated delegated;

	if (line.length == 0 || line.at[0] == '#' || (line.at[0] >= '0' && line.at[0] <= '9'))
		return 0;
	registry = text_cut(&line, '|');
	country = text_cut(&line, '|');
	type = text_cut(&line, '|');
	start = text_cut(&line, '|');
	value = text_cut(&line, '|');
	if (text_is(country, "*") || text_is(start, "*"))
		return 0;
	if (text_is(type, "ipv4"))
		delegated.family = RANGE_IPV4;
	else if (text_is(type, "ipv6"))
		delegated.family = RANGE_IPV6;
	else if (text_is(type, "asn"))
		delegated.family = RANGE_SYSTEM;
	else
		return -EINVAL;
	delegated.registry = registry_of(registry);
	delegated.country = delegated_country(country);
	if (parse_range(start, value, delegated.family, &delegated.range) < 0)
		return -EINVAL;
	*ret = delegated;
	return 1;
}
