/* keeper - the process that writes the ledger: verdicts in, transitions on the disk
 *
 * What:    takes the verdicts of all judges in batches; a batch counts as taken when it is on the disk, and not before.
 *          Gives the names of lines to their cases, tells judges that begin which cases are open, answers the desk,
 *          and lets retention run.
 * Security: the ledger's folder, no sockets; the only one that knows keys, names and cases together.
 * Limits:  KEEPER_BATCH verdicts a transaction. While the ledger cannot be written, verdicts wait in their rings.
 * Thread:  one process.
 */
#ifndef LAZARET_SERVICE_KEEPER_H
#define LAZARET_SERVICE_KEEPER_H

#include "service/daemon.h"

#define KEEPER_BATCH 256

/* Makes the ledger and its key file where they are not there yet, and looks whether it can be used. */
int keeper_prepare(
	const struct keep_settings *settings, struct wall now, struct fail *fail) MUST_USE;

/* Does not return. */
_Noreturn void keeper_run(const struct daemon_settings *settings, struct estate *estate);

#endif
