/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/list/addressform.h"

#include "base/addressscan.h"

#include <errno.h>

static const char an_address[] = "an address, prefix or range";
static const char a_length[] = "the length of a prefix behind \"/\"";
static const char no_host_bits[] = "a prefix without bits set behind its length";
static const char an_end[] = "an end of the range that is not before its begin";

static void
step(struct text *text, size_t size)
{
	text->at += size;
	text->length -= size;
}

/* A number of up to three digits, at most `most`; no zero in front. */
static bool
take_number(struct text *text, unsigned most, unsigned *ret)
{
	unsigned value = 0;
	size_t digits = 0;

	while (digits < text->length && digits < 4 && text->at[digits] >= '0' &&
		text->at[digits] <= '9')
		value = value * 10 + (unsigned)(text->at[digits++] - '0');
	if (digits == 0 || digits > 3 || value > most || (digits > 1 && *text->at == '0'))
		return false;
	step(text, digits);
	*ret = value;
	return true;
}

/* One to four numbers with dots between them, at the upper end of *ret; how many, or 0. */
static unsigned
take_octets(struct text *text, uint32_t *ret)
{
	struct text rest = *text;
	uint32_t value = 0;
	unsigned count = 0, octet;

	do {
		if (count > 0)
			step(&rest, 1);
		if (count == 4 || !take_number(&rest, 255, &octet))
			return 0;
		value |= octet << (24 - 8 * count++);
	} while (rest.length > 0 && *rest.at == '.');
	*text = rest;
	*ret = value;
	return count;
}

static uint32_t
ones_behind(unsigned length)
{
	return length < 32 ? UINT32_MAX >> length : 0;
}

/* What stands behind the dash of a range. */
static int
take_end(struct text *text, bool is_short, unsigned octets, struct addressform *form,
	const char **expected)
{
	uint32_t end, before;
	unsigned count = take_octets(text, &end);

	*expected = an_address;
	if (count == 0 || (!is_short && count < 4))
		return -EINVAL;
	if (count == 1) {
		/* In the place of the last number of the begin. */
		before = ~ones_behind(8 * (octets - 1));
		end = ((uint32_t)form->low & before) | end >> 8 * (octets - 1);
		count = octets;
	}
	end |= ones_behind(8 * count);
	*expected = an_end;
	if (end < form->low)
		return -EINVAL;
	form->high = end;
	form->length = addressform_length(form->low, form->high, 32);
	return 0;
}

static int
take_four(struct text *text, bool is_short, struct addressform *form, const char **expected)
{
	uint32_t low;
	unsigned length = addressscan_four(*text, &low), octets = 4;

	if (length > 0)
		step(text, length);
	else
		octets = take_octets(text, &low);
	*expected = an_address;
	if (octets == 0 || (!is_short && octets < 4))
		return -EINVAL;
	*form = (struct addressform){.low = low, .length = (uint8_t)(8 * octets)};
	if (text->length > 0 && *text->at == '-') {
		step(text, 1);
		return take_end(text, is_short, octets, form, expected);
	}
	if (text->length > 0 && *text->at == '/') {
		step(text, 1);
		*expected = a_length;
		if (!take_number(text, 32, &length))
			return -EINVAL;
		*expected = no_host_bits;
		if ((low & ones_behind(length)) != 0)
			return -EINVAL;
		form->length = (uint8_t)length;
	}
	form->high = low | ones_behind(form->length);
	return 0;
}

static bool
has_bits_behind(uint64_t high, uint64_t low, unsigned length)
{
	if (length <= 64)
		return low != 0 || (length < 64 && (high & UINT64_MAX >> length) != 0);
	return length < 128 && (low & UINT64_MAX >> (length - 64)) != 0;
}

static int
take_six(struct text *text, bool is_short, struct addressform *form, const char **expected)
{
	uint64_t high, low;
	unsigned groups, length, taken = addressscan_six(*text, is_short, &high, &low, &groups);

	*expected = an_address;
	if (taken == 0)
		return -EINVAL;
	step(text, taken);
	length = 16 * groups;
	if (text->length > 0 && *text->at == '/') {
		step(text, 1);
		*expected = a_length;
		if (!take_number(text, 128, &length))
			return -EINVAL;
	}
	*expected = no_host_bits;
	if (has_bits_behind(high, low, length))
		return -EINVAL;
	if (high == 0 && low >> 32 == 0xffff && length >= 96) {
		low &= UINT32_MAX;
		*form = (struct addressform){.length = (uint8_t)(length - 96),
			.low = low,
			.high = low | ones_behind(length - 96)};
		return 0;
	}
	*form = (struct addressform){.is_six = true,
		.length = (uint8_t)length,
		.low = high,
		.high = length < 64 ? high | UINT64_MAX >> length : high,
		.below = low};
	return 0;
}

/* Is this IPv6? A colon comes before anything that a number of IPv4 may be followed by. */
static bool
is_six(struct text text)
{
	size_t at = 0;

	while (at < text.length && at < 5 &&
		((text.at[at] >= '0' && text.at[at] <= '9') ||
			((text.at[at] | 0x20) >= 'a' && (text.at[at] | 0x20) <= 'f')))
		at++;
	return at < text.length && text.at[at] == ':';
}

int
addressform_take(struct text *text, bool is_short, struct addressform *ret, const char **expected)
{
	struct text rest = *text;
	struct addressform form;
	int r = is_six(rest) ? take_six(&rest, is_short, &form, expected)
			     : take_four(&rest, is_short, &form, expected);

	if (r < 0)
		return r;
	*text = rest;
	*ret = form;
	return 0;
}

uint8_t
addressform_length(uint64_t low, uint64_t high, unsigned bits)
{
	uint64_t differ = low ^ high;

	/* From zeros to ones, and the same before them. */
	if ((differ & (differ + 1)) != 0 || (low & differ) != 0)
		return ADDRESSFORM_RANGE;
	return (uint8_t)(bits - (differ ? 64U - (unsigned)__builtin_clzll(differ) : 0));
}
