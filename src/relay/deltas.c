/* SPDX-License-Identifier: BSD-2-Clause */
#include "relay/deltas.h"

#include "base/bytes.h"
#include "base/table.h"
#include "relay/responsible.h"

#include <errno.h>
#include <stdlib.h>

#define VERSION     1
#define HEAD        (4 + 8 + 8 + 8 + 2)
#define SEAL        8
#define HAS_BURST   0x80U
#define AMOUNT_MOST ((int64_t)UINT32_MAX)
/* Of a change: key, cell and limit, two amounts of 33 bits and two bursts of 43. */
#define DELTA_LONGEST (8 + 1 + 1 + 2 * 5 + 2 * 7)
/* The table begins with so many slots: what is counted in a tenth of a second is little. */
#define SLOTS_FIRST 4096

struct deltas {
	struct table table; /* value: the place in the ring */
	struct delta *ring;
	size_t most;
	size_t first;
	uint32_t newest; /* cell */
	struct deltas_counts counts;
};

struct deltas *
deltas_new(size_t most)
{
	struct deltas *deltas = xcalloc(1, sizeof(*deltas));

	table_init_small(&deltas->table, most, SLOTS_FIRST);
	deltas->ring = memory_map(most, sizeof(*deltas->ring));
	deltas->most = most;
	return deltas;
}

struct deltas *
deltas_free(struct deltas *deltas)
{
	if (deltas == NULL)
		return NULL;
	table_done(&deltas->table);
	memory_unmap(deltas->ring, deltas->most, sizeof(*deltas->ring));
	free(deltas);
	return NULL;
}

static uint64_t
hash_of(const struct delta *delta)
{
	uint64_t which = (uint64_t)delta->change.cell << 8 | delta->limit;

	return hash_mix(delta->key + hash_mix(which + 1));
}

static int64_t
add(int64_t a, int64_t b, int64_t most)
{
	int64_t sum;

	if (__builtin_add_overflow(a, b, &sum))
		return b > 0 ? most : -most;
	return sum > most ? most : sum < -most ? -most : sum;
}

static void
merge(struct window_change *into, const struct window_change *change)
{
	for (unsigned w = 0; w < RULE_WHATS; w++) {
		into->amount[w] = add(into->amount[w], change->amount[w], AMOUNT_MOST);
		into->burst.us[w] = add(into->burst.us[w], change->burst.us[w], WINDOW_LONG_US);
	}
}

void
deltas_note(struct deltas *deltas, const struct delta *delta)
{
	struct table_slot *slot;
	struct delta *held;
	int r = table_add(&deltas->table, hash_of(delta), &slot);

	if (r < 0) {
		deltas->counts.lost++;
		return;
	}
	if (r == 1) {
		slot->value = (uint32_t)((deltas->first + deltas->counts.held++) % deltas->most);
		deltas->ring[slot->value] = (struct delta){.key = delta->key,
			.limit = delta->limit,
			.change.cell = delta->change.cell};
		if (deltas->newest < delta->change.cell)
			deltas->newest = delta->change.cell;
	}
	held = &deltas->ring[slot->value];
	if (held->key != delta->key || held->change.cell != delta->change.cell) {
		/* Two hashes of 64 bits met. */
		deltas->counts.lost++;
		return;
	}
	merge(&held->change, &delta->change);
}

static bool
has_burst(const struct window_change *change)
{
	return change->burst.us[RULE_MESSAGES] != 0 || change->burst.us[RULE_RECIPIENTS] != 0;
}

static bool
is_nothing(const struct window_change *change)
{
	return change->amount[RULE_MESSAGES] == 0 && change->amount[RULE_RECIPIENTS] == 0 &&
		!has_burst(change);
}

/* Small numbers of either sign in few bytes. */
static void
write_signed(struct writer *writer, int64_t value)
{
	uint64_t rest = (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0);

	for (; rest >= 0x80; rest >>= 7)
		writer_u8(writer, (uint8_t)(rest | 0x80));
	writer_u8(writer, (uint8_t)rest);
}

