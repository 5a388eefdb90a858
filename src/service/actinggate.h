/* actinggate - the actor's side of its socket to the gate
 *
 * What:    changes of the sets of containment, whole contents, what is there, who is over the rate, counters; each
 *          waits for its answer. How many changes it takes to do something is no concern of who calls.
 * Owns:    nothing; the socket is the estate's.
 * Limits:  ACTINGGATE_WAIT_MS for an answer; then -ETIMEDOUT, and nothing is known of what was asked.
 * Thread:  one.
 */
#ifndef LAZARET_SERVICE_ACTINGGATE_H
#define LAZARET_SERVICE_ACTINGGATE_H

#include "action/lineset.h"
#include "gate/orders.h"

#define ACTINGGATE_WAIT_MS 4000

struct actinggate {
	int socket; /* -1: there is no gate */
	uint64_t number;
	uint64_t epoch; /* of the last answer; 0: there was none */
	uint64_t foreign;
	bool is_adding; /* the first piece was sent, and not the last */
	struct orders message;
	struct orders_answer answer;
};

/* Adds a change to the message that is being made: false, it is full and is to be sent first. */
bool actinggate_add(struct actinggate *gate, const struct orders_element *element);

/* Sends what was added, and empties the message. 0: all was done but what gate->answer.result has an error for;
 * -errno with fail filled: none was, and gate->answer.result says why. */
int actinggate_change(struct actinggate *gate, struct fail *fail) MUST_USE;

/* Sends what was added, elements to add that are not there, and empties the message; does not wait. The last time:
 * waits, and gives how many were added since the first time. -EEXIST: one was there. Between, nothing else is asked. */
int actinggate_more(struct actinggate *gate, struct fail *fail) MUST_USE;
int64_t actinggate_last(struct actinggate *gate, struct fail *fail) MUST_USE;

/* Gives the next element of a set: 1, 0 at the end. */
typedef int (*actinggate_next)(void *context, struct orders_element *ret);

/* The whole content of a set. */
int64_t actinggate_fill(struct actinggate *gate, enum lineset set, actinggate_next next,
	void *context, struct fail *fail) MUST_USE;

/* Which of those that were added are there: gate->answer.result. */
int actinggate_find(struct actinggate *gate, struct fail *fail) MUST_USE;

/* The next page of who is over the rate of the meter: gate->answer.over. */
int actinggate_over(
	struct actinggate *gate, enum lineset set, bool is_first, struct fail *fail) MUST_USE;

/* The counters: gate->answer.counter. Also tells whether the gate lives. */
int actinggate_counters(struct actinggate *gate, struct fail *fail) MUST_USE;

#endif
