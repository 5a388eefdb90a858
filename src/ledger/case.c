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

void
case_apply(struct ledger_case *of, const struct transition *transition)
{
	struct wall time = transition->time;

	if (time.us < of->opened.us)
		of->opened = time;
	if (state_gravity[transition->to] > state_gravity[of->highest])
		of->highest = transition->to;
	if (transition->to == STATE_CONFIRMED &&
		(wall_is_none(of->confirmed) || time.us < of->confirmed.us))
		of->confirmed = time;
	if (time.us < of->last.us)
		return;
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
