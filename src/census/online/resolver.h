/* resolver - many questions for A values at once, of one resolver that is trusted
 *
 * What:    asks by DNS, over UDP and where an answer is cut over TCP (c-ares). An answer is for the question whose
 *          number it gets. One that does not come is asked for again, RESOLVER_TRIES times in all, the first time after
 *          RESOLVER_TIMEOUT ms, each further one after twice as long; where the
 *          resolver says that it failed or refuses, that is the answer. Names are asked for as they are: neither the
 *          machine's hosts nor its search list count.
 * Owns:    the channel and its sockets, until resolver_close: then no answer comes any more.
 * Limits:  RESOLVER_MOST questions at once, RESOLVER_VALUES A values of an answer.
 * Thread:  one.
 */
#ifndef LAZARET_CENSUS_ONLINE_RESOLVER_H
#define LAZARET_CENSUS_ONLINE_RESOLVER_H

#include "base/address.h"

/* The socket of a server may have room for little more than a hundred small datagrams (rbldnsd's has): what came at
 * once beyond these would be lost, and cost RESOLVER_TIMEOUT. */
#define RESOLVER_MOST    96
#define RESOLVER_VALUES  16
#define RESOLVER_TIMEOUT 2000
#define RESOLVER_TRIES   3

struct resolver;

/* error: 0, and the values in host order; none: there is no such name. -ETIMEDOUT, -ECONNREFUSED: nobody answers;
 * -EREMOTEIO: it failed (SERVFAIL); -EACCES: it refused; -EBADMSG: the answer is none. */
typedef void (*resolver_answer)(
	void *context, uint64_t number, int error, const uint32_t *values, size_t count);

/* -errno, with fail. */
int resolver_open(struct resolver **ret, const struct address *address, uint16_t port,
	resolver_answer answer, void *context, struct fail *fail) MUST_USE;
/* May be NULL. */
void resolver_close(struct resolver *resolver);

/* There is room for one more. The answer may come before this returns. */
void resolver_ask(struct resolver *resolver, const char *name, uint64_t number);
bool resolver_has_room(const struct resolver *resolver);
/* Questions without an answer yet. */
size_t resolver_waiting(const struct resolver *resolver);

/* Waits for answers, at most so long, and gives those that came. stop: a descriptor that ends the waiting when it is
 * readable; 0: none. -errno. */
int resolver_wait(struct resolver *resolver, uint64_t most_us, int stop) MUST_USE;

/* What an error means: what follows the name of the resolver. */
const char *resolver_error(int error);

#endif
