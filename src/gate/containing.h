/* containing - the part of the gate that keeps the elements of containment in the kernel
 *
 * What:    takes the actor's messages (orders.h), brings them to nf_tables (nftsocket.h) and to the filter in XDP
 *          beside it (containxdp.h), and looks whether the rules are still those that were loaded. Whether something
 *          was done is what nf_tables says; counters are the sum of both.
 * Owns:    its sockets to nf_tables.
 * Limits:  as orders.h; `most` elements of a set. Lines outside the own network are not taken.
 * Thread:  one.
 */
#ifndef LAZARET_GATE_CONTAINING_H
#define LAZARET_GATE_CONTAINING_H

#include "gate/containxdp.h"
#include "gate/network.h"
#include "gate/nftlist.h"
#include "gate/nftsocket.h"
#include "gate/orders.h"

/* What outlives a worker of the gate, in memory that it shares with its warden. */
struct containing_kept {
	uint64_t epoch;
	uint64_t standing; /* digest of the rules as they were loaded; 0: not looked at yet */
	uint32_t chains;   /* that the rules have */
	bool is_loaded;
	bool is_crowded; /* there were more in the table: of others, which stop what these let pass */
};

struct containing {
	struct nftsocket nft;
	struct nftlist over; /* who is over the rate, page by page */
	struct containxdp xdp;
	struct network network;
	struct containing_kept *kept;
	struct gaterules_told *told;
	const char *const *counters;
	size_t counter_count;
	int orders; /* socket */
	uint32_t generation;
	uint64_t foreign;
	struct orders message;
	struct orders_answer answer;
	struct containing_new {
		uint64_t number;
		uint64_t filled;
		int32_t error; /* of the first piece that was not done */
		struct fail fail;
	} new;
};

enum containing_outcome {
	CONTAINING_DONE,
	CONTAINING_LOST, /* the rules are not there as they were loaded: to be loaded again */
	CONTAINING_MALFORMED, /* it is counted, and nothing is done of it; the parent replaces who sent it */
	CONTAINING_ENDED /* there is no actor any more, nor will there be one */
};

/* Before the process shuts itself in; the rest is filled by the caller. filter and network stay the caller's. */
int containing_open(struct containing *containing, size_t most,
	const struct gaterules_filter *filter, const struct gaterules_network *network,
	struct fail *fail) MUST_USE;

/* DONE, or LOST: the rules are not as they were loaded; -errno with fail filled. */
int containing_begin(struct containing *containing, struct fail *fail) MUST_USE;

/* The next message of the actor, which is there. */
enum containing_outcome containing_take(struct containing *containing);

/* Once a second. */
enum containing_outcome containing_look(struct containing *containing);

#endif
