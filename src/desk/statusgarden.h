/* statusgarden - the garden's part of a status, in sentences
 *
 * What:    how many requests of held lines it answered, and what it turned away.
 * Thread:  any.
 */
#ifndef LAZARET_DESK_STATUSGARDEN_H
#define LAZARET_DESK_STATUSGARDEN_H

#include "base/text.h"
#include "desk/status.h"

/* Nothing where there is no garden. */
void status_garden(const struct status_process *processes, size_t count, struct buffer *into);

#endif
