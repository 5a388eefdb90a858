/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/recordtime.h"

/* How much later a is than b; times may be anything. */
static int64_t
minus(struct wall a, struct wall b)
{
	int64_t us;

	if (__builtin_sub_overflow(a.us, b.us, &us))
		return a.us > b.us ? INT64_MAX : INT64_MIN;
	return us;
}

static bool
is_ahead(const struct recordtime *recordtime, struct wall wall)
{
	return minus(wall, recordtime->now) > RECORDTIME_JUMP;
}

static bool
is_behind(const struct recordtime *recordtime, struct wall wall)
{
	return minus(wall, recordtime->now) < -RECORDTIME_BACK;
}

bool
recordtime_see(struct recordtime *recordtime, struct wall wall)
{
	bool ahead, behind, confirmed;
	struct wall was = recordtime->now, doubt = recordtime->doubt;

	if (!recordtime->started) {
		*recordtime = (struct recordtime){.now = wall, .started = true};
		return true;
	}
	ahead = is_ahead(recordtime, wall);
	behind = is_behind(recordtime, wall);
	confirmed = recordtime->in_doubt &&
		((ahead && is_ahead(recordtime, doubt)) ||
			(behind && is_behind(recordtime, doubt)));
	recordtime->in_doubt = (ahead || behind) && !confirmed;
	recordtime->doubt = wall;
	if (!ahead && !behind) {
		if (wall.us > was.us)
			recordtime->now = wall;
	} else if (ahead && confirmed) {
		/* Only as far as both agree; the later one may be wrong in its turn. */
		recordtime->now = doubt.us < wall.us ? doubt : wall;
		recordtime->in_doubt = is_ahead(recordtime, wall);
	} else if (confirmed) {
		recordtime->now = doubt.us > wall.us ? doubt : wall;
	}
	return recordtime->now.us != was.us;
}
