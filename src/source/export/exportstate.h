/* exportstate - what is known of exporters, saved for the receiver that comes after this one
 *
 * What:    sessions over UDP with their templates, sampling, sequence and boot times, and the agents of sFlow with
 *          their data sources. Only a restart of ours keeps a session alive (RFC 7011 s8.4). Data that waits for a
 *          template and connections (TCP) are not kept. What is read back is taken for damaged input: layouts are
 *          checked and compiled like announced ones, and under the same ceilings.
 * Owns:    nothing.
 * Limits:  export_settings; what finds no room, or is older than its life, is left out.
 * Thread:  the export's.
 */
#ifndef LAZARET_SOURCE_EXPORT_EXPORTSTATE_H
#define LAZARET_SOURCE_EXPORT_EXPORTSTATE_H

#include "base/restore.h"
#include "base/save.h"
#include "source/export/export.h"

void export_save(const struct export *export_, struct save *save);

/* Into a fresh one, which is to be thrown away where this, or restore_end after it, fails. Times after now are taken as
 * now. */
int export_restore(
	struct export *fresh, struct restore *restore, struct wall now, struct fail *fail) MUST_USE;

/* Messages may have been read after it was saved: the next gap of each sequence tells no loss. */
void export_unsure(struct export *export_);

/* Changes with everything that should not wait long to be saved: templates, and who there is. */
uint64_t export_changes(const struct export *export_);

#endif
