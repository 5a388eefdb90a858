/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/join/lookup.h"

#include "census/registry/keptfile.h"

#include <errno.h>
#include <stdlib.h>

#define FIGURE_BLOCKS   0
#define FIGURE_OBJECTS  1
#define FIGURE_SEGMENTS 2 /* of which it was made; for who wonders */

static const struct keptfile_kind kind = {
	.mark = "lzlookup", .version = 1, .name = "look-up table"};

struct table {
	uint32_t *networks;
	uint32_t *hosts;
	uint32_t blocks;
	uint32_t objects;
};

/* Blocks that the segments need: one for each /24 that any begins inside of. */
static uint32_t
count_blocks(const struct segment4 *segments, size_t count)
{
	uint32_t blocks = 0;
	uint64_t last = LOOKUP_NETWORKS;

	for (size_t i = 0; i < count; i++) {
		uint32_t network = segments[i].low / LOOKUP_HOSTS;

		if (segments[i].low % LOOKUP_HOSTS != 0 && network != last) {
			blocks++;
			last = network;
		}
	}
	return blocks;
}

/* Addresses of one /24, but not all of them. Where it has no block yet its first ones may be nobody's. */
static void
fill_hosts(struct table *table, uint64_t low, uint64_t end, uint32_t object)
{
	uint32_t *network = &table->networks[low / LOOKUP_HOSTS];

	if (!(*network & LOOKUP_IS_BLOCK))
		*network = LOOKUP_IS_BLOCK | table->blocks++;
	for (; low < end; low++)
		table->hosts[(size_t)(*network & ~LOOKUP_IS_BLOCK) * LOOKUP_HOSTS +
			low % LOOKUP_HOSTS] = object;
}

/* Segments come in order, so what was filled before lies below low. */
static void
fill(struct table *table, uint64_t low, uint64_t end, uint32_t object)
{
	while (low < end) {
		uint64_t next = (low / LOOKUP_HOSTS + 1) * LOOKUP_HOSTS;

		if (low % LOOKUP_HOSTS == 0 && next <= end)
			table->networks[low / LOOKUP_HOSTS] = object;
		else
			fill_hosts(table, low, next < end ? next : end, object);
		low = next;
	}
	if (object > table->objects)
		table->objects = object;
}

static int
check_objects(const struct segment4 *segments, size_t count, struct fail *fail)
{
	for (size_t i = 0; i < count; i++) {
		if (segments[i].object <= LOOKUP_OBJECT_MOST)
			continue;
		fail_what(fail, "segment %zu is of object %u, where %u is the last number", i,
			segments[i].object, LOOKUP_OBJECT_MOST);
		return -EINVAL;
	}
	return 0;
}

int
lookup_write(const char *path, const struct segment4 *segments, size_t count, struct fail *fail)
{
	uint32_t blocks = count_blocks(segments, count);
	uint64_t figure[KEPTFILE_FIGURES];
	struct keptfile file;
	struct table table;
	int r;

	r = segments4_check(segments, count, fail);
	if (r == 0)
		r = check_objects(segments, count, fail);
	if (r == 0)
		r = keptfile_create(&file, path, fail);
	if (r < 0)
		return r;
	table = (struct table){.networks = memory_map(LOOKUP_NETWORKS, sizeof(uint32_t)),
		.hosts = xcalloc((size_t)blocks * LOOKUP_HOSTS + 1, sizeof(uint32_t))};
	for (size_t i = 0; i < count; i++)
		fill(&table, segments[i].low,
			i + 1 < count ? segments[i + 1].low : UINT64_C(1) << 32,
			segments[i].object);
	must(table.blocks == blocks);
	keptfile_add(&file, table.networks, LOOKUP_NETWORKS * sizeof(uint32_t));
	keptfile_add(&file, table.hosts, (size_t)blocks * LOOKUP_HOSTS * sizeof(uint32_t));
	figure[FIGURE_BLOCKS] = blocks;
	figure[FIGURE_OBJECTS] = table.objects;
	figure[FIGURE_SEGMENTS] = count;
	r = keptfile_end(&file, &kind, figure, fail);
	memory_unmap(table.networks, LOOKUP_NETWORKS, sizeof(uint32_t));
	free(table.hosts);
	return r;
}

int
lookup_on(const uint8_t *bytes, size_t size, struct lookup *ret, struct fail *fail)
{
	const struct keptfile_head *head = keptfile_head(bytes);
	const uint32_t *networks = (const uint32_t *)(const void *)(head + 1);
	int r = keptfile_check(bytes, size, &kind, fail);

	if (r < 0)
		return r;
	if (head->figure[FIGURE_BLOCKS] > LOOKUP_NETWORKS ||
		size - sizeof(*head) !=
			(LOOKUP_NETWORKS + head->figure[FIGURE_BLOCKS] * LOOKUP_HOSTS) *
				sizeof(uint32_t)) {
		fail_what(fail, "its size is not that of a table with %llu blocks",
			(unsigned long long)head->figure[FIGURE_BLOCKS]);
		return -EBADMSG;
	}
	if (head->figure[FIGURE_OBJECTS] > LOOKUP_OBJECT_MOST) {
		fail_what(fail, "it has %llu objects, where %u is the last number",
			(unsigned long long)head->figure[FIGURE_OBJECTS], LOOKUP_OBJECT_MOST);
		return -EBADMSG;
	}
	*ret = (struct lookup){.networks = networks,
		.hosts = networks + LOOKUP_NETWORKS,
		.blocks = (uint32_t)head->figure[FIGURE_BLOCKS],
		.objects = (uint32_t)head->figure[FIGURE_OBJECTS],
		.bytes = bytes,
		.size = size};
	return 0;
}

int
lookup_open(const char *path, struct lookup *ret, struct fail *fail)
{
	const uint8_t *bytes;
	size_t size;
	int r = keptfile_map(path, &bytes, &size, fail);

	if (r < 0)
		return r;
	r = lookup_on(bytes, size, ret, fail);
	if (r < 0)
		keptfile_unmap(bytes, size);
	return r;
}

void
lookup_close(struct lookup *lookup)
{
	keptfile_unmap(lookup->bytes, lookup->size);
	*lookup = (struct lookup){0};
}

int
lookup_verify(const struct lookup *lookup, struct fail *fail)
{
	return keptfile_verify(lookup->bytes, lookup->size, fail);
}
