/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/linetable.h"

#include "base/hash.h"

#include <errno.h>
#include <string.h>

#define MAGIC UINT64_C(0x7361656c7a616c02)
/* While somebody writes; he is done in less than a microsecond. */
#define TRIES 10000

struct linetable_head {
	uint64_t magic; /* set last */
	uint64_t count;
	uint64_t payload;
	uint64_t held;
	uint64_t gave_way;
	uint64_t spare[3];
};

struct slot {
	uint64_t line;     /* 0: none */
	uint32_t sequence; /* odd: it is being written */
	uint32_t when;     /* seconds */
};

static size_t
stride(size_t payload)
{
	return sizeof(struct slot) + payload;
}

static size_t
slots_for(size_t most)
{
	most = most < LINETABLE_MOST ? most : LINETABLE_MOST;
	return (most * 3 / 2 / LINETABLE_WAYS + 1) * LINETABLE_WAYS;
}

size_t
linetable_bytes(size_t most, size_t payload)
{
	return sizeof(struct linetable_head) + slots_for(most) * stride(payload);
}

static void
set_handle(struct linetable *table, void *memory, size_t count, size_t payload)
{
	*table = (struct linetable){.head = memory,
		.slots = (uint8_t *)memory + sizeof(struct linetable_head),
		.count = count,
		.payload = payload};
}

int
linetable_make(struct linetable *ret, void *memory, size_t bytes, size_t most, size_t payload)
{
	struct linetable_head *head = memory;

	if ((uintptr_t)memory % 64 != 0 || payload % 8 != 0 || payload > LINETABLE_PAYLOAD ||
		bytes < linetable_bytes(most, payload))
		return -EINVAL;
	head->count = slots_for(most);
	head->payload = payload;
	__atomic_store_n(&head->magic, MAGIC, __ATOMIC_RELEASE);
	set_handle(ret, memory, head->count, payload);
	return 0;
}

int
linetable_open(struct linetable *ret, void *memory, size_t bytes, size_t payload)
{
	const struct linetable_head *head = memory;
	uint64_t count;

	if ((uintptr_t)memory % 64 != 0 || bytes < sizeof(*head) ||
		__atomic_load_n(&head->magic, __ATOMIC_ACQUIRE) != MAGIC)
		return -EINVAL;
	/* Once: it may be another a moment later. */
	count = __atomic_load_n(&head->count, __ATOMIC_RELAXED);
	if (head->payload != payload || count < LINETABLE_WAYS || count % LINETABLE_WAYS != 0 ||
		count > (bytes - sizeof(*head)) / stride(payload))
		return -EINVAL;
	set_handle(ret, memory, count, payload);
	return 0;
}

static struct slot *
slot_at(const struct linetable *table, size_t place)
{
	return (struct slot *)(void *)(table->slots + place * stride(table->payload));
}

static size_t
first_of(const struct linetable *table, uint64_t line)
{
	return (size_t)(hash_mix(line) % (table->count / LINETABLE_WAYS)) * LINETABLE_WAYS;
}

static uint64_t
line_of(const struct slot *slot)
{
	return __atomic_load_n(&slot->line, __ATOMIC_RELAXED);
}

static void
copy_out(const struct slot *slot, void *payload, size_t size)
{
	const uint64_t *from = (const uint64_t *)(const void *)(slot + 1);
	uint8_t *into = payload;

	for (size_t i = 0; i < size / 8; i++) {
		uint64_t word = __atomic_load_n(&from[i], __ATOMIC_RELAXED);

		memcpy(into + i * 8, &word, 8);
	}
}

static void
copy_in(struct slot *slot, const void *payload, size_t size)
{
	uint64_t *into = (uint64_t *)(void *)(slot + 1);
	const uint8_t *from = payload;

	for (size_t i = 0; i < size / 8; i++) {
		uint64_t word = 0;

		if (from != NULL)
			memcpy(&word, from + i * 8, 8);
		__atomic_store_n(&into[i], word, __ATOMIC_RELAXED);
	}
}

