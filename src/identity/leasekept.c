/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/leasekept.h"

#include "base/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TAG_NASES  "nases"
#define TAG_LEASES "leases"
/* Intervals of a section; the last one is empty. Of them so many are read at once: while they are, who writes may have
 * to be waited for. */
#define PORTION 4096
#define AT_ONCE 64
#define TRIES   1000000

/* An interval; zero bytes where it would have holes. */
struct kept {
	uint64_t key;
	uint64_t who;
	uint32_t from;
	uint32_t until;
	uint32_t session;
	uint16_t nas;
	uint8_t kind;
	uint8_t role;
	uint8_t end;
	uint8_t is_disputed;
	uint8_t is_unlisted;
	uint8_t zero[5];
};

_Static_assert(sizeof(struct kept) == 40, "no padding");

/* What was read, before it is put in. */
struct pile {
	struct kept *kept;
	size_t count;
	size_t room;
	struct lease_nas *nas; /* by their old numbers, from 1 */
	size_t nas_count;
};

static uint64_t
layout(void)
{
	static const size_t numbers[] = {
		sizeof(struct kept), sizeof(struct lease_nas), LEASE_DROPPED, 1};

	return save_layout(numbers, sizeof(numbers) / sizeof(*numbers));
}

/* The intervals of these nodes, which are in use. */
static size_t
copy(const struct leasetable *table, uint32_t first, uint32_t count, struct kept *into)
{
	size_t copied = 0;

	for (uint32_t at = first; at < first + count; at++) {
		struct lease_node node = leasetable_get(table, at);

		if (node.end >= LEASE_DROPPED || node.who == 0)
			continue;
		into[copied++] = (struct kept){
			.key = node.key,
			.who = node.who,
			.from = node.from,
			.until = node.until,
			.session = __atomic_load_n(&table->cold[at].session, __ATOMIC_RELAXED),
			.nas = node.nas,
			.kind = node.kind,
			.role = node.role,
			.end = node.end,
			.is_disputed = node.is_disputed,
			.is_unlisted = node.is_unlisted,
		};
	}
	return copied;
}

/* The same of one moment; -EBUSY: there is none. */
static int
copy_whole(const struct leasetable *table, uint32_t first, uint32_t count, struct kept *into)
{
	for (int tries = 0; tries < TRIES; tries++) {
		uint32_t sequence = leasetable_read(table);
		size_t copied;

		if (sequence % 2 != 0)
			continue;
		copied = copy(table, first, count, into);
		if (leasetable_is_whole(table, sequence))
			return (int)copied;
	}
	return -EBUSY;
}

static uint32_t
nodes_of(const struct leasetable *table)
{
	uint32_t used = __atomic_load_n(&table->head->used, __ATOMIC_RELAXED);

	return used < table->most ? used : table->most;
}

/* A copy: what changes while it is saved would have another checksum. */
static void
save_nases(const struct leasetable *table, struct save *save)
{
	size_t size = table->nas_slots * sizeof(struct lease_nas);
	struct lease_nas *nas = xcalloc(table->nas_slots, sizeof(*nas));

	memcpy(nas, table->nas, size);
	save_section(save, TAG_NASES, layout(), size);
	save_bytes(save, nas, size);
	free(nas);
}

int
leasekept_save(const struct leases *leases, struct save *save)
{
	const struct leasetable *table = &leases->table;
	struct kept *kept = xcalloc(PORTION, sizeof(*kept));
	uint32_t nodes = nodes_of(table), at = 1;
	size_t count = 1;
	int r = 0;

	save_nases(table, save);
	while (r >= 0 && count > 0) {
		count = 0;
		while (r >= 0 && at <= nodes && count + AT_ONCE <= PORTION) {
			uint32_t some = nodes - at + 1 < AT_ONCE ? nodes - at + 1 : AT_ONCE;

			r = copy_whole(table, at, some, kept + count);
			count += r > 0 ? (size_t)r : 0;
			at += some;
		}
		if (r < 0)
			break;
		save_section(save, TAG_LEASES, layout(), count * sizeof(*kept));
		save_bytes(save, kept, count * sizeof(*kept));
		r = save_error(save);
	}
	free(kept);
	return r < 0 ? r : 0;
}

static void
pile_done(struct pile *pile)
{
	free(pile->kept);
	free(pile->nas);
}

static struct kept *
pile_room(struct pile *pile, size_t count)
{
	if (pile->count + count > pile->room) {
		pile->room = 2 * pile->room + count;
		pile->kept = xrealloc(pile->kept, pile->room * sizeof(*pile->kept));
	}
	return pile->kept + pile->count;
}

