/* statusrelay - the relay guard's part of a status, in sentences
 *
 * What:    how much it was asked, what it said, and what it holds; what reports from outside say.
 * Thread:  any.
 */
#ifndef LAZARET_DESK_STATUSRELAY_H
#define LAZARET_DESK_STATUSRELAY_H

#include "base/text.h"
#include "desk/status.h"

/* Nothing where there is no guard. */
void status_relay(const struct status_process *processes, size_t count, struct buffer *into);

#endif
