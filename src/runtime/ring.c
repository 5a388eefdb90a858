/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/ring.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/random.h>

/* Each side writes a cache line of its own. Places count entries since the begin and never go back, except that the
 * taking side's does in a rewind. */
struct ring_memory {
	uint64_t identity;
	uint8_t spare[56];
	/* The putting side's. */
	_Atomic uint64_t begun; /* entries before this one may be being written */
	_Atomic uint64_t put;
	_Atomic uint64_t refused;
	uint8_t spare_put[40];
	/* The taking side's. */
	_Atomic uint64_t taken;
	_Atomic uint32_t sleeps;
	uint8_t spare_taken[52];
	uint8_t entries[];
};

_Static_assert(offsetof(struct ring_memory, begun) == 64, "a line of its own");
_Static_assert(offsetof(struct ring_memory, taken) == 128, "a line of its own");
_Static_assert(offsetof(struct ring_memory, entries) == 192, "entries begin a line");

size_t
ring_bytes(size_t entry, size_t count)
{
	return sizeof(struct ring_memory) + entry * count;
}

void
ring_make(void *memory)
{
	struct ring_memory *ring = memory;

	must(getrandom(&ring->identity, sizeof(ring->identity), 0) == sizeof(ring->identity));
}

static void
attach(struct ring *ring, void *memory, size_t entry, size_t count, int wake)
{
	must(entry > 0 && count > 0 && (count & (count - 1)) == 0);
	*ring = (struct ring){.memory = memory, .entry = entry, .count = count, .wake = wake};
}

void
ring_attach_putting(struct ring *ring, void *memory, size_t entry, size_t count, int wake)
{
	attach(ring, memory, entry, count, wake);
	/* What the one before had begun and not finished was never put, but what stood in its places before is gone. */
	ring->at = atomic_load(&ring->memory->put);
	ring->begun = atomic_load(&ring->memory->begun);
	if (ring->begun - ring->at > ring->count)
		ring->begun = ring->at;
	ring->other = atomic_load(&ring->memory->taken);
}

void
ring_attach_taking(struct ring *ring, void *memory, size_t entry, size_t count, int wake)
{
	attach(ring, memory, entry, count, wake);
	ring->at = atomic_load(&ring->memory->taken);
	ring->other = ring->at;
}

uint64_t
ring_identity(const struct ring *ring)
{
	return ring->memory->identity;
}

static uint8_t *
entry_at(const struct ring *ring, uint64_t place)
{
	return ring->memory->entries + (place & (ring->count - 1)) * ring->entry;
}

/* A taking side that lies gets no more than the whole ring. */
static uint64_t
room_of(const struct ring *ring)
{
	uint64_t waiting = ring->at - ring->other;

	return waiting < ring->count ? ring->count - waiting : 0;
}

size_t
ring_room(struct ring *ring)
{
	ring->other = atomic_load_explicit(&ring->memory->taken, memory_order_acquire);
	return room_of(ring);
}

static void
copy_in(const struct ring *ring, const uint8_t *entries, size_t count)
{
	size_t first = ring->count - (ring->at & (ring->count - 1));

	first = first < count ? first : count;
	memcpy(entry_at(ring, ring->at), entries, first * ring->entry);
	if (count > first)
		memcpy(ring->memory->entries, entries + first * ring->entry,
			(count - first) * ring->entry);
}

