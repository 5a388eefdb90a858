/* verdict - what is held of a line, and since when
 *
 * What:    a step of a case from one state to another, with what it rests on, so that it can be kept,
 *          explained and replayed.
 * Thread:  a value.
 */
#ifndef LAZARET_VERDICT_VERDICT_H
#define LAZARET_VERDICT_VERDICT_H

#include "evidence/evidence.h"

enum state {
	STATE_CLEAR,
	STATE_WATCH,
	STATE_SUSPECT,
	STATE_CONFIRMED,
	STATE_QUARANTINE,
	STATE_PROBATION,
	STATE_COUNT
};

/* "clear" and so on, as JSON spells them. */
extern const char *const state_names[STATE_COUNT];

/* The order of states: probation is the milder end of a quarantine. */
extern const uint8_t state_gravity[STATE_COUNT];

struct verdict {
	struct wall time;
	uint64_t line;
	uint32_t index;
	uint32_t parameters; /* version: hash of all parameters that judged */
	uint8_t from;        /* enum state */
	uint8_t to;
	uint8_t highest;
	uint8_t role;    /* enum role, as judged */
	float score;     /* fused: ln of the weighted average of the channels' e-values */
	float threshold; /* that the score was held against */
	float channels[CHANNEL_COUNT];
	uint32_t active_lines; /* N of e-d-BH at that moment */
	struct flow_facts facts;
};

#endif
