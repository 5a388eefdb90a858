/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/horizon.h"
#include "runtime/event.h"
#include "service/keeperinside.h"

/* What was written is ahead of the clock when it is so by more. */
#define AHEAD_US (5 * WALL_MINUTE)

/* Against the system's clock: the daemon's own goes on from where it was. */
static void
look_ahead(struct keeper *keeper)
{
	struct wall horizon = ledger_horizon(keeper->ledger);
	int64_t by = horizon.us - keeper->duty.clock.system.us;
	char until[WALL_TEXT];

	if (keeper->is_ahead ? by <= 0 : by > AHEAD_US) {
		keeper->is_ahead = !keeper->is_ahead;
		if (keeper->is_ahead)
			event(EVENT_LEDGER_AHEAD, "until=%s by_s=%lld text=%s",
				wall_format(horizon, until), (long long)(by / WALL_SECOND),
				"the clock was ahead when it was written, or is behind now");
		else
			event(EVENT_LEDGER_IN_TIME, "until=%s", wall_format(horizon, until));
	}
}

/* What follows of it, and what to do. */
static void
tell_ahead(struct keeper *keeper)
{
	char until[WALL_TEXT];

	duty_trouble(&keeper->duty,
		"the ledger has times until %s, which lie ahead of the clock: measures and cases "
		"of then end as much later; set the clock right, or, if it is, lazaret reload",
		wall_format(ledger_horizon(keeper->ledger), until));
}

/* A trouble of its own, while the ledger has no other. */
void
keepertale_show(struct keeper *keeper)
{
	bool is_renewed = keeper->renewed.us != 0 &&
		keeper->duty.clock.now.us - keeper->renewed.us < KEEPER_RENEWED_US;
	unsigned tale;
	char since[WALL_TEXT];

	if (keeper->ledger != NULL)
		look_ahead(keeper);
	tale = keeper->follow.paused.us != 0 ? TALE_PAUSED
		: keeper->is_ahead           ? TALE_AHEAD
		: is_renewed                 ? TALE_RENEWED
					     : TALE_NONE;
	if (tale == keeper->tells || keeper->refused != 0)
		return;
	keeper->tells = tale;
	if (tale == TALE_PAUSED)
		duty_trouble(&keeper->duty,
			"containment pauses since %s, when all was let go: nothing begins by "
			"itself until lazaret resume",
			wall_format(keeper->follow.paused, since));
	else if (tale == TALE_AHEAD && keeper->ledger != NULL)
		tell_ahead(keeper);
	else if (tale == TALE_RENEWED)
		duty_trouble(&keeper->duty,
			"the ledger was gone at the start and was made anew on %s, without audit "
			"trail and never-list (told until somebody asks for lazaret cases "
			"--audit)",
			wall_format(keeper->renewed, since));
	else
		duty_trouble(&keeper->duty, "%s", "");
}