size_t
ring_put(struct ring *ring, const void *entries, size_t count)
{
	struct ring_memory *memory = ring->memory;
	uint64_t room = room_of(ring);
	size_t fit = count;

	if (count == 0)
		return 0;
	if (room < count) {
		room = ring_room(ring);
		fit = room < count ? (size_t)room : count;
	}
	if (fit < count)
		atomic_fetch_add_explicit(&memory->refused, count - fit, memory_order_relaxed);
	if (fit == 0)
		return 0;
	if (ring->begun < ring->at + fit)
		ring->begun = ring->at + fit;
	atomic_store_explicit(&memory->begun, ring->begun, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
	copy_in(ring, entries, fit);
	ring->at += fit;
	atomic_store_explicit(&memory->put, ring->at, memory_order_seq_cst);
	if (atomic_load_explicit(&memory->sleeps, memory_order_seq_cst) && ring->wake >= 0) {
		atomic_store_explicit(&memory->sleeps, 0, memory_order_relaxed);
		(void)eventfd_write(ring->wake, 1);
	}
	return fit;
}

static void
copy_out(const struct ring *ring, uint8_t *into, size_t count)
{
	size_t first = ring->count - (ring->at & (ring->count - 1));

	first = first < count ? first : count;
	memcpy(into, entry_at(ring, ring->at), first * ring->entry);
	if (count > first)
		memcpy(into + first * ring->entry, ring->memory->entries,
			(count - first) * ring->entry);
}

/* After a rewind the other side may have used places again that it still held for free, a whole ring of them at most.
 * What stood there is lost: how many, or -EBADMSG if so many cannot be. */
static int64_t
skip_lost(struct ring *ring)
{
	uint64_t begun = atomic_load_explicit(&ring->memory->begun, memory_order_relaxed);
	uint64_t lost;

	if (begun - ring->at <= ring->count)
		return 0;
	lost = begun - ring->at - ring->count;
	if (lost > ring->count)
		return -EBADMSG;
	ring->at += lost;
	ring->lost += lost;
	return (int64_t)lost;
}

int64_t
ring_take(struct ring *ring, void *into, size_t room)
{
	uint64_t waiting;
	int64_t lost;

	if (ring->other == ring->at)
		ring->other = atomic_load_explicit(&ring->memory->put, memory_order_acquire);
	if (ring->other - ring->at > ring->count)
		(void)skip_lost(ring);
	waiting = ring->other - ring->at;
	if (waiting > ring->count) {
		ring->other = ring->at;
		return -EBADMSG;
	}
	if (waiting < room)
		room = (size_t)waiting;
	if (room == 0)
		return 0;
	copy_out(ring, into, room);
	atomic_thread_fence(memory_order_acquire);
	lost = skip_lost(ring);
	if (lost != 0) {
		ring->other = ring->at;
		return lost < 0 ? lost : 0;
	}
	ring->at += room;
	return (int64_t)room;
}

void
ring_taken(struct ring *ring)
{
	atomic_store_explicit(&ring->memory->taken, ring->at, memory_order_release);
}

uint64_t
ring_rewind(struct ring *ring, uint64_t place)
{
	uint64_t begun = atomic_load(&ring->memory->begun), put = atomic_load(&ring->memory->put);
	uint64_t oldest, lost = 0;

	/* It cannot be, or it was overtaken between the two loads. */
	if (begun - put > ring->count)
		begun = put;
	oldest = begun > ring->count ? begun - ring->count : 0;
	if (place > put)
		place = put;
	if (place < oldest) {
		lost = oldest - place;
		place = oldest;
	}
	ring->at = place;
	ring->other = place;
	ring->lost += lost;
	ring_taken(ring);
	return lost;
}

uint64_t
ring_skip(struct ring *ring)
{
	uint64_t put = ring_put_place(ring), skipped = put - ring->at;

	/* Of a ring with places that cannot be, nobody knows more than how much there is room for. */
	if (skipped > 2 * ring->count)
		skipped = ring->count;
	ring->at = put;
	ring->other = put;
	ring->lost += skipped;
	ring_taken(ring);
	return skipped;
}

bool
ring_sleep(struct ring *ring)
{
	atomic_store_explicit(&ring->memory->sleeps, 1, memory_order_seq_cst);
	ring->other = atomic_load_explicit(&ring->memory->put, memory_order_seq_cst);
	if (ring->other == ring->at)
		return true;
	ring_awake(ring);
	return false;
}

void
ring_awake(struct ring *ring)
{
	atomic_store_explicit(&ring->memory->sleeps, 0, memory_order_relaxed);
}

uint64_t
ring_taken_place(const struct ring *ring)
{
	return atomic_load_explicit(&ring->memory->taken, memory_order_acquire);
}

uint64_t
ring_put_place(const struct ring *ring)
{
	return atomic_load_explicit(&ring->memory->put, memory_order_acquire);
}

void
ring_counts(const struct ring *ring, uint64_t *put, uint64_t *refused, uint64_t *waiting)
{
	uint64_t taken = atomic_load_explicit(&ring->memory->taken, memory_order_relaxed);

	*put = atomic_load_explicit(&ring->memory->put, memory_order_relaxed);
	*refused = atomic_load_explicit(&ring->memory->refused, memory_order_relaxed);
	*waiting = *put - taken;
	/* After a rewind there may be more than are still there. */
	if (*waiting > ring->count)
		*waiting = *waiting <= 2 * ring->count ? ring->count : 0;
}