static int64_t
read_signed(struct reader *reader, int64_t most)
{
	uint64_t value = 0;
	uint8_t byte = 0x80;
	int64_t ret;

	for (unsigned shift = 0; (byte & 0x80) != 0 && shift < 63; shift += 7) {
		byte = reader_u8(reader);
		value |= (uint64_t)(byte & 0x7f) << shift;
	}
	ret = (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
	if ((byte & 0x80) != 0 || ret > most || ret < -most)
		reader->failed = true;
	return ret;
}

static void
write_delta(struct writer *writer, const struct delta *delta, uint32_t base)
{
	bool burst = has_burst(&delta->change);

	writer_u64(writer, delta->key);
	writer_u8(writer, (uint8_t)(base - delta->change.cell));
	writer_u8(writer, (uint8_t)(delta->limit | (burst ? HAS_BURST : 0)));
	for (unsigned w = 0; w < RULE_WHATS; w++)
		write_signed(writer, delta->change.amount[w]);
	for (unsigned w = 0; burst && w < RULE_WHATS; w++)
		write_signed(writer, delta->change.burst.us[w]);
}

static void
drop_first(struct deltas *deltas)
{
	struct delta *delta = &deltas->ring[deltas->first];
	struct table_slot *slot = table_find(&deltas->table, hash_of(delta));

	must(slot != NULL);
	table_remove(&deltas->table, slot);
	deltas->first = (deltas->first + 1) % deltas->most;
	deltas->counts.held--;
}

size_t
deltas_encode(struct deltas *deltas, const struct batch_head *head, const struct hash_key *key,
	void *into, size_t size)
{
	struct writer writer = writer_on(into, size < BATCH_BYTES ? size : BATCH_BYTES);
	struct wall said = head->said;
	uint16_t count = 0;
	uint8_t *counted;

	/* A batch is not older than what is in it. */
	if (window_cell(said) < deltas->newest)
		said.us = (int64_t)deltas->newest * WINDOW_CELL_US;
	writer_bytes(&writer, "LZD", 3);
	writer_u8(&writer, VERSION);
	writer_u64(&writer, head->relay);
	writer_u64(&writer, head->sequence);
	writer_u64(&writer, (uint64_t)said.us);
	counted = writer.at;
	writer_u16(&writer, 0);
	while (deltas->counts.held > 0 && count < BATCH_DELTAS &&
		writer.end - writer.at >= DELTA_LONGEST + SEAL) {
		const struct delta *delta = &deltas->ring[deltas->first];

		if (!window_matters(&delta->change, said)) {
			deltas->counts.old++;
		} else if (!is_nothing(&delta->change)) {
			write_delta(&writer, delta, window_cell(said));
			count++;
		}
		drop_first(deltas);
	}
	deltas->counts.told += count;
	must(!writer.failed);
	counted[0] = (uint8_t)(count >> 8);
	counted[1] = (uint8_t)count;
	writer_u64(&writer, hash_keyed(key, writer.begin, writer_length(&writer)));
	must(!writer.failed);
	return writer_length(&writer);
}

static void
read_delta(struct reader *reader, uint32_t base, struct delta *ret)
{
	uint8_t before, limit;

	*ret = (struct delta){.key = reader_u64(reader)};
	before = reader_u8(reader);
	limit = reader_u8(reader);
	for (unsigned w = 0; w < RULE_WHATS; w++)
		ret->change.amount[w] = read_signed(reader, AMOUNT_MOST);
	for (unsigned w = 0; (limit & HAS_BURST) != 0 && w < RULE_WHATS; w++)
		ret->change.burst.us[w] = read_signed(reader, WINDOW_LONG_US);
	ret->limit = (uint8_t)(limit & ~HAS_BURST);
	ret->change.cell = base - before;
	if (ret->key == 0 || ret->limit >= LIMITS || before > base)
		reader->failed = true;
}

int
batch_decode(const void *bytes, size_t size, const struct hash_key *key, struct batch *ret)
{
	struct reader reader = reader_on(bytes, size), seal;
	const uint8_t *magic;
	uint64_t said;

	if (size < HEAD + SEAL || size > BATCH_BYTES)
		return -EBADMSG;
	seal = reader_on((const uint8_t *)bytes + size - SEAL, SEAL);
	reader.end -= SEAL;
	magic = reader_take(&reader, 3);
	if (memcmp(magic, "LZD", 3) != 0)
		return -EBADMSG;
	if (reader_u8(&reader) != VERSION)
		return -EPROTO;
	if (reader_u64(&seal) != hash_keyed(key, bytes, size - SEAL))
		return -EACCES;
	ret->head.relay = reader_u64(&reader);
	ret->head.sequence = reader_u64(&reader);
	said = reader_u64(&reader);
	ret->count = reader_u16(&reader);
	if (said / WINDOW_CELL_US > UINT32_MAX || ret->count > BATCH_DELTAS)
		return -EBADMSG;
	ret->head.said.us = (int64_t)said;
	for (size_t i = 0; i < ret->count && !reader.failed; i++)
		read_delta(&reader, window_cell(ret->head.said), &ret->of[i]);
	return reader.failed || reader_left(&reader) > 0 ? -EBADMSG : 0;
}

struct deltas_counts
deltas_counts(const struct deltas *deltas)
{
	return deltas->counts;
}
