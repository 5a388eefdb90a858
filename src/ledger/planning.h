/* planning - measures follow from cases
 *
 * What:    where a transition is written, and where a time has come, plan.h is asked what should be done to the line,
 *          and what it says is written in the same transaction. So a measure is never in the ledger without its
 *          reason, or later than it.
 * Owns:    nothing.
 * Limits:  PLANNING_BATCH cases are looked at in one ledger_review, PLANNING_HELD measures in one ledger_review_roles,
 *          PLANNING_EXEMPT exemptions at the begin of a review.
 * Thread:  as ledger.h.
 */
#ifndef LAZARET_LEDGER_PLANNING_H
#define LAZARET_LEDGER_PLANNING_H

#include "ledger/measures.h"

#define PLANNING_BATCH  64
#define PLANNING_HELD   1024
#define PLANNING_EXEMPT 4096

/* What a line in quarantine still reaches, besides time and what is let in by name: for the record of the measure. */
enum planning_open {
	OPEN_KNOWN = 1, /* rules here hold it; else the rest is not known */
	OPEN_RESOLVERS = 2,
	OPEN_SERVERS = 4, /* of the operator's mail */
	OPEN_PROTECTED = 8,
	OPEN_PORTAL = 16,
	OPEN_PAGE = 32, /* port 80 is answered */
};

struct planning {
	struct plan_settings plan;
	char ground[MEASURE_KINDS][MEASURE_GROUND + 1]; /* of the country's profile */
	/* The brake: so many lines are put into quarantine by a program within an hour, or are there at the same time,
	 * and it only proposes more. 0: none is. */
	uint64_t an_hour;
	uint64_t at_once;
	uint64_t blocks_an_hour; /* the same of lines whose port 25 is closed */
	/* So long nothing holds of who says that it is wrong (care.h); 0: that changes nothing. */
	int64_t objection_us;
	uint8_t open; /* of enum planning_open */
};

/* Proposals that wait for a person. */
struct planning_waits {
	int64_t proposed; /* all of them */
	int64_t braked;   /* of them, those that the brake made proposals */
};

/* One of them more, or less (by: 1, -1); nothing where the measure is no proposal. */
void planning_count(struct planning_waits *waits, const struct measure *measure, int by);

struct ledger;

/* Without it nothing follows. The settings are copied. */
void ledger_plan(struct ledger *ledger, const struct planning *planning);

/* As it was planned; 0 without. */
uint8_t ledger_open_in_quarantine(const struct ledger *ledger);

/* What the settings say of the line of a case now. */
struct planning_line {
	uint8_t role; /* enum role; ROLE_COUNT: they do not say. What a verdict has found out stands: a line that may
			 not be held by that may not be. */
	bool is_gone; /* as in plan_facts */
};

typedef struct planning_line (*planning_line_of)(
	void *context, const struct ledger_case *of, struct wall now);

/* NULL: roles are those of the verdicts, and lines are where they were. */
void ledger_set_lines(struct ledger *ledger, planning_line_of line_of, void *context);

struct review {
	uint64_t after; /* how far it is; 0: at the begin, or the end */
	/* Measures so far, or at the end of all, of lines that no program may hold: what a person decided stays. */
	uint64_t beyond;
	uint64_t first; /* the first of them by its case; 0: there is none */
	/* Of ledger_review alone: proposals, as it found them; measures that ended within a day as nothing can hold
	 * them (END_LINE, END_BACKEND), where the case would ask for them still. */
	struct planning_waits waits;
	uint64_t unheld;
	/* Of it, too: open cases to which nothing is done as their customers object. */
	uint64_t objected;
	/* And exemptions whose lines are none any more, of the first PLANNING_EXEMPT. */
	uint64_t exempt_gone;
};

/* Looks at measures that hold, and nothing else: where the role of a line has become one that no program may hold, or
 * nothing can hold it, it does what follows. 1 if there are more; 0 at the end. review: all zero at the begin; beyond
 * has the measures that a person decided before the line had that role. */
int ledger_review_roles(struct ledger *ledger, struct review *review, struct fail *fail) MUST_USE;

/* Looks at the open cases, and does what is due; at the begin ends exceptions that are over. As
 * before; beyond has all measures that a person decided. */
int ledger_review(struct ledger *ledger, struct review *review, struct fail *fail) MUST_USE;

/* For what is the brake on, as bits 1 << enum measure_kind? While it is off it is looked at where a program is to do
 * more; while it is on in each ledger_review alone, so that a wave costs no more. ledger_look_brake looks now. */
uint8_t ledger_brakes(const struct ledger *ledger);
int ledger_look_brake(struct ledger *ledger, struct fail *fail) MUST_USE;

#endif
