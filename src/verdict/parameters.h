/* parameters - all that judged, as text that can be kept, compared and read back
 *
 * What:    the settings of the channels and of the court, one "name=value" a line in a fixed order. Its
 *          hash is the version that stands in every verdict, so that a verdict can be replayed years later.
 * Limits:  PARAMETERS_TEXT bytes of text.
 * Thread:  any.
 */
#ifndef LAZARET_VERDICT_PARAMETERS_H
#define LAZARET_VERDICT_PARAMETERS_H

#include "base/text.h"
#include "verdict/court.h"

#define PARAMETERS_TEXT 8192

struct parameters {
	struct flow_channel_settings flow;
	struct court_settings court;
};

void parameters_defaults(struct parameters *parameters);

void parameters_format(const struct parameters *parameters, struct buffer *into);

/* Sets one by its name ("flow.failure-honest", "0.2"); -ENOENT, -EINVAL or -ERANGE with fail filled. */
int parameters_set(struct parameters *parameters, struct text name, struct text value,
	struct fail *fail) MUST_USE;

/* Two of which the first may not be above the second. The options have the same (config.h); a test sees to it. */
struct parameters_order {
	const char *lower;
	const char *upper;
};

extern const struct parameters_order parameters_orders[];
extern const size_t parameters_orders_count;

/* Do all fit each other? 0, or -EINVAL with fail filled. */
int parameters_check(const struct parameters *parameters, struct fail *fail) MUST_USE;

uint32_t parameters_version(const struct parameters *parameters);

#endif
