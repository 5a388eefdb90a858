/* desking - the desk's process: desk.h with what the parent and the estate give it
 *
 * Security: no files but /proc/PID/loginuid of who asks, no sockets but those that listen; sees pseudonyms, and names only
 *          as they pass in answers of the keeper.
 * Thread:  one process.
 */
#ifndef LAZARET_SERVICE_DESKING_H
#define LAZARET_SERVICE_DESKING_H

#include "service/opening.h"

/* Does not return. */
_Noreturn void desking_run(const struct daemon_settings *settings, struct estate *estate,
	const struct opening *opening);

#endif
