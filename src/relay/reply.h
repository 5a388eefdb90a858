/* reply - what a mail server says to a client whose message does not pass now
 *
 * What:    a code of RFC 5321 and RFC 3463 and a sentence that the client understands, in a language of the operator's
 *          choice, with where help is and the code of the case. Code by what it answers: later is 450 4.7.0 (at DATA
 *          451 4.7.0: RFC 5321 s4.3.2 has no 450 there), never 550 5.7.1. X.7.1 says "never" (RFC 3463 s3.8), so it
 *          does not stand for later. A client acts on the code (RFC 5321 s4.2): the time is for people.
 * Owns:    nothing.
 * Limits:  one line of at most REPLY_MOST bytes with code and line end (RFC 5321 s4.5.3.1.5), ASCII.
 * Thread:  any.
 */
#ifndef LAZARET_RELAY_REPLY_H
#define LAZARET_RELAY_REPLY_H

#include "relay/envelope.h"
#include "relay/guard.h"

#define REPLY_MOST 512
/* Of help and case together. */
#define REPLY_HELP_MOST 200

enum reply_language { REPLY_EN, REPLY_NB, REPLY_DE, REPLY_LANGUAGES };

/* "en" and so on. */
extern const char *const reply_language_names[REPLY_LANGUAGES];

struct reply {
	enum reply_language language;
	enum envelope_stage stage;
	bool is_case;     /* it is for the case, and for no limit */
	bool is_final;    /* it shall not come again */
	enum limit limit; /* that is passed */
	struct window_answer why;
	struct wall now;
	struct text help;   /* an address of the web, or a telephone number; may be empty */
	struct text number; /* the code of the case; may be empty */
};

/* Whether a text may stand as help: printable ASCII, not too long. */
bool reply_is_help(struct text help);

/* "450 4.7.0 ..." without a line end. */
void reply_make(const struct reply *reply, struct buffer *into);

#endif
