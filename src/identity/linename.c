/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/linename.h"

#include <errno.h>
#include <stdio.h>

uint64_t
line_name_pseudonym(const struct line_name *name, const struct hash_key *key)
{
	uint64_t pseudonym = hash_keyed(key, name, sizeof(*name));

	return pseudonym ? pseudonym : 1;
}

char *
line_name_format(const struct line_name *name, char into[LINE_NAME])
{
	char address[ADDRESS_TEXT];

	address_format(&name->address, address);
	if (name->high != 0)
		snprintf(into, LINE_NAME, "%s:%u-%u", address, name->low, name->high);
	else if (address_is_v4(&name->address))
		snprintf(into, LINE_NAME, "%s", address);
	else
		snprintf(into, LINE_NAME, "%s/%u", address, name->length);
	return into;
}

int
line_name_parse(struct text text, struct line_name *ret)
{
	struct text high = text, address = text_cut(&high, ':'), low;
	struct prefix prefix;
	uint64_t first, last;

	if (prefix_parse(text, &prefix) == 0) {
		*ret = (struct line_name){.address = prefix.address, .length = prefix.length};
		return 0;
	}
	low = text_cut(&high, '-');
	if (address_parse(address, &prefix.address) < 0 || !address_is_v4(&prefix.address) ||
		text_parse_u64(low, UINT16_MAX, &first) < 0 ||
		text_parse_u64(high, UINT16_MAX, &last) < 0 || last == 0 || first > last)
		return -EINVAL;
	*ret = (struct line_name){.address = prefix.address,
		.low = (uint16_t)first,
		.high = (uint16_t)last,
		.length = 128};
	return 0;
}
