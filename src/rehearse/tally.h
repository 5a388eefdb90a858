/* tally - what a judge found in a rehearsed network, counted against what each line really is
 *
 * What:    takes a judge's verdicts, keeps a few figures for each line, and sums them up by class.
 * Owns:    its figures; traffic is borrowed.
 * Limits:  one small record for each line that sends.
 * Thread:  one at a time.
 */
#ifndef LAZARET_REHEARSE_TALLY_H
#define LAZARET_REHEARSE_TALLY_H

#include "rehearse/traffic.h"
#include "rehearse/wire.h"
#include "verdict/verdict.h"

struct tally;

struct tally *tally_new(const struct traffic *traffic, const struct lines *lines);
/* The lines by the addresses that the exporters show. */
struct tally *tally_new_of_wire(
	const struct traffic *traffic, const struct wire *wire, const struct lines *lines);
struct tally *tally_free(struct tally *tally);

/* Callback of a judge; context is the tally. */
void tally_verdict(void *context, const struct verdict *verdict);

/* Figures of confirmed lines by the share of all lines of the class that are not above them; infinite where
 * fewer are confirmed. */
struct tally_delay {
	double seconds; /* from its first mail as what it is */
	double contacts;
	double attempts;
};

struct tally_class {
	uint32_t lines; /* that sent mail */
	uint32_t by_state
		[STATE_COUNT]; /* by the highest that each reached, quarantine as confirmed */
	uint32_t released;     /* confirmed once, and at the end no longer */
	uint32_t flagged[NAIVE_COUNT];
	uint64_t attempts;
	struct tally_delay median;
	struct tally_delay most; /* 95 % */
};

void tally_class(const struct tally *tally, unsigned class, struct tally_class *ret);

struct tally_member {
	unsigned class;
	enum state highest; /* that it reached, quarantine as confirmed */
};

/* One member of the traffic; false if it does not count: it sent no mail, or its line counts elsewhere. */
bool tally_member(const struct tally *tally, uint32_t member, struct tally_member *ret);

/* Seconds within which this share of the class's lines was confirmed. */
double tally_quantile(const struct tally *tally, unsigned class, double share);

/* Lines at this state or above. */
uint32_t tally_at_least(const struct tally_class *class, enum state state);

/* Honest lines that were confirmed. */
uint32_t tally_false(const struct tally *tally);

/* The verdict that first confirmed a zombie, or NULL. */
const struct verdict *tally_example(const struct tally *tally);

#endif
