/* replywords - the words of reply.h, a language each
 *
 * What:    sentences with places for what changes: {limit} with its noun, {time}, {whose}.
 * Limits:  ASCII, since SMTPUTF8 is not asked of clients; so written as those do who have no other letters.
 * Thread:  any; the table never changes.
 */
#ifndef LAZARET_RELAY_REPLYWORDS_H
#define LAZARET_RELAY_REPLYWORDS_H

#include "relay/reply.h"

/* One of a thing, and several. */
struct reply_noun {
	const char *one;
	const char *many;
};

struct reply_words {
	const char *full[RULE_SPANS];
	const char *burst;
	const char *never[RULE_SPANS];
	const char *never_at_once;
	const char *stopped;
	const char *refused;
	const char *again; /* {time} */
	const char *help;
	const char *number;
	struct reply_noun what[RULE_WHATS];
	const char *whose[LIMITS];
	struct reply_noun minutes;
	struct reply_noun hours;
};

extern const struct reply_words reply_words[REPLY_LANGUAGES];

#endif
