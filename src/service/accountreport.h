/* accountreport - what is known of an account of a mail server, as text for people and as JSON
 *
 * What:    a row of a table, sentences, one object of JSON. Counts are those of senders.h and window.h.
 * Owns:    nothing.
 * Limits:  names are shown as they are: who fills the report sees to it that they are one line of text.
 * Thread:  any.
 */
#ifndef LAZARET_SERVICE_ACCOUNTREPORT_H
#define LAZARET_SERVICE_ACCOUNTREPORT_H

#include "identity/accountname.h"
#include "relay/relay.h"
#include "verdict/verdict.h"

struct account_report {
	uint64_t line;                   /* pseudonym */
	char name[ACCOUNTNAME_MOST + 1]; /* empty: not known, or not to be shown */
	bool is_known;                   /* facts are filled */
	struct sender_facts facts;
	struct relay_terms terms;
	struct wall until; /* the limit of an operator; WALL_NONE: without end */
	uint32_t counted[RULE_WHATS][RULE_SPANS];
	uint64_t of_case; /* open; 0: none */
	enum state state; /* of it */
	bool is_limited;  /* by a measure of it */
	bool is_shadow;   /* nothing is done to any mail */
	bool holds;       /* what its case stops is held, and not refused */
};

void account_report_heading(struct buffer *into);
void account_report_row(const struct account_report *of, struct buffer *into);
void account_report_text(const struct account_report *of, struct buffer *into);

/* How it may send now. */
void account_report_terms(const struct account_report *of, struct buffer *into);

/* With the end of the line. */
void account_report_json(const struct account_report *of, struct buffer *into);

#endif
