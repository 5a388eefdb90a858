/* SPDX-License-Identifier: BSD-2-Clause */
/* Ranges that were written out as hosts: whoever lists 240 addresses or more of a /24 one by one has not seen that
 * many zombies, but a range that he does not like. */
#include "census/list/listformat.h"

#include <stdlib.h>

#define NETWORKS 24 /* bits of a /24 */
/* Before each /24 is counted by itself, which takes as many bytes as there are of them, several share one of fewer
 * counters, which stay in a cache: this many hosts for each of those. Hardly a list gets further. */
#define SHARED_HOSTS 16
#define SHARED_LEAST 12

struct whole {
	uint32_t network; /* upper 24 bits */
	uint32_t line;    /* the first */
	uint64_t seen[4]; /* a bit for each address */
};

/* Was it an entry by itself? Several addresses in a row are of one line where a prefix or range was. */
static bool
is_host(const struct listings *into, size_t begin, size_t at)
{
	uint32_t line = into->four[at].line;

	return (at == begin || into->four[at - 1].line != line) &&
		(at + 1 == into->fours || into->four[at + 1].line != line);
}

/* How many hosts each /24 has, duplicates too, 255 at most; those whose lower bits are the same share a counter. True:
 * some counter has enough. */
static bool
count_hosts(const struct listreader *reader, uint8_t *count, unsigned bits)
{
	const struct listings *into = reader->into;
	const struct listing4 *at = into->four + reader->first, *end = into->four + into->fours;
	/* Those of the listing before. */
	uint32_t line = ~at->line, most = 0;

	for (; at < end; at++) {
		uint8_t *one = &count[at->address >> 8 & ((1U << bits) - 1)];
		bool is_first = at->line != line;

		line = at->line;
		/* As is_host says. */
		*one += is_first & (at + 1 == end || at[1].line != line) & (*one < UINT8_MAX);
		most = *one > most ? *one : most;
	}
	return most >= LISTREADER_WHOLE;
}

static bool
may_be_there(const struct listreader *reader, size_t hosts)
{
	unsigned bits = SHARED_LEAST;
	uint8_t *count;
	bool may_be;

	while (bits < NETWORKS && hosts >> bits > SHARED_HOSTS)
		bits++;
	count = xcalloc(1UL << bits, 1);
	may_be = count_hosts(reader, count, bits);
	free(count);
	return may_be;
}

/* The networks with enough of them, in order. */
static size_t
gather(const uint8_t *count, size_t most, struct whole *into)
{
	size_t found = 0;

	for (uint32_t network = 0; network < 1U << NETWORKS && found < most; network++) {
		if (count[network] >= LISTREADER_WHOLE)
			into[found++].network = network;
	}
	return found;
}

static struct whole *
find(struct whole *wholes, size_t count, uint32_t network)
{
	size_t from = 0;

	while (count > 1) {
		size_t half = count / 2;

		from += wholes[from + half].network <= network ? half : 0;
		count -= half;
	}
	return &wholes[from];
}

static void
tell(struct listreader *reader, const struct whole *whole)
{
	unsigned hosts = 0;

	for (unsigned i = 0; i < 4; i++)
		hosts += (unsigned)__builtin_popcountll(whole->seen[i]);
	if (hosts < LISTREADER_WHOLE)
		return;
	listnotes_say(reader->notes, LISTNOTE_WHOLE, whole->line,
		"%u of the 256 addresses of %u.%u.%u.0/24 are listed one by one: that is a range, "
		"not "
		"so many hosts",
		hosts, whole->network >> 16, whole->network >> 8 & 0xff, whole->network & 0xff);
}

void
wholerange_tell(struct listreader *reader)
{
	const struct listings *into = reader->into;
	size_t hosts = into->fours - reader->first, most = hosts / LISTREADER_WHOLE, found;
	struct whole *wholes;
	uint8_t *count;

	if (most == 0 || !may_be_there(reader, hosts))
		return;
	count = memory_map(1UL << NETWORKS, 1);
	if (!count_hosts(reader, count, NETWORKS))
		goto out;
	wholes = xcalloc(most, sizeof(*wholes));
	found = gather(count, most, wholes);
	for (size_t i = reader->first; found > 0 && i < into->fours; i++) {
		uint32_t address = into->four[i].address;
		struct whole *whole;

		if (count[address >> 8] < LISTREADER_WHOLE || !is_host(into, reader->first, i))
			continue;
		whole = find(wholes, found, address >> 8);
		whole->seen[address >> 6 & 3] |= UINT64_C(1) << (address & 63);
		if (whole->line == 0)
			whole->line = into->four[i].line;
	}
	for (size_t i = 0; i < found; i++)
		tell(reader, &wholes[i]);
	free(wholes);
out:
	memory_unmap(count, 1UL << NETWORKS, 1);
}
