/* reportoptions - from the configuration to the settings of reports that come by mail
 *
 * What:    the options reports.*, read and checked.
 * Owns:    nothing.
 * Thread:  one at a time.
 */
#ifndef LAZARET_PROGRAM_REPORTOPTIONS_H
#define LAZARET_PROGRAM_REPORTOPTIONS_H

#include "config/config.h"
#include "service/reportsettings.h"

/* 0, or -errno with fail filled. */
int reportoptions(
	const struct config *config, struct reporting_settings *ret, struct fail *fail) MUST_USE;

#endif
