/* statusportal - the portal's part of a status, in sentences
 *
 * What:    what it answered, how many handshakes failed, and whether the keeper answers it.
 * Owns:    nothing.
 * Thread:  any.
 */
#ifndef LAZARET_DESK_STATUSPORTAL_H
#define LAZARET_DESK_STATUSPORTAL_H

#include "base/text.h"
#include "desk/status.h"

/* Nothing where there is no portal. */
void status_portal(const struct status_process *processes, size_t count, struct buffer *into);

#endif
