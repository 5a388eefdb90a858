/* courtstate - all that the court holds: inside verdict/ only
 *
 * What:    the court's struct and what changes it, so that courtstate.c can save, restore and resume it
 *          (court_save, court_restore and court_resume of court.h).
 * Thread:  one at a time.
 */
#ifndef LAZARET_VERDICT_COURTSTATE_H
#define LAZARET_VERDICT_COURTSTATE_H

#include "verdict/court.h"

#define COURT_BINS 2048

/* Lines that are looked at equally often, in no order; each knows its place. */
struct roster {
	uint32_t *index;
	size_t count;
};

struct court {
	struct court_settings settings;
	struct flow_channel *flow;
	size_t lines_most;
	uint32_t parameters;
	court_verdict on_verdict;
	court_verdict on_active;
	void *context;
	struct standing *standings;
	uint8_t *states; /* of the standings, dense: most lines are clear and cost one byte */
	struct roster watched;
	struct roster held; /* suspect and above */
	struct verdict *confirmations;
	size_t confirmation_count;
	size_t confirmation_room;
	uint64_t highest[STATE_COUNT];
	double threshold;
	uint32_t active_lines;
	struct wall epoch; /* end of the last one */
	uint32_t epochs;
	uint32_t bins[COURT_BINS];
};

/* Where lines of a state are looked at, or NULL. */
struct roster *court_roster(struct court *court, enum state state);

/* Puts the line into a state and its roster. */
void court_enlist(struct court *court, uint32_t index, enum state to);

/* Counts the line by a state, if that is the gravest that it reached. */
void court_note_highest(
	struct court *court, struct standing *standing, enum state state, struct wall now);

#endif
