/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/case.h"

bool
case_opens(enum state to)
{
	return to != STATE_CLEAR && to != STATE_WATCH;
}

void
case_init(struct ledger_case *of, const struct transition *first)
{
	*of = (struct ledger_case){
		.line = first->line,
		.opened = first->time,
		.last = first->time,
		.confirmed = WALL_NONE,
		.closed = WALL_NONE,
		.state = first->to,
		.highest = first->to,
	};
}

/* Does a verdict say what the case is now? */
static bool
is_newer(const struct ledger_case *of, const struct transition *verdict)
{
	bool knows_nothing = verdict->from < STATE_SUSPECT && of->state != STATE_QUARANTINE;

	return of->is_decided ? verdict->from == of->state || knows_nothing
			      : verdict->time.us >= of->last.us;
}

static void
decide(struct ledger_case *of, const struct transition *decision)
{
	of->last = decision->time;
	of->state = decision->to;
	of->is_decided = true;
}

void
case_apply(struct ledger_case *of, const struct transition *transition)
{
	struct wall time = transition->time;

	if (state_gravity[transition->to] > state_gravity[of->highest])
		of->highest = transition->to;
	if (transition_is_decided(transition)) {
		decide(of, transition);
		return;
	}
	if (time.us < of->opened.us)
		of->opened = time;
	if (transition->to == STATE_CONFIRMED &&
		(wall_is_none(of->confirmed) || time.us < of->confirmed.us))
		of->confirmed = time;
	if (!is_newer(of, transition))
		return;
	of->is_decided = false;
	of->last = time;
	of->state = transition->to;
	of->role = transition->role;
	of->score = transition->score;
	of->closed = transition->to == STATE_CLEAR ? time : WALL_NONE;
}

void
case_digest(const struct ledger_case *of, uint8_t into[DIGEST_SIZE])
{
	struct digest digest;

	digest_init(&digest, "lazaret case 1", NULL);
	digest_u64(&digest, of->number);
	digest_u64(&digest, of->line);
	digest_u64(&digest, of->name_hash);
	digest_u64(&digest, of->previous);
	digest_bytes(&digest, of->sealed, sizeof(of->sealed));
	digest_done(&digest, into);
}
