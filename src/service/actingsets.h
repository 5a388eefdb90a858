/* actingsets - the back end of nftables: places of measures become elements of sets, through the gate
 *
 * What:    a change of a place is collected, and goes out with others in one transaction; one that the kernel refuses
 *          is left out with a word, and the others are done. Where a set is too small all is tried again after a
 *          minute, and while that is in vain after twice as long each time, an hour at the most; once a line has left
 *          after a minute again. What holds in all is filled
 *          in at the begin, and again after the gate or the rules were replaced. While that is learnt, what is not
 *          there is added, and what then has as many elements as it should (of the kernels that tell) is full: all
 *          that should be there was added. After others changed rules it is
 *          looked whether ours are there, and all is filled in again as well where a set without time has more or fewer
 *          elements than it should for ACTINGSETS_LOOKS looks (of the kernels that tell).
 * Owns:    nothing.
 * Limits:  a place outside the own network, or of a length that has no set, is refused, here and by the gate.
 * Thread:  the actor's.
 */
#ifndef LAZARET_SERVICE_ACTINGSETS_H
#define LAZARET_SERVICE_ACTINGSETS_H

#include "action/holding.h"
#include "service/actinggate.h"
#include "service/daemon.h"

#define ACTINGSETS_LOOKS 3

struct actingsets {
	const struct daemon_settings *settings;
	struct actinggate gate;
	uint64_t epoch;   /* in which all sets were filled; 0: never */
	uint64_t foreign; /* changes of others that were looked after */
	int64_t checked_us;
	/* Elements in the kernel beyond those that are wanted, of exemptions and of blocks, at the first look after all
	 * was filled in; places that no set can hold make it negative. */
	int64_t beyond[2];
	bool has_beyond;
	unsigned apart; /* so many looks one after the other found other figures than these */
	struct actingsets_ahead {
		bool is_learning; /* what holds comes bit by bit */
		bool adds;        /* none of the elements was there, and all could be added */
		uint64_t sent;    /* of them, those that the gate has not answered for */
		uint64_t epoch;   /* in which they were; 0: there was none */
		uint64_t foreign;
		uint64_t left_out[2]; /* of exemptions and blocks, those that no set can hold */
		bool is_full[2];
	} ahead;
	struct wall now;
	bool is_owing; /* the sets are to be filled anew */
	int64_t short_us; /* when it was last found that a set is too small; 0: there is room for all */
	int64_t pause_us; /* so long after that all is tried again */
	uint64_t done;
	uint64_t refused;
	uint64_t left_out; /* of the last content: measures that no set can hold */
	uint64_t failures;
	uint64_t fills;
	struct orders_counter counter[ORDERS_COUNTERS_MOST]; /* as they were last seen */
	bool has_counters; /* there are such that were seen before */
	uint64_t
		stopped; /* packets of lines to port 25 since it began: none that was only observed */
	uint64_t restored; /* times that elements were not there that should be */
	struct fail fail;  /* of the last failure; what empty: all is well */
	struct fail xdp;   /* the same of XDP, beside which nf_tables does it all */
};

void actingsets_begin(struct actingsets *sets, const struct daemon_settings *settings, int gate);

/* One change; context is struct actingsets: a holding_give. */
void actingsets_take(void *context, const struct holding_change *change);

/* All that holds is learnt from here on, until actingsets_anew. Between, changes of what is known as yet come here:
 * a holding_give. */
void actingsets_learn(struct actingsets *sets);
void actingsets_ahead(void *context, const struct holding_change *change);
void actingsets_anew(struct actingsets *sets);

/* Has done all that was taken, as far as it can be done. */
void actingsets_flush(struct actingsets *sets);

/* Once a second or so: counters, whether all is there; fills where that is due. */
void actingsets_see_to(struct actingsets *sets, const struct holding *holding);

#endif
