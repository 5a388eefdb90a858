/* exchangememory - an exchange (exchange.h) of several in one process
 *
 * What:    what one says all hear before publish returns.
 * Owns:    the hub owns nothing of its members: each is ended with exchange_end, the hub after them.
 * Limits:  EXCHANGEMEMORY_MEMBERS.
 * Thread:  one.
 */
#ifndef LAZARET_RUNTIME_EXCHANGEMEMORY_H
#define LAZARET_RUNTIME_EXCHANGEMEMORY_H

#include "runtime/exchange.h"

#define EXCHANGEMEMORY_MEMBERS 64

struct exchangememory;

struct exchangememory *exchangememory_new(void);
struct exchangememory *exchangememory_free(struct exchangememory *hub);

/* NULL: there are too many. */
struct exchange *exchangememory_join(struct exchangememory *hub);

#endif
