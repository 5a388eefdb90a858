/* statusnotice - the notifier's part of a status, in sentences
 *
 * What:    what was sent or only shown, what was given up, and whom nobody can reach.
 * Owns:    nothing.
 * Thread:  any.
 */
#ifndef LAZARET_DESK_STATUSNOTICE_H
#define LAZARET_DESK_STATUSNOTICE_H

#include "base/text.h"
#include "desk/status.h"

/* Nothing where there is no notifier. */
void status_notice(const struct status_process *processes, size_t count, struct buffer *into);

#endif
