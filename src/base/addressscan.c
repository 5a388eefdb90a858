/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/addressscan.h"

#define GROUPS 8
/* Longest text of an IPv6 address: six groups and a dotted quad. */
#define SIX_MOST 45
/* So that 16 bytes can be read from any place in one. */
#define PADDED 64

#ifdef __x86_64__
/* The place of a digit of a number that ends there, its last one: 0; where there is none, nothing. */
#define DIGIT(end, digits, which) ((which) < (digits) ? (end)-1 - (which) : 0x80)
#define PAIR(end, digits)         DIGIT(end, digits, 1), DIGIT(end, digits, 0)
#define HUNDREDS(end, digits)     DIGIT(end, digits, 2), 0x80
#define LEAST(digits)             ((digits) == 1 ? 0 : (digits) == 2 ? 10 : 100)
#define ENDS(p, q, r, s)          (1 << (p) | 1 << (q) | 1 << (r) | 1 << (s))
/* Four numbers: the end of each, and its digits. */
#define NUMBERS(p, a, q, b, r, c, s, d)                                                            \
	[ADDRESSSCAN_PLACE(ENDS(p, q, r, s))] = {                                                  \
		.from = {PAIR(s, d), PAIR(r, c), PAIR(q, b), PAIR(p, a), HUNDREDS(s, d),           \
			HUNDREDS(r, c), HUNDREDS(q, b), HUNDREDS(p, a)},                           \
		.least = {LEAST(d), LEAST(c), LEAST(b), LEAST(a)},                                 \
		.ends = ENDS(p, q, r, s)}
#define WAY(a, b, c, d) NUMBERS(a, a, a + b + 1, b, a + b + c + 2, c, a + b + c + d + 3, d)
#define WAYS3(a, b, c)  WAY(a, b, c, 1), WAY(a, b, c, 2), WAY(a, b, c, 3)
#define WAYS2(a, b)     WAYS3(a, b, 1), WAYS3(a, b, 2), WAYS3(a, b, 3)
#define WAYS1(a)        WAYS2(a, 1), WAYS2(a, 2), WAYS2(a, 3)

const struct addressscan_way addressscan_ways[ADDRESSSCAN_WAYS] = {WAYS1(1), WAYS1(2), WAYS1(3)};
#endif

struct groups {
	uint16_t value[GROUPS];
	unsigned count;
	unsigned gap; /* the groups before "::"; GROUPS + 1: there is none */
	bool has_quad;
};

/* The highest bit of each of four bytes that is a hexadecimal digit. */
static uint32_t
find_digits(uint32_t word)
{
	const uint32_t ones = 0x01010101, low = ones * 0x7f;
	uint32_t decimal = word & low, letter = (word | ones * 0x20) & low;

	decimal = (decimal + ones * (0x80 - '0')) & ~(decimal + ones * (0x7f - '9'));
	letter = (letter + ones * (0x80 - 'a')) & ~(letter + ones * (0x7f - 'f'));
	return (decimal | letter) & ~word & ones * 0x80;
}

/* Up to four hexadecimal digits: how many. */
static unsigned
take_group(const char *at, uint16_t *ret)
{
	const uint32_t ones = 0x01010101;
	unsigned digits;
	uint32_t word;

	memcpy(&word, at, sizeof(word));
	digits =
		(unsigned)__builtin_ctzll(~(uint64_t)find_digits(word) & UINT64_C(0x180808080)) / 8;
	if (digits == 0)
		return 0;
	/* 0x61 and 0x41 are 1 and 9 more. */
	word = (word & ones * 0x0f) + (word >> 6 & ones) * 9;
	word <<= 32 - 8 * digits;
	word = (word & 0x000f000f) << 4 | (word >> 8 & 0x000f000f);
	*ret = (uint16_t)((word & 0xff) << 8 | word >> 16);
	return digits;
}

/* The dotted quad that an address may end with: its length, or 0. */
static unsigned
take_quad(const char *at, struct groups *groups)
{
	unsigned length;
	uint32_t quad;

	if (groups->count > GROUPS - 2 || (length = addressscan_16(at, &quad)) == 0)
		return 0;
	groups->value[groups->count++] = (uint16_t)(quad >> 16);
	groups->value[groups->count++] = (uint16_t)quad;
	groups->has_quad = true;
	return length;
}

/* Takes groups as long as there are some: how many bytes, or 0 where they end in the middle. */
static unsigned
take_groups(const char *begin, struct groups *groups)
{
	const char *at = begin;
	bool is_expected = true;

	if (at[0] == ':' && at[1] == ':') {
		groups->gap = 0;
		is_expected = false;
		at += 2;
	}
	for (;;) {
		uint16_t value;
		unsigned digits = take_group(at, &value);

		if (digits == 0)
			break;
		if (at[digits] == '.') {
			digits = take_quad(at, groups);
			return digits > 0 ? (unsigned)(at - begin) + digits : 0;
		}
		if (groups->count == GROUPS)
			return 0;
		groups->value[groups->count++] = value;
		is_expected = false;
		at += digits;
		if (*at != ':')
			break;
		is_expected = at[1] != ':';
		if (!is_expected && groups->gap <= GROUPS)
			return 0;
		if (!is_expected)
			groups->gap = groups->count;
		at += is_expected ? 1 : 2;
	}
	return is_expected ? 0 : (unsigned)(at - begin);
}

unsigned
addressscan_six(struct text text, bool is_short, uint64_t *high, uint64_t *low, unsigned *ret)
{
	struct groups groups = {.gap = GROUPS + 1};
	uint64_t half[2] = {0, 0};
	char padded[PADDED] = {0};
	unsigned length;
	bool has_gap;

	memcpy(padded, text.at, text.length <= SIX_MOST ? text.length : SIX_MOST + 1);
	length = text.length > 0 ? take_groups(padded, &groups) : 0;
	/* Something of an address behind it: it is none. */
	if (length == 0 || length > SIX_MOST || padded[length] == ':' || padded[length] == '.' ||
		(find_digits((uint8_t)padded[length]) & 0x80) != 0)
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
	return length;
}
