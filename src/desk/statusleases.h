/* statusleases - what lazaret status says of lines that lease their addresses
 *
 * What:    one function.
 * Owns:    nothing.
 * Thread:  any.
 */
#ifndef LAZARET_DESK_STATUSLEASES_H
#define LAZARET_DESK_STATUSLEASES_H

#include "base/text.h"
#include "desk/status.h"

/* Nothing where there is no registrar. */
void status_leases(const struct status_process *processes, size_t count, struct buffer *into);

#endif
