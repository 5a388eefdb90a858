/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/natmap.h"

#include <errno.h>

static bool
is_v4(const struct prefix *prefix)
{
	return prefix->length >= 96 && address_is_v4(&prefix->address);
}

/* Subscribers, with those at the ends that are none. At most 2^32. */
static uint64_t
inside_count(const struct natmap *map)
{
	return UINT64_C(1) << (map->length - map->inside.length);
}

static uint64_t
outside_count(const struct natmap *map)
{
	return UINT64_C(1) << (128 - map->outside.length);
}

/* Of one outside address. */
static uint64_t
block_count(const struct natmap *map)
{
	return (UINT64_C(65536) - map->first) / map->ports;
}

/* The first 64 bits of a prefix, or an IPv4 address, as a number. */
static uint64_t
number_of(const struct address *address)
{
	return address_is_v4(address) ? bytes_u32(address->byte + 12) : bytes_u64(address->byte);
}

int
natmap_check(const struct natmap *map, struct fail *fail)
{
	uint64_t subscribers, blocks;

	if (!is_v4(&map->outside)) {
		fail_what(fail, "the outside is no IPv4 prefix");
		return -EINVAL;
	}
	if (is_v4(&map->inside) ? map->length != 128
				: map->length > 64 || map->length < map->inside.length ||
				map->length - map->inside.length > 32) {
		fail_what(fail, "subscribers of /%u do not fit into the inside", map->length);
		fail_hint(fail,
			"expected a length up to 64, not shorter than the inside prefix and "
			"at most 32 longer");
		return -EINVAL;
	}
	if (map->ports == 0 || map->order >= NATMAP_ORDERS || block_count(map) == 0) {
		fail_what(fail, "blocks of %u ports do not fit behind port %u", map->ports,
			map->first);
		return -EINVAL;
	}
	if (map->until.us != 0 && map->until.us <= map->from.us) {
		fail_what(fail, "it ends before it begins");
		return -EINVAL;
	}
	subscribers = inside_count(map);
	if (map->skips_ends)
		subscribers = subscribers > 2 ? subscribers - 2 : 0;
	blocks = outside_count(map) * block_count(map);
	if (subscribers == 0 || subscribers > blocks) {
		fail_what(fail, "%llu subscribers and %llu blocks", (unsigned long long)subscribers,
			(unsigned long long)blocks);
		fail_hint(fail, "expected at least as many blocks as subscribers");
		return -EINVAL;
	}
	return 0;
}

/* Behind the last port of its subscribers at an outside address, by its number; no address has fewer than the next. */
static uint64_t
ports_end(const struct natmap *map, uint64_t address)
{
	uint64_t subscribers = inside_count(map) - (map->skips_ends ? 2 : 0), blocks;

	if (map->order == NATMAP_FILL) {
		uint64_t before = address * block_count(map);

		blocks = subscribers > before ? subscribers - before : 0;
		if (blocks > block_count(map))
			blocks = block_count(map);
	} else {
		blocks = (subscribers + outside_count(map) - 1 - address) / outside_count(map);
	}
	return map->first + blocks * map->ports;
}

/* The first address that both have tells it, as there each has its most ports. */
bool
natmap_meet(const struct natmap *one, const struct natmap *other)
{
	const struct prefix *inner =
		one->outside.length > other->outside.length ? &one->outside : &other->outside;
	uint64_t address = number_of(&inner->address);
	uint64_t end, other_end;

	if (!prefix_has(&one->outside, &inner->address) ||
		!prefix_has(&other->outside, &inner->address))
		return false;
	if ((one->until.us != 0 && one->until.us <= other->from.us) ||
		(other->until.us != 0 && other->until.us <= one->from.us))
		return false;
	end = ports_end(one, address - number_of(&one->outside.address));
	other_end = ports_end(other, address - number_of(&other->outside.address));
	return end > one->first && other_end > other->first && one->first < other_end &&
		other->first < end;
}

int
natmap_outside(const struct natmap *map, const struct address *inside, struct line_name *ret)
{
	unsigned shift = address_is_v4(inside) ? 0 : 64U - map->length;
	uint64_t number, block, address;

	if (address_is_v4(inside) != is_v4(&map->inside) || !prefix_has(&map->inside, inside))
		return -ENOENT;
	number = (number_of(inside) - number_of(&map->inside.address)) >> shift;
	if (map->skips_ends) {
		if (number == 0 || number == inside_count(map) - 1)
			return -ENOENT;
		number--;
	}
	if (map->order == NATMAP_FILL) {
		address = number / block_count(map);
		block = number % block_count(map);
	} else {
		address = number % outside_count(map);
		block = number / outside_count(map);
	}
	*ret = (struct line_name){.length = 128};
	ret->address = address_from_v4((uint32_t)(number_of(&map->outside.address) + address));
	ret->low = (uint16_t)(map->first + block * map->ports);
	ret->high = (uint16_t)(ret->low + map->ports - 1);
	return 0;
}

static bool
is_near(struct wall a, struct wall b, unsigned seconds)
{
	int64_t apart = a.us > b.us ? a.us - b.us : b.us - a.us;

	return b.us != 0 && apart <= seconds * WALL_SECOND;
}

int
natmap_inside(const struct natmap *map, const struct address *outside, uint16_t port,
	struct wall at, unsigned tolerance_seconds, struct line_name *ret)
{
	uint64_t address, block, number, high;
	uint8_t bytes[16] = {0};

