/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/leasetable.h"

#include <errno.h>
#include <string.h>

#define MAGIC   UINT64_C(0x7361656c7a616c01)
#define VERSION 1
#define SHARED  255 /* kind of the cell of an address that has blocks */

_Static_assert(sizeof(struct lease_node) == 32, "two to a cache line");
_Static_assert(sizeof(struct leasetable_head) % 64 == 0, "nodes begin at a cache line");
_Static_assert(ROLE_LINES <= 8, "a role has three bits");

struct sizes {
	uint64_t most;
	uint64_t slots;
	uint64_t line_slots;
	uint64_t nas_slots;
};

/* Three of four slots are taken at the most. */
static struct sizes
sizes_for(size_t most, size_t nas_most)
{
	struct sizes sizes;

	sizes.most = most < LEASETABLE_MOST ? most : LEASETABLE_MOST;
	sizes.most = sizes.most > 0 ? sizes.most : 1;
	sizes.slots = (sizes.most * 4 / 3 + 16) & ~UINT64_C(7);
	sizes.line_slots = (sizes.most * 4 / 3 + 16) & ~UINT64_C(15);
	nas_most = nas_most < LEASETABLE_NASES ? nas_most : LEASETABLE_NASES;
	sizes.nas_slots = nas_most * 4 / 3 + 2;
	return sizes;
}

static uint64_t
round_up(uint64_t bytes)
{
	return (bytes + 63) & ~UINT64_C(63);
}

static uint64_t
bytes_of(const struct sizes *sizes)
{
	return sizeof(struct leasetable_head) +
		round_up((sizes->most + 1) * sizeof(struct lease_node)) +
		round_up((sizes->most + 1) * sizeof(struct lease_cold)) +
		round_up(sizes->slots * sizeof(struct lease_slot)) +
		round_up(sizes->line_slots * sizeof(uint32_t)) +
		round_up(sizes->nas_slots * sizeof(struct lease_nas));
}

size_t
leasetable_bytes(size_t most, size_t nas_most)
{
	struct sizes sizes = sizes_for(most, nas_most);

	return (size_t)bytes_of(&sizes);
}

static void
set_handle(struct leasetable *table, void *memory, const struct sizes *sizes)
{
	uint8_t *at = memory;

	table->head = memory;
	at += sizeof(struct leasetable_head);
	table->nodes = (struct lease_node *)(void *)at;
	at += round_up((sizes->most + 1) * sizeof(struct lease_node));
	table->cold = (struct lease_cold *)(void *)at;
	at += round_up((sizes->most + 1) * sizeof(struct lease_cold));
	table->slots = (struct lease_slot *)(void *)at;
	at += round_up(sizes->slots * sizeof(struct lease_slot));
	table->line_slots = (uint32_t *)(void *)at;
	at += round_up(sizes->line_slots * sizeof(uint32_t));
	table->nas = (struct lease_nas *)(void *)at;
	table->slot_count = sizes->slots;
	table->line_slot_count = sizes->line_slots;
	table->nas_slots = (uint32_t)sizes->nas_slots;
	table->most = (uint32_t)sizes->most;
	table->tolerance = table->head->tolerance;
	memcpy(table->secret, table->head->secret, sizeof(table->secret));
}

int
leasetable_make(struct leasetable *ret, void *memory, size_t bytes, size_t most, size_t nas_most,
	uint32_t tolerance, const struct hash_key *key)
{
	struct sizes sizes = sizes_for(most, nas_most);
	struct leasetable_head *head = memory;

	if ((uintptr_t)memory % 64 != 0 || bytes < bytes_of(&sizes))
		return -EINVAL;
	head->version = VERSION;
	head->most = (uint32_t)sizes.most;
	head->slots = sizes.slots;
	head->line_slots = sizes.line_slots;
	head->nas_slots = (uint32_t)sizes.nas_slots;
	head->tolerance = tolerance;
	memcpy(head->secret, key, sizeof(head->secret));
	__atomic_store_n(&head->magic, MAGIC, __ATOMIC_RELEASE);
	set_handle(ret, memory, &sizes);
	return 0;
}

