/* caseplan - what is due about a case on a day
 *
 * What:    A case opens when a contact has candidates and none is open; after one was closed, when it has a twentieth
 *          again of the most that it had. The first letter is due at once, or in the arm hold-out after holdout_days; a
 *          reminder reminder_days after it was sent; after as many days again an escalation, then one each
 *          escalation_days. No letter goes to a mailbox within least_days of another. While less than a twentieth
 *          of the most are left nothing is due, and after close_days of that the case is closed: with a letter of
 *          thanks, if one about it was sent. Where that would be within least_days of another, it closes without.
 * Owns:    nothing.
 * Thread:  any. Pure.
 */
#ifndef LAZARET_CENSUS_JOIN_CASEPLAN_H
#define LAZARET_CENSUS_JOIN_CASEPLAN_H

#include "census/join/casefile.h"

#define CASEPLAN_LEFT 20 /* a twentieth: what is left of a case that is nearly cleared */

struct caseplan_settings {
	uint16_t day;
	uint16_t holdout_days, reminder_days, escalation_days, least_days, close_days;
	bool has_thanks; /* a case that closes may end with a letter of thanks */
};

#define CASEPLAN_DEFAULTS                                                                          \
	{                                                                                          \
		.holdout_days = 14, .reminder_days = 14, .escalation_days = 28, .least_days = 7,   \
		.close_days = 14, .has_thanks = true                                               \
	}

/* A contact's, before this day's run. */
struct caseplan_case {
	uint32_t listed; /* candidates of this day */
	uint32_t most;   /* as of casefile.h; of a closed case, too */
	uint16_t opened; /* 0: none is open */
	uint16_t low_since;
	uint16_t letters; /* of the open case: sent */
	uint16_t
		last_letter; /* day on which the last one to this mailbox was sent, of whichever case */
	uint8_t arm;         /* enum casefile_arm; of one that opens on this day, too */
	bool is_nobody;      /* no contact is known */
	bool is_never;       /* it may not be written to */
	bool is_held;        /* only if a person allows it */
	bool is_told;        /* a letter of the open case was sent, and it is no CERT's */
};

struct caseplan {
	enum casefile_step step;
	uint32_t most;
	uint16_t opened, low_since;
	bool is_thanked; /* it closes, and a letter of thanks is due */
};

struct caseplan caseplan_of(
	const struct caseplan_case *one, const struct caseplan_settings *settings);

/* Is that step a letter? */
static inline bool
caseplan_is_letter(enum casefile_step step)
{
	return step == CASEFILE_FIRST || step == CASEFILE_REMINDER || step == CASEFILE_ESCALATED;
}

#endif
