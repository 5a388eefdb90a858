/* statuscontain - the part of containment in a status, in sentences
 *
 * What:    who is held now, also in the kernel where that differs; what was stopped, what could not be done; the gate.
 * Thread:  any.
 */
#ifndef LAZARET_DESK_STATUSCONTAIN_H
#define LAZARET_DESK_STATUSCONTAIN_H

#include "base/text.h"
#include "desk/status.h"

/* Nothing where there is no actor. */
void status_contain(const struct status_process *processes, size_t count, struct buffer *into);

#endif
