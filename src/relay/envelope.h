/* envelope - what a mail server tells of a message, whichever protocol it speaks
 *
 * What:    policyenvelope.h and relaymilter.h fill it, relay.h decides on it.
 * Owns:    nothing: texts are views into what the peer sent, any byte may be in them.
 * Thread:  a value.
 */
#ifndef LAZARET_RELAY_ENVELOPE_H
#define LAZARET_RELAY_ENVELOPE_H

#include "base/address.h"
#include "base/text.h"

enum envelope_stage {
	ENVELOPE_RECIPIENT, /* may this one be added? */
	ENVELOPE_DATA,      /* these are all */
	ENVELOPE_END,       /* it is here, and goes on if the answer is yes */
	ENVELOPE_ABORT      /* it is over without that */
};

struct envelope {
	uint64_t message;        /* what tells it from others: a hash, never 0 */
	struct text account;     /* SASL; empty: did not log in */
	struct text certificate; /* a fingerprint or name; empty: none that is trusted */
	struct text sender;      /* without <>; empty: a bounce (RFC 5321 s4.5.5) */
	struct text recipient;   /* RECIPIENT: this one; at others empty, or the only one */
	struct text queue_id;    /* empty: none yet */
	struct address client;   /* all zero: not known */
	uint32_t count;          /* DATA, END: recipients accepted; 0: not told */
	uint8_t stage;           /* enum envelope_stage */
	bool is_local;           /* the mail server says that the recipient is its own */
	bool is_settled;         /* whoever asks will be heard again at the end of the message */
};

#endif
