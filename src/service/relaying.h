/* relaying - the process of the relay guard: mail servers ask, and are answered from its own memory
 *
 * What:    one thread, one event loop: a protocol (relaypolicy.h) at each place to listen at, the relay (relay/relay.h)
 *          behind all of them. What it counted outlives it: kept every so often and at its end.
 * Security: no files but those in its folder, no new sockets; sees accounts, addresses and recipients of mail, of which
 *          it keeps keyed hashes.
 * Limits:  those of its settings.
 * Thread:  one process.
 */
#ifndef LAZARET_SERVICE_RELAYING_H
#define LAZARET_SERVICE_RELAYING_H

#include "service/daemon.h"
#include "service/keptsockets.h"

/* tries: guards before this one that died young, one after the other. Does not return. */
_Noreturn void relaying_run(const struct daemon_settings *settings, struct estate *estate,
	const struct keptsockets *opening, unsigned tries);

#endif
