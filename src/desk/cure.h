/* cure - what became of each case: was the customer told, did he do something, who let him go, did it last
 *
 * What:    counts from rows of the ledger and the present time. A case counts once it was confirmed, or something was
 *          enforced. Its days begin when nothing is enforced any more after something was; of a line that was never
 *          held they begin with the first notice, or else when it was confirmed.
 *          Clean after 14 days: in them came no verdict or decision above watch (suspect, confirmed, quarantine), none
 *          of before still stood at their end, and no new case of the line was opened. Back within 90 days: one of
 *          these did come. A figure counts only cases whose days are over, also where the end is known before: what is
 *          back early would weigh too much. The others are not yet known.
 *          Of groups: the channel is that of the first notice; a case is of each text that was shown before its days
 *          began (any, where the line was never held); the device is what the evidence points at (a server, whose
 *          password it was), or else the one beside the router of which most steps are ticked.
 *          Which of two versions of all texts it was, A or B, is what the first row of a page or notice says.
 * Owns:    values.
 * Limits:  CURE_GROUPS groups, those that come first; CURE_TEXTS texts and CURE_DEVICES devices of a case.
 * Thread:  any. Pure.
 */
#ifndef LAZARET_DESK_CURE_H
#define LAZARET_DESK_CURE_H

#include "desk/interval.h"
#include "ledger/care.h"
#include "ledger/measures.h"

#define CURE_CLEAN_DAYS 14
#define CURE_BACK_DAYS  90
#define CURE_GROUPS     200
#define CURE_GROUP      56
#define CURE_TEXTS      24
#define CURE_DEVICES    16

/* Who let the line go. */
enum cure_end {
	CURE_CUSTOMER, /* himself */
	CURE_HELPDESK,
	CURE_DATE,  /* by itself, at the date */
	CURE_COURT, /* evidence ended */
	CURE_OTHER, /* everybody was let go, an exception, a role, another mode */
	CURE_ENDS
};

/* "customer" and so on. */
extern const char *const cure_ends[CURE_ENDS];

/* By what cases are counted. */
enum cure_by { CURE_ALL, CURE_HOLD, CURE_CHANNEL, CURE_TEXT, CURE_DEVICE, CURE_VARIANT, CURE_BYS };

/* "all" and so on. */
extern const char *const cure_bys[CURE_BYS];

struct cure_text {
	char subject[CARE_SUBJECT + 1];
	uint32_t version;
	char variant;
	struct wall time;
};

struct cure_device {
	char name[CARE_SUBJECT + 1];
	unsigned steps; /* that are ticked now */
};

/* One case, as its rows come: first all measures, then all of care, then all steps. */
struct cure_case {
	struct ledger_case of;
	struct wall now;
	/* Of measures that were enforced. */
	bool was_held;
	struct wall held_until; /* the first time that nothing was; WALL_NONE: something is */
	uint8_t hardest;        /* of those that ended then */
	uint8_t why;            /* enum measure_end of that */
	/* Of care. */
	bool is_notified, is_seen;
	struct wall notified;
	uint8_t channel; /* of the first notice */
	char variant;    /* 'A', 'B'; 0: there were not two */
	size_t texts, devices;
	struct cure_text text[CURE_TEXTS];
	struct cure_device device[CURE_DEVICES];
	/* Of steps. */
	struct ledger_case state[2]; /* as of the ends of 14 and of 90 days; number 0: none yet */
	bool is_bad[2];              /* a verdict above watch came in them */
	struct wall next; /* when the line's next case was opened; WALL_NONE: it has none */
};

void cure_case_begin(struct cure_case *ret, const struct ledger_case *of, struct wall now);
void cure_case_measure(struct cure_case *into, const struct measure *row);
void cure_case_care(struct cure_case *into, const struct care *row);
void cure_case_step(struct cure_case *into, const struct transition *row);

struct cure_count {
	uint64_t cases;
	uint64_t notified, seen, ticked; /* of cases */
	uint64_t held;                   /* something was enforced */
	uint64_t let_go[CURE_ENDS];      /* of held; the rest is held now */
	uint64_t early;     /* cases that are not held and whose 14 days are not over */
	struct share clean; /* of those whose 14 days are over */
	struct share back;  /* of those whose 90 days are over */
};

struct cure_group {
	uint8_t by; /* enum cure_by */
	char name[CURE_GROUP];
	struct cure_count count;
};

struct cure {
	size_t groups;
	bool is_full;     /* there are more */
	uint64_t removed; /* earlier cases, by retention: of them nothing is known */
	struct cure_group group[CURE_GROUPS];
};

void cure_begin(struct cure *ret);

/* A case whose rows are all there. */
void cure_add(struct cure *cure, const struct cure_case *of);

/* By what, then by name, for reading. */
void cure_sort(struct cure *cure);

/* NULL: no case is of that group. */
const struct cure_group *cure_find(const struct cure *cure, enum cure_by by, const char *name);

#endif
