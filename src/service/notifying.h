/* notifying - the process that tells customers what is done to their line, and when it is over
 *
 * What:    asks the keeper which notice is due, finds in the contacts how its customer is reached, makes the text in
 *          his language and sends it; then it tells the keeper, who writes that it was sent. What cannot be sent
 *          stays due: the ledger is the only queue. A notice that is refused pauses, and is given up after a day; a
 *          way on which nothing goes pauses whole.
 *          With settings.sends false all of it is written into the folder of the process, each once, and nobody gets
 *          it.
 * Security:shut in: its own folder, connections to the servers that the settings name. The contacts, texts and
 *          secrets are read before; a reload puts another in its place. It alone knows how customers are reached.
 * Owns:    its connections.
 * Limits:  one notice at a time, settings.a_minute; those of noticetries.h; NOTIFYING_FILES in the folder.
 * Thread:  one process.
 */
#ifndef LAZARET_SERVICE_NOTIFYING_H
#define LAZARET_SERVICE_NOTIFYING_H

#include "service/daemon.h"

#define NOTIFYING_FILES 10000

_Noreturn void notifying_run(const struct daemon_settings *settings, struct estate *estate);

#endif
