/* relayopening - the sockets at which mail servers ask the relay guard
 *
 * What:    one function: how they are opened, of keptsockets.h.
 * Owns:    nothing.
 * Limits:  RELAY_PLACES places.
 * Thread:  the parent's.
 */
#ifndef LAZARET_SERVICE_RELAYOPENING_H
#define LAZARET_SERVICE_RELAYOPENING_H

#include "service/relaysettings.h"

/* As keptsockets_prepare. */
int relayopening_prepare(const struct keptsockets *now, const struct relaying_settings *settings,
	struct keptsockets *next, struct fail *fail) MUST_USE;

#endif
