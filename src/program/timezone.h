/* timezone - the zone of times that carry none
 *
 * What:    "UTC", a fixed offset such as "+02:00", or a name of the system's zone database such as
 *          "Europe/Oslo" (tzset(3)).
 */
#ifndef LAZARET_PROGRAM_TIMEZONE_H
#define LAZARET_PROGRAM_TIMEZONE_H

#include "source/intake.h"

/* -EINVAL with fail filled if there is no such zone. */
int timezone_set(const char *name, struct intake_settings *settings, struct fail *fail) MUST_USE;

#endif
