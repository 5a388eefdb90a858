/* desking - the desk's process: desk.h with what the parent and the estate give it
 *
 * What:    finds out which groups may ask, and hands the desk its sockets, channels and pages.
 * Security: no files but /proc/PID/loginuid of who asks, no sockets but those that listen; sees pseudonyms, and names
 *          only as they pass in answers of the keeper.
 * Thread:  one process.
 */
#ifndef LAZARET_SERVICE_DESKING_H
#define LAZARET_SERVICE_DESKING_H

#include "service/opening.h"

/* In the parent, before it shuts itself in: the look-up of users and groups loads libraries, which nobody may do
 * later. */
void desking_prepare(void);

/* Does not return. */
_Noreturn void desking_run(const struct daemon_settings *settings, struct estate *estate,
	const struct opening *opening);

#endif
