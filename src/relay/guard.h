/* guard - may this recipient, or this message, pass now?
 *
 * What:    holds messages that are on their way and the windows of all that is responsible for them. The first
 *          recipient reserves a message and a recipient, each other a recipient; the end settles with the number that
 *          the mail server accepted; what ends otherwise is given back. A stage that asks again for the same counts
 *          once. All that is responsible is asked before anything is counted, and the tightest decides.
 *          Where several relays count the same, a guard notes what it counts (guard_share) and adds what the others
 *          say (guard_join); it never asks one. Of N relays that hear of each other within a time d, no window holds
 *          more of a key than its limit and what N - 1 of them accept of it in d: each decides on all that it counted
 *          itself, and on all of the others that is older than d. What one accepts in d is at most the limit, and where
 *          there is a burst, it and what comes in d at its pace. What was never heard of (a relay that is new, or was
 *          away for longer than the store remembers; what was lost) is not counted where it was not heard.
 * Owns:    its tables; the deltas are the caller's.
 * Limits:  settings.keys_most keys, settings.messages_most messages on their way; what finds no room passes and is
 *          counted, since who fills a table must not stop everybody's mail.
 * Thread:  one at a time.
 */
#ifndef LAZARET_RELAY_GUARD_H
#define LAZARET_RELAY_GUARD_H

#include "relay/deltas.h"
#include "relay/responsible.h"
#include "relay/windows.h"

/* A message of which nothing was heard for so long is over. */
#define GUARD_SILENCE_US (20 * WALL_MINUTE)
/* So long one that is over is known, should its end be asked for again: Postfix gives up an answer after 100 s, and
 * asks once more a second later. It gives way earlier where there is no room. */
#define GUARD_OVER_US (2 * WALL_MINUTE)
/* Recipients of a message that are believed. */
#define GUARD_RECIPIENTS 1000000U
/* Recipients that are given back to a key in a day, as they bounced at once. */
#define GUARD_REFUND_DAY 50U

struct guard_settings {
	struct rule rule[LIMITS];
	size_t keys_most;
	size_t messages_most;
	bool is_shadow; /* everything passes; answers say what would have been */
};

enum guard_stage {
	GUARD_RECIPIENT, /* may this one be added? */
	GUARD_DATA,      /* these are all */
	GUARD_END,       /* it is here, and goes on if the answer is yes */
	GUARD_ABORT      /* it is over without that */
};

struct guard_ask {
	uint64_t message; /* what tells it from others: a hash, never 0 */
	const struct responsible *responsible;
	/* A hash; 0: not told, or there are several. Where it is told the responsible one may be of local mail: a
	 * message counts as local as long as all of its recipients are. */
	uint64_t recipient;
	uint32_t count; /* DATA, END: recipients accepted; 0: not told */
	enum guard_stage stage;
	bool is_settled; /* whoever asks will be heard again at the end of the message */
	bool is_free;    /* it is counted, and never denied */
};

struct guard_answer {
	bool passes;
	bool would;          /* it would not pass if this were no shadow */
	bool is_near;        /* it passes, and comes near a limit: told once a message */
	bool is_first;       /* nothing of the message was counted before */
	uint8_t limit;       /* enum limit: that is passed or near */
	uint32_t recipients; /* of the message that are counted now */
	uint64_t key;        /* of who answers, or set apart: for which they are */
	struct window_answer why;
};

struct guard_counts {
	uint64_t asked;
	uint64_t denied;     /* asks */
	uint64_t messages;   /* that passed their end */
	uint64_t recipients; /* of them */
	uint64_t given_back; /* messages that ended otherwise */
	uint64_t silent;     /* of them: nothing was heard any more */
	uint64_t unlimited;  /* asks that passed since a table was full */
	uint64_t joined;     /* changes of others */
	uint64_t old;        /* that came when they did not count any more */
	uint64_t ahead;      /* joined, of one whose clock is ahead */
	uint64_t unjoined;   /* that found no room */
	size_t open;         /* messages on their way of which something is counted */
};

struct guard;

struct guard *guard_new(const struct guard_settings *settings);
struct guard *guard_free(struct guard *guard);

/* Other limits hold from now on; what was counted stays. */
void guard_set(struct guard *guard, const struct rule rule[LIMITS], bool is_shadow);

/* Asks for the memory of a message, and of who answers for it, some tens of nanoseconds before they are needed. */
void guard_prefetch(const struct guard *guard, uint64_t message);
void guard_prefetch_keys(const struct guard *guard, const struct responsible *responsible);
/* And, some tens of nanoseconds after that, for their windows. */
void guard_prefetch_windows(const struct guard *guard, const struct responsible *responsible);

/* Time never goes back. */
struct guard_answer guard_ask(struct guard *guard, const struct guard_ask *ask, struct wall now);

/* Messages that have been silent for too long are over: some of them, so call it every second or so. */
void guard_advance(struct guard *guard, struct wall now);

/* Recipients of a message that was sent by a key then did not get anywhere: they count no more for that key. The
 * message does, and no more than GUARD_REFUND_DAY are given back in a day, since bounces are a way to write to
 * somebody, too. False: that is reached, or nothing counts for the key any more; nothing is given back. */
bool guard_refund(struct guard *guard, uint64_t key, enum limit limit, uint32_t recipients,
	struct wall taken, struct wall now);

/* Notes from now on what it counts, gives back and moves; NULL: no more. */
void guard_share(struct guard *guard, struct deltas *deltas);

/* Adds what another guard noted, who said so at a time. */
void guard_join(struct guard *guard, const struct delta *delta, size_t count, struct wall said,
	struct wall now);

/* What one key has sent. */
uint32_t guard_count(struct guard *guard, uint64_t key, enum limit limit, enum rule_what what,
	enum rule_span span, struct wall now);

/* All that it counts, and the messages on their way: a guard that is restored and asked on gives the same answers as
 * one that never stopped. */
void guard_save(const struct guard *guard, struct save *save);

/* Into one that was asked nothing yet. The limits may have changed: what was counted stays. After an error it is fit
 * for guard_free alone. */
int guard_restore(
	struct guard *fresh, struct restore *restore, struct wall now, struct fail *fail) MUST_USE;

struct guard_counts guard_counts(const struct guard *guard);
struct windows_counts guard_keys(const struct guard *guard);

#endif
