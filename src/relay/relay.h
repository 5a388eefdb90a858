/* relay - may this recipient, or this message, pass now, and what is said if not?
 *
 * What:    the whole decision: who answers for the message (responsible.h), by which terms (roster.h, senders.h, its
 *          case), what it has sent (guard.h), and how hard the answer is. Answers grow harder in the order of enum
 *          decision_act, so that what cannot be sent soon does not come back again and again: near a limit slower,
 *          above it later; when more different recipients wait than its limit lets through in an hour it is held, and
 *          above RELAY_REFUSED times as many refused, as is what could never pass. An account that is confirmed to be
 *          in other hands is held or refused at once; one that may be has a share of its limits.
 * Owns:    its tables; what settings point to is the caller's, and stays as long as they hold.
 * Limits:  those of its settings; what finds no room passes and is counted.
 * Thread:  one at a time.
 */
#ifndef LAZARET_RELAY_RELAY_H
#define LAZARET_RELAY_RELAY_H

#include "relay/envelope.h"
#include "relay/guard.h"
#include "relay/login.h"
#include "relay/roster.h"
#include "relay/senders.h"

/* The code of a case and its end: letters, digits and hyphens. */
#define DECISION_NUMBER 16
/* So many times what the limit lets through in an hour. */
#define RELAY_REFUSED 3
/* Per cent of its limits that an account has while it may be in other hands. */
#define RELAY_SUSPECT 30

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
	bool is_case;  /* it is so for the case, and not for a limit */
	struct window_answer why;
	int64_t slow_us; /* SLOW: how long the answer waits */
	char number
		[DECISION_NUMBER]; /* of the case, for trace fields and texts; "": there is none */
};

/* How grave the open case of an account, line ... is. MAY_BE: it has a share of its limits, RELAY_SUSPECT. */
enum relay_standing { RELAY_CLEAR, RELAY_MAY_BE, RELAY_IS };

struct relay_case {
	enum relay_standing standing;
	char number[DECISION_NUMBER];
};

/* Evidence of channel R, for the judge. */
struct relay_notice {
	uint64_t key;     /* an account's or line's pseudonym, or who else answers for messages */
	enum limit limit; /* LIMIT_LINE: it is a line's */
	struct text account; /* its name, where it is known at this moment; else empty */
	struct relay_evidence evidence;
	struct sender_facts facts;
};

/* A message that passed its end. */
struct relay_sent {
	struct text queue_id;
	uint64_t who;
	enum limit class;
	uint32_t recipients; /* that count for who answers, so that they can be given back */
	struct wall time;
};

struct relay_settings {
	struct rule rule[LIMITS];
	size_t keys_most;
	size_t messages_most;
	struct senders_settings senders; /* without callback; most 0: nothing is known of senders */
	bool is_shadow;                  /* everything passes; decisions say what would have been */
	bool holds;         /* DECISION_HOLD may be given; else what would be held is deferred */
	unsigned slow_from; /* per cent of a limit; 100: nothing is slowed */
	int64_t slow_us;
	struct hash_key key;       /* of all hashes */
	const struct table *local; /* relay_domain() of domains whose mail stays here; NULL: none */
	const struct roster *roster; /* NULL: no account has a class of its own */
	const struct places *places; /* NULL: where clients are is not known */
	/* The line behind an address, 0: none. NULL: lines are not known. */
	uint64_t (*line_of)(void *context, const struct address *client);
	/* What an operator set for a key while the relay runs, which stands before any other limit. False: nothing.
	 * NULL: nobody can. Called before case_of. */
	bool (*limit_of)(void *context, uint64_t key, struct wall now, struct rule *ret);
	/* NULL: there are no cases. */
	struct relay_case (*case_of)(void *context, uint64_t key);
	void (*on_evidence)(void *context, const struct relay_notice *notice); /* may be NULL */
	/* A message went on its way, whose queue id is known. May be NULL. */
	void (*on_sent)(void *context, const struct relay_sent *sent);
	void *context;
};

struct relay;

struct relay *relay_new(const struct relay_settings *settings);
struct relay *relay_free(struct relay *relay);

struct decision relay_decide(struct relay *relay, const struct envelope *envelope, struct wall now);

/* Whose word its limits are. */
enum relay_word { RELAY_OF_CLASS, RELAY_OF_ROSTER, RELAY_OF_OPERATOR, RELAY_WORDS };

/* "class" and so on. */
extern const char *const relay_word_names[RELAY_WORDS];

/* On which terms somebody sends now. */
struct relay_terms {
	struct rule rule;  /* before what follows makes it less */
	struct rule now;   /* as it holds */
	unsigned percent;  /* of its limits */
	uint32_t day_most; /* recipients, by its past; UINT32_MAX: as many as the rule says */
	uint8_t word;      /* enum relay_word */
	uint8_t class;     /* enum limit */
	bool is_allowed;   /* never limited */
	struct relay_case of;
};

/* account: its name; empty: not known, then what the roster says of its domain is not found. */
void relay_terms(struct relay *relay, uint64_t key, enum limit class, struct text account,
	struct wall now, struct relay_terms *ret);

/* Somebody logged in, or tried to. LOGIN_ASKS: false if he shall not, whatever his password is. */
bool relay_login(struct relay *relay, const struct login *login, struct wall now);

/* What became of a recipient; recipient: a hash, 0: not told. */
void relay_result(struct relay *relay, uint64_t key, uint64_t recipient, enum sender_result result,
	struct wall now);

/* Of a message all of whose recipients bounced at once the recipients count no more, up to GUARD_REFUND_DAY a day. */
void relay_refund(struct relay *relay, uint64_t key, enum limit limit, uint32_t recipients,
	struct wall taken, struct wall now);

/* Who answers for it. */
void relay_responsible(struct relay *relay, const struct envelope *envelope, struct wall now,
	struct responsible *ret);

/* The relay is in use since then: so long none of its senders can be known to be new. */
void relay_began(struct relay *relay, struct wall began);

/* Time passes: call it every second or so. */
void relay_advance(struct relay *relay, struct wall now);

/* The hash of a domain, or of what stands behind the last '@' of an address, in small letters; 0: there is none. */
uint64_t relay_domain(const struct relay_settings *settings, struct text address);

/* As guard_save and guard_restore, with what is known of senders. */
int relay_save(const struct relay *relay, struct save *save) MUST_USE;
int relay_restore(
	struct relay *fresh, struct restore *restore, struct wall now, struct fail *fail) MUST_USE;

struct relay_counts {
	uint64_t decided[DECISION_ACTS]; /* by what would be */
	uint64_t shadowed;               /* of them that passed as this is a shadow */
	uint64_t allowed;                /* questions about those who are never limited */
	uint64_t results[SENDER_RESULTS];
	uint64_t logins;
	uint64_t logins_bad;
	uint64_t logins_refused;
	uint64_t refunds;
	uint64_t refunds_refused; /* more than is given back in a day, or of what counts no more */
};

struct relay_counts relay_counts(const struct relay *relay);
struct guard *relay_guard(struct relay *relay);
struct senders *relay_senders(struct relay *relay); /* NULL: there are none */

#endif
