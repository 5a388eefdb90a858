/* gardening - the process that answers port 80 of held lines
 *
 * What:    a loop around care/garden.h: connections that the rules hand to its socket (TPROXY) are answered over IPv4
 *          and IPv6. It reads bytes of machines that are known to be infected, so it has no file, no other process's
 *          memory but their figures, and no channel but the parent's: it knows no line and no case. Who asks for the
 *          socket's own port is no held line's, and is let go at once.
 * Owns:    its connections; the socket stays the parent's, so that who asks while a process is replaced waits.
 * Limits:  connections in all and of each line, which are counted; GARDENING_REQUEST_US for a request and for an answer
 *          to be read, GARDENING_IDLE_US before it begins; one request of a connection; those of garden.h.
 * Thread:  one process.
 */
#ifndef LAZARET_SERVICE_GARDENING_H
#define LAZARET_SERVICE_GARDENING_H

#include "runtime/gateclient.h"
#include "service/daemon.h"

#define GARDENING_REQUEST_US (10 * WALL_SECOND)
#define GARDENING_IDLE_US    (10 * WALL_SECOND)
/* What held lines ask for: the rules' port, and no socket's own. */
#define GARDENING_PORT 80

/* Its socket, which the gate opens for whoever is not root; -1 where there is to be no garden. */
int gardening_open(const struct gardening_settings *settings, struct gateclient *gate,
	int *descriptor, struct fail *fail) MUST_USE;

/* Does that need the gate? */
bool gardening_needs_gate(const struct gardening_settings *settings);

_Noreturn void gardening_run(
	const struct daemon_settings *settings, struct estate *estate, int descriptor);

#endif
