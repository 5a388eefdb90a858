/* relayoptions - from the configuration to the settings of the relay guard
 *
 * What:    the options relay.*, read and checked.
 * Owns:    nothing.
 * Thread:  one at a time.
 */
#ifndef LAZARET_PROGRAM_RELAYOPTIONS_H
#define LAZARET_PROGRAM_RELAYOPTIONS_H

#include "config/config.h"
#include "service/relaysettings.h"

/* 0, or -errno with fail filled. */
int relayoptions_take(
	const struct config *config, struct relaying_settings *ret, struct fail *fail) MUST_USE;

/* Where lazaret-relay listens if the configuration says nothing. */
void relayoptions_usual(struct relaying_settings *settings);

#endif
