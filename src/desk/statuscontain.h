/* statuscontain - the part of containment in a status, in sentences
 *
 * What:    what waits for a person; who is held now, also in the kernel where that differs; what was stopped, what
 *          could not be done; the gate.
 * Thread:  any.
 */
#ifndef LAZARET_DESK_STATUSCONTAIN_H
#define LAZARET_DESK_STATUSCONTAIN_H

#include "base/text.h"
#include "desk/status.h"

/* Whether the kernel has something else than is wanted. At a change it has for a moment. */
bool status_contain_differs(const struct status_process *processes, size_t count);

/* What a person has to do, one after the other: nothing where that is nothing. */
void status_contain_troubles(
	const struct status_process *processes, size_t count, struct buffer *into);

/* Of proposals; of all else nothing where there is no actor. differs: it has been so for a while. */
void status_contain(
	const struct status_process *processes, size_t count, bool differs, struct buffer *into);

#endif
