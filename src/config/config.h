/* config - the values of all options: the defaults, with a profile's and a file's on top
 *
 * What:    what was set in the file or by hand stands over the profile, the profile over the defaults.
 *          Values are asked for by the option's name; a wrong name or type is a programmer's error.
 * Owns:    all values; texts and prefixes are valid until they are set again or the end.
 * Limits:  those of option.h.
 * Thread:  one at a time.
 */
#ifndef LAZARET_CONFIG_CONFIG_H
#define LAZARET_CONFIG_CONFIG_H

#include "config/option.h"

struct config;

struct config *config_new(void);
struct config *config_free(struct config *config);
struct config *config_copy(const struct config *config);
void config_swap(struct config *a, struct config *b);

/* Sets one option as if it stood in the file; a list gets one more entry. -ENOENT for a name that is none
 * (fail then has the nearest), -EINVAL or -ERANGE for its value. */
int config_set(
	struct config *config, struct text name, struct text value, struct fail *fail) MUST_USE;

/* Forgets the entries of a list, so that it can be set anew. */
void config_clear(struct config *config, const struct config_option *option);

/* Takes the values of the profile that scan.profile names for all options that were not set. */
void config_take_profile(struct config *config);

/* Two options of which the first may not be above the second. All are parameters of the judge, which has the
 * same for who sets them otherwise (verdict/parameters.h); a test sees to it. */
struct config_order {
	const char *lower;
	const char *upper;
};

extern const struct config_order config_orders[];
extern const size_t config_orders_count;

/* Whether the options fit together: 0, or -EINVAL with fail->what filled and *ret the option to name. */
int config_fits(
	const struct config *config, const struct config_option **ret, struct fail *fail) MUST_USE;

/* Whether the value comes from the file or the profile, not from the defaults. */
bool config_is_set(const struct config *config, const char *name);
bool config_flag(const struct config *config, const char *name);
/* Of a count, real, rate (a day) or duration (seconds). */
double config_number(const struct config *config, const char *name);
/* The chosen word. */
struct text config_choice(const struct config *config, const char *name);
/* Of a string, or limits. Empty where nothing was given. */
const char *config_string(const struct config *config, const char *name);
size_t config_prefixes(const struct config *config, const char *name, const struct prefix **ret);

/* The value as it would be written in the file. */
void config_format(
	const struct config *config, const struct config_option *option, struct buffer *into);

#endif
