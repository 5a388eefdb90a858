/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/list/addressscan.h"

#define GROUPS 8
/* Longest text of an IPv6 address: six groups and a dotted quad. */
#define SIX_MOST 45

/* 0 to 15, or 16. */
static unsigned
digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
}

/* How far the characters go that an address can have; 0: further than any address. */
static size_t
extent_of(struct text text)
{
	size_t length = 0;

	while (length < text.length && length <= SIX_MOST &&
		(digit_of(text.at[length]) < 16 || text.at[length] == ':' ||
			text.at[length] == '.'))
		length++;
	return length <= SIX_MOST ? length : 0;
}

struct groups {
	uint16_t value[GROUPS];
	unsigned count;
	unsigned gap; /* the groups before "::"; GROUPS + 1: there is none */
	bool has_quad;
};

/* The dotted quad that an address may end with. */
static bool
take_quad(struct text rest, struct groups *groups)
{
	uint32_t quad;

	if (groups->count > GROUPS - 2 || addressscan_four(rest, &quad) != rest.length)
		return false;
	groups->value[groups->count++] = (uint16_t)(quad >> 16);
	groups->value[groups->count++] = (uint16_t)quad;
	groups->has_quad = true;
	return true;
}

/* Takes the text apart, which has no other characters than an address has. */
static bool
take_groups(struct text text, struct groups *groups)
{
	size_t at = 0;

	if (text.length >= 2 && text.at[0] == ':' && text.at[1] == ':') {
		groups->gap = 0;
		at = 2;
	}
	while (at < text.length) {
		size_t begin = at;
		unsigned value = 0, digit;

		while (at < text.length && at - begin < 5 && (digit = digit_of(text.at[at])) < 16) {
			value = value << 4 | digit;
			at++;
		}
		if (at < text.length && text.at[at] == '.')
			return take_quad(
				(struct text){text.at + begin, text.length - begin}, groups);
		if (at == begin || at - begin > 4 || groups->count == GROUPS)
			return false;
		groups->value[groups->count++] = (uint16_t)value;
		if (at == text.length)
			return true;
		if (text.at[at++] != ':' || at == text.length)
			return false;
		if (text.at[at] == ':') {
			if (groups->gap <= GROUPS)
				return false;
			groups->gap = groups->count;
			at++;
		}
	}
	return groups->count > 0 || groups->gap == 0;
}

unsigned
addressscan_six(struct text text, bool is_short, uint64_t *high, uint64_t *low, unsigned *ret)
{
	struct groups groups = {.gap = GROUPS + 1};
	uint64_t half[2] = {0, 0};
	size_t length = extent_of(text);
	bool has_gap;

	if (length < 2 || !take_groups((struct text){text.at, length}, &groups))
		return 0;
	has_gap = groups.gap <= GROUPS;
	if (has_gap ? groups.count == GROUPS
		    : groups.count < GROUPS && (!is_short || groups.count < 2 || groups.has_quad))
		return 0;
	for (unsigned i = 0; i < groups.count; i++) {
		unsigned place = i < groups.gap ? i : i + GROUPS - groups.count;

		half[place / 4] |= (uint64_t)groups.value[i] << (48 - place % 4 * 16);
	}
	*high = half[0];
	*low = half[1];
	*ret = has_gap ? GROUPS : groups.count;
	return (unsigned)length;
}
