/* noticeoptions - from the configuration to the settings of the notifier
 *
 * What:    the options notice.*, read and checked. Where there are contacts they, the secrets and the certificates are
 *          tried now, so that a reload which they spoil is refused.
 * Owns:    nothing.
 * Thread:  one at a time.
 */
#ifndef LAZARET_PROGRAM_NOTICEOPTIONS_H
#define LAZARET_PROGRAM_NOTICEOPTIONS_H

#include "config/config.h"
#include "service/gardensettings.h"
#include "service/noticesettings.h"
#include "service/portalsettings.h"

/* 0, or -errno with fail filled. */
int noticeoptions(const struct config *config, const struct gardening_settings *garden,
	const struct portaling_settings *portal, struct notifying_settings *ret,
	struct fail *fail) MUST_USE;

#endif
