/* care - what the customer of a case was told and did, and what he may do: for portal, help desk, measure of cure
 *
 * What:    rows of one table: a page was seen, steps of a device were ticked, "this is wrong" was said, the line was
 *          let go by the customer, a notice went to him. A row is of a case, of what happened, of a subject (the page,
 *          the device, the notice) and of a day: a page that is seen again on the same day is no other row, and what
 *          else comes again stands in place of the first. So nobody who is on a line can fill the ledger.
 *          What is ticked now is the last row of each device. A release by the customer is refused unless the rules
 *          allow it, and is one transaction with what follows from it (deciding.h).
 *          Where the plan says so (planning.h), the first "this is wrong" of a case whose measures no person decided
 *          ends them, in one transaction, and nothing holds of the line for that time (exception.h): once in a case.
 *          The audit trail has releases and objections, as those of anybody; other rows change nothing, and are not
 *          in it.
 * Owns:    nothing.
 * Limits:  texts as below. Rows go with their case.
 * Thread:  as ledger.h.
 */
#ifndef LAZARET_LEDGER_CARE_H
#define LAZARET_LEDGER_CARE_H

#include "ledger/case.h"

/* Bytes without their ends; details have at most so many characters. */
#define CARE_SUBJECT            32
#define CARE_LANGUAGE           11
#define CARE_DETAILS            1500
#define CARE_DETAILS_CHARACTERS 840

/* So often may a customer let his line go, in so many days. */
#define CARE_RELEASES     2
#define CARE_RELEASE_DAYS 30

/* Who decided, in the audit trail. */
#define CARE_CUSTOMER "customer"

/* Where the texts were in two versions, details of SEEN and NOTIFIED are which it was (caselot.h). */
enum care_what {
	CARE_SEEN,     /* subject: the page */
	CARE_TICKED,   /* subject: the device; details: names of the steps, with a blank between */
	CARE_WRONG,    /* details: what he says */
	CARE_RELEASED, /* by himself */
	CARE_NOTIFIED, /* subject: the text, as its file is named ("notice-sms-begin") */
	CARE_WHATS
};

/* "seen" and so on. */
extern const char *const care_names[CARE_WHATS];

enum care_channel {
	CARE_LINE, /* from the line itself */
	CARE_CODE, /* from elsewhere, by code and PIN */
	/* The ways of a notice. */
	CARE_EMAIL,
	CARE_SMS,
	CARE_LETTER,
	CARE_CHANNELS
};

/* "line" and so on. */
extern const char *const care_channels[CARE_CHANNELS];

struct care {
	uint64_t of_case;
	struct wall time;
	uint8_t what;    /* enum care_what */
	uint8_t channel; /* enum care_channel */
	uint32_t text;   /* version of the text that was shown; 0: of none */
	char subject[CARE_SUBJECT + 1];
	char language[CARE_LANGUAGE + 1]; /* of that text */
	char details[CARE_DETAILS + 1];
};

typedef int (*visit_care)(void *context, const struct care *row);

struct ledger;

/* Keeps a row; its time is set. A page that was seen already costs a look-up. 1: it is new. */
int ledger_care(struct ledger *ledger, struct care *row, struct fail *fail) MUST_USE;

/* Of one case, by time; of these, one kind: by subject and time. */
int ledger_each_care(struct ledger *ledger, uint64_t of_case, visit_care visit, void *context,
	struct fail *fail) MUST_USE;
int ledger_each_care_of(struct ledger *ledger, uint64_t of_case, enum care_what what,
	visit_care visit, void *context, struct fail *fail) MUST_USE;

/* What is enforced of the line of a case. */
struct care_holds {
	bool is_held;      /* in the garden */
	bool is_blocked;   /* port 25 */
	bool is_limited;   /* at the relay */
	bool by_person;    /* of these, one was decided by a person: so its end is, too */
	bool was_limited;  /* in this case, by a measure that ended */
	bool has_objected; /* the customer, in this case, and measures ended by that */
	unsigned releases; /* by the customer, in the last CARE_RELEASE_DAYS */
	struct wall since; /* of the hardest; WALL_NONE: nothing holds */
	struct wall until; /* WALL_NONE: it ends with the case */
};

int ledger_care_holds(struct ledger *ledger, const struct ledger_case *of, struct care_holds *ret,
	struct fail *fail) MUST_USE;

/* Keeps a row that is CARE_WRONG, and does what follows from it. *until: nothing holds of the line until then;
 * WALL_NONE: the row changes nothing. 1: it is new; -ESRCH: there is no such case. */
int ledger_care_object(
	struct ledger *ledger, struct care *row, struct wall *until, struct fail *fail) MUST_USE;

/* How the customer may let the line go. */
enum care_release {
	CARE_FREE,      /* nothing holds it */
	CARE_OPEN,      /* by himself, once he has done something */
	CARE_USED_UP,   /* he did so CARE_RELEASES times: by the help desk */
	CARE_BY_PERSON, /* a person decided: by the help desk */
	CARE_WAYS
};

enum care_release care_release(const struct care_holds *holds);

/* Lets the line of an open case go by its customer; the row is CARE_RELEASED. How many measures ended. -EPERM: that is
 * not CARE_OPEN; -ESRCH, -EALREADY as ledger_release. */
int ledger_care_release(struct ledger *ledger, struct care *row, struct fail *fail) MUST_USE;

#endif
