/* SPDX-License-Identifier: BSD-2-Clause */
/* Files that are used where they lie. The first byte chooses: any bytes as the state of a day; rows of a state, and a
 * head and checksum that fit them; a head and entries of a look-up table, since a whole one has 64 MiB; or what stands
 * in registry.lzr, with head and checksum. A state that is taken must stand a day's merge, which leaves one that would
 * be taken again; in the others nothing leads outside. */
#include "base/bytes.h"
#include "census/join/lookup.h"
#include "census/join/statestore.h"
#include "census/registry/registryfile.h"
#include "fuzz.h"
#include "keptsign.h"

#include <errno.h>
#include <stdlib.h>

#define HEAD   sizeof(struct keptfile_head)
#define BLOCKS 2
#define TABLE  (HEAD + (LOOKUP_NETWORKS + BLOCKS * LOOKUP_HOSTS) * sizeof(uint32_t))
#define EDITS  64

static void
check_sums(const struct state_merge *merge, size_t before, size_t today)
{
	const struct state_counts *counts = &merge->counts;

	must(counts->still + counts->gone + counts->reopened + counts->away + counts->dropped ==
		before);
	must(counts->new + counts->still + counts->reopened == today);
}

/* Today every third of its rows is there again, and none of IPv6. */
static void
merge_next_day(const struct statestore *store)
{
	size_t today = 0, most = store->count4 + store->count6 + 1;
	struct state4 *again = xcalloc(most, sizeof(*again)),
		      *rows4 = xcalloc(most, sizeof(*rows4));
	struct state6 *rows6 = xcalloc(most, sizeof(*rows6));
	struct state_merge merge = {.before = store->rows4,
		.before_end = store->rows4 + store->count4,
		.today = again,
		.day_before = store->day,
		.day = (uint16_t)(store->day + 1),
		.keep_days = STATE_KEEP_DAYS};
	struct fail fail;
	size_t count;

	for (size_t i = 0; i < store->count4; i += 3)
		again[today++] = store->rows4[i];
	merge.today_end = again + today;
	count = state_merge4(&merge, rows4, most);
	must(state_check4(rows4, count, merge.day, &fail) == 0);
	check_sums(&merge, store->count4, today);
	merge.counts = (struct state_counts){0};
	merge.before = store->rows6;
	merge.before_end = store->rows6 + store->count6;
	count = state_merge6(&merge, rows6, most);
	must(state_check6(rows6, count, merge.day, &fail) == 0);
	check_sums(&merge, store->count6, 0);
	free(again);
	free(rows4);
	free(rows6);
}

static void
try_state(const uint8_t *bytes, size_t size)
{
	struct statestore store;
	struct fail fail = {0};
	int r = statestore_on(bytes, size, &store, &fail);

	must(r == 0 || (r == -EBADMSG && fail.what[0] != '\0'));
	if (r == 0 && store.day < UINT16_MAX)
		merge_next_day(&store);
}

/* Two bytes of the day, one of how many rows are of IPv4, and the rows. */
static void
try_signed_state(struct reader *from)
{
	uint16_t day = reader_u16(from);
	size_t count4 = reader_u8(from), count6, size;
	uint8_t *bytes;

	if (count4 > reader_left(from) / sizeof(struct state4))
		count4 = reader_left(from) / sizeof(struct state4);
	count6 = (reader_left(from) - count4 * sizeof(struct state4)) / sizeof(struct state6);
	size = HEAD + count4 * sizeof(struct state4) + count6 * sizeof(struct state6);
	bytes = keptsign((struct keptfile_head){.mark = "lzstates",
				 .version = 1,
				 .size = size,
				 .figure = {day, count4, count6}},
		from->at);
	try_state(bytes, size);
	free(bytes);
}

static volatile char touched;

static void
touch(struct text text)
{
	if (text.length > 0)
		touched = text.at[text.length - 1];
}

static void
try_signed_registry(struct reader *from)
{
	size_t size = HEAD + reader_left(from);
	uint8_t *bytes = keptsign(
		(struct keptfile_head){
			.mark = "lzregist", .version = REGISTRYFILE_VERSION, .size = size},
		from->at);
	struct registryfile file;
	struct fail fail = {0};
	int r = registryfile_on(bytes, size, &file, &fail);

	must(r == 0 || (r == -EBADMSG && fail.what[0] != '\0'));
	for (uint32_t i = 0; r == 0 && i < file.answer_count; i++) {
		struct registryfile_answer row = registryfile_answer(&file, i);

		touch(row.name);
		touch(row.holder);
		touch(registryfile_text(&file, file.contacts[row.contact].mailbox));
		touch(registryfile_text(&file, file.contacts[row.contact2].mailbox));
		must(contact_rules[row.rule] != NULL && registry_names[row.registry] != NULL);
	}
	for (uint32_t i = 0; r == 0 && i < 256; i++) {
		must(registryfile_find(&file, RANGE_IPV4, i << 24) < file.answer_count);
		must(registryfile_find(&file, RANGE_IPV6, (ipnumber)i << 120) < file.answer_count);
	}
	free(bytes);
}

/* The head, then entries: four bytes of place, four of value, which are taken back for the next input. */
static void
try_table(struct reader *from)
{
	static uint8_t *bytes;
	uint32_t place[EDITS], *entries;
	struct lookup lookup;
	struct fail fail = {0};
	unsigned edits = 0;
	int r;

	if (bytes == NULL)
		bytes = calloc(1, TABLE);
	must(bytes != NULL);
	entries = (uint32_t *)(void *)(bytes + HEAD);
	memset(bytes, 0, HEAD);
	memcpy(bytes, from->at, reader_left(from) < HEAD ? reader_left(from) : HEAD);
	reader_skip(from, HEAD);
	for (; edits < EDITS && reader_left(from) >= 8; edits++) {
		place[edits] = reader_u32(from) % (LOOKUP_NETWORKS + BLOCKS * LOOKUP_HOSTS);
		entries[place[edits]] = reader_le32(from);
	}
	r = lookup_on(bytes, TABLE, &lookup, &fail);
	must(r == 0 || (r == -EBADMSG && fail.what[0] != '\0'));
	for (unsigned i = 0; i < edits; i++) {
		uint32_t address = place[i] * LOOKUP_HOSTS + (entries[place[i]] & 255);

		must(r < 0 || lookup_find(&lookup, address) <= lookup.objects);
	}
	must(r < 0 || lookup_find(&lookup, UINT32_MAX) <= lookup.objects);
	for (unsigned i = 0; i < edits; i++)
		entries[place[i]] = 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct reader from = reader_on(bytes, size);
	unsigned kind = reader_u8(&from) % 4;
	uint8_t *copy;

	if (kind == 1) {
		try_signed_state(&from);
	} else if (kind == 2) {
		try_table(&from);
	} else if (kind == 3) {
		try_signed_registry(&from);
	} else {
		/* Aligned as a mapping is. */
		copy = malloc(reader_left(&from) + 1);
		must(copy != NULL);
		memcpy(copy, from.at, reader_left(&from));
		try_state(copy, reader_left(&from));
		free(copy);
	}
	return 0;
}
