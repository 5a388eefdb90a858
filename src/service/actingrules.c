/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/actingrules.h"

#include <errno.h>

/* A black hole must lead somewhere. */
static bool
has_next_hop(const struct flowspec_settings *rules, const struct prefix *place)
{
	return address_is_v4(&place->address) ? rules->has_next_hop4 : rules->has_next_hop6;
}

int
actingrules_of(const struct router_settings *settings, const struct lines *lines,
	const struct holding_change *change, struct flowspec_rule *ret)
{
	bool is_quarantine = change->kind == MEASURE_QUARANTINE;
	bool is_hole = is_quarantine && settings->quarantine == ROUTER_BLACKHOLE;
	struct line line;

	if (change->kind != MEASURE_BLOCK25 &&
		(!is_quarantine || settings->quarantine == ROUTER_NOTHING))
		return 0;
	if (is_hole && !has_next_hop(&settings->rules, &change->place))
		return 0;
	if (lines_find(lines, &change->place.address, 0, &line) < 0)
		return -EINVAL;
	*ret = (struct flowspec_rule){.prefix = change->place, .kind = FLOWSPEC_MAIL};
	if (!is_quarantine)
		ret->rate = settings->rate;
	else
		ret->kind = is_hole ? FLOWSPEC_BLACKHOLE : FLOWSPEC_REDIRECT;
	return 1;
}

int
actingrules_next(const struct router_settings *settings, const struct lines *lines,
	const struct holding *holding, struct actingrules_place *place, struct flowspec_rule *ret)
{
	struct holding_change change;

	for (; place->kind < MEASURE_KINDS; place->kind++, place->at = 0) {
		while (holding_next(holding, (enum measure_kind)place->kind, &place->at, &change) >
			0) {
			if (actingrules_of(settings, lines, &change, ret) > 0)
				return 1;
		}
	}
	return 0;
}
