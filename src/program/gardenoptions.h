/* gardenoptions - from the configuration to the settings of the garden
 *
 * What:    the options garden.*, read and checked.
 * Owns:    nothing.
 * Thread:  one at a time.
 */
#ifndef LAZARET_PROGRAM_GARDENOPTIONS_H
#define LAZARET_PROGRAM_GARDENOPTIONS_H

#include "config/config.h"
#include "service/gardensettings.h"

/* 0, or -errno with fail filled. */
int gardenoptions(
	const struct config *config, struct gardening_settings *ret, struct fail *fail) MUST_USE;

#endif
