/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/actingwhere.h"

#include "identity/leasefind.h"
#include "identity/sessions.h"
#include "identity/whereabouts.h"

#include <errno.h>
#include <stdio.h>

/* News at a time. */
#define TURN 256

void
actingwhere_begin(struct actingwhere *where, const struct estate *estate)
{
	const struct leases_settings sizes = estate_leases(&estate->settings);
	size_t bytes =
		linetable_bytes(estate->settings.leases_most, sizeof(struct session_of_line));

	*where = (struct actingwhere){.is_there = estate->leases != NULL};
	if (!where->is_there)
		return;
	must(leases_open(&where->leases, NULL, estate->leases, leases_bytes(&sizes)) == 0);
	must(linetable_open(&where->sessions, estate->sessions, bytes,
		     sizeof(struct session_of_line)) == 0);
	estate_whereabouts_taking(estate, &where->news);
}

void
actingwhere_find(const struct actingwhere *where, uint64_t line, struct wall now,
	struct holding *holding, holding_give give, void *context)
{
	struct lease_held held[LEASES_LINE];
	struct prefix place;
	int count =
		where->is_there ? leasefind_held(&where->leases, line, now, held, LEASES_LINE) : 0;

	for (int i = 0; i < count; i++) {
		if (whereabouts_prefix(&held[i].name, &place))
			(void)!holding_come(holding, line, &place, give, context);
	}
}

static bool
has_lost(struct actingwhere *where)
{
	uint64_t put, refused, waiting;

	ring_counts(&where->news, &put, &refused, &waiting);
	if (refused == where->refused)
		return false;
	where->refused = refused;
	return true;
}

int
actingwhere_take(
	struct actingwhere *where, struct holding *holding, holding_give give, void *context)
{
	struct whereabouts news[TURN];
	int64_t n;

	if (!where->is_there)
		return 0;
	n = ring_take(&where->news, news, TURN);
	if (n < 0 || has_lost(where))
		return -EAGAIN;
	for (int64_t i = 0; i < n; i++) {
		if (news[i].line == 0)
			return -EAGAIN;
		if (news[i].is_held)
			(void)!holding_come(holding, news[i].line, &news[i].prefix, give, context);
		else
			holding_leave(holding, news[i].line, &news[i].prefix, give, context);
	}
	where->taken += (uint64_t)n;
	if (n > 0)
		ring_taken(&where->news);
	return n > 0;
}

void
actingwhere_skip(struct actingwhere *where)
{
	if (!where->is_there)
		return;
	(void)ring_skip(&where->news);
	(void)has_lost(where);
}

static int
find_session(void *context, uint64_t line, struct actingradius_session *ret)
{
	const struct actingwhere *where = context;
	struct session_of_line found;
	int r = sessions_find(&where->sessions, line, &found);

	if (r < 0)
		return r;
	*ret = (struct actingradius_session){.nas = found.nas,
		.ipv4 = found.framed,
		.prefix = found.prefix,
		.shown = found.begun};
	snprintf(ret->name, sizeof(ret->name), "%.*s", (int)found.name_length, found.name);
	snprintf(ret->user, sizeof(ret->user), "%.*s", (int)found.user_length, found.user);
	return 0;
}

struct actingradius_sessions
actingwhere_sessions(struct actingwhere *where)
{
	return where->is_there
		? (struct actingradius_sessions){.find = find_session, .context = where}
		: (struct actingradius_sessions){.find = NULL};
}
