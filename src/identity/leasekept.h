/* leasekept - leases that outlive their memory: saved, restored, and saved from a writer that died in the middle
 *
 * What:    intervals as records, each by itself, so that they fit into a table of another size. They can be saved while
 *          they are written: each is of one moment, and what was told twice, or by two, is made one when it is
 *          restored: of one name an interval that is open ends where the next one begins.
 *          A writer that died in the middle leaves intervals that are whole, but chains that may not be: leasekept_heal
 *          makes these anew from the intervals, in the same place, while readers are told to ask later.
 * Owns:    nothing.
 * Limits:  those of the table that they are restored into: what has no room is counted there.
 * Thread:  saving as a reader of leases.h, the others as its writer.
 */
#ifndef LAZARET_IDENTITY_LEASEKEPT_H
#define LAZARET_IDENTITY_LEASEKEPT_H

#include "base/restore.h"
#include "base/save.h"
#include "identity/leases.h"

/* 0 or -EBUSY: its writer died. */
int leasekept_save(const struct leases *leases, struct save *save) MUST_USE;

/* Into leases that are empty. How many intervals, or as restore.h; then it is only good for leasekept_clear. */
int64_t leasekept_restore(
	struct leases *leases, struct restore *restore, struct fail *fail) MUST_USE;

/* Memory of which leases_open said -EBUSY, opened by it all the same: how many intervals are there. */
int64_t leasekept_heal(struct leases *leases);

/* Nothing is known any more. */
void leasekept_clear(struct leases *leases);

/* Each name that is held by the word of a NAS or server; the writer's. */
typedef void (*leasekept_give)(void *context, const struct line_name *name, uint64_t pseudonym);
void leasekept_each(const struct leases *leases, uint64_t nas, leasekept_give give, void *context);

#endif
