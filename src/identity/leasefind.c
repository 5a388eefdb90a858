/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/leasefind.h"

#include <errno.h>

#define TRIES 100000    /* while somebody writes */
#define STEPS (1 << 16) /* of a chain; more are never there */

struct candidate {
	uint64_t who; /* 0: none */
	uint8_t role;
	bool covers;
};

struct search {
	const struct leasetable *table;
	uint32_t at;
	struct candidate first;
	struct candidate second;
	bool is_shared;
	bool is_disputed;
};

static uint32_t
seconds(struct wall wall)
{
	int64_t s = wall.us / WALL_SECOND;

	return s < 0 ? 0 : s > UINT32_MAX ? UINT32_MAX : (uint32_t)s;
}

static uint32_t
add(uint32_t a, uint32_t b)
{
	return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

/* Another line than those that are there comes second; one that held it at that second before those that were near.
 * */
static void
add_candidate(struct search *search, struct candidate found)
{
	struct candidate *first = &search->first;

	if (first->who == 0) {
		*first = found;
	} else if (first->who == found.who) {
		first->covers |= found.covers;
	} else if (found.covers && !first->covers) {
		search->second = *first;
		*first = found;
	} else if (search->second.who == 0) {
		search->second = found;
	}
}

/* When it ended, or ends; behind that it may have been meant for so long. */
static uint32_t
end_of(const struct leasetable *table, const struct lease_node *node, uint32_t *fringe)
{
	uint32_t end = node->until, restart;

	*fringe = table->tolerance;
	if (node->end == LEASE_OPEN)
		end = add(end, table->tolerance);
	if (node->end == LEASE_OPEN || node->end == LEASE_LAPSED)
		*fringe = 0;
	else if (node->end != LEASE_RESTARTED)
		return end;
	restart = leasetable_restart(table, node->nas, node->from);
	if (restart < end) {
		end = restart;
		*fringe = table->tolerance;
	}
	return end;
}

static void
consider(struct search *search, const struct lease_node *node)
{
	uint32_t fringe, end = end_of(search->table, node, &fringe);
	struct candidate found = {.who = node->who, .role = node->role};

	if (add(search->at, search->table->tolerance) < node->from ||
		search->at >= add(end, fringe))
		return;
	if (node->role == ROLE_SHARED) {
		search->is_shared = true;
		return;
	}
	found.covers = node->from <= search->at && search->at < end;
	search->is_disputed |= node->is_disputed;
	add_candidate(search, found);
}

/* A chain of one name: those that began before what was reached ended by then. */
static void
walk(struct search *search, struct lease_cell cell)
{
	const struct leasetable *table = search->table;
	uint32_t at = leasetable_first(table, cell);

	for (int steps = 0; at != 0 && at <= table->most && steps < STEPS; steps++) {
		struct lease_node node = leasetable_get(table, at);

		consider(search, &node);
		if (add(node.from, table->tolerance) <= search->at)
			return;
		at = node.next;
	}
}

/* A chain of several blocks of ports, in any order. */
static void
walk_ports(struct search *search, struct lease_cell cell, uint16_t port)
{
	const struct leasetable *table = search->table;
	uint32_t at = leasetable_first(table, cell);

	for (int steps = 0; at != 0 && at <= table->most && steps < STEPS; steps++) {
		struct lease_node node = leasetable_get(table, at);

		if ((uint16_t)(node.key >> 16) <= port && port <= (uint16_t)node.key)
			consider(search, &node);
		at = node.next;
	}
}

static uint32_t
word(const uint32_t *shared)
{
	return __atomic_load_n(shared, __ATOMIC_RELAXED);
}

static void
search_ports(struct search *search, uint32_t address, uint16_t port)
{
	uint32_t levels = word(&search->table->head->levels);
	uint32_t ragged = word(&search->table->head->ragged);

	for (unsigned level = 0; level <= 16; level++) {
		uint32_t number = (uint32_t)port >> level;

		if ((levels >> level & 1) == 0)
			continue;
		if ((ragged >> level & 1) == 0) {
			walk(search, leasetable_stretch(address, level, number));
			continue;
		}
		walk_ports(search, leasetable_stretch(address, level, number), port);
		if (number > 0)
			walk_ports(search, leasetable_stretch(address, level, number - 1), port);
	}
}

static void
search_v4(struct search *search, const struct address *address, uint16_t port)
{
	const struct leasetable *table = search->table;
	uint32_t host = bytes_u32(address->byte + 12);

	if (word(&table->head->whole) != 0)
		walk(search, leasetable_cell((uint64_t)host << 32, LEASE_WHOLE));
	if (word(&table->head->levels) == 0)
		return;
	if (port != 0)
		search_ports(search, host, port);
	if ((port == 0 || search->first.who == 0) && leasetable_is_shared(table, host)) {
		search->is_shared = true;
		search->first.who = 0;
	}
}

static void
search_v6(struct search *search, const struct address *address)
{
	uint32_t lengths = word(&search->table->head->lengths);
	uint64_t high = bytes_u64(address->byte);

	for (unsigned length = LEASE_IPV6_64; length >= LEASE_IPV6_48; length--) {
		uint64_t mask = ~UINT64_C(0) << (64 - length);

		if ((lengths >> (length - LEASE_IPV6_48) & 1) != 0)
			walk(search, leasetable_cell(high & mask, (uint8_t)length));
	}
}

static struct line
line_of(const struct candidate *candidate)
{
	return (struct line){.pseudonym = candidate->who, .role = candidate->role};
}

static int
judge(const struct search *search, struct lease_holder *ret)
{
	if (search->first.who == 0)
		return search->is_shared ? -ENOTUNIQ : -ENOENT;
	*ret = (struct lease_holder){.line = line_of(&search->first)};
	if (search->second.who != 0)
		ret->other = line_of(&search->second);
	if (search->second.who != 0 || !search->first.covers || search->is_disputed)
		return -EAGAIN;
	return 0;
}

int
leasefind_holder(const struct leases *leases, const struct address *address, uint16_t port,
	struct wall at, struct lease_holder *ret)
{
	const struct leasetable *table = &leases->table;

	for (int tries = 0; tries < TRIES; tries++) {
		uint32_t sequence = leasetable_read(table);
		struct search search = {.table = table, .at = seconds(at)};
		bool is_old;

		if (sequence % 2 != 0)
			continue;
		is_old = search.at < word(&table->head->oldest);
		if (is_old)
			;
		else if (address_is_v4(address))
			search_v4(&search, address, port);
		else
			search_v6(&search, address);
		if (leasetable_is_whole(table, sequence))
			return judge(&search, ret);
	}
	return -EBUSY;
}

/* --- The memory of many questions. It is asked for in steps, each for all of a group: slots, the nodes that these
 * lead to, those behind them. What a writer changes meanwhile makes a step lead to memory that is not needed, no more.
 * --- */

#define GROUP 32
#define CELLS 4       /* of a question */
#define DEPTH 4       /* of a chain */
#define BITS  0x1ffff /* of lengths, and of levels */

struct trail {
	uint32_t at; /* a tag, then a node */
	uint32_t second;
};

struct trails {
	const struct leasetable *table;
	size_t count;
	struct trail trail[GROUP * CELLS];
};

/* Later cells of a question than the first CELLS are found without a hint. */
static void
begin_trail(struct trails *trails, size_t most, struct lease_cell cell, uint32_t second)
{
	uint32_t tag = leasetable_tag(trails->table, cell);

	if (trails->count == most)
		return;
	trails->trail[trails->count++] = (struct trail){tag, second};
	leasetable_prefetch_slot(trails->table, tag);
}

static void
begin_v4(struct trails *trails, const struct lease_question *question, uint32_t second)
{
	const struct leasetable_head *head = trails->table->head;
	uint32_t host = bytes_u32(question->address.byte + 12);
	uint32_t levels = question->port != 0 ? word(&head->levels) & BITS : 0;
	size_t most = trails->count + CELLS;

	if (word(&head->whole) != 0)
		begin_trail(
			trails, most, leasetable_cell((uint64_t)host << 32, LEASE_WHOLE), second);
	for (; levels != 0; levels &= levels - 1) {
		unsigned level = (unsigned)__builtin_ctz(levels);
		uint32_t number = (uint32_t)question->port >> level;

		begin_trail(trails, most, leasetable_stretch(host, level, number), second);
		if ((word(&head->ragged) >> level & 1) != 0 && number > 0)
			begin_trail(
				trails, most, leasetable_stretch(host, level, number - 1), second);
	}
}

static void
begin_v6(struct trails *trails, const struct lease_question *question, uint32_t second)
{
	uint32_t lengths = word(&trails->table->head->lengths) & BITS;
	uint64_t high = bytes_u64(question->address.byte);
	size_t most = trails->count + CELLS;

	for (; lengths != 0; lengths &= lengths - 1) {
		unsigned length = LEASE_IPV6_48 + (unsigned)__builtin_ctz(lengths);
		uint64_t mask = ~UINT64_C(0) << (64 - length);

		begin_trail(trails, most, leasetable_cell(high & mask, (uint8_t)length), second);
	}
}

/* To the first nodes, or to the next ones; trails that end are left out. */
static void
go_on(struct trails *trails, bool is_first)
{
	const struct leasetable *table = trails->table;
	size_t count = 0;

	for (size_t i = 0; i < trails->count; i++) {
		struct trail trail = trails->trail[i];

		if (is_first) {
			trail.at = leasetable_hint(table, trail.at);
		} else {
			struct lease_node node = leasetable_get(table, trail.at);
			bool is_end = add(node.from, table->tolerance) <= trail.second;

			trail.at = is_end || node.next > table->most ? 0 : node.next;
		}
		if (trail.at == 0)
			continue;
		leasetable_prefetch_node(table, trail.at);
		trails->trail[count++] = trail;
	}
	trails->count = count;
}

static void
fetch_group(const struct leasetable *table, const struct lease_question *questions, size_t count)
{
	struct trails trails;

	trails.table = table;
	trails.count = 0;
	for (size_t i = 0; i < count; i++) {
		uint32_t second = seconds(questions[i].at);

		if (address_is_v4(&questions[i].address))
			begin_v4(&trails, &questions[i], second);
		else
			begin_v6(&trails, &questions[i], second);
	}
	for (int depth = 0; depth < DEPTH && trails.count > 0; depth++)
		go_on(&trails, depth == 0);
}

void
leasefind_fetch(const struct leases *leases, const struct lease_question *questions, size_t count)
{
	for (size_t i = 0; i < count; i += GROUP)
		fetch_group(&leases->table, questions + i, count - i < GROUP ? count - i : GROUP);
}

static size_t
list_held(const struct leasetable *table, uint64_t who, uint32_t now, struct lease_held *into,
	size_t most)
{
	uint32_t at = leasetable_line_first(table, who), fringe;
	size_t count = 0;

	for (int steps = 0; at != 0 && at <= table->most && steps < LEASES_LINE; steps++) {
		struct lease_node node = leasetable_get(table, at);

		if (count < most && node.end == LEASE_OPEN && now < end_of(table, &node, &fringe))
			into[count++] = (struct lease_held){
				.name = leasetable_name(node.key, node.kind),
				.from = {node.from * WALL_SECOND},
				.until = {node.until * WALL_SECOND},
				.role = node.role,
			};
		at = leasetable_link(table, at);
	}
	return count;
}

int
leasefind_held(const struct leases *leases, uint64_t pseudonym, struct wall now,
	struct lease_held *into, size_t most)
{
	const struct leasetable *table = &leases->table;

	for (int tries = 0; tries < TRIES; tries++) {
		uint32_t sequence = leasetable_read(table);
		size_t count;

		if (sequence % 2 != 0)
			continue;
		count = list_held(table, pseudonym, seconds(now), into, most);
		if (leasetable_is_whole(table, sequence))
			return (int)count;
	}
	return -EBUSY;
}