int
leasetable_open(struct leasetable *ret, void *memory, size_t bytes)
{
	const struct leasetable_head *head = memory;
	struct sizes sizes;

	if ((uintptr_t)memory % 64 != 0 || bytes < sizeof(*head) ||
		__atomic_load_n(&head->magic, __ATOMIC_ACQUIRE) != MAGIC)
		return -EINVAL;
	if (head->version != VERSION)
		return -EPROTO;
	/* Once: they may be others a moment later. */
	sizes.most = __atomic_load_n(&head->most, __ATOMIC_RELAXED);
	sizes.slots = __atomic_load_n(&head->slots, __ATOMIC_RELAXED);
	sizes.line_slots = __atomic_load_n(&head->line_slots, __ATOMIC_RELAXED);
	sizes.nas_slots = __atomic_load_n(&head->nas_slots, __ATOMIC_RELAXED);
	if (sizes.most == 0 || sizes.most > LEASETABLE_MOST || sizes.slots == 0 ||
		sizes.slots > UINT64_C(2) * LEASETABLE_MOST || sizes.line_slots == 0 ||
		sizes.line_slots > UINT64_C(2) * LEASETABLE_MOST || sizes.nas_slots == 0 ||
		sizes.nas_slots > UINT16_MAX || bytes_of(&sizes) > bytes)
		return -EINVAL;
	set_handle(ret, memory, &sizes);
	return 0;
}

int
leasetable_key(const struct line_name *name, uint64_t *key, uint8_t *kind)
{
	struct address masked;

	if (address_is_v4(&name->address)) {
		if (name->length != 128 || name->low > name->high)
			return -EINVAL;
		*kind = name->high != 0 ? LEASE_PORTS : LEASE_WHOLE;
		*key = (uint64_t)bytes_u32(name->address.byte + 12) << 32 |
			(uint32_t)name->low << 16 | name->high;
		return 0;
	}
	masked = address_mask(&name->address, name->length);
	if (name->length < LEASE_IPV6_48 || name->length > LEASE_IPV6_64 || name->high != 0 ||
		name->low != 0 || !address_equal(&masked, &name->address))
		return -EINVAL;
	*kind = name->length;
	*key = bytes_u64(name->address.byte);
	return 0;
}

struct line_name
leasetable_name(uint64_t key, uint8_t kind)
{
	struct line_name name = {.length = 128};

	if (kind == LEASE_WHOLE || kind == LEASE_PORTS) {
		name.address = address_from_v4((uint32_t)(key >> 32));
		name.low = (uint16_t)(key >> 16);
		name.high = (uint16_t)key;
		return name;
	}
	key = __builtin_bswap64(key);
	memcpy(name.address.byte, &key, sizeof(key));
	name.length = kind;
	return name;
}

static uint64_t
home(const struct leasetable *table, uint32_t tag)
{
	return (uint64_t)tag * table->slot_count >> 32;
}

static uint64_t
after(uint64_t at, uint64_t count)
{
	return at + 1 < count ? at + 1 : 0;
}

static struct lease_slot
get_slot(const struct leasetable *table, uint64_t at)
{
	uint64_t word = __atomic_load_n(
		(const uint64_t *)(const void *)&table->slots[at], __ATOMIC_RELAXED);
	struct lease_slot slot;

	memcpy(&slot, &word, sizeof(slot));
	return slot;
}

static void
put_slot(struct leasetable *table, uint64_t at, uint32_t tag, uint32_t first)
{
	struct lease_slot slot = {tag, first};
	uint64_t word;

	memcpy(&word, &slot, sizeof(word));
	__atomic_store_n((uint64_t *)(void *)&table->slots[at], word, __ATOMIC_RELAXED);
}

/* Is the chain that begins here that of the cell? */
static bool
is_chain_of(const struct leasetable *table, uint32_t first, struct lease_cell cell)
{
	struct lease_node node;
	struct lease_cell its;

	if (first > table->most)
		return false;
	node = leasetable_get(table, first);
	its = leasetable_cell(node.key, node.kind);
	return its.what == cell.what && its.kind == cell.kind;
}