static bool
can_be(const struct kept *kept)
{
	struct line_name name;
	uint64_t key;
	uint8_t kind;

	if (kept->who == 0 || kept->role >= ROLE_LINES || kept->end >= LEASE_DROPPED ||
		kept->from > kept->until ||
		(kept->kind > LEASE_PORTS &&
			(kept->kind < LEASE_IPV6_48 || kept->kind > LEASE_IPV6_64)))
		return false;
	name = leasetable_name(kept->key, kept->kind);
	return leasetable_key(&name, &key, &kind) == 0 && key == kept->key && kind == kept->kind;
}

/* In order of begin; of one name that began at once, what was over at once before what was not. */
static int
compare(const void *a, const void *b)
{
	const struct kept *one = a, *other = b;

	if (one->from != other->from)
		return one->from < other->from ? -1 : 1;
	if (one->key != other->key)
		return one->key < other->key ? -1 : 1;
	if ((one->end == LEASE_OPEN) != (other->end == LEASE_OPEN))
		return one->end == LEASE_OPEN ? 1 : -1;
	return one->until != other->until ? (one->until < other->until ? -1 : 1) : 0;
}

/* What ended first is first in the queue. */
static int
compare_ends(const void *a, const void *b)
{
	const struct kept *one = *(const struct kept *const *)a;
	const struct kept *other = *(const struct kept *const *)b;

	return one->until != other->until ? (one->until < other->until ? -1 : 1) : 0;
}

/* An interval of the same name that is open when the next one begins ended then. Where both are said to be disputed
 * they stay so. */
static void
close_before(struct pile *pile, struct table *last, const struct hash_key *key)
{
	for (size_t i = 0; i < pile->count; i++) {
		struct kept *kept = &pile->kept[i];
		uint64_t name[2] = {kept->key, kept->kind};
		struct table_slot *slot;
		int r = table_add(last, hash_keyed(key, name, sizeof(name)), &slot);

		if (r == 0) {
			struct kept *before = &pile->kept[slot->value];

			if (before->end == LEASE_OPEN || before->until > kept->from) {
				before->until = kept->from;
				before->end = LEASE_DISPLACED;
			}
			/* The same one twice: the later word holds. */
			if (before->from == kept->from && before->who == kept->who &&
				before->session == kept->session)
				before->who = 0;
		}
		if (r >= 0)
			slot->value = (uint32_t)i;
	}
}

/* The number of a NAS in this table. */
static uint16_t
number_of(struct leasetable *table, const struct pile *pile, uint16_t old)
{
	if (old == 0 || old > pile->nas_count)
		return 0;
	return leasetable_nas(table, pile->nas[old - 1].hash);
}

static void
put_nases(struct leasetable *table, const struct pile *pile)
{
	for (size_t i = 0; i < pile->nas_count; i++) {
		uint16_t number = leasetable_nas(table, pile->nas[i].hash);

		if (number != 0)
			table->nas[number - 1] = pile->nas[i];
	}
}

/* Into an empty table, the first to begin first: each stands in front of its chain. */
static size_t
put(struct leases *leases, struct pile *pile)
{
	struct leasetable *table = &leases->table;
	struct leasetable_counts *counts = &table->head->counts;
	struct kept **ended = xcalloc(pile->count + 1, sizeof(*ended));
	struct hash_key key;
	struct table last;
	size_t count = 0, ends = 0;

	memcpy(&key, table->secret, sizeof(key));
	qsort(pile->kept, pile->count, sizeof(*pile->kept), compare);
	table_init(&last, pile->count + 1);
	close_before(pile, &last, &key);
	table_done(&last);
	put_nases(table, pile);
	for (size_t i = 0; i < pile->count; i++) {
		struct kept *kept = &pile->kept[i];
		struct lease_node node = {
			.key = kept->key,
			.who = kept->who,
			.from = kept->from,
			.until = kept->until,
			.nas = number_of(table, pile, kept->nas),
			.kind = kept->kind,
			.role = kept->role & 7U,
			.end = kept->end & 7U,
			.is_disputed = kept->is_disputed & 1U,
			.is_unlisted = kept->is_unlisted & 1U,
		};
		uint32_t at;

		if (node.who == 0)
			continue;
		if (leasetable_make_room(table) < 0) {
			counts->refused++;
			continue;
		}
		at = leasetable_insert(table, &node, kept->session, 0);
		counts->open += node.end == LEASE_OPEN;
		counts->ended += node.end != LEASE_OPEN;
		if (node.end == LEASE_OPEN && !node.is_unlisted)
			leasetable_line_add(table, at);
		if (node.end != LEASE_OPEN) {
			kept->session = at;
			ended[ends++] = kept;
		}
		count++;
	}
	qsort(ended, ends, sizeof(*ended), compare_ends);
	for (size_t i = 0; i < ends; i++)
		leasetable_queue(table, ended[i]->session);
	free(ended);
	return count;
}

