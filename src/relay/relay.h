/* relay - may this recipient, or this message, pass now, and what is said if not?
 *
 * What:    the whole decision: who answers for the message (responsible.h), what it has sent (guard.h), and how hard
 *          the answer is. They grow harder in the order of enum decision_act: near a limit slower, above it later; what
 *          could never pass is refused.
 * Owns:    its tables; settings.local is the caller's.
 * Limits:  those of its settings; what finds no room passes and is counted.
 * Thread:  one at a time.
 */
#ifndef LAZARET_RELAY_RELAY_H
#define LAZARET_RELAY_RELAY_H

#include "relay/envelope.h"
#include "relay/guard.h"

/* A case number and its end: letters and digits. */
#define DECISION_NUMBER 16

enum decision_act {
	DECISION_PASS,
	DECISION_SLOW,
	DECISION_DEFER,
	DECISION_HOLD,
	DECISION_REJECT,
	DECISION_ACTS
};

/* "pass" and so on. */
extern const char *const decision_act_names[DECISION_ACTS];

struct decision {
	uint8_t act;   /* enum decision_act: what is to be done */
	uint8_t would; /* enum decision_act: what it would be if this were no shadow */
	uint8_t limit; /* enum limit: that is passed or near, where would is not PASS */
	struct window_answer why;
	int64_t slow_us; /* SLOW: how long the answer waits */
	char number
		[DECISION_NUMBER]; /* of the case, for trace fields and texts; "": there is none */
};

struct relay_settings {
	struct rule rule[LIMITS];
	size_t keys_most;
	size_t messages_most;
	bool is_shadow;     /* everything passes; decisions say what would have been */
	bool holds;         /* DECISION_HOLD may be given; else what would be held is deferred */
	unsigned slow_from; /* per cent of a limit; 100: nothing is slowed */
	int64_t slow_us;
	struct hash_key key;       /* of all hashes */
	const struct table *local; /* relay_domain() of domains whose mail stays here; NULL: none */
};

struct relay;

struct relay *relay_new(const struct relay_settings *settings);
struct relay *relay_free(struct relay *relay);

struct decision relay_decide(struct relay *relay, const struct envelope *envelope, struct wall now);

/* Who answers for it. */
void relay_responsible(
	const struct relay *relay, const struct envelope *envelope, struct responsible *ret);

/* Time passes: call it every second or so. */
void relay_advance(struct relay *relay, struct wall now);

/* A hash of some bytes of a peer, as of the name of a message; never 0. */
uint64_t relay_hash(const struct relay_settings *settings, struct text text);

/* The hash of a domain, or of what stands behind the last '@' of an address, in small letters; 0: there is none. */
uint64_t relay_domain(const struct relay_settings *settings, struct text address);

/* As guard_save and guard_restore. */
int relay_save(const struct relay *relay, struct save *save) MUST_USE;
int relay_restore(
	struct relay *fresh, struct restore *restore, struct wall now, struct fail *fail) MUST_USE;

struct relay_counts {
	uint64_t decided[DECISION_ACTS]; /* by what would be */
	uint64_t shadowed;               /* of them that passed as this is a shadow */
};

struct relay_counts relay_counts(const struct relay *relay);
struct guard *relay_guard(struct relay *relay);

#endif
