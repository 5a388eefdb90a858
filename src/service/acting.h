/* acting - the actor: does what the ledger wants
 *
 * What:    begins with all measures that hold, and takes orders as they come; each becomes changes of places
 *          (action/holding.h), which the back ends make hold. Now and then it looks whether they still do.
 * Thread:  a process of its own.
 */
#ifndef LAZARET_SERVICE_ACTING_H
#define LAZARET_SERVICE_ACTING_H

#include "service/daemon.h"

_Noreturn void acting_run(const struct daemon_settings *settings, struct estate *estate);

#endif