static int
read_nases(struct pile *pile, struct restore *restore, struct fail *fail)
{
	uint64_t size;
	int r = restore_section(restore, TAG_NASES, layout(), &size, fail);

	if (r < 0)
		return r;
	if (size % sizeof(*pile->nas) != 0 || size / sizeof(*pile->nas) > UINT16_MAX)
		return restore_damaged(restore, fail, "no NASes");
	pile->nas_count = (size_t)size / sizeof(*pile->nas);
	pile->nas = xcalloc(pile->nas_count + 1, sizeof(*pile->nas));
	return restore_bytes(restore, pile->nas, (size_t)size, fail);
}

/* A section: how many intervals, 0: the last one. */
static int
read_portion(struct pile *pile, struct restore *restore, struct fail *fail)
{
	struct kept *kept;
	uint64_t size;
	int r = restore_section(restore, TAG_LEASES, layout(), &size, fail);

	if (r < 0)
		return r;
	if (size % sizeof(*kept) != 0 || size / sizeof(*kept) > PORTION)
		return restore_damaged(restore, fail, "no leases");
	kept = pile_room(pile, PORTION);
	r = restore_bytes(restore, kept, (size_t)size, fail);
	if (r < 0)
		return r;
	for (size_t i = 0; i < size / sizeof(*kept); i++) {
		if (!can_be(&kept[i]))
			return restore_damaged(restore, fail, "a lease that cannot be");
	}
	if (pile->count + size / sizeof(*kept) > LEASETABLE_MOST)
		return restore_damaged(restore, fail, "too many leases");
	pile->count += size / sizeof(*kept);
	return (int)(size / sizeof(*kept));
}

int64_t
leasekept_restore(struct leases *leases, struct restore *restore, struct fail *fail)
{
	struct pile pile = {.count = 0};
	int64_t count = 0;
	int r = read_nases(&pile, restore, fail);

	if (r == 0)
		r = 1;
	while (r > 0)
		r = read_portion(&pile, restore, fail);
	if (r == 0) {
		leasetable_begin(&leases->table);
		count = (int64_t)put(leases, &pile);
		leasetable_end(&leases->table);
	}
	pile_done(&pile);
	return r < 0 ? r : count;
}

/* All but what says how large it is. Readers are told to ask later meanwhile. */
static void
empty(struct leasetable *table)
{
	struct leasetable_head *head = table->head;
	size_t nodes = (size_t)nodes_of(table) + 1;

	head->lengths = head->levels = head->ragged = head->whole = 0;
	head->used = head->free = head->free_count = 0;
	head->queue_first = head->queue_last = head->hand = head->nas_used = 0;
	head->slots_used = 0;
	head->counts.open = head->counts.ended = 0;
	memset(table->nodes, 0, nodes * sizeof(*table->nodes));
	memset(table->cold, 0, nodes * sizeof(*table->cold));
	memset(table->slots, 0, table->slot_count * sizeof(*table->slots));
	memset(table->line_slots, 0, table->line_slot_count * sizeof(*table->line_slots));
	memset(table->nas, 0, table->nas_slots * sizeof(*table->nas));
}

/* Now the sequence is odd, whoever made it so. */
static void
begin_over(struct leasetable *table)
{
	__atomic_store_n(&table->head->sequence, table->head->sequence | 1, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void
leasekept_clear(struct leases *leases)
{
	begin_over(&leases->table);
	empty(&leases->table);
	leasetable_end(&leases->table);
}

int64_t
leasekept_heal(struct leases *leases)
{
	struct leasetable *table = &leases->table;
	uint32_t nodes = nodes_of(table);
	struct pile pile = {.nas_count = table->nas_slots};
	int64_t count = 0;
	size_t good = 0;

	begin_over(table);
	pile.nas = xcalloc(pile.nas_count + 1, sizeof(*pile.nas));
	memcpy(pile.nas, table->nas, pile.nas_count * sizeof(*pile.nas));
	(void)pile_room(&pile, (size_t)nodes + 1);
	pile.count = copy(table, 1, nodes, pile.kept);
	for (size_t i = 0; i < pile.count; i++) {
		if (can_be(&pile.kept[i]))
			pile.kept[good++] = pile.kept[i];
	}
	pile.count = good;
	empty(table);
	count = (int64_t)put(leases, &pile);
	leasetable_end(table);
	pile_done(&pile);
	return count;
}

void
leasekept_each(const struct leases *leases, uint64_t nas, leasekept_give give, void *context)
{
	const struct leasetable *table = &leases->table;

	for (uint32_t at = 1; at <= table->head->used; at++) {
		struct lease_node node = leasetable_get(table, at);
		struct line_name name;

		if (node.end != LEASE_OPEN || node.nas == 0 || table->nas[node.nas - 1].hash != nas)
			continue;
		name = leasetable_name(node.key, node.kind);
		give(context, &name, node.who);
	}
}
