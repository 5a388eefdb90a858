/* report - that an address sent what it should not have, as somebody outside says
 *
 * What:    what all readers of reports give, whatever it was written in.
 * Owns:    nothing: texts are pieces of the message, or of what was decoded from it, until the taker returns.
 * Limits:  what is said is what a stranger says; nothing of it is checked but its form.
 * Thread:  a value.
 */
#ifndef LAZARET_SOURCE_REPORTS_REPORT_H
#define LAZARET_SOURCE_REPORTS_REPORT_H

#include "base/address.h"
#include "base/wall.h"

enum report_kind {
	REPORT_SPAM,  /* mail that nobody wanted */
	REPORT_BOT,   /* the host obeys others, or is known for spam */
	REPORT_OTHER, /* anything else: a scan, a copyright notice, "not spam" */
	REPORT_KINDS
};

/* "spam" and so on. */
extern const char *const report_kind_names[REPORT_KINDS];

enum report_form {
	REPORT_ARF,  /* RFC 5965, 6591, 6692 */
	REPORT_XARF, /* version 3 and 4 */
	REPORT_CSV,
	REPORT_FORMS
};

extern const char *const report_form_names[REPORT_FORMS];

struct report {
	struct prefix source; /* mostly one address; a /64 where no more is told */
	struct wall time;     /* when it did so; us 0: not told */
	uint16_t port;        /* from which it did so; 0: not told */
	uint8_t kind;         /* enum report_kind */
	uint8_t form;         /* enum report_form */
	struct text type; /* as the report has it: "abuse", "messaging/spam", the name of a table */
	struct text reporter; /* address in From of the message; empty: none */
	struct text
		reference; /* what the report is called: its own identifier, or the Message-ID */
	/* Of ARF, all empty where it does not say so. */
	struct text carried; /* the head of the message that it is about */
	struct text from;    /* Original-Mail-From */
	struct text to;      /* Original-Rcpt-To, where there is one alone */
};

#endif
