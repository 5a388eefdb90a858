/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/names.h"

#include <errno.h>

#define MAGIC   UINT64_C(0x73656d616e7a616c) /* "laznames" */
#define VERSION 1
#define SLOTS   8 /* of a bucket */
#define WORDS   3 /* of a name */

struct names_head {
	uint64_t magic; /* set last */
	uint32_t version;
	uint32_t slot_bytes;
	uint64_t buckets;
	uint64_t names;
	uint64_t gave_way;
	uint64_t spare[3];
};

/* Two to a cache line. */
struct names_slot {
	uint64_t pseudonym; /* 0: empty. Set last, with release order, and cleared first */
	uint64_t name[WORDS];
};

_Static_assert(sizeof(struct names_head) == 64, "slots begin at a cache line");
_Static_assert(sizeof(struct names_slot) == 32, "no slot lies in two cache lines");
_Static_assert(WORDS * sizeof(uint64_t) == sizeof(struct line_name), "a name is whole words");

/* The smallest power of two of buckets that are half free. */
static uint64_t
buckets_for(size_t most)
{
	uint64_t buckets = 1;

	most = most < NAMES_MOST ? most : NAMES_MOST;
	while (buckets * (SLOTS / 2) < most)
		buckets *= 2;
	return buckets;
}

static size_t
bytes_of(uint64_t buckets)
{
	return sizeof(struct names_head) + (size_t)buckets * SLOTS * sizeof(struct names_slot);
}

size_t
names_bytes(size_t most)
{
	return bytes_of(buckets_for(most));
}

static void
set_handle(struct names *names, void *memory, uint64_t buckets)
{
	names->head = memory;
	names->slots = (struct names_slot *)(void *)(names->head + 1);
	names->mask = buckets - 1;
}

int
names_make(struct names *ret, void *memory, size_t bytes, size_t most)
{
	uint64_t buckets = buckets_for(most);
	struct names_head *head = memory;

	if ((uintptr_t)memory % 64 != 0 || bytes < bytes_of(buckets))
		return -EINVAL;
	head->version = VERSION;
	head->slot_bytes = sizeof(struct names_slot);
	head->buckets = buckets;
	__atomic_store_n(&head->magic, MAGIC, __ATOMIC_RELEASE);
	set_handle(ret, memory, buckets);
	return 0;
}

int
names_open(struct names *ret, void *memory, size_t bytes)
{
	const struct names_head *head = memory;
	uint64_t buckets;

	if ((uintptr_t)memory % 64 != 0 || bytes < bytes_of(1) ||
		__atomic_load_n(&head->magic, __ATOMIC_ACQUIRE) != MAGIC)
		return -EINVAL;
	if (head->version != VERSION)
		return -EPROTO;
	/* Once: it may be another's a moment later. */
	buckets = __atomic_load_n(&head->buckets, __ATOMIC_RELAXED);
	if (head->slot_bytes != sizeof(struct names_slot) || buckets == 0 ||
		(buckets & (buckets - 1)) != 0 ||
		buckets > (bytes - sizeof(*head)) / (SLOTS * sizeof(struct names_slot)))
		return -EINVAL;
	set_handle(ret, memory, buckets);
	return 0;
}

/* The at-th place where a pseudonym is looked for: all of its bucket, from a slot on that its other bits choose, so
 * that mostly the first place is it. */
static struct names_slot *
place(const struct names *names, uint64_t pseudonym, unsigned at)
{
	uint64_t bucket = pseudonym & names->mask;

	return &names->slots[bucket * SLOTS + ((pseudonym >> 61) + at) % SLOTS];
}

void
names_prefetch(const struct names *names, uint64_t pseudonym)
{
	__builtin_prefetch(place(names, pseudonym, 0));
}

static uint64_t
slot_pseudonym(const struct names_slot *slot)
{
	return __atomic_load_n(&slot->pseudonym, __ATOMIC_ACQUIRE);
}

/* What may be written just now is copied by words: the copy can be torn, and is checked then. */
static struct line_name
copy_name(const struct names_slot *slot)
{
	uint64_t words[WORDS];
	struct line_name name;

	for (int i = 0; i < WORDS; i++)
		words[i] = __atomic_load_n(&slot->name[i], __ATOMIC_RELAXED);
	memcpy(&name, words, sizeof(name));
	return name;
}

static void
fill_slot(struct names_slot *slot, uint64_t pseudonym, const struct line_name *name)
{
	uint64_t words[WORDS];

	memcpy(words, name, sizeof(words));
	__atomic_store_n(&slot->pseudonym, 0, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	for (int i = 0; i < WORDS; i++)
		__atomic_store_n(&slot->name[i], words[i], __ATOMIC_RELAXED);
	__atomic_store_n(&slot->pseudonym, pseudonym, __ATOMIC_RELEASE);
}

/* One process writes, so no sum is lost. */
static void
count(uint64_t *counter)
{
	__atomic_store_n(counter, __atomic_load_n(counter, __ATOMIC_RELAXED) + 1, __ATOMIC_RELAXED);
}

void
names_put(struct names *names, uint64_t pseudonym, const struct line_name *name)
{
	struct names_slot *slot, *empty = NULL;
	struct line_name held;

	for (unsigned at = 0; at < SLOTS; at++) {
		slot = place(names, pseudonym, at);
		if (slot_pseudonym(slot) == 0)
			empty = empty ? empty : slot;
		if (slot_pseudonym(slot) != pseudonym)
			continue;
		held = copy_name(slot);
		/* A false one would stand there for ever. */
		if (memcmp(&held, name, sizeof(held)) != 0)
			fill_slot(slot, pseudonym, name);
		return;
	}
	if (empty != NULL) {
		count(&names->head->names);
	} else {
		empty = place(names, pseudonym, names->head->gave_way % SLOTS);
		count(&names->head->gave_way);
	}
	fill_slot(empty, pseudonym, name);
}

int
names_find(const struct names *names, const struct hash_key *key, uint64_t pseudonym,
	struct line_name *ret)
{
	for (unsigned at = 0; at < SLOTS; at++) {
		const struct names_slot *slot = place(names, pseudonym, at);
		struct line_name name;

		if (slot_pseudonym(slot) != pseudonym)
			continue;
		name = copy_name(slot);
		if (line_name_pseudonym(&name, key) != pseudonym)
			continue;
		*ret = name;
		return 0;
	}
	return -ENOENT;
}

struct names_counts
names_counts(const struct names *names)
{
	return (struct names_counts){
		.names = __atomic_load_n(&names->head->names, __ATOMIC_RELAXED),
		.gave_way = __atomic_load_n(&names->head->gave_way, __ATOMIC_RELAXED),
	};
}
