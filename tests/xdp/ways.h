/* ways - one way to read datagrams beside another, and whether both came to the same
 *
 * What:    an intake, its exporters, and every flow that was put in (intake_flow is wrapped by the linker:
 *          what comes out of the intake later depends on the order of other exporters' flows).
 * Owns:    way_open opens, way_close closes.
 * Limits:  WAYS_FLOWS flows; two ways at a time.
 */
#ifndef LAZARET_TESTS_WAYS_H
#define LAZARET_TESTS_WAYS_H

#include "exporters.h"

#define WAYS_FLOWS (1 << 20)

struct way {
	struct intake *intake;
	struct export *export_;
	struct flow *flow;
	size_t flows;
};

void way_open(struct way *way);
void way_close(struct way *way);

/* Both are open; before the first datagram. */
void ways_compare(struct way *a, struct way *b);

/* One datagram, by the socket. */
void way_read(struct way *way, const struct sent *sent, struct wall received);

/* The same flows in any order, the same counters, and the same figures of each exporter. */
void ways_assert_same(struct way *a, struct way *b);

#endif
