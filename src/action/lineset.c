/* SPDX-License-Identifier: BSD-2-Clause */
#include "action/lineset.h"

#include <errno.h>

#define V4(name, timed)                                                                            \
	{                                                                                          \
		name, 4, 128, timed, false                                                         \
	}
#define V6(name, length, timed)                                                                    \
	{                                                                                          \
		name, (length) / 8, length, timed, false                                           \
	}

const struct lineset_row linesets[LINESET_COUNT] = {
	[LINESET_BLOCK4] = V4("block4", false),
	[LINESET_BLOCK6_64] = V6("block6_64", 64, false),
	[LINESET_BLOCK6_56] = V6("block6_56", 56, false),
	[LINESET_BLOCK6_48] = V6("block6_48", 48, false),
	[LINESET_EXEMPT4] = V4("exempt4", false),
	[LINESET_EXEMPT6_64] = V6("exempt6_64", 64, false),
	[LINESET_EXEMPT6_56] = V6("exempt6_56", 56, false),
	[LINESET_EXEMPT6_48] = V6("exempt6_48", 48, false),
	[LINESET_Q4] = V4("q4", true),
	[LINESET_Q6_64] = V6("q6_64", 64, true),
	[LINESET_Q6_56] = V6("q6_56", 56, true),
	[LINESET_Q6_48] = V6("q6_48", 48, true),
	[LINESET_ALLOW4] = V4("allow4", true),
	[LINESET_ALLOW6] = V6("allow6", 128, true),
	[LINESET_OVER4] = {"smtp_over4", 4, 128, true, true},
	[LINESET_OVER6] = {"smtp_over6", 16, 64, true, true},
};

int
lineset_find(enum lineset_kind kind, const struct prefix *line)
{
	static const enum lineset first[LINESET_KINDS] = {
		LINESET_BLOCK4, LINESET_EXEMPT4, LINESET_Q4};

	/* The IPv4 one, then those of /64, /56 and /48. */
	for (int set = (int)first[kind]; set < (int)first[kind] + 4; set++) {
		if (linesets[set].length == line->length &&
			lineset_holds((enum lineset)set, &line->address))
			return set;
	}
	return -EINVAL;
}

const uint8_t *
lineset_key(enum lineset set, const struct address *address)
{
	return address->byte + (linesets[set].key == 4 ? 12 : 0);
}

int
lineset_address(const uint8_t *key, size_t size, struct address *ret)
{
	if (size == 4) {
		*ret = address_from_bytes(key, size);
		return 0;
	}
	if (size != 16 && (size < 6 || size > 8))
		return -EINVAL;
	*ret = (struct address){{0}};
	memcpy(ret->byte, key, size);
	return 0;
}

bool
lineset_holds(enum lineset set, const struct address *address)
{
	const struct lineset_row *row = &linesets[set];
	struct address masked = address_mask(address, row->length);

	return address_is_v4(address) == (row->key == 4) && address_equal(&masked, address);
}
