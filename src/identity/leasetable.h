/* leasetable - where the leases lie: intervals in chains, found by address and by line
 *
 * What:    the memory under leases.h. An interval is 32 bytes that a look-up reads and 8 that only the writer does.
 *          Slots lead from a cell to the chain of its intervals, newest first; others from a line to the intervals
 *          that it holds open. Those that have ended wait in a queue, the first to end in front, from which room is
 *          made. A cell is an IPv4 address, an IPv6 prefix, or a stretch of ports of an IPv4 address: blocks of
 *          2^(n-1)+1 to 2^n ports begin in a stretch of 2^n, so a port is in blocks of its own stretch or of the one
 *          before.
 * Owns:    nothing: the memory is the caller's and must outlive the handle. There are no pointers in it.
 * Limits:  fixed when it is made. Nothing here counts or decides: leases.c does.
 * Thread:  one writes, any number read (also where it is mapped read-only): what they read between leasetable_read
 *          and a true leasetable_is_whole is of one moment. Every number is checked before it leads anywhere.
 */
#ifndef LAZARET_IDENTITY_LEASETABLE_H
#define LAZARET_IDENTITY_LEASETABLE_H

#include "base/fail.h"
#include "identity/line.h"
#include "identity/linename.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LEASETABLE_RESTARTS 7
#define LEASETABLE_MOST     (1U << 30)
#define LEASETABLE_NASES    40000

enum lease_kind {
	LEASE_WHOLE,        /* key: IPv4 address << 32 */
	LEASE_PORTS,        /* key: IPv4 address << 32 | first port << 16 | last */
	LEASE_IPV6_48 = 48, /* up to 64: the prefix length; key: the first 64 bits */
	LEASE_IPV6_64 = 64,
};

enum lease_end {
	LEASE_OPEN,    /* until: its stated lifetime */
	LEASE_STOPPED, /* until, for all below: when it ended */
	LEASE_DISPLACED,
	LEASE_RESTARTED,
	LEASE_LAPSED,  /* its lifetime and the tolerance behind it are over */
	LEASE_DROPPED, /* in no chain any more, only in the queue */
	LEASE_FREE,
};

struct lease_node {
	uint64_t key;
	uint64_t who;
	uint32_t from;
	uint32_t until;
	uint32_t next; /* of its chain, or of the free ones; 0: none */
	uint16_t nas;  /* 0: none that could be kept */
	uint8_t kind;
	uint8_t role : 3;
	uint8_t end : 3;
	uint8_t is_disputed : 1;
	uint8_t is_unlisted : 1; /* open, but not in the list of its line */
};

struct lease_cold {
	uint32_t session;
	uint32_t
		link; /* of an open one: the next of its line; of an ended one: the next of the queue */
};

struct lease_slot {
	uint32_t tag;
	uint32_t first; /* a node; or LEASE_SHARED and how many blocks of ports an address has */
};

#define LEASE_SHARED (UINT32_C(1) << 31)

struct lease_nas {
	uint64_t hash;                         /* 0: none */
	uint32_t restart[LEASETABLE_RESTARTS]; /* ascending; 0: none yet, at the begin */
	uint32_t
		unsettled; /* restarts from this one on may have ended intervals that are still open; 0: none */
};

/* Figures that must not be read by position: leases_counts gives them. */
struct leasetable_counts {
	uint64_t open;
	uint64_t ended;
	uint64_t starts;
	uint64_t interims;
	uint64_t stops;
	uint64_t repeated;
	uint64_t displaced;
	uint64_t disputed;
	uint64_t lapsed;
	uint64_t restarted;
	uint64_t start_unknown;
	uint64_t stop_unknown;
	uint64_t future;
	uint64_t old;
	uint64_t misfits;
	uint64_t gave_way;
	uint64_t history_full;
	uint64_t line_full;
	uint64_t nas_full;
	uint64_t refused;
};

struct leasetable_head {
	uint64_t magic; /* set last */
	uint32_t version;
	uint32_t most;
	uint64_t slots;
	uint64_t line_slots;
	uint64_t secret[2];
	uint32_t nas_slots;
	uint32_t tolerance;
	/* What changes, and readers use. */
	uint32_t sequence __attribute__((aligned(64))); /* odd: something is being written */
	uint32_t oldest;  /* what was before this second is not told */
	uint32_t lengths; /* of IPv6 prefixes that were ever there: bit 0 is /48 */
	uint32_t levels;  /* n of the stretches of ports that were ever there */
	uint32_t ragged;  /* those with blocks that do not fill a stretch */
	uint32_t whole;   /* were there ever whole addresses? */
	/* The writer's. */
	uint32_t used __attribute__((aligned(64))); /* nodes that were ever taken; node 0 is none */
	uint32_t free;
	uint32_t free_count;
	uint32_t queue_first;
	uint32_t queue_last;
	uint32_t hand;
	uint32_t now;
	uint32_t nas_used;
	uint64_t slots_used;
	struct leasetable_counts counts;
};

/* A handle; each process has its own. The sizes are those that were checked. */
struct leasetable {
	struct leasetable_head *head;
	struct lease_node *nodes;
	struct lease_cold *cold;
	struct lease_slot *slots;
	uint32_t *line_slots;
	struct lease_nas *nas;
	uint64_t slot_count;
	uint64_t line_slot_count;
	uint32_t most;
	uint32_t nas_slots;
	uint32_t tolerance;
	uint64_t secret[2];
};

size_t leasetable_bytes(size_t most, size_t nas_most);
int leasetable_make(struct leasetable *ret, void *memory, size_t bytes, size_t most,
	size_t nas_most, uint32_t tolerance, const struct hash_key *key) MUST_USE;
