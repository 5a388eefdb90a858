/* SPDX-License-Identifier: BSD-2-Clause */
#include "spaces.h"

#include "base/address.h"
#include "base/random.h"
#include "census/list/bogon.h"
#include "census/registry/systems.h"
#include "source/textlines.h"

#include <stdio.h>
#include <stdlib.h>

/* Of the table of 2026-06: so many ranges, of so many AS. */
#define RANGES4 411961
#define RANGES6 103197
#define SYSTEMS 84159

/* By first octet: R, P (APNIC), F (AFRINIC), A, L. */
static const char octets[] = "APRAARAAAAAAAAPAAAAAAAAAARAPAAARAAAAPRAPAFPPAARAAPARARAA"
			     "ARPPPPRAAAAAAAAAAAAAARRRRRRRRRRRRRRRRRRRAAAAAPFPAFPAARPP"
			     "PPPPPPPPPPPPPPPAAAAAAPAAAAAAARAAARAAAAPRAPFAAAAAAAAPAAAA"
			     "AAAPAAAPRLRLPLPPARLLRLLLARRRFFAALLPPAAAAAAPPRRAAARPPPPPP";

/* The same of IPv6 by the first 8 bits: 2400::/12, 2600::/12, 2800::/12, 2a00::/12, 2c00::/12. */
static const char eights[] = "PPAALLRRFF";

static const char *const countries[REGISTRY_COUNT] = {
	[REGISTRY_RIPENCC] = "RUGBDENLFRITUAPLSERO",
	[REGISTRY_APNIC] = "CNINJPAUVNIDKRHKBDTH",
	[REGISTRY_AFRINIC] = "ZAEGNGKEMATNGHTZUGDZ",
	[REGISTRY_ARIN] = "USUSUSUSUSUSUSUSCACA",
	[REGISTRY_LACNIC] = "BRBRBRBRARMXCLCOPEEC",
};

static enum registry_name
registry_of(char letter)
{
	switch (letter) {
	case 'R':
		return REGISTRY_RIPENCC;
	case 'P':
		return REGISTRY_APNIC;
	case 'F':
		return REGISTRY_AFRINIC;
	case 'L':
		return REGISTRY_LACNIC;
	default:
		return REGISTRY_ARIN;
	}
}

static enum registry_name
find_registry(enum range_family family, ipnumber first)
{
	unsigned bits;

	if (family == RANGE_IPV4) {
		bits = (unsigned)(first >> 24);
		return registry_of(bits < sizeof(octets) - 1 ? octets[bits] : 'A');
	}
	bits = (unsigned)(first >> 120);
	/* 2001::/16 and the like are of all of them, in small parts. */
	if (bits < 0x24 || bits > 0x2d)
		return registry_of("RPARLRPAR"[(unsigned)(first >> 105) % 9]);
	return registry_of(eights[bits - 0x24]);
}

static void
add(struct spaces *spaces, enum range_family family, struct range range, uint32_t system)
{
	struct space *space = &spaces->of[family][spaces->count[family]++];
	unsigned at = (unsigned)(system * 2654435761U >> 16) % 10 * 2;

	*space = (struct space){
		.range = range, .system = system, .registry = find_registry(family, range.low)};
	memcpy(space->country, countries[space->registry] + at, 2);
}

static bool
is_bogon(enum range_family family, const struct range *range)
{
	if (family == RANGE_IPV4)
		return spans_find(&bogon4, (uint64_t)range->low, (uint64_t)range->high) != NULL;
	return spans_find(&bogon6, (uint64_t)(range->low >> 64), (uint64_t)(range->high >> 64)) !=
		NULL;
}

static void
read_table(struct spaces *spaces, enum range_family family, const char *path, unsigned part)
{
	struct textlines lines = {0};
	struct announced row;
	struct input input;
	struct fail fail = {.what = ""};
	struct text line;
	size_t size = 1 << 16, number = 0;
	int r = input_open(&input, path, 0, &fail);

	lines.input = &input;
	spaces->of[family] = xcalloc(size, sizeof(struct space));
	while (r >= 0 && (r = textlines_next(&lines, &line, &fail)) > 0) {
		if (systems_parse(line, &row) <= 0 || row.family != family || row.system == 0 ||
			is_bogon(family, &row.range) || number++ % part != 0)
			continue;
		if (spaces->count[family] == size)
			spaces->of[family] =
				xrealloc(spaces->of[family], (size *= 2) * sizeof(struct space));
		add(spaces, family, row.range, row.system);
	}
	if (r < 0) {
		fprintf(stderr, "%s: %s\n", fail.where, fail.what);
		exit(1);
	}
	input_close(&input);
}

