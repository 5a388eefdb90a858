/* senders - what is known of each account that sends through the relay
 *
 * What:    by the key that answers for a message (responsible.h): when it was first seen, counts, sketches of this day
 *          and the one before (UTC), from which networks it came in the last hour, what was denied to it, a baseline
 *          of its own past, and the tests of channel R (evidence/relaychannel.h). From that come the terms on which it
 *          sends (new accounts less, none much more than ever), and evidence for the judge.
 *          Days are UTC days. Volume is what it wrote to today, and of yesterday the share that is not 24 hours old if
 *          that was spread evenly.
 *          Recipients that policies refuse say nothing while those of many other senders are refused too: then it is
 *          the relay that is listed somewhere.
 * Owns:    all records, in one block that is mapped at the start and grows as it is touched.
 * Limits:  settings.most records of SENDERS_RECORD bytes, and 24 to 48 of the table. A new one takes the place of one
 *          that was not heard of for a day and is not under suspicion; where none is found it is not kept, and counted.
 *          Recipients: an estimate, 13 % off once there are many, never more than were named; domains, addresses,
 *          networks and countries: the same, up to SENDERS_FEW, which stands for that many or more; recipients
 *          denied: 20 % off. Who is known is forgotten after one to two weeks, or after 64 to 128 other domains.
 * Thread:  one at a time.
 */
#ifndef LAZARET_RELAY_SENDERS_H
#define LAZARET_RELAY_SENDERS_H

#include "base/restore.h"
#include "base/save.h"
#include "evidence/relaychannel.h"
#include "relay/places.h"
#include "relay/responsible.h"

#include <stddef.h>

#define SENDERS_RECORD 304
#define SENDERS_FEW    250

/* A day's recipients that are counted. */
#define SENDERS_DAY_MOST UINT16_MAX

enum sender_result {
	SENDER_SENT,
	SENDER_UNKNOWN_USER, /* 5.1.x: there is no such recipient */
	SENDER_POLICY,       /* 5.7.x: refused by a policy of the other side */
	SENDER_BOUNCED,      /* for good, for another reason */
	SENDER_DEFERRED,
	SENDER_RESULTS
};

/* "sent" and so on. */
extern const char *const sender_result_names[SENDER_RESULTS];

/* Of what a day's different ones are counted. */
enum sender_kind {
	SENDER_RECIPIENTS,
	SENDER_DOMAINS,
	SENDER_ADDRESSES,
	SENDER_NETWORKS,
	SENDER_COUNTRIES,
	SENDER_KINDS
};

struct senders_settings {
	size_t most;
	uint64_t seed; /* a secret, of the sketches */
	struct relay_channel_settings channel;
	struct relay_class class[LIMITS];
	/* A new sender may send warm_up_percent of its limits, and all of them after warm_up_us, in between in
	 * proportion. Who is first seen before known_until is not new: the guard is, and until then all recipient
	 * domains are, which is no evidence. A week after it first began is a good time. */
	int64_t warm_up_us; /* 0: new ones are as others */
	unsigned warm_up_percent;
	struct wall known_until;
	/* The learnt ceiling: so many times what it sent on 99 of 100 days, but learnt_least at least; 0: none. */
	double learnt_multiple;
	uint32_t learnt_least;
	/* Refusals of policies say nothing while so large a share of so many senders has some. */
	double refused_share;
	unsigned refused_senders;
	/* Called when the evidence may have grown and is worth a look (watch at half of channel.baseline_stop), and
	 * once more when it is no longer. The senders must not be changed from there. */
	void (*on_evidence)(void *context, uint64_t key, const struct relay_evidence *evidence);
	void *context;
};

struct sender_terms {
	unsigned percent; /* of its limits, 1 to 100 */
	uint32_t
		day_most; /* recipients a day; UINT32_MAX: too little is known of it, or none is asked for */
};

