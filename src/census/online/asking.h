/* asking - which question goes to which registry next, and when
 *
 * What:    a queue for each server, worked off at its rate (bucket.h), one question at a time. What an answer says of
 *          its range is not asked again. A registry that is busy is asked the same later, at most ASKING_REFUSALS
 *          times one after the other; a question that comes to nothing goes to the end of its queue, ASKING_TRIES
 *          times in all. A server that fails ASKING_FAILURES times in a row is given up; the others go on. Times are
 *          milliseconds that are handed in; nothing is sent here.
 * Owns:    its queues, from asking_init to asking_done.
 * Limits:  ASKING_SERVERS servers.
 * Thread:  one at a time.
 */
#ifndef LAZARET_CENSUS_ONLINE_ASKING_H
#define LAZARET_CENSUS_ONLINE_ASKING_H

#include "census/online/bucket.h"
#include "census/online/netanswer.h"
#include "census/registry/columns.h"

#define ASKING_SERVERS  256
#define ASKING_TRIES    3
#define ASKING_REFUSALS 8
#define ASKING_FAILURES 10
#define ASKING_NAME     256

enum asking_way { ASKING_RDAP, ASKING_WHOIS };

struct asking_question {
	ipnumber address;
	uint8_t family; /* enum range_family */
	uint8_t tries;
};

struct asking_server {
	char name[ASKING_NAME]; /* of RDAP the base URL, of whois host or host:port */
	const char *behind;     /* what stands behind the address in a question of whois */
	enum asking_way way;
	enum registry_name registry;
	struct bucket bucket;
	struct asking_question *questions;
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

struct asking {
	struct asking_server servers[ASKING_SERVERS];
	size_t count;
};

struct asking *asking_new(void);
struct asking *asking_free(struct asking *asking);

/* The server of that name, made if it is not there yet; NULL: no more have room. per_minute: its rate. */
struct asking_server *asking_server(struct asking *asking, enum asking_way way, const char *name,
	enum registry_name registry, unsigned per_minute);

/* Addresses of a server come in order, each once, those of IPv4 first. */
void asking_add(struct asking_server *server, enum range_family family, ipnumber address);

/* How long it takes at the most, as far as the servers are not busy. */
uint64_t asking_estimate(const struct asking *asking);

enum asking_step { ASKING_DONE, ASKING_WAIT, ASKING_ASK };

/* ASK: *ret and *server; it is taken as asked. WAIT: until *when. */
enum asking_step asking_next(struct asking *asking, uint64_t now, uint64_t *when,
	struct asking_server **server, struct asking_question *ret);

/* What came of it. after: milliseconds that a busy server asks for; 0: it does not say. */
void asking_settle(struct asking_server *server, const struct asking_question *question,
	const struct netanswer *answer, uint64_t now, uint64_t after);

#endif