	if (!address_is_v4(outside) || !prefix_has(&map->outside, outside))
		return -ENOENT;
	if (is_near(at, map->from, tolerance_seconds) || is_near(at, map->until, tolerance_seconds))
		return -EAGAIN;
	if (at.us < map->from.us || (map->until.us != 0 && at.us >= map->until.us))
		return -ENOENT;
	if (port == 0 || port < map->first)
		return -ENOTUNIQ;
	address = number_of(outside) - number_of(&map->outside.address);
	block = (uint64_t)(port - map->first) / map->ports;
	if (block >= block_count(map))
		return -ENOTUNIQ;
	number = map->order == NATMAP_FILL ? address * block_count(map) + block
					   : block * outside_count(map) + address;
	number += map->skips_ends;
	if (number >= inside_count(map) - map->skips_ends)
		return -ENOTUNIQ;
	*ret = (struct line_name){.length = map->length};
	if (is_v4(&map->inside)) {
		ret->address =
			address_from_v4((uint32_t)(number_of(&map->inside.address) + number));
		return 0;
	}
	high = number_of(&map->inside.address) + (number << (64 - map->length));
	high = __builtin_bswap64(high);
	memcpy(bytes, &high, sizeof(high));
	ret->address = address_from_bytes(bytes, sizeof(bytes));
	return 0;
}

static struct text
next_word(struct text *rest)
{
	struct text word;

	*rest = text_trim(*rest);
	word = *rest;
	for (size_t i = 0; i < word.length; i++) {
		if (word.at[i] == ' ' || word.at[i] == '\t')
			word.length = i;
	}
	rest->at += word.length;
	rest->length -= word.length;
	return word;
}

static int
read_prefix(struct text *rest, const char *which, struct prefix *ret, struct fail *fail)
{
	struct text word = next_word(rest);

	if (prefix_parse(word, ret) == 0)
		return 0;
	fail_what(fail, "'%.*s' is no %s prefix", word.length < 60 ? (int)word.length : 60, word.at,
		which);
	fail_hint(fail,
		"expected INSIDE OUTSIDE ports COUNT, as 100.64.0.0/22 203.0.113.0/28 "
		"ports 1008");
	return -EINVAL;
}

/* A day, or a second of it. */
static int
read_time(struct text word, struct wall *ret)
{
	struct text rest = word, day = text_cut(&rest, 'T'), part[3];
	uint64_t number[3] = {0};

	if (wall_from_day(ret, day) < 0)
		return -EINVAL;
	if (day.length == word.length)
		return ret->us > 0 ? 0 : -EINVAL;
	if (rest.length != 9 || rest.at[8] != 'Z')
		return -EINVAL;
	rest.length--;
	for (int i = 0; i < 3; i++) {
		part[i] = text_cut(&rest, ':');
		if (part[i].length != 2 ||
			text_parse_u64(part[i], i == 0 ? 23 : 59, &number[i]) < 0)
			return -EINVAL;
	}
	ret->us += (int64_t)(number[0] * 3600 + number[1] * 60 + number[2]) * WALL_SECOND;
	return ret->us > 0 ? 0 : -EINVAL;
}

static int
read_option(struct text word, struct text *rest, struct natmap *map)
{
	uint64_t number;

	if (text_is(word, "fill") || text_is(word, "spread")) {
		map->order = text_is(word, "fill") ? NATMAP_FILL : NATMAP_SPREAD;
		return 0;
	}
	if (text_is(word, "skip-ends")) {
		map->skips_ends = true;
		return 0;
	}
	if (text_is(word, "ports") || text_is(word, "first")) {
		if (text_parse_u64(next_word(rest), UINT16_MAX, &number) < 0)
			return -EINVAL;
		if (text_is(word, "ports"))
			map->ports = (uint16_t)number;
		else
			map->first = (uint16_t)number;
		return 0;
	}
	if (text_is(word, "from"))
		return read_time(next_word(rest), &map->from);
	if (text_is(word, "until"))
		return read_time(next_word(rest), &map->until);
	if (!text_is(word, "line"))
		return -EINVAL;
	word = next_word(rest);
	if (!text_starts(word, "/"))
		return -EINVAL;
	word.at++, word.length--;
	if (is_v4(&map->inside) || text_parse_u64(word, 64, &number) < 0)
		return -EINVAL;
	map->length = (uint8_t)number;
	return 0;
}

int
natmap_parse(struct text text, struct natmap *ret, struct fail *fail)
{
	struct natmap map = {.first = 1024};
	struct text rest = text, word;

	if (read_prefix(&rest, "inside", &map.inside, fail) < 0 ||
		read_prefix(&rest, "outside", &map.outside, fail) < 0)
		return -EINVAL;
	map.length = is_v4(&map.inside) ? 128 : 56;
	while ((word = next_word(&rest)).length > 0) {
		if (read_option(word, &rest, &map) == 0)
			continue;
		fail_what(fail, "'%.*s' is no parameter, or its value does not fit",
			word.length < 60 ? (int)word.length : 60, word.at);
		fail_hint(fail,
			"expected: ports COUNT, first PORT, line /LENGTH, fill, spread, "
			"skip-ends, from TIME, until TIME, as 2026-12-31 or "
			"2026-12-31T18:30:00Z");
		return -EINVAL;
	}
	if (natmap_check(&map, fail) < 0)
		return -EINVAL;
	*ret = map;
	return 0;
}
