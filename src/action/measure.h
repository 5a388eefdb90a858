/* measure - one thing that is done to one line, for a time
 *
 * What:    which things there are, and how far each goes. A measure is what should hold; back ends (nftables, XDP,
 *          routers by RADIUS or BGP, the relay guard) make it hold, each as far as it can.
 * Owns:    nothing.
 * Thread:  a value.
 */
#ifndef LAZARET_ACTION_MEASURE_H
#define LAZARET_ACTION_MEASURE_H

#include "base/wall.h"

#include <stdbool.h>
#include <stdint.h>

/* From the mildest on. */
enum measure_kind {
	MEASURE_LIMIT,   /* its limits at the relay are a share of what they were */
	MEASURE_BLOCK25, /* no port 25, in either direction, but to the servers for customers */
	MEASURE_QUARANTINE, /* the garden: help, updates, mail to the operator's servers, nothing else */
	MEASURE_KINDS
};

/* "limit" and so on. */
extern const char *const measure_names[MEASURE_KINDS];

enum measure_mode {
	MEASURE_OBSERVE, /* it is said that it would be done */
	MEASURE_PROPOSE, /* it waits for a person */
	MEASURE_ENFORCE,
	MEASURE_MODES
};

/* "observe" and so on. */
extern const char *const measure_modes[MEASURE_MODES];

/* Who let a line go, or why nothing holds any more. */
enum measure_end {
	END_CLEAR,    /* its case is closed, or is milder now */
	END_CUSTOMER, /* released himself */
	END_HELPDESK, /* let go by a person of the operator's */
	END_DATE,     /* the legal maximum */
	END_ALL,      /* everything was let go */
	END_NEVER,    /* the line is never acted upon from now on */
	END_MODE,     /* it is proposed, observed or enforced now, as another measure */
	END_UNDONE,
	END_ROLE, /* its line has a role now that no program may hold */
	END_LINE, /* what its line is called is no line of the own network any more, so that nothing held it */
	END_BACKEND,   /* nothing that could hold it is left here */
	END_OBJECTION, /* the customer says that it is wrong: for a time, or until a person decides */
	MEASURE_ENDS
};

/* "clear" and so on. */
extern const char *const measure_ends[MEASURE_ENDS];

#endif
