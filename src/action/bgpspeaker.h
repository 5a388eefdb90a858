/* bgpspeaker - one BGP session that only announces: who may not send, told to one router
 *
 * What:    the state machine of RFC 4271 s8 for a speaker that connects and never listens, so that connections cannot
 *          collide (s6.8): the router must be told to be passive, or its own attempts fail. What the router announces
 *          is passed over. The wanted rules are told in batches; after each beginning all of them, then End-of-RIB
 *          for each family (RFC 4724 s4). When a session ends by a word, of whichever side, the router forgets the
 *          rules (RFC 4271 s6). When the connection breaks or is left, a router that helps a graceful restart (RFC 4724
 *          s4.2) keeps them for `restart` seconds, and what is not told again by the End-of-RIB of the next session is
 *          forgotten then; others forget them at once. So all that is done here fails open.
 *          It does no input or output: it is handed what came and says what goes out, which connection it wants, and
 *          when it wants to be asked again.
 *          A router that does not offer a family: the others go on, and bgpspeaker_words says it.
 * Owns:    the wanted rules. They stay over sessions.
 * Limits:  `most` rules: routers hold a few thousand in their hardware. What is not taken is counted. A prefix shorter
 *          than is allowed is refused, so that no mistake stops a town.
 *          Time must not jump: that of CLOCK_MONOTONIC will do.
 * Thread:  one at a time.
 */
#ifndef LAZARET_ACTION_BGPSPEAKER_H
#define LAZARET_ACTION_BGPSPEAKER_H

#include "action/bgprules.h"

/* Room that bgpspeaker_step must have to get on: a full message and what may come before it. */
#define BGPSPEAKER_ROOM (BGP_MESSAGE + 1024)

struct bgpspeaker_settings {
	struct flowspec_settings rules; /* is_external is found here: it need not be set */
	uint32_t peer_as;
	uint32_t identifier; /* of BGP: mostly an own IPv4 address; not 0 */
	uint16_t hold;       /* seconds, 3 or more; 0: for ever */
	uint16_t restart;    /* seconds, at most 4095; 0: nothing is kept */
	uint8_t families;    /* bits 1 << enum bgp_family that are to be offered */
	uint32_t most;
	uint8_t shortest4; /* least length of a prefix, as people write it */
	uint8_t shortest6;
	int64_t retry_first_us; /* after a session ended; doubled each time */
	int64_t retry_most_us;  /* and the time within which a connection must come about */
	int64_t interval_us;    /* bgprules.h; below 0: 30 s to another AS, none inside */
	bool withdrawals_wait;
	struct hash_key key;
};

/* What has a usual value: RFC 4271 s10 where it names one. */
void bgpspeaker_defaults(struct bgpspeaker_settings *settings);

/* Can they work? fail says what is wrong. */
int bgpspeaker_check(const struct bgpspeaker_settings *settings, struct fail *fail) MUST_USE;

enum bgpspeaker_state {
	BGPSPEAKER_STOPPED,
	BGPSPEAKER_IDLE,    /* until the next attempt */
	BGPSPEAKER_CONNECT, /* a connection is wanted */
	BGPSPEAKER_OPENSENT,
	BGPSPEAKER_OPENCONFIRM,
	BGPSPEAKER_ESTABLISHED,
	BGPSPEAKER_STATES
};

extern const char *const bgpspeaker_state_names[BGPSPEAKER_STATES];

struct bgpspeaker_counts {
	uint64_t connections;
	uint64_t sessions; /* that were established */
	uint64_t lost;     /* and ended */
	uint64_t told;     /* UPDATEs */
	uint64_t announced;
	uint64_t withdrawn;
	uint64_t refused; /* rules above `most` */
	uint64_t unfit;   /* rules with a short prefix, or of a family that is not to be offered */
	uint64_t refreshes; /* asked for by the router */
	uint64_t passed;    /* routes of the router that were passed over */
	uint64_t damaged;   /* its UPDATEs of which RFC 7606 makes withdrawals */
	uint64_t bad;       /* its messages that ended a session */
	uint64_t notified;  /* NOTIFICATIONs that came */
	uint64_t expired;   /* sessions that ended by the hold time, or because nothing was taken */
	uint64_t unreachable; /* connections that did not come about */
};

struct bgpspeaker;

/* It begins stopped. */
struct bgpspeaker *bgpspeaker_new(const struct bgpspeaker_settings *settings);
struct bgpspeaker *bgpspeaker_free(struct bgpspeaker *speaker);

/* start connects at once; stop ends the session with Cease (RFC 4271 s6.7); leave ends it without a word, for who tells
 * the same in a moment; reset stops and starts, unless it is stopped. */
void bgpspeaker_start(struct bgpspeaker *speaker);
void bgpspeaker_stop(struct bgpspeaker *speaker);
void bgpspeaker_leave(struct bgpspeaker *speaker);
void bgpspeaker_reset(struct bgpspeaker *speaker);

/* The wanted rules, at any time. 1: something is to be told; 0: it was so. -ENOSPC: there are `most`; -EDOM: its prefix
 * is too short; -EAFNOSUPPORT: its family is not to be offered. The rate of a black hole is not looked at. */
int bgpspeaker_want(struct bgpspeaker *speaker, const struct flowspec_rule *rule) MUST_USE;
int bgpspeaker_unwant(struct bgpspeaker *speaker, const struct flowspec_rule *rule);
void bgpspeaker_unwant_all(struct bgpspeaker *speaker);
/* As those of bgprules.h. */
void bgpspeaker_mark(struct bgpspeaker *speaker);
uint32_t bgpspeaker_sweep(struct bgpspeaker *speaker);

/* What happened to the connection that was wanted last. Whole messages are taken; what is left in *bytes, less than
 * BGP_RECEIVED, is given again with what follows. why: for people, may be empty. */
void bgpspeaker_connected(struct bgpspeaker *speaker, struct wall now);
void bgpspeaker_received(struct bgpspeaker *speaker, struct reader *bytes, struct wall now);
void bgpspeaker_closed(struct bgpspeaker *speaker, struct text why, struct wall now);

struct bgpspeaker_step {
	uint32_t
		connection; /* the number of the one that is wanted; 0: none, the one that is there must be closed */
	struct wall wake; /* when to ask again, if nothing happens before */
};

/* Ask after each event, and whenever written bytes went out. What is added to *out is for the connection that was
 * there before; it goes out before that is closed. After a full *out ask again when it has room. random: 64 new
 * random bits. */
struct bgpspeaker_step bgpspeaker_step(
	struct bgpspeaker *speaker, struct wall now, uint64_t random, struct writer *out);

struct bgpspeaker_status {
	enum bgpspeaker_state state;
	struct wall since; /* of an established session; else 0 */
	uint8_t agreed;    /* families of the session */
	uint8_t missing;   /* families that the router did not offer; after a session, too */
	uint16_t hold;     /* agreed */
	uint32_t wanted;
	uint32_t announced; /* in this session */
	uint32_t untold;    /* wanted ones of families that are missing */
	bool is_whole;      /* all that may be told by now was, with its End-of-RIB */
	uint64_t news;      /* changes with bgpspeaker_words */
};

struct bgpspeaker_status bgpspeaker_status(const struct bgpspeaker *speaker);
const struct bgpspeaker_counts *bgpspeaker_counts(const struct bgpspeaker *speaker);

/* What an operator should know: why there is no session, or what of it is missing. Empty: nothing. */
const char *bgpspeaker_words(const struct bgpspeaker *speaker);

#endif