/* Where the slot of a cell is: true; or would be. */
static bool
find_slot(const struct leasetable *table, struct lease_cell cell, uint64_t *ret)
{
	uint32_t tag = leasetable_tag(table, cell);
	uint64_t at = home(table, tag);

	/* There is always an empty one; a reader may see a moment in which there is none. */
	for (uint64_t steps = 0; steps < table->slot_count; steps++) {
		struct lease_slot slot = get_slot(table, at);
		bool is_marker = (slot.first & LEASE_SHARED) != 0;

		*ret = at;
		if (slot.first == 0)
			return false;
		if (slot.tag == tag && is_marker == (cell.kind == SHARED) &&
			(is_marker || is_chain_of(table, slot.first, cell)))
			return true;
		at = after(at, table->slot_count);
	}
	return false;
}

#define HINT_STEPS 16

uint32_t
leasetable_hint(const struct leasetable *table, uint32_t tag)
{
	uint64_t at = home(table, tag);

	for (int steps = 0; steps < HINT_STEPS; steps++) {
		struct lease_slot slot = get_slot(table, at);

		if (slot.first == 0)
			return 0;
		if (slot.tag == tag && slot.first <= table->most)
			return slot.first;
		at = after(at, table->slot_count);
	}
	return 0;
}

uint32_t
leasetable_first(const struct leasetable *table, struct lease_cell cell)
{
	uint64_t at;

	return find_slot(table, cell, &at) ? get_slot(table, at).first : 0;
}

static struct lease_cell
shared_cell(uint32_t address)
{
	return (struct lease_cell){address, SHARED};
}

bool
leasetable_is_shared(const struct leasetable *table, uint32_t address)
{
	uint64_t at;

	return find_slot(table, shared_cell(address), &at);
}

/* Those behind move up, as far as that brings them no further than their home. */
static void
remove_slot(struct leasetable *table, uint64_t hole)
{
	uint64_t at = hole, count = table->slot_count;

	for (;;) {
		struct lease_slot slot;
		uint64_t from_home, from_hole;

		at = after(at, count);
		slot = get_slot(table, at);
		if (slot.first == 0)
			break;
		from_home = (at + count - home(table, slot.tag)) % count;
		from_hole = (at + count - hole) % count;
		if (from_home < from_hole)
			continue;
		put_slot(table, hole, slot.tag, slot.first);
		hole = at;
	}
	put_slot(table, hole, 0, 0);
	table->head->slots_used--;
}

static void
set_first(struct leasetable *table, struct lease_cell cell, uint32_t first)
{
	uint64_t at;
	bool found = find_slot(table, cell, &at);

	if (first == 0) {
		if (found)
			remove_slot(table, at);
		return;
	}
	table->head->slots_used += !found;
	put_slot(table, at, leasetable_tag(table, cell), first);
}

static void
count_blocks(struct leasetable *table, uint32_t address, int change)
{
	struct lease_cell cell = shared_cell(address);
	uint64_t at;
	uint32_t blocks = 0;

	if (find_slot(table, cell, &at))
		blocks = get_slot(table, at).first & ~LEASE_SHARED;
	blocks += (uint32_t)change;
	set_first(table, cell, blocks > 0 ? LEASE_SHARED | blocks : 0);
}

/* What look-ups will have to look for from now on. */
static void
note_kind(struct leasetable *table, const struct lease_node *node)
{
	struct leasetable_head *head = table->head;
	uint16_t low = (uint16_t)(node->key >> 16), high = (uint16_t)node->key;
	uint32_t level;

	if (node->kind == LEASE_WHOLE) {
		__atomic_store_n(&head->whole, 1, __ATOMIC_RELAXED);
	} else if (node->kind == LEASE_PORTS) {
		level = 1U << leasetable_level(low, high);
		__atomic_store_n(&head->levels, head->levels | level, __ATOMIC_RELAXED);
		if (leasetable_is_ragged(low, high))
			__atomic_store_n(&head->ragged, head->ragged | level, __ATOMIC_RELAXED);
	} else {
		__atomic_store_n(&head->lengths, head->lengths | 1U << (node->kind - LEASE_IPV6_48),
			__ATOMIC_RELAXED);
	}
}