struct sender_facts {
	uint64_t key;
	struct wall first_seen;
	struct wall last_heard;
	uint64_t attempts; /* recipients that it asked for */
	uint64_t messages; /* accepted */
	uint64_t recipients;
	uint64_t results[SENDER_RESULTS];
	uint64_t logins;
	uint64_t logins_wrong;
	uint32_t today[SENDER_KINDS];  /* different ones */
	uint32_t before[SENDER_KINDS]; /* the day before today */
	uint32_t today_accepted;       /* recipients */
	uint32_t today_new_domains;
	uint32_t hour_networks; /* in the last hour; more than three are told as three */
	uint32_t hour_countries;
	uint32_t denied;          /* senders_backlog */
	uint32_t wrong_passwords; /* in a row, from one network */
	float past_days;          /* that taught something, the older the less */
	float usual;              /* recipients on one of them */
	float usual_most;         /* on 99 of 100 */
	float usual_new_domains;
	struct relay_evidence evidence;
	struct sender_terms terms;
	uint8_t limit;   /* enum limit: its class */
	bool is_suspect; /* today teaches nothing */
};

struct senders_counts {
	size_t held;
	/* Since senders_new. */
	uint64_t displaced;
	uint64_t refused; /* not kept, as there was no room */
	uint64_t excused; /* refusals of policies that said nothing */
};

struct senders;

void senders_defaults(struct senders_settings *settings);

struct senders *senders_new(const struct senders_settings *settings);
struct senders *senders_free(struct senders *senders);

/* Who was first seen before that is not new. */
void senders_know(struct senders *senders, struct wall until);

/* Asks for the memory of a key some tens of nanoseconds before it is used: its slot, and then what that leads to. */
void senders_prefetch(const struct senders *senders, uint64_t key);
void senders_prefetch_record(const struct senders *senders, uint64_t key);

struct sender_terms senders_terms(const struct senders *senders, uint64_t key, struct wall now);

/* A recipient is asked for, whatever the answer will be. Hashes are keyed; 0: not known. from may be NULL. */
void senders_recipient(struct senders *senders, uint64_t key, enum limit class, uint64_t recipient,
	uint64_t domain, const struct client_place *from, struct wall now);

/* A message was accepted. */
void senders_message(struct senders *senders, uint64_t key, uint32_t recipients, struct wall now);

/* A recipient was deferred or denied by us; asked for again it counts once. */
void senders_denied(struct senders *senders, uint64_t key, uint64_t recipient, struct wall now);

/* Different recipients that were denied in this hour of the clock or the one before, whichever has more. */
uint32_t senders_backlog(const struct senders *senders, uint64_t key, struct wall now);

/* What became of a recipient. */
void senders_result(struct senders *senders, uint64_t key, uint64_t recipient,
	enum sender_result result, struct wall now);

/* Wrong passwords of accounts that are not held are not kept. from may be NULL. */
void senders_login(struct senders *senders, uint64_t key, enum limit class, bool good,
	const struct client_place *from, struct wall now);

/* -ENOENT: it is not held. */
int senders_facts(const struct senders *senders, uint64_t key, struct wall now,
	struct sender_facts *ret) MUST_USE;

/* An operator says that what there is against it is settled: the tests, and what is counted of today, begin again.
 * -ENOENT: it is not held. */
int senders_clear(struct senders *senders, uint64_t key) MUST_USE;

typedef void (*senders_visit)(void *context, const struct sender_facts *facts);

/* At most so many, from a place on, 0 the first. Gives the place to go on from, or 0 after the last. */
size_t senders_each(const struct senders *senders, size_t from, size_t most, struct wall now,
	senders_visit visit, void *context);

struct senders_counts senders_counts(const struct senders *senders);

/* Everything but settings and counts, with the seed; after an error save_error tells. */
void senders_save(const struct senders *senders, struct save *save);

/* Into senders that took nothing yet, whose settings may be others: those beyond settings.most are left out, and
 * counted as refused. now: no time in it is far behind. -EBADMSG, -ENOTSUP or what reading gave, with fail filled; they
 * are then good for nothing but free. */
int senders_restore(struct senders *senders, struct restore *restore, struct wall now,
	struct fail *fail) MUST_USE;

#endif
