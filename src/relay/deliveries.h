/* deliveries - what became of the mail that passed: results come back by queue id
 *
 * What:    the mail server's log says who brought the message with a queue id, and later of each recipient what became
 *          of it. Here both are joined: a result names who is responsible for it (responsible.h).
 *          - Each recipient of a message counts once, for the first that is said of it, when that is said. If that was
 *            DEFERRED, the first that is final is told as well, with `was`: one less of that, one more of this. A
 *            recipient that is given up as it took too long stays DEFERRED. Where an alias stands for several, what the
 *            client asked for is the recipient, and the first of them is its result.
 *          - Where the own server refuses a recipient that does not exist, that is a result, too (is_refused). Other
 *            refusals are not: they are its own policy, and so the guard's.
 *          - A message that was told of with its recipients (deliveries_tell), all of which bounced within
 *            DELIVERIES_REFUND_US of its arrival, is told when the server is done with it: it may be given back.
 *          - Nothing that is doubtful (mailevent.h) is told of anybody.
 *          Queue ids are used again: a message ends with "removed", and what is older than the arrival of the message
 *          that has the id now was said of another.
 * Owns:    its tables.
 * Limits:  as many messages and recipients as its settings say (deliverytable.h), for DELIVERIES_US; nothing is
 *          allocated for a line, but the tables grow up to their ceilings. What is not known is counted and passed
 *          over.
 * Thread:  one at a time.
 */
#ifndef LAZARET_RELAY_DELIVERIES_H
#define LAZARET_RELAY_DELIVERIES_H

#include "base/restore.h"
#include "base/save.h"
#include "relay/deliverytable.h"
#include "relay/responsible.h"
#include "source/maillog/mailevent.h"

/* Postfix (maximal_queue_lifetime) tries for so long, Exim mostly less. */
#define DELIVERIES_US        (5 * WALL_DAY)
#define DELIVERIES_REFUND_US WALL_MINUTE

struct deliveries_settings {
	struct hash_key key; /* of all hashes, as in responsible.h */
	size_t messages_most;
	size_t recipients_most;
	/* Dovecot's authentication and whoever asked it tell the same failure: which is taken? */
	bool takes_auth_process;
	/* The line behind an address, 0: not known. NULL: none is. */
	uint64_t (*line_of)(void *context, const struct address *client, struct wall time);
	void *context;
};

/* A result of one recipient; of a refund, the message. */
struct delivery {
	uint64_t who;        /* the responsible key */
	enum limit limit;    /* what that is */
	struct wall time;    /* that the log says; of a REFUND when it was told of */
	uint32_t recipients; /* REFUND: of the message */
	uint64_t recipient;  /* RESULT: a hash, the same in other messages; 0: not told */
	enum delivery_result result;
	enum delivery_result was; /* what was told of it before; DELIVERY_RESULTS: nothing was */
	bool is_refused;          /* by the own server, before it was in a message */
};

/* Texts are those of the event. */
struct delivery_login {
	struct text account; /* as the client gave it; .at NULL: not told */
	struct address client;
	bool has_client;
	bool is_good;
	bool is_submission; /* a message came with it: who asks the guard has told it that, too */
	uint16_t attempts;  /* that failed; 0: it is good */
	struct wall time;
};

enum delivery_news {
	DELIVERY_NOTHING,
	DELIVERY_RESULT,
	DELIVERY_REFUND,
	DELIVERY_LOGIN,
};

/* What an event says: which of both is filled is what deliveries_take returns. */
struct delivery_told {
	struct delivery delivery;
	struct delivery_login login;
};

struct deliveries_counts {
	uint64_t events;
	uint64_t results[DELIVERY_RESULTS];   /* of recipients, as first told */
	uint64_t corrected[DELIVERY_RESULTS]; /* DEFERRED before; to what */
	uint64_t refused;                     /* of the results */
	uint64_t refunds;
	uint64_t logins;
	uint64_t logins_failed;
	uint64_t doubtful; /* events of which nothing was told for that */
	uint64_t unknown;  /* of a queue id that is not known, or of nobody */
	uint64_t stale;    /* older than the message that has the queue id now */
	uint64_t
		repeated; /* of recipients whose result was told, of logins that others tell, of lines read twice */
	uint64_t reused;    /* messages whose queue id came again before their end was read */
	uint64_t no_room;   /* results for want of it */
	uint64_t expired;   /* messages */
	uint64_t displaced; /* messages that gave way */
	size_t messages;    /* held now */
	size_t recipients;
};

struct deliveries;

struct deliveries *deliveries_new(const struct deliveries_settings *settings);
struct deliveries *deliveries_free(struct deliveries *deliveries);

/* A mail server asks about a message at its end, so who is responsible is known from there. server: a number that the
 * same mail server has in all calls, as queue ids are its own. recipients: that count for who; 0: none is given back.
 * who is the key of whoever sends all else, too: not one that is set apart for bounces and local mail. */
void deliveries_tell(struct deliveries *deliveries, uint32_t server, struct text queue_id,
	uint64_t who, enum limit limit, uint32_t recipients, struct wall now);

/* What that server's log says. now never goes back. */
enum delivery_news deliveries_take(struct deliveries *deliveries, uint32_t server,
	const struct mailevent *event, struct wall now, struct delivery_told *ret);

/* What is too old goes, some of it: call it every second or so. */
void deliveries_advance(struct deliveries *deliveries, struct wall now);

struct deliveries_counts deliveries_counts(const struct deliveries *deliveries);

/* What is held. Restored into a new one with the same key, else into one that knows nobody any more; after an error it
 * is only good to be freed. */
void deliveries_save(const struct deliveries *deliveries, struct save *save);
int deliveries_restore(
	struct deliveries *deliveries, struct restore *restore, struct fail *fail) MUST_USE;

#endif
