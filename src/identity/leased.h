/* leased - whose line an address was where addresses are lent: leases, and before them the maps of a translator
 *
 * What:    an address of a prefix that is "leased" in the table of prefixes has no line of its own: its line is who
 *          held it at that second (leasefind.h). An outside address of a deterministic translator (natmap.h) is first
 *          brought back to the inside one. Where that is doubtful, unknown, or of many, there is no line, and it is
 *          counted.
 *          Who has many to ask has their memory fetched before: a look-up waits for it most of its time.
 * Owns:    nothing: leases and maps are the caller's.
 * Limits:  where who writes the leases has died while he did, look-ups go without an answer until another one has
 *          mended them; only the first one waits for that.
 * Thread:  one at a time each; the leases themselves are shared.
 */
#ifndef LAZARET_IDENTITY_LEASED_H
#define LAZARET_IDENTITY_LEASED_H

#include "identity/leasefind.h"
#include "identity/natmap.h"

struct leased_counts {
	uint64_t found;
	uint64_t doubtful; /* two candidates, or clocks may disagree */
	uint64_t unknown;  /* nobody had it, as far as is known */
	uint64_t shared;   /* of many, and the port does not say whose */
	uint64_t late;     /* the leases could not be asked */
};

struct leased {
	struct leases leases;
	bool has_leases; /* else: there are maps alone */
	const struct natmap *maps;
	size_t map_count;
	unsigned tolerance_seconds;
	struct wall now; /* for questions that name no time; of who asks */
	uint32_t torn;   /* the sequence of leasetable.h at which one waited in vain; 0: none */
	struct leased_counts counts;
};

/* Where an outside address of a translator leads: 0 with the inside address in *ret; -ENOENT: it is of no map;
 * -EAGAIN and -ENOTUNIQ as natmap_inside, counted. */
int leased_inside(struct leased *leased, const struct address *outside, uint16_t port,
	struct wall at, struct line_name *ret) MUST_USE;

/* The line: 0; else -errno as leasefind_holder, counted. The one place where leases are asked for observations. */
int leased_holder(struct leased *leased, const struct address *address, uint16_t port,
	struct wall at, struct line *ret) MUST_USE;

/* Questions that will be asked next: leasefind_fetch, through the maps, which changes them. */
void leased_fetch(const struct leased *leased, struct lease_question *questions, size_t count);

#endif
