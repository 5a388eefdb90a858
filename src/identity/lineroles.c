/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/lineroles.h"

#include <errno.h>
#include <stdlib.h>

struct cutting {
	unsigned roles;
	struct prefix *into;
	size_t room, count;
};

/* Prefixes of the table that follow each other in the order of their addresses, the shorter of two first. */
struct slice {
	const struct lines_prefix *at;
	size_t count;
};

static int
compare(const void *left, const void *right)
{
	const struct prefix *a = &((const struct lines_prefix *)left)->prefix;
	const struct prefix *b = &((const struct lines_prefix *)right)->prefix;
	int order = memcmp(a->address.byte, b->address.byte, sizeof(a->address.byte));

	return order != 0 ? order : (int)a->length - (int)b->length;
}

static bool
has_bit(const struct address *address, unsigned bit)
{
	return (address->byte[bit / 8] & 0x80 >> bit % 8) != 0;
}

/* The prefix, or its halves where there are others inside, and so on. role: of what no other one of the table has. */
static int
cut(struct cutting *cutting, struct prefix prefix, uint8_t role, struct slice inside)
{
	struct slice half = {.at = inside.at};
	unsigned bit = prefix.length;
	int r;

	if (inside.count > 0 && inside.at->prefix.length == prefix.length) {
		role = inside.at->role;
		inside = (struct slice){inside.at + 1, inside.count - 1};
		half.at = inside.at;
	}
	if (inside.count == 0) {
		if ((cutting->roles >> role & 1) == 0)
			return 0;
		if (cutting->count == cutting->room)
			return -E2BIG;
		cutting->into[cutting->count++] = prefix;
		return 0;
	}
	while (half.count < inside.count && !has_bit(&half.at[half.count].prefix.address, bit))
		half.count++;
	prefix.length++;
	r = cut(cutting, prefix, role, half);
	prefix.address.byte[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	half = (struct slice){inside.at + half.count, inside.count - half.count};
	return r < 0 ? r : cut(cutting, prefix, role, half);
}

/* Not ::/0 of IPv4. */
static bool
is_inside(const struct prefix *inner, const struct prefix *outer)
{
	return prefix_has(outer, &inner->address) &&
		(address_is_v4(&inner->address) == address_is_v4(&outer->address));
}

static struct slice
sorted(const struct lines *lines, struct lines_prefix **ret)
{
	const struct lines_prefix *prefix;
	struct slice all = {.count = 0};

	while (lines_prefix_at(lines, all.count) != NULL)
		all.count++;
	*ret = xcalloc(all.count + 1, sizeof(**ret));
	for (size_t i = 0; (prefix = lines_prefix_at(lines, i)) != NULL; i++)
		(*ret)[i] = *prefix;
	qsort(*ret, all.count, sizeof(**ret), compare);
	all.at = *ret;
	return all;
}

int64_t
lineroles(const struct lines *lines, unsigned roles, struct prefix *into, size_t room)
{
	struct cutting cutting = {.roles = roles, .into = into, .room = room};
	struct lines_prefix *table;
	struct slice all = sorted(lines, &table), one;
	int r = 0;

	while (all.count > 0 && r == 0) {
		one = (struct slice){.at = all.at, .count = 1};
		while (one.count < all.count &&
			is_inside(&all.at[one.count].prefix, &all.at->prefix))
			one.count++;
		all = (struct slice){all.at + one.count, all.count - one.count};
		r = cut(&cutting, one.at->prefix, one.at->role, one);
	}
	free(table);
	return r < 0 ? r : (int64_t)cutting.count;
}
