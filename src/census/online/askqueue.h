/* askqueue - which question goes to which registry next, and when
 *
 * What:    a queue for each server, worked off at its rate (bucket.h), one question at a time. What an answer says of
 *          its range is not asked again. A registry that is busy is asked the same later, at most ASKQUEUE_REFUSALS
 *          times one after the other; a question that comes to nothing goes to the end of its queue, ASKQUEUE_TRIES
 *          times in all. A server that fails ASKQUEUE_FAILURES times in a row is given up; the others go on. Times are
 *          milliseconds that are handed in; nothing is sent here.
 * Owns:    its queues, from askqueue_init to askqueue_done.
 * Limits:  ASKQUEUE_SERVERS servers.
 * Thread:  one at a time.
 */
#ifndef LAZARET_CENSUS_ONLINE_ASKQUEUE_H
#define LAZARET_CENSUS_ONLINE_ASKQUEUE_H

#include "census/online/bucket.h"
#include "census/online/netanswer.h"
#include "census/registry/columns.h"

#define ASKQUEUE_SERVERS  256
#define ASKQUEUE_TRIES    3
#define ASKQUEUE_REFUSALS 8
#define ASKQUEUE_FAILURES 10
#define ASKQUEUE_NAME     256

enum askqueue_way { ASKQUEUE_RDAP, ASKQUEUE_WHOIS };

struct askqueue_question {
	ipnumber address;
	uint8_t family; /* enum range_family */
	uint8_t tries;
};

struct askqueue_server {
	char name[ASKQUEUE_NAME]; /* of RDAP the base URL, of whois host or host:port */
	const char *behind;       /* what stands behind the address in a question of whois */
	enum askqueue_way way;
	enum registry_name registry;
	struct bucket bucket;
	struct askqueue_question *questions;
	size_t count, size, next;
	struct range *answered; /* ranges that were answered, for questions that are asked again */
	uint8_t *answered_family;
	size_t answered_count, answered_size;
	unsigned failures; /* one after the other */
	bool is_given_up;
	uint64_t asked, saved,
		lost; /* saved: by the answer for another address; lost: without an answer */
	uint64_t results[NETANSWER_RESULT_COUNT];
	char why[NETANSWER_WHY]; /* it gave no answer, the last time */
};

struct askqueue {
	struct askqueue_server servers[ASKQUEUE_SERVERS];
	size_t count;
};

struct askqueue *askqueue_new(void);
struct askqueue *askqueue_free(struct askqueue *asking);

/* The server of that name, made if it is not there yet; NULL: no more have room. per_minute: its rate. */
struct askqueue_server *askqueue_server(struct askqueue *asking, enum askqueue_way way,
	const char *name, enum registry_name registry, unsigned per_minute);

/* Each address once. */
void askqueue_add(struct askqueue_server *server, enum range_family family, ipnumber address);

/* How long it takes at the most, as far as the servers are not busy. */
uint64_t askqueue_estimate(const struct askqueue *asking);

enum askqueue_step { ASKQUEUE_DONE, ASKQUEUE_WAIT, ASKQUEUE_ASK };

/* ASK: *ret and *server; it is taken as asked. WAIT: until *when. */
enum askqueue_step askqueue_next(struct askqueue *asking, uint64_t now, uint64_t *when,
	struct askqueue_server **server, struct askqueue_question *ret);

/* What came of it. after: milliseconds that a busy server asks for; 0: it does not say. */
void askqueue_settle(struct askqueue_server *server, const struct askqueue_question *question,
	const struct netanswer *answer, uint64_t now, uint64_t after);

#endif
