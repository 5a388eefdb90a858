/* timezone - the zone of times that carry none
 *
 * What:    "UTC" or a fixed offset such as "+02:00".
 * Limits:  names of the zone database, with their summer times, are not understood.
 */
#ifndef LAZARET_PROGRAM_TIMEZONE_H
#define LAZARET_PROGRAM_TIMEZONE_H

#include "source/intake.h"

/* -EINVAL with fail filled if there is no such zone. */
int timezone_set(const char *name, struct intake_settings *settings, struct fail *fail) MUST_USE;

#endif
