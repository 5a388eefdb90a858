/* profile - named sets of option values, chosen for the law of a country
 *
 * What:    a starting point for the lawyers of an operator, not their answer: what a profile switches off
 *          can be switched on again in the file, where it is seen.
 * Thread:  any; the table never changes.
 */
#ifndef LAZARET_CONFIG_PROFILE_H
#define LAZARET_CONFIG_PROFILE_H

#include "base/text.h"

struct profile_value {
	const char *name;
	const char *value;
};

struct profile {
	const char *name;
	const char *summary;
	const struct profile_value *values;
	size_t count;
};

extern const struct profile profiles[];
extern const size_t profiles_count;

/* NULL if there is none of this name. */
const struct profile *profile_find(struct text name);

#endif
