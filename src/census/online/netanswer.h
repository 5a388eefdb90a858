/* netanswer - what a registry says on line of the network that holds an address
 *
 * What:    the range, which is what it counts for, not the address that was asked; the country; mailboxes to which
 *          abuse may be told; and where there are none, why.
 * Owns:    nothing.
 * Limits:  NETANSWER_MAILBOXES mailboxes, the first ones.
 * Thread:  any.
 */
#ifndef LAZARET_CENSUS_ONLINE_NETANSWER_H
#define LAZARET_CENSUS_ONLINE_NETANSWER_H

#include "census/registry/mailbox.h"
#include "census/registry/range.h"

#include <stdint.h>

#define NETANSWER_MAILBOXES 4
#define NETANSWER_WHY       128

enum netanswer_result {
	NETANSWER_FOUND,    /* at least one mailbox */
	NETANSWER_NONE,     /* the network is there, without a mailbox that may be written to */
	NETANSWER_NOTHING,  /* the registry knows no such network */
	NETANSWER_WITHHELD, /* it does not tell everybody */
	NETANSWER_BUSY,     /* it asks to come later */
	NETANSWER_REFUSED,  /* it does not answer this question */
	NETANSWER_WRONG,    /* this is no answer to it */
	NETANSWER_RESULT_COUNT
};

extern const char *const netanswer_results[NETANSWER_RESULT_COUNT];

struct netanswer {
	enum netanswer_result result;
	enum range_family family;
	struct range range; /* not of NOTHING, REFUSED, WRONG; of BUSY only perhaps */
	bool has_range;
	bool is_for_abuse; /* what the mailboxes are meant for; else the network's contacts in general */
	uint16_t country; /* delegated.h; 0: none */
	size_t mailbox_count;
	char mailboxes[NETANSWER_MAILBOXES][MAILBOX_MOST + 1]; /* their domains in small letters */
	char why[NETANSWER_WHY]; /* what the registry said of a refusal, or what is wrong */
};

/* Of an address that is asked for. */
struct netanswer netanswer_begin(enum range_family family);

/* The network: false where it does not hold the address, or is wider than any that is somebody's (a /8, of IPv6 a /16);
 * then the answer says so. */
bool netanswer_take_range(struct netanswer *answer, const struct range *range, ipnumber address);

/* One that no letter may go to (mailbox.h) is left out, and so is one that is there. */
void netanswer_add_mailbox(struct netanswer *answer, struct text mailbox);

/* The result, with its reason: text of strangers becomes one line. */
void netanswer_say(struct netanswer *answer, enum netanswer_result result, struct text why);

#endif
