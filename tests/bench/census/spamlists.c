/* SPDX-License-Identifier: BSD-2-Clause */
#include "spamlists.h"

#include "base/random.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#define DAY   86400
#define OTHER 20 /* one of so many is not there a day later */
#define LISTS 3  /* beside the zone */

/* Numbers of ranges of IPv6 begin here. */
#define SIX_FROM (1UL << 24)

static const char *const suffixes[LISTS] = {"-trap.csv", "-feed.txt", "-set.ipset"};
static const char *const heads[LISTS] = {"\"timestamp\",\"ip\",\"port\",\"asn\",\"tag\"\n",
	"# Addresses that sent spam, one a line\n",
	"create spam hash:ip family inet hashsize 1048576 maxelem 16777216\n"};

struct day {
	const struct spaces *spaces;
	const char *folder, *set;
	bool is_south;
	uint32_t begin;
};

static void
stop(const char *what)
{
	perror(what);
	exit(1);
}

static FILE *
begin_file(const struct day *day, const char *suffix, char path[4096])
{
	FILE *file;

	snprintf(path, 4096, "%s/%s%s", day->folder, day->set, suffix);
	file = fopen(path, "we");
	if (file == NULL || setvbuf(file, NULL, _IOFBF, 1 << 20) != 0)
		stop(path);
	return file;
}

/* Lists are as old as their files. */
static void
end_file(const struct day *day, FILE *file, const char *path)
{
	const struct timespec made[2] = {
		{.tv_sec = day->begin + DAY / 2}, {.tv_sec = day->begin + DAY / 2}};

	if (fclose(file) != 0 || chmod(path, 0644) < 0 || utimensat(AT_FDCWD, path, made, 0) < 0)
		stop(path);
}

static void
write_card(const struct day *day, const char *suffix, const char *more)
{
	char path[4096], name[64], card[128];
	FILE *file;

	snprintf(card, sizeof(card), "%s.card", suffix);
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(suffix, "."), suffix);
	file = begin_file(day, card, path);
	fprintf(file,
		"name: %s%s\nmeaning: zombie\nweight: 0.7\nhalf-life: 7d\n"
		"licence: may be quoted with its name\ngroup: %s%s\n%s",
		day->set, name, day->set, name, more);
	end_file(day, file, path);
}

/* A number of this day for a place in the world; most are those of the day before, too. */
static uint64_t
draw(const struct day *day, size_t range, size_t place)
{
	struct random random;

	random_seed(&random, (uint64_t)range << 32 ^ place * 2 ^ day->is_south);
	if (random_below(&random, OTHER) == 0)
		random_seed(&random, random_u64(&random) + day->begin);
	return random_u64(&random);
}

/* Those of a range lie in equal parts of it, each set in its half of a part. */
static size_t
fill(const struct day *day, size_t range, uint64_t low, uint64_t size, size_t count, uint64_t *into)
{
	uint64_t step = size / count, half = step > 1 ? step / 2 : 1;

	for (size_t i = 0; i < count; i++)
		into[i] = low + i * step + (day->is_south && step > 1 ? half : 0) +
			draw(day, range, i) % half;
	return count;
}

static uint64_t *
draw_fours(const struct day *day, size_t wanted, size_t *ret)
{
	const struct space *space = day->spaces->of[RANGE_IPV4];
	size_t ranges = day->spaces->count[RANGE_IPV4], count = 0;
	uint64_t *all = xcalloc(wanted + ranges, sizeof(*all)), total = 0, before = 0;
	double rate;

	for (size_t i = 0; i < ranges; i++)
		total += (uint64_t)(space[i].range.high - space[i].range.low + 1);
	rate = wanted > ranges ? (double)(wanted - ranges) / (double)total : 0;
	for (size_t i = 0; i < ranges; i++) {
		uint64_t size = (uint64_t)(space[i].range.high - space[i].range.low + 1);
		size_t share = 1 + (size_t)((double)(before + size) * rate) -
			(size_t)((double)before * rate);

		count += fill(day, i, (uint64_t)space[i].range.low, size,
			share < size ? share : size, all + count);
		before += size;
	}
	*ret = count;
	return all;
}

static uint64_t *
draw_sixes(const struct day *day, size_t wanted, size_t *ret)
{
	const struct space *space = day->spaces->of[RANGE_IPV6];
	size_t ranges = day->spaces->count[RANGE_IPV6], count = 0, share = wanted / ranges + 1;
	uint64_t *all = xcalloc(ranges * share + 1, sizeof(*all));

	for (size_t i = 0; i < ranges && count < wanted; i++) {
		uint64_t size = (uint64_t)((space[i].range.high - space[i].range.low) >> 64) + 1;

		if (size >= 2 * share)
			count += fill(day, SIX_FROM + i, (uint64_t)(space[i].range.low >> 64), size,
				share, all + count);
	}
	*ret = count;
	return all;
}