/* Which AS has a range: each has one, the rest is theirs as one over their rank. */
static uint32_t
draw_system(struct random *random, size_t number, size_t systems)
{
	if (number < systems)
		return 1000 + (uint32_t)number;
	return 1000 + (uint32_t)(random_log_uniform(random, 8, (double)systems / 2 + 8) - 8);
}

/* The power of two of a size: so many of each, of the real table. */
static unsigned
draw_bits(struct random *random)
{
	static const unsigned often[] = {159000, 72000, 80300, 31500, 24000, 16700, 8900, 5700,
		7900, 2150, 1030, 460, 226, 83, 34, 7};
	uint64_t at = random_below(random, 409990);
	unsigned bits = 8;

	while (at >= often[bits - 8])
		at -= often[bits++ - 8];
	return bits;
}

static void
make_up(struct spaces *spaces, unsigned part)
{
	size_t count4 = RANGES4 / part, count6 = RANGES6 / part, systems = SYSTEMS / part;
	ipnumber at = 1U << 24, step = ((ipnumber)0xa00 << 112) / count6;
	struct random random;

	random_seed(&random, 7);
	spaces->of[RANGE_IPV4] = xcalloc(count4, sizeof(struct space));
	spaces->of[RANGE_IPV6] = xcalloc(count6, sizeof(struct space));
	while (spaces->count[RANGE_IPV4] < count4 && at < 0xdf000000) {
		ipnumber size = (ipnumber)1 << draw_bits(&random);
		struct range range = {at, at + size - 1};

		at += size;
		if (!is_bogon(RANGE_IPV4, &range))
			add(spaces, RANGE_IPV4, range,
				draw_system(&random, spaces->count[RANGE_IPV4], systems));
	}
	for (size_t i = 0; i < count6; i++) {
		ipnumber size = (ipnumber)1 << (i % 3 == 0 ? 80 : i % 3 == 1 ? 96 : 88);
		ipnumber low = (((ipnumber)0x2400 << 112) + i * step) & ~(size - 1);

		add(spaces, RANGE_IPV6, (struct range){low, low + size - 1},
			draw_system(&random, i * 2, systems));
	}
}

void
spaces_make(struct spaces *spaces, const char *const tables[RANGE_SYSTEM], unsigned part)
{
	*spaces = (struct spaces){0};
	if (tables[RANGE_IPV4] == NULL) {
		make_up(spaces, part);
		return;
	}
	read_table(spaces, RANGE_IPV4, tables[RANGE_IPV4], part);
	read_table(spaces, RANGE_IPV6, tables[RANGE_IPV6], part);
}

void
spaces_done(struct spaces *spaces)
{
	free(spaces->of[RANGE_IPV4]);
	free(spaces->of[RANGE_IPV6]);
}

unsigned
spaces_prefix(struct range *rest, enum range_family family, ipnumber *first)
{
	unsigned most = family == RANGE_IPV4 ? 32 : 128, bits = 0;

	/* As long as it begins where a larger one does, and ends within the range. */
	while (bits < most && (rest->low >> bits & 1) == 0 &&
		rest->high - rest->low >= ((ipnumber)2 << bits) - 1)
		bits++;
	*first = rest->low;
	rest->low += (ipnumber)1 << bits;
	return most - bits;
}

char *
spaces_address(enum range_family family, ipnumber address, char into[RANGE_TEXT])
{
	struct address a;

	if (family == RANGE_IPV4) {
		a = address_from_v4((uint32_t)address);
	} else {
		for (unsigned i = 0; i < 16; i++)
			a.byte[i] = (uint8_t)(address >> (120 - 8 * i));
	}
	return address_format(&a, into);
}
