/* SPDX-License-Identifier: BSD-2-Clause */
#include "dumps.h"

#include "dumpforms.h"

#include <stdio.h>
#include <stdlib.h>

#define COLUMN      16
#define FIRST_GUESS 800   /* bytes of what is assigned */
#define SHARE_MOST  65536 /* larger ranges get no more than one of so many addresses */
#define SMALLEST    3     /* bits of what is assigned */

static const struct about {
	const char *source, *suffix, *top;
	const char *whole; /* the name of the only file; NULL: its front, by class */
	const char *front;
	const struct dumpform *form;
} about[REGISTRY_COUNT] = {
	[REGISTRY_RIPENCC] = {"RIPE", "RIPE", "RIPE-NCC-HM-MNT", NULL, "ripe.db", &dumpform_rpsl},
	[REGISTRY_APNIC] = {"APNIC", "AP", "APNIC-HM", NULL, "apnic.db", &dumpform_rpsl},
	[REGISTRY_AFRINIC] = {"AFRINIC", "AFRINIC", "AFRINIC-HM-MNT", "afrinic.db.gz", NULL,
		&dumpform_rpsl},
	[REGISTRY_ARIN] = {"ARIN", "ARIN", "", "arin_db.txt.gz", NULL, &dumpform_arin},
	[REGISTRY_LACNIC] = {"LACNIC", "LACNIC", "", "lacnic.db.gz", NULL, &dumpform_lacnic},
};

static const char *const classes[DUMPPART_COUNT] = {
	"inetnum", "inet6num", "aut-num", "organisation", "role", "irt", "route"};

static void
begin(struct dump *dump, enum registry_name registry, const char *folder)
{
	const struct about *it = &about[registry];
	static char names[DUMPPART_COUNT][64];

	*dump = (struct dump){
		.registry = registry, .source = it->source, .suffix = it->suffix, .top = it->top};
	for (size_t i = 0; i < DUMPPART_COUNT; i++) {
		dump->part[i] = &dump->file[it->whole != NULL ? 0 : i];
		if ((it->whole != NULL && i > 0) ||
			(registry == REGISTRY_RIPENCC && i == DUMPPART_IRT))
			continue;
		snprintf(names[i], sizeof(names[i]), "%s.%s.gz", it->front, classes[i]);
		dumpfile_begin(
			dump->part[i], folder, it->whole != NULL ? it->whole : names[i], COLUMN);
		dumpfile_text(dump->part[i],
			"#\n# A copy of a registry, made up for a benchmark.\n#\n\n");
	}
}

static uint64_t
written(const struct dump *dump)
{
	uint64_t all = 0;

	for (size_t i = 0; i < DUMPPART_COUNT; i++)
		all += dump->file[i].size + dump->file[i].part.length;
	return all;
}

/* Statistics: who delegated has authority. */
static void
write_delegated(const struct spaces *spaces, enum registry_name registry, const char *folder)
{
	struct dumpfile file;
	char name[64], text[RANGE_TEXT];

	snprintf(name, sizeof(name), "delegated-%s-extended.gz", registry_names[registry]);
	dumpfile_begin(&file, folder, name, 0);
	buffer_print(&file.part, "2.3|%s|20260617|0|19830101|20260617|+0000\n",
		registry_names[registry]);
	for (unsigned family = 0; family < RANGE_SYSTEM; family++) {
		for (size_t i = 0; i < spaces->count[family]; i++) {
			const struct space *space = &spaces->of[family][i];
			struct range rest = space->range;
			ipnumber first;

			while (space->registry == registry && rest.low <= rest.high &&
				rest.low >= space->range.low) {
				unsigned length =
					spaces_prefix(&rest, (enum range_family)family, &first);

				buffer_print(&file.part,
					"%s|%s|ipv%c|%s|%llu|20120101|allocated|A%u\n",
					registry_names[registry], space->country,
					family == RANGE_IPV4 ? '4' : '6',
					spaces_address((enum range_family)family, first, text),
					family == RANGE_IPV4 ? 1ULL << (32 - length) : length,
					space->system);
			}
			dumpfile_full(&file);
		}
	}
	dumpfile_end(&file);
}

/* Holders in the order in which their first network comes. */
static void
write_holders(struct dump *dump, const struct spaces *spaces)
{
	uint8_t *known = xcalloc(UINT32_MAX / 8 + 1, 1);

	for (unsigned family = 0; family < RANGE_SYSTEM; family++) {
		for (size_t i = 0; i < spaces->count[family]; i++) {
			const struct space *space = &spaces->of[family][i];

			if (space->registry != dump->registry ||
				known[space->system / 8] >> space->system % 8 & 1)
				continue;
			known[space->system / 8] |= (uint8_t)(1 << space->system % 8);
			about[dump->registry].form->holder(dump, space);
		}
	}
	free(known);
}