static void
shuffle(uint64_t *all, size_t count)
{
	struct random random;

	random_seed(&random, 12);
	for (size_t i = count; i > 1; i--) {
		size_t j = (size_t)random_below(&random, i);
		uint64_t other = all[j];

		all[j] = all[i - 1];
		all[i - 1] = other;
	}
}

static void
put_four(FILE *file, const char *before, uint64_t address, const char *behind)
{
	static char text[256][4];
	char line[16], *end = line;

	if (text[0][0] == '\0') {
		for (unsigned i = 0; i < 256; i++)
			snprintf(text[i], sizeof(text[i]), "%u", i);
	}
	for (unsigned i = 0; i < 4; i++) {
		const char *octet = text[address >> (24 - 8 * i) & 255];

		while (*octet != '\0')
			*end++ = *octet++;
		*end++ = '.';
	}
	fputs_unlocked(before, file);
	fwrite_unlocked(line, 1, (size_t)(end - line) - 1, file);
	fputs_unlocked(behind, file);
}

static void
write_zone(const struct day *day, const uint64_t *all, size_t count)
{
	char path[4096];
	FILE *file = begin_file(day, ".zone", path);

	fputs("$SOA 3000 ns.example admin.example 0 1h 1h 1d 1h\n$NS 3000 ns.example\n"
	      ":127.0.0.2:listed, see http://list.example/?$\n",
		file);
	for (size_t i = 0; i < count; i++)
		put_four(file, "", all[i],
			i % 20 == 3 ? " :127.0.0.4:open proxy, see http://list.example/proxy?$\n"
				    : "\n");
	end_file(day, file, path);
	write_card(day, ".zone", "");
}

/* From a third of the addresses on: "timestamp",address,port. */
static void
put_trap(FILE *file, const struct day *day, uint64_t address, uint64_t chance)
{
	unsigned second = (unsigned)(chance % (DAY / 2));
	struct tm tm;
	time_t when = day->begin + second;
	char front[64], behind[64];

	gmtime_r(&when, &tm);
	strftime(front, sizeof(front), "\"%Y-%m-%d %H:%M:%S\",", &tm);
	snprintf(behind, sizeof(behind), ",%u,%u,spam\n", 1024 + (unsigned)(chance >> 32) % 64512,
		(unsigned)(chance >> 48));
	put_four(file, front, address, behind);
}

static void
write_third(const struct day *day, const uint64_t *all, size_t count, unsigned which)
{
	char path[4096];
	FILE *file = begin_file(day, suffixes[which], path);
	uint64_t *some = xcalloc(count / LISTS + 1, sizeof(*some));
	struct random random;
	size_t taken = 0;

	for (size_t i = which; i < count; i += LISTS)
		some[taken++] = all[i];
	shuffle(some, taken);
	random_seed(&random, which);
	fputs(heads[which], file);
	for (size_t i = 0; i < taken; i++) {
		if (which == 0)
			put_trap(file, day, some[i], random_u64(&random));
		else
			put_four(file, which == 1 ? "" : "add spam ", some[i], "\n");
	}
	free(some);
	end_file(day, file, path);
	write_card(day, suffixes[which], which == 0 ? "trap: yes\n" : "");
}

static void
write_six(const struct day *day, const uint64_t *all, size_t count, bool is_zone)
{
	const char *name = is_zone ? "-six.zone" : "-six-feed.txt";
	char path[4096], text[RANGE_TEXT];
	FILE *file = begin_file(day, name, path);

	if (is_zone)
		fputs("$SOA 3000 ns.example admin.example 0 1h 1h 1d 1h\n:127.0.0.2:listed\n",
			file);
	for (size_t i = 0; i < count; i++) {
		ipnumber address = (ipnumber)all[i] << 64 | (is_zone ? 0 : draw(day, i, i));

		fprintf(file, "%s%s\n", spaces_address(RANGE_IPV6, address, text),
			is_zone ? "/64" : "");
	}
	end_file(day, file, path);
	write_card(day, name, is_zone ? "type: ip6trie\n" : "");
}

void
spamlists_write(const struct spaces *spaces, bool is_south, uint32_t day, size_t fours,
	size_t sixes, const char *folder)
{
	struct day it = {.spaces = spaces,
		.folder = folder,
		.set = is_south ? "south" : "north",
		.is_south = is_south,
		.begin = day};
	uint64_t *all;
	size_t count;

	all = draw_fours(&it, fours, &count);
	write_zone(&it, all, count);
	for (unsigned i = 0; i < LISTS; i++)
		write_third(&it, all, count, i);
	free(all);
	all = draw_sixes(&it, sixes, &count);
	write_six(&it, all, count, true);
	shuffle(all, count);
	write_six(&it, all, count, false);
	free(all);
}