/* -EINVAL: it is no such memory. -EPROTO: another version. */
int leasetable_open(struct leasetable *ret, void *memory, size_t bytes) MUST_USE;

/* What a name is here. -EINVAL if it is none that can be leased. */
int leasetable_key(const struct line_name *name, uint64_t *key, uint8_t *kind) MUST_USE;
struct line_name leasetable_name(uint64_t key, uint8_t kind);

/* n of the stretch of 2^n ports that a block is kept in; is it not all of one? */
static inline unsigned
leasetable_level(uint16_t low, uint16_t high)
{
	unsigned size = (unsigned)(high - low);

	return size == 0 ? 0 : 32 - (unsigned)__builtin_clz(size);
}

static inline bool
leasetable_is_ragged(uint16_t low, uint16_t high)
{
	unsigned size = 1U << leasetable_level(low, high);

	return (unsigned)(high - low) != size - 1 || (low & (size - 1)) != 0;
}

/* Two words that tell a cell from all others. */
struct lease_cell {
	uint64_t what;
	uint64_t kind;
};

static inline struct lease_cell
leasetable_cell(uint64_t key, uint8_t kind)
{
	unsigned level;

	if (kind != LEASE_PORTS)
		return (struct lease_cell){key, kind};
	level = leasetable_level((uint16_t)(key >> 16), (uint16_t)key);
	return (struct lease_cell){
		(key & ~UINT64_C(0xffffffff)) | (uint16_t)(key >> 16) >> level, 128 + level};
}

static inline struct lease_cell
leasetable_stretch(uint32_t address, unsigned level, uint32_t number)
{
	return (struct lease_cell){(uint64_t)address << 32 | number, 128 + level};
}

static inline uint32_t
leasetable_tag(const struct leasetable *table, struct lease_cell cell)
{
	return (uint32_t)(hash_fold(cell.what ^ table->secret[0], cell.kind ^ table->secret[1]) >>
		32);
}

/* Hints: they ask for memory and lead to it, and may be wrong. First the slot of a tag; when it is there, the node
 * that it leads to (0: none); when that is there, what is next of its chain. */
static inline void
leasetable_prefetch_slot(const struct leasetable *table, uint32_t tag)
{
	__builtin_prefetch(&table->slots[(uint64_t)tag * table->slot_count >> 32]);
}

uint32_t leasetable_hint(const struct leasetable *table, uint32_t tag);

static inline void
leasetable_prefetch_node(const struct leasetable *table, uint32_t at)
{
	__builtin_prefetch(&table->nodes[at]);
}

/* The first node of the chain of a cell, or 0. */
uint32_t leasetable_first(const struct leasetable *table, struct lease_cell cell);

/* Is the address one that has blocks of ports? Almost surely not wrong, and if so then by yes. */
bool leasetable_is_shared(const struct leasetable *table, uint32_t address);

static inline struct lease_node
leasetable_get(const struct leasetable *table, uint32_t at)
{
	const uint64_t *from = (const uint64_t *)(const void *)&table->nodes[at];
	struct lease_node node;
	uint64_t words[4];

	for (int i = 0; i < 4; i++)
		words[i] = __atomic_load_n(&from[i], __ATOMIC_RELAXED);
	memcpy(&node, words, sizeof(node));
	return node;
}

static inline void
leasetable_put(struct leasetable *table, uint32_t at, const struct lease_node *node)
{
	uint64_t *into = (uint64_t *)(void *)&table->nodes[at], words[4];

	memcpy(words, node, sizeof(words));
	for (int i = 0; i < 4; i++)
		__atomic_store_n(&into[i], words[i], __ATOMIC_RELAXED);
}

static inline uint32_t
leasetable_link(const struct leasetable *table, uint32_t at)
{
	return __atomic_load_n(&table->cold[at].link, __ATOMIC_RELAXED);
}

/* The first restart of a NAS after a time; UINT32_MAX: none. */
uint32_t leasetable_restart(const struct leasetable *table, uint16_t nas, uint32_t after);

/* --- The writer's: between begin and end. --- */

void leasetable_begin(struct leasetable *table);
void leasetable_end(struct leasetable *table);

/* Room for one more interval, by dropping what ended first. -ENOSPC: all that is held is open. */
int leasetable_make_room(struct leasetable *table) MUST_USE;

/* Takes a node for an interval and puts it into its chain, behind the node before (0: in front). The lists are the
 * caller's. There must be room. */
uint32_t leasetable_insert(
	struct leasetable *table, const struct lease_node *node, uint32_t session, uint32_t before);

/* Takes it out of its chain; it stays in the queue, as dropped. */
void leasetable_drop(struct leasetable *table, uint32_t at);

/* Puts an ended one at the end of the queue. */
void leasetable_queue(struct leasetable *table, uint32_t at);

/* Takes the first out of the queue and frees it; false if there is none. */
bool leasetable_free_first(struct leasetable *table);

/* The list of a line; leasetable_link leads on, 0 at the end. */
uint32_t leasetable_line_first(const struct leasetable *table, uint64_t who);
void leasetable_line_add(struct leasetable *table, uint32_t at);
void leasetable_line_remove(struct leasetable *table, uint32_t at);

/* The number of a NAS, made if it is new; 0: there are too many. */
uint16_t leasetable_nas(struct leasetable *table, uint64_t hash);

/* --- A reader's. --- */

/* A number for leasetable_is_whole, or odd: try again. */
static inline uint32_t
leasetable_read(const struct leasetable *table)
{
	return __atomic_load_n(&table->head->sequence, __ATOMIC_ACQUIRE);
}

static inline bool
leasetable_is_whole(const struct leasetable *table, uint32_t sequence)
{
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return __atomic_load_n(&table->head->sequence, __ATOMIC_RELAXED) == sequence;
}

#endif