void
leasetable_begin(struct leasetable *table)
{
	__atomic_store_n(&table->head->sequence, table->head->sequence + 1, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_RELEASE);
}

void
leasetable_end(struct leasetable *table)
{
	__atomic_store_n(&table->head->sequence, table->head->sequence + 1, __ATOMIC_RELEASE);
}

int
leasetable_make_room(struct leasetable *table)
{
	struct leasetable_head *head = table->head;
	uint64_t slots_most = table->slot_count - table->slot_count / 16 - 3;

	while ((head->used == table->most && head->free == 0) || head->slots_used > slots_most) {
		if (!leasetable_free_first(table))
			return -ENOSPC;
		head->counts.gave_way++;
	}
	return 0;
}

static void
set_link(struct leasetable *table, uint32_t at, uint32_t link)
{
	__atomic_store_n(&table->cold[at].link, link, __ATOMIC_RELAXED);
}

static uint32_t
take_node(struct leasetable *table)
{
	struct leasetable_head *head = table->head;
	uint32_t at = head->free;

	if (at != 0) {
		head->free = leasetable_get(table, at).next;
		head->free_count--;
		return at;
	}
	must(head->used < table->most);
	return ++head->used;
}

uint32_t
leasetable_insert(
	struct leasetable *table, const struct lease_node *node, uint32_t session, uint32_t before)
{
	struct lease_cell cell = leasetable_cell(node->key, node->kind);
	struct lease_node made = *node, previous;
	uint32_t at = take_node(table);

	table->cold[at].session = session;
	set_link(table, at, 0);
	if (before != 0) {
		previous = leasetable_get(table, before);
		made.next = previous.next;
		previous.next = at;
		leasetable_put(table, at, &made);
		leasetable_put(table, before, &previous);
	} else {
		made.next = leasetable_first(table, cell);
		leasetable_put(table, at, &made);
		set_first(table, cell, at);
	}
	if (node->kind == LEASE_PORTS)
		count_blocks(table, (uint32_t)(node->key >> 32), 1);
	note_kind(table, node);
	return at;
}

static void
unchain(struct leasetable *table, uint32_t at)
{
	struct lease_node node = leasetable_get(table, at), previous;
	struct lease_cell cell = leasetable_cell(node.key, node.kind);
	uint32_t before = leasetable_first(table, cell);

	if (before == at) {
		set_first(table, cell, node.next);
	} else {
		previous = leasetable_get(table, before);
		while (previous.next != at) {
			before = previous.next;
			previous = leasetable_get(table, before);
		}
		previous.next = node.next;
		leasetable_put(table, before, &previous);
	}
	if (node.kind == LEASE_PORTS)
		count_blocks(table, (uint32_t)(node.key >> 32), -1);
}

void
leasetable_drop(struct leasetable *table, uint32_t at)
{
	struct lease_node node;

	unchain(table, at);
	node = leasetable_get(table, at);
	node.end = LEASE_DROPPED;
	leasetable_put(table, at, &node);
}

void
leasetable_queue(struct leasetable *table, uint32_t at)
{
	struct leasetable_head *head = table->head;

	set_link(table, at, 0);
	if (head->queue_last != 0)
		set_link(table, head->queue_last, at);
	else
		head->queue_first = at;
	head->queue_last = at;
}

bool
leasetable_free_first(struct leasetable *table)
{
	struct leasetable_head *head = table->head;
	uint32_t at = head->queue_first;
	struct lease_node node = {.end = LEASE_FREE};

	if (at == 0)
		return false;
	if (leasetable_get(table, at).end != LEASE_DROPPED) {
		unchain(table, at);
		head->counts.ended--;
	}
	head->queue_first = leasetable_link(table, at);
	if (head->queue_first == 0)
		head->queue_last = 0;
	/* Nothing of it stays. */
	table->cold[at].session = 0;
	set_link(table, at, 0);
	node.next = head->free;
	leasetable_put(table, at, &node);
	head->free = at;
	head->free_count++;
	return true;
}

