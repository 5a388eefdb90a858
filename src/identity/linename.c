/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/linename.h"

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
