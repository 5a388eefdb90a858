/* plan - what should be done to a line, given what is held of it
 *
 * What:    a function: what is known of a case and what holds already give what begins and what ends. It goes from
 *          mild to hard, a step at a time: limits at the relay while it may be a zombie, port 25 closed when it is
 *          one, the garden if it goes on for so long after that (sooner for whoever was there before, or does harm),
 *          and back when the case ends. What a person took back does not begin again, unless the case gets worse. It
 *          proposes where it may not act: to lines that are never to be held automatically (protected ones, shared
 *          addresses, mail servers), when the brake is on, and in the mode propose. What a program did to a line that
 *          has become one of these since then ends; so does what nothing can hold any more: a measure that is enforced
 *          holds, or is none.
 *          Harm is a rate: so many connections to mail ports an hour, at the time at which the case was confirmed last,
 *          since what a line would do cannot be seen while its port 25 is closed. Of n connections n - 3 * sqrt(n) are
 *          believed, and they took a minute at least: a burst of thirty is none. It is no ground by itself: the case
 *          must be confirmed, and go on for a time, too.
 * Owns:    nothing.
 * Limits:  one measure of a kind at a time.
 * Thread:  any; no state.
 */
#ifndef LAZARET_ACTION_PLAN_H
#define LAZARET_ACTION_PLAN_H

#include "action/measure.h"
#include "verdict/verdict.h"

struct plan_settings {
	uint8_t mode[MEASURE_KINDS]; /* enum measure_mode: how far each may go by itself */
	uint8_t undone; /* bits 1 << enum measure_kind: nothing makes it hold here, so nobody can decide it */
	uint8_t unheld; /* of these, what nothing holds: not only for now, so that what was enforced ends */
	int64_t most_us
		[MEASURE_KINDS]; /* it ends by then, whatever the case is; 0: with its case */
	int64_t persists_us;     /* who is confirmed for so long after port 25 was closed is held */
	int64_t again_us;        /* the same for who was held before, in the year before */
	int64_t harms_us;        /* and for who does harm */
	uint32_t harm;           /* from so many connections an hour on it is harm; 0: nothing is */
};

#define PLAN_DEFAULTS                                                                              \
	((struct plan_settings){                                                                   \
		.mode = {MEASURE_OBSERVE, MEASURE_OBSERVE, MEASURE_OBSERVE},                       \
		.most_us = {0, 0, 30 * WALL_DAY},                                                  \
		.persists_us = WALL_DAY,                                                           \
		.again_us = WALL_DAY / 4,                                                          \
		.harms_us = WALL_HOUR,                                                             \
		.harm = 1000,                                                                      \
	})

/* A measure that holds. */
struct plan_held {
	bool holds;
	bool by_program; /* nobody decided it */
	bool braked;     /* it is a proposal by the brake alone */
	uint8_t mode;    /* enum measure_mode */
	struct wall begun;
	struct wall until; /* us 0: with its case */
};

struct plan_facts {
	uint8_t state; /* enum state */
	uint8_t role;  /* enum role, as it is now */
	bool is_gone;  /* what it is called is no line of the own network: nothing can hold it */
	bool is_never; /* the line is never acted upon */
	bool is_objected; /* the customer says that it is wrong: nothing holds for a time, or until a person decides */
	uint8_t brakes; /* bits 1 << enum measure_kind: too many were held lately, more are only proposed */
	bool is_paused;  /* somebody let everything go: nothing begins, until he says so */
	uint32_t harm;   /* plan_harm of the last confirmation; where nobody asks for it, 0 */
	unsigned before; /* how often it was held in the year before */
	struct plan_held held[MEASURE_KINDS];
	bool is_undone[MEASURE_KINDS]; /* somebody took it back, and the case is no worse since */
};

struct plan_change {
	uint8_t kind; /* enum measure_kind */
	bool begins;
	uint8_t mode;      /* BEGINS: enum measure_mode */
	uint8_t why;       /* ENDS: enum measure_end */
	bool harms;        /* BEGINS, a quarantine: it is due for the harm */
	bool braked;       /* BEGINS: only the brake makes it a proposal */
	struct wall until; /* BEGINS: us 0: with its case */
};

/* Of each kind one may end and another begin. */
#define PLAN_CHANGES (2 * MEASURE_KINDS)

/* Connections an hour, at least, of so many in so long a time. */
uint32_t plan_harm(uint64_t connections, int64_t us);

/* Does it matter now whether a line does harm? */
bool plan_asks_harm(
	const struct plan_settings *settings, const struct plan_facts *facts, struct wall now);

/* Who may be held by a decision of a program: no protected line, shared address or mail server. role: enum role. */
bool plan_may_hold(uint8_t role);

/* What is done to such a line, and no program may do: by one before it was such a line, or by a person. */
bool plan_is_beyond(const struct plan_held *held, enum measure_kind kind, uint8_t role);

/* How many changes; those that end something come first. Who is let go at the legal maximum is not held again in the
 * same call: a release leads to another state (probation). */
unsigned plan(const struct plan_settings *settings, const struct plan_facts *facts, struct wall now,
	struct plan_change changes[PLAN_CHANGES]);

#endif
