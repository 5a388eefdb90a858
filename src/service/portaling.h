/* portaling - the process that shows customers their page
 *
 * What:    a loop around portalstreams.h. Whoever asks may be anybody, so it shuts itself in: certificate, key and
 *          texts are read before; afterwards it has no file, its own connections, and two channels, the parent's and
 *          that to the keeper, over which it may ask what portalask.h says.
 *          A reload puts another in its place, which reads all of them anew; tokens of pages that were shown before are
 *          stale then, and the customer is asked to do it once more.
 * Owns:    its connections; the sockets stay the parent's, so that who asks while a process is replaced waits.
 * Limits:  those of portalstreams.h; with fewer descriptors fewer connections.
 * Thread:  one process.
 */
#ifndef LAZARET_SERVICE_PORTALING_H
#define LAZARET_SERVICE_PORTALING_H

#include "service/daemon.h"
#include "service/portalopening.h"

_Noreturn void portaling_run(const struct daemon_settings *settings, struct estate *estate,
	const struct portalopening *opening);

#endif
