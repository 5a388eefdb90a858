/* relayopening - the sockets at which mail servers ask the relay guard
 *
 * What:    opened by the parent before anything starts, and kept while guards come and go, so that who asks in between
 *          waits in the kernel. A change is prepared beside what there is, and then taken or dropped.
 * Owns:    all descriptors.
 * Limits:  RELAY_PLACES places.
 * Thread:  the parent's.
 */
#ifndef LAZARET_SERVICE_RELAYOPENING_H
#define LAZARET_SERVICE_RELAYOPENING_H

#include "service/relaysettings.h"

struct relay_opened {
	struct relay_place place; /* as it was asked for */
	uint16_t port;            /* that it got */
	int descriptor;
	bool is_kept; /* of the opening before */
};

struct relayopening {
	struct relay_opened entry[RELAY_PLACES];
	size_t count;
};

/* Makes *next of what is open and what the settings want: 0, or -errno with fail filled, and then it is empty. */
int relayopening_prepare(const struct relayopening *now, const struct relaying_settings *settings,
	struct relayopening *next, struct fail *fail) MUST_USE;

/* The prepared one takes the place of the other, of which what is not in it is closed. */
void relayopening_take(struct relayopening *now, const struct relayopening *next);

/* It is not to be taken. */
void relayopening_drop(struct relayopening *next);

/* "policy:unix:/run/lazaret/policy", for people. */
void relayopening_describe(const struct relay_opened *opened, char into[192]);

#endif
