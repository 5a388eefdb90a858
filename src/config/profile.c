/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/profile.h"

/* Norway: traffic data is deleted when it is not needed any more; a channel that sees destinations in the
 * names asked for is a collection of its own. */
static const struct profile_value norway[] = {
	{"channels.dns", "no"},
	{"ledger.retention-open", "90d"},
	{"ledger.retention-cases", "90d"},
};

/* Germany (TKG s169): data already held may be used to warn a customer, nothing is collected for it. */
static const struct profile_value germany[] = {
	{"channels.dns", "no"},
	{"ledger.retention-open", "30d"},
	{"ledger.retention-cases", "30d"},
};

const struct profile profiles[] = {
	{.name = "default", .summary = "The defaults."},
	{.name = "no",
		.summary = "Norway: nothing that looks at names asked for.",
		.values = norway,
		.count = sizeof(norway) / sizeof(*norway)},
	{.name = "de",
		.summary = "Germany: nothing collected for this purpose alone, cases kept for a "
			   "shorter time.",
		.values = germany,
		.count = sizeof(germany) / sizeof(*germany)},
};

const size_t profiles_count = sizeof(profiles) / sizeof(*profiles);

const struct profile *
profile_find(struct text name)
{
	for (size_t i = 0; i < profiles_count; i++) {
		if (text_is(name, profiles[i].name))
			return &profiles[i];
	}
	return NULL;
}