static void
write_space(struct dump *dump, const struct space *space, enum range_family family)
{
	const struct dumpform *form = about[dump->registry].form;
	struct dumpnetwork network = {.space = space, .family = family, .range = space->range};
	struct range rest = space->range;
	bool by_prefix =
		!form->has_ranges || (family == RANGE_IPV6 && dump->registry != REGISTRY_ARIN);

	if (!by_prefix)
		form->network(dump, &network);
	while (by_prefix && rest.low <= rest.high && rest.low >= space->range.low) {
		unsigned length = spaces_prefix(&rest, family, &network.range.low);

		length = (family == RANGE_IPV4 ? 32 : 128) - length;
		network.range.high = network.range.low + ((ipnumber)1 << length) - 1;
		form->network(dump, &network);
	}
}

/* So many networks of one size in a space of IPv4, of which a part stays free. */
static uint32_t
write_assigned(struct dump *dump, const struct space *space, uint64_t count, uint32_t number)
{
	uint32_t low = (uint32_t)space->range.low, high = (uint32_t)space->range.high;
	uint32_t bits = SMALLEST;
	struct dumpnetwork network = {.space = space, .family = RANGE_IPV4, .is_assigned = true};

	while (bits < 20 && ((uint64_t)high - low + 1) >> (bits + 1) > count)
		bits++;
	for (uint64_t at = ((uint64_t)low + (1U << bits) - 1) >> bits << bits;
		count > 0 && at + (1U << bits) - 1 <= high; at += 1ULL << bits) {
		/* Not the space itself once more. */
		if (at == low && at + (1U << bits) - 1 == high)
			break;
		network.range = (struct range){at, at + (1U << bits) - 1};
		network.number = ++number;
		about[dump->registry].form->network(dump, &network);
		count--;
	}
	return number;
}

static uint64_t
weight_of(const struct space *space)
{
	ipnumber size = space->range.high - space->range.low + 1;

	return size < SHARE_MOST ? (uint64_t)size : SHARE_MOST;
}

/* What is assigned grows with the space, up to the bytes that are wanted. */
static void
write_four(struct dump *dump, const struct spaces *spaces, uint64_t bytes)
{
	uint64_t all = 0, done = 0, begun;
	uint32_t number = 0;

	for (size_t i = 0; i < spaces->count[RANGE_IPV4]; i++) {
		const struct space *space = &spaces->of[RANGE_IPV4][i];

		all += space->registry == dump->registry ? weight_of(space) : 0;
	}
	begun = written(dump);
	bytes = bytes > begun ? bytes - begun : 0;
	for (size_t i = 0; i < spaces->count[RANGE_IPV4]; i++) {
		const struct space *space = &spaces->of[RANGE_IPV4][i];
		uint64_t due, average, so_far;

		if (space->registry != dump->registry)
			continue;
		write_space(dump, space, RANGE_IPV4);
		done += weight_of(space);
		due = (uint64_t)((double)bytes * (double)done / (double)all);
		so_far = written(dump) - begun;
		average = number > 1000 ? so_far / number : FIRST_GUESS;
		if (due > so_far + average)
			number = write_assigned(dump, space, (due - so_far) / average, number);
	}
}

uint64_t
dumps_write(const struct spaces *spaces, enum registry_name registry, uint64_t bytes,
	const char *folder)
{
	struct dump *dump = xcalloc(1, sizeof(*dump));
	uint64_t all = 0;

	begin(dump, registry, folder);
	write_holders(dump, spaces);
	for (size_t i = 0; i < spaces->count[RANGE_IPV6]; i++) {
		if (spaces->of[RANGE_IPV6][i].registry == registry)
			write_space(dump, &spaces->of[RANGE_IPV6][i], RANGE_IPV6);
	}
	write_four(dump, spaces, bytes);
	for (size_t i = 0; i < DUMPPART_COUNT; i++) {
		dumpfile_end(&dump->file[i]);
		all += dump->file[i].size;
	}
	free(dump);
	write_delegated(spaces, registry, folder);
	return all;
}

void
dumps_write_systems(const struct spaces *spaces, const char *folder)
{
	char low[RANGE_TEXT], high[RANGE_TEXT];
	struct dumpfile file;

	dumpfile_begin(&file, folder, "systems.csv.gz", 0);
	for (unsigned family = 0; family < RANGE_SYSTEM; family++) {
		for (size_t i = 0; i < spaces->count[family]; i++) {
			const struct space *space = &spaces->of[family][i];

			buffer_print(&file.part, "%s,%s,%u,A%u\n",
				spaces_address((enum range_family)family, space->range.low, low),
				spaces_address((enum range_family)family, space->range.high, high),
				space->system, space->system);
			dumpfile_full(&file);
		}
	}
	dumpfile_end(&file);
}
