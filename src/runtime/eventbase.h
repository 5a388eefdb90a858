/* eventbase - libevent's base, as the daemon's processes have it
 *
 * What:    without locks, as each belongs to one thread, and without a look at the environment.
 * Owns:    nothing: the base is the caller's, who frees it with event_base_free or ends with it.
 * Thread:  any.
 */
#ifndef LAZARET_RUNTIME_EVENTBASE_H
#define LAZARET_RUNTIME_EVENTBASE_H

struct event_base;

struct event_base *eventbase_new(void);

#endif
