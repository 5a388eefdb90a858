/* portaloptions - from the configuration to the settings of the portal
 *
 * What:    the options portal.*, read and checked. Where there is a portal its certificate, key and texts are tried
 *          now, so that a reload which they spoil is refused.
 * Owns:    nothing.
 * Thread:  one at a time.
 */
#ifndef LAZARET_PROGRAM_PORTALOPTIONS_H
#define LAZARET_PROGRAM_PORTALOPTIONS_H

#include "config/config.h"
#include "service/gardensettings.h"
#include "service/portalsettings.h"

/* 0, or -errno with fail filled. */
int portaloptions(const struct config *config, const struct gardening_settings *garden,
	struct portaling_settings *ret, struct fail *fail) MUST_USE;

#endif
