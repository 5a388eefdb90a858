/* containxdp - the filter of port 25 in XDP (xdpcontain.h) beside the rules of nf_tables, which stop the same
 *
 * What:    takes each change and each whole content that nf_tables took, and attaches the filter where its settings
 *          say: at once where a process before left it with all lines, else when all its sets were filled. Where it is
 *          taken off it is attached again. Nothing depends on it: what fails here is told, the filter is taken off
 *          everywhere, as it might hold who is free already, and nf_tables goes on alone until the sets are filled
 *          anew, which the actor does in another epoch.
 * Owns:    the filter's descriptors. What is pinned outlives it.
 * Limits:  tries again after CONTAINXDP_AGAIN_MS to attach what could not be attached, and after CONTAINXDP_FILL_MS to
 *          have sets filled. What cannot be loaded is tried again by the next worker only, so by a reload.
 * Thread:  one.
 */
#ifndef LAZARET_GATE_CONTAINXDP_H
#define LAZARET_GATE_CONTAINXDP_H

#include "gate/orders.h"
#include "gate/xdpcontain.h"
#include "runtime/gaterules.h"

#define CONTAINXDP_AGAIN_MS 10000
#define CONTAINXDP_FILL_MS  60000

struct containxdp {
	struct xdpcontain *xdp; /* NULL: there is none */
	const struct gaterules_filter *filter;
	const char *interface[GATERULES_INTERFACES]; /* the names in filter */
	uint32_t filled;   /* sets (bit 1 << enum lineset) that this process filled */
	bool is_whole;     /* the sets are as they should be */
	bool is_filling;   /* a content comes */
	int64_t fill_us;   /* not 0: no change is taken, and from then on sets are to be filled */
	int64_t attach_us; /* not before */
	struct fail fail;  /* what empty: all is well, or it is not wanted */
};

/* Before the process shuts itself in. is_wanted: nf_tables is there. Where it is not, no interface is named, or it is
 * not possible, nothing stays attached. */
void containxdp_open(
	struct containxdp *contain, const struct gaterules_filter *filter, bool is_wanted);

/* Inside: takes it off where it is not wanted any more. */
void containxdp_begin(struct containxdp *contain);

/* What nf_tables has taken. The results in orders are overwritten. */
void containxdp_apply(struct containxdp *contain, struct nftsocket_order *orders, size_t count);

/* A whole content of a set: element by element, and shown if nf_tables took it. */
void containxdp_fill(struct containxdp *contain, enum lineset set);
void containxdp_give(struct containxdp *contain, const struct element *element);
void containxdp_filled(struct containxdp *contain, enum lineset set, bool is_taken);

/* Once a second: attaches where it is not. True: the sets are to be filled anew, by another epoch. */
bool containxdp_look(struct containxdp *contain);

/* Adds what it stopped to the first XDPCONTAIN_COUNTERS. */
void containxdp_count(const struct containxdp *contain, struct orders_counter *counters);

#endif