/* payload NULL: nothing of what was there stays. */
static void
write_slot(const struct linetable *table, struct slot *slot, uint64_t line, const void *payload,
	uint32_t when)
{
	uint32_t sequence = slot->sequence | 1;

	__atomic_store_n(&slot->sequence, sequence, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	__atomic_store_n(&slot->line, line, __ATOMIC_RELAXED);
	__atomic_store_n(&slot->when, when, __ATOMIC_RELAXED);
	copy_in(slot, payload, table->payload);
	__atomic_store_n(&slot->sequence, sequence + 1, __ATOMIC_RELEASE);
}

/* The line that the slot holds, of one moment; 0: none, or its writer died. */
static uint64_t
read_slot(const struct linetable *table, const struct slot *slot, void *payload, uint32_t *when)
{
	for (int tries = 0; tries < TRIES; tries++) {
		uint32_t sequence = __atomic_load_n(&slot->sequence, __ATOMIC_ACQUIRE);
		uint64_t line = line_of(slot);

		if (sequence % 2 != 0)
			continue;
		*when = __atomic_load_n(&slot->when, __ATOMIC_RELAXED);
		if (line != 0)
			copy_out(slot, payload, table->payload);
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (__atomic_load_n(&slot->sequence, __ATOMIC_RELAXED) == sequence)
			return line;
	}
	return 0;
}

static uint32_t
seconds(struct wall wall)
{
	int64_t s = wall.us / WALL_SECOND;

	return s < 0 ? 0 : s > UINT32_MAX ? UINT32_MAX : (uint32_t)s;
}

bool
linetable_put(struct linetable *table, uint64_t line, const void *payload, struct wall now)
{
	size_t first = first_of(table, line);
	struct slot *into = NULL;
	bool displaces = false;

	must(line != 0);
	for (size_t i = 0; i < LINETABLE_WAYS; i++) {
		struct slot *slot = slot_at(table, first + i);

		if (slot->line == line) {
			write_slot(table, slot, line, payload, seconds(now));
			return false;
		}
		if (into == NULL ||
			(into->line != 0 && (slot->line == 0 || slot->when < into->when)))
			into = slot;
	}
	displaces = into->line != 0;
	write_slot(table, into, line, payload, seconds(now));
	if (displaces)
		table->head->gave_way++;
	else
		table->head->held++;
	return displaces;
}

bool
linetable_remove(struct linetable *table, uint64_t line)
{
	size_t first = first_of(table, line);

	for (size_t i = 0; i < LINETABLE_WAYS; i++) {
		struct slot *slot = slot_at(table, first + i);

		if (slot->line != line)
			continue;
		write_slot(table, slot, 0, NULL, 0);
		table->head->held--;
		return true;
	}
	return false;
}

int
linetable_find(const struct linetable *table, uint64_t line, void *payload)
{
	size_t first = first_of(table, line);
	uint32_t when;

	for (size_t i = 0; i < LINETABLE_WAYS && line != 0; i++) {
		const struct slot *slot = slot_at(table, first + i);

		if (line_of(slot) == line && read_slot(table, slot, payload, &when) == line)
			return 0;
	}
	return -ENOENT;
}

uint64_t
linetable_at(const struct linetable *table, size_t place, void *payload, struct wall *when)
{
	uint32_t s = 0;
	uint64_t line;

	must(place < table->count);
	if (line_of(slot_at(table, place)) == 0)
		return 0;
	line = read_slot(table, slot_at(table, place), payload, &s);
	if (when != NULL)
		when->us = s * WALL_SECOND;
	return line;
}

struct linetable_counts
linetable_counts(const struct linetable *table)
{
	return (struct linetable_counts){
		.held = __atomic_load_n(&table->head->held, __ATOMIC_RELAXED),
		.gave_way = __atomic_load_n(&table->head->gave_way, __ATOMIC_RELAXED),
	};
}
