/* registrar - the process that keeps who had which address when: bytes of NASes and files of servers in, leases out
 *
 * What:    a loop around identity/registry.h: listens to RADIUS accounting and answers it, reads what servers write
 *          (registrarsources.h), and puts what they say into memory that receivers and others may look into. It alone
 *          has names of persons at hand: those of lines go into memory that the keeper reads when there is a case, and
 *          to the disk only sealed (registrarfile.h). Each gain and loss of an address goes into a ring for who acts
 *          upon lines.
 *          Leases and names outlive the process, as they lie in memory of the parent's; a registrar that finds them
 *          torn makes them whole.
 * Security: no files but those in the folder of its state and in the folders of its sources; sends nothing but answers
 *          to requests that proved to know a secret; sees persons and the key of the pseudonyms.
 * Limits:  those of leases.h; what the ring does not take is counted there, and asked for anew by who reads it.
 * Thread:  one process.
 */
#ifndef LAZARET_SERVICE_REGISTRAR_H
#define LAZARET_SERVICE_REGISTRAR_H

#include "service/daemon.h"
#include "service/keptsockets.h"

/* tries: registrars before this one that died young, one after the other. Does not return. */
_Noreturn void registrar_run(const struct daemon_settings *settings, struct estate *estate,
	const struct keptsockets *opening, unsigned tries);

#endif
