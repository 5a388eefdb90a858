/* status - what the processes of the daemon show of themselves, in shared memory
 *
 * What:    each process has a page of its own, which it alone writes; the desk reads all. Values are 64 bits and
 *          written one by one, so a reader never sees half of one, and figures that stand side by side may be a
 *          moment apart. Only the rows of exporters are of one moment: what is read while they are written is read
 *          again. Everything is read as if it could be wrong.
 * Owns:    nothing: the memory is the parent's.
 * Limits:  STATUS_PROCESSES processes; STATUS_EXPORTERS exporters a receiver, strangers last.
 * Thread:  one writer a page.
 */
#ifndef LAZARET_DESK_STATUS_H
#define LAZARET_DESK_STATUS_H

#include "base/address.h"
#include "base/wall.h"
#include "desk/counters.h"

#include <stdbool.h>
#include <stddef.h>

#define STATUS_PROCESSES 41
#define STATUS_EXPORTERS 8192 /* all sessions and agents of sFlow of the defaults */
#define STATUS_TEXT      320
#define STATUS_FILTER    128
/* Each has a page of memory of its own, so that others can be kept from writing it. */
#define STATUS_PAGE 4096

struct status_process {
	uint64_t pid;   /* 0: not running */
	uint8_t owner;  /* enum counter_owner */
	uint8_t number; /* among those of its owner */
	uint8_t is_ready;
	uint8_t spare[5];
	struct wall started;
	struct wall now;    /* what time it is for the process */
	int64_t beat_us;    /* of the monotonic clock: when it last came round */
	int64_t awaited_us; /* of the same: since when the parent waits for it; 0: others died young */
	char sandbox[STATUS_TEXT]; /* how it is shut in, in words */
	char trouble[STATUS_TEXT]; /* empty: none */
	char filter
		[STATUS_FILTER]; /* of the parent: where the filter in the kernel reads; empty: nowhere */
	struct wall refused; /* when its file was last put aside; us 0: never */
	struct wall reload;  /* of the parent: when the last reload was refused; us 0: it was not */
	struct wall last_loss; /* of the parent: when more was last lost; us 0: not yet */
	uint64_t value[COUNTERS];
} __attribute__((aligned(STATUS_PAGE)));

/* One exporter, session by session. */
struct status_exporter {
	struct address address;
	uint32_t domain;
	uint16_t port;
	uint16_t version; /* 5, 9, 10; sFlow: 0x0500 */
	uint8_t is_tcp;
	uint8_t is_new;      /* has sent too little to be known as an exporter: it may be anybody */
	uint8_t is_timeless; /* time is that of the records: nobody knows how far its clock is off */
	uint8_t spare[5];
	struct wall seen;
	uint64_t datagrams;
	uint64_t records;
	uint64_t mail_records;
	uint64_t lost;
	uint64_t late;
	uint64_t duplicates;
	uint64_t restarts;
	uint64_t malformed;
	uint64_t sampling; /* 0 not known, 1 all */
	uint64_t templates;
	int64_t clock_off_us; /* of its clock against ours */
};

struct status_exporters {
	uint64_t sequence; /* odd while they are written */
	uint64_t count;
	struct status_exporter exporter[STATUS_EXPORTERS];
};

struct status_rings {
	uint64_t waiting; /* entries */
	uint64_t room;
};

static inline uint64_t
status_get(const uint64_t *value)
{
	return __atomic_load_n(value, __ATOMIC_RELAXED);
}

static inline void
status_set(uint64_t *value, uint64_t to)
{
	__atomic_store_n(value, to, __ATOMIC_RELAXED);
}

/* All that the desk sees. */
struct status_view {
	const struct status_process *processes; /* a page that was never used is all zero */
	size_t process_count;
	const struct status_exporters *const *exporters; /* one a receiver; some may be NULL */
	size_t receivers;
	/* First to each judge, then from each to the keeper; may be NULL. */
	const struct status_rings *rings;
	size_t ring_count;
	struct wall now;
	int64_t steady_us; /* monotonic, as in beat_us */
	const char *version;
};

/* The pages that are in use and make sense, by owner and number, each once; their texts are terminated and of one
 * line. status_done gives the memory of the copy back. */
struct status_process *status_copy(const struct status_view *view, size_t *ret_count);
void status_done(struct status_process *copy);

/* The first process of this owner; NULL: there is none. */
const struct status_process *status_find(
	const struct status_process *processes, size_t count, enum counter_owner owner);

/* One figure of a process, as %llu prints it. */
static inline unsigned long long
status_value(const struct status_process *process, enum counter what)
{
	return (unsigned long long)process->value[what];
}

/* The sum of one figure over these processes. */
uint64_t status_sum(const struct status_process *processes, size_t count, enum counter what);

/* Puts these rows in place of those that were there; by the page's receiver alone. */
void status_exporters_write(
	struct status_exporters *page, const struct status_exporter *rows, size_t count);

/* A copy of all rows of one moment, at most STATUS_EXPORTERS; none if that cannot be had, as when their receiver died
 * while it wrote them. */
size_t status_exporters_read(const struct status_exporters *page, struct status_exporter *into);

/* Sessions of one exporter, domain and version, taken together. */
struct status_sum {
	struct address address;
	uint32_t domain;
	uint16_t version;
	uint16_t port; /* that it was last seen from */
	bool is_tcp;   /* so it came then */
	bool is_new;   /* all of them are */
	bool is_timeless;
	struct wall seen;
	uint64_t datagrams;
	uint64_t records;
	uint64_t mail_records;
	uint64_t lost;
	uint64_t late;
	uint64_t duplicates;
	uint64_t restarts;
	uint64_t malformed;
	uint64_t templates;
	uint64_t sampling; /* the largest */
	int64_t clock_off_us;
};

/* All of them, most records first, those that are new behind the others; *ret is for free(). */
size_t status_exporters(const struct status_view *view, struct status_sum **ret);

/* How many of them, from the first, are not new. */
size_t status_established(const struct status_sum *sums, size_t count);

/* "NetFlow v9" and so on. */
const char *status_version_name(uint16_t version);

#endif
