/* actingend - a back end of the actor: one way by which measures hold somewhere
 *
 * What:    the functions that the actor's loop calls. A change comes when the holding has it. NULL: there is nothing to
 *          do for that.
 * Owns:    nothing.
 * Limits:  ACTINGEND_POLLED descriptors of all back ends.
 * Thread:  the actor's.
 */
#ifndef LAZARET_SERVICE_ACTINGEND_H
#define LAZARET_SERVICE_ACTINGEND_H

#include "action/holding.h"
#include "service/post.h"

#include <poll.h>

#define ACTINGEND_POLLED 128

struct actingend_kind {
	holding_give take;
	/* The same from begin to anew, of what is known as yet, for those who can do a part. */
	holding_give ahead;
	/* The order itself, for those who go by lines. From begin to anew come those of all that holds. */
	void (*order)(void *end, const struct order *order);
	void (*begin)(void *end);
	/* What was taken goes out, as far as it can. */
	void (*flush)(void *end);
	/* What holds is known from the begin on: the other side is to be brought to it. */
	void (*anew)(void *end, const struct holding *holding);
	/* In each turn of the loop; holding is NULL while it is not known what holds. When it is to be
	 * done again at the latest, as clock_steady counts. */
	int64_t (*see_to)(void *end, const struct holding *holding);
	/* Adds descriptors to wait for, at most `most`: how many. They come back in ready, in their order. */
	size_t (*polled)(void *end, struct pollfd *into, size_t most);
	void (*ready)(void *end, const struct pollfd *polled, size_t count);
	/* Once a second: figures; and what is wrong, in words, "" if nothing is. */
	void (*show)(void *end, struct duty *duty);
	const char *(*wrong)(void *end);
	/* The actor ends; is_replaced: another takes its place at once. */
	void (*stop)(void *end, bool is_replaced);
};

struct actingend {
	const struct actingend_kind *kind;
	void *end;
};

#endif