static uint64_t
line_home(const struct leasetable *table, uint64_t who)
{
	__extension__ unsigned __int128 product =
		(unsigned __int128)hash_mix(who) * table->line_slot_count;

	return (uint64_t)(product >> 64);
}

static uint32_t
line_at(const struct leasetable *table, uint64_t at)
{
	return __atomic_load_n(&table->line_slots[at], __ATOMIC_RELAXED);
}

static bool
find_line(const struct leasetable *table, uint64_t who, uint64_t *ret)
{
	uint64_t at = line_home(table, who);

	for (uint64_t steps = 0; steps < table->line_slot_count; steps++) {
		uint32_t first = line_at(table, at);

		*ret = at;
		if (first == 0 || first > table->most)
			return false;
		if (leasetable_get(table, first).who == who)
			return true;
		at = after(at, table->line_slot_count);
	}
	return false;
}

uint32_t
leasetable_line_first(const struct leasetable *table, uint64_t who)
{
	uint64_t at;

	return find_line(table, who, &at) ? line_at(table, at) : 0;
}

void
leasetable_line_add(struct leasetable *table, uint32_t at)
{
	uint64_t slot;
	uint32_t first = 0;

	if (find_line(table, leasetable_get(table, at).who, &slot))
		first = line_at(table, slot);
	set_link(table, at, first);
	__atomic_store_n(&table->line_slots[slot], at, __ATOMIC_RELAXED);
}

static void
remove_line(struct leasetable *table, uint64_t hole)
{
	uint64_t at = hole, count = table->line_slot_count;

	for (;;) {
		uint64_t its, from_home, from_hole;
		uint32_t first;

		at = after(at, count);
		first = line_at(table, at);
		if (first == 0)
			break;
		its = line_home(table, leasetable_get(table, first).who);
		from_home = (at + count - its) % count;
		from_hole = (at + count - hole) % count;
		if (from_home < from_hole)
			continue;
		__atomic_store_n(&table->line_slots[hole], first, __ATOMIC_RELAXED);
		hole = at;
	}
	__atomic_store_n(&table->line_slots[hole], 0, __ATOMIC_RELAXED);
}

void
leasetable_line_remove(struct leasetable *table, uint32_t at)
{
	uint32_t next = leasetable_link(table, at), previous;
	uint64_t slot;

	if (!find_line(table, leasetable_get(table, at).who, &slot))
		return;
	previous = line_at(table, slot);
	if (previous == at) {
		if (next != 0)
			__atomic_store_n(&table->line_slots[slot], next, __ATOMIC_RELAXED);
		else
			remove_line(table, slot);
		return;
	}
	while (previous != 0 && leasetable_link(table, previous) != at)
		previous = leasetable_link(table, previous);
	if (previous != 0)
		set_link(table, previous, next);
}

uint16_t
leasetable_nas(struct leasetable *table, uint64_t hash)
{
	uint32_t at = (uint32_t)(hash_mix(hash) % table->nas_slots);

	if (hash == 0)
		return 0;
	while (table->nas[at].hash != 0) {
		if (table->nas[at].hash == hash)
			return (uint16_t)(at + 1);
		at = at + 1 < table->nas_slots ? at + 1 : 0;
	}
	/* A quarter stays empty, so that the walk is short. */
	if (table->head->nas_used >= table->nas_slots * 3 / 4)
		return 0;
	table->head->nas_used++;
	table->nas[at].hash = hash;
	return (uint16_t)(at + 1);
}

uint32_t
leasetable_restart(const struct leasetable *table, uint16_t nas, uint32_t since)
{
	if (nas == 0 || nas > table->nas_slots)
		return UINT32_MAX;
	for (int i = 0; i < LEASETABLE_RESTARTS; i++) {
		uint32_t restart =
			__atomic_load_n(&table->nas[nas - 1].restart[i], __ATOMIC_RELAXED);

		if (restart > since)
			return restart;
	}
	return UINT32_MAX;
}
