/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/relaypolicy.h"

/* Of answers at a time: who asks much at once has the others when these are written. */
#define TURN (STREAM_READ / 2)

/* Of a stream. */
struct asking {
	struct policy_reader reader;
	uint64_t message; /* whose end was not asked for yet; 0: none */
};

void
relaypolicy_begin(struct relaypolicy *policy)
{
	buffer_init(&policy->action, 2 * REPLY_MOST);
	buffer_init(&policy->answer, 16 * STREAM_READ);
}

void
relaypolicy_done(struct relaypolicy *policy)
{
	buffer_done(&policy->action);
	buffer_done(&policy->answer);
}

/* The action of access(5). */
static struct text
action_of(struct relaypolicy *policy, const struct envelope *envelope,
	const struct decision *decision, struct wall now)
{
	struct text text;

	if (decision->act == DECISION_PASS || decision->act == DECISION_SLOW)
		return TEXT("DUNNO");
	policy->counts.denied++;
	text = relaytext_make(&policy->text, (enum envelope_stage)envelope->stage, decision, now,
		&policy->action);
	if (decision->act != DECISION_HOLD)
		return text;
	/* Postfix logs what stands behind it. */
	buffer_clear(&policy->action);
	buffer_print(&policy->action, "HOLD held by the relay guard%s%s",
		*decision->number ? ", case " : "", decision->number);
	return (struct text){policy->action.at, policy->action.length};
}

/* A mail server that asks about one message after the other asks about another: the one before broke off. Where it does
 * not, and its end is asked for later, it is counted then. */
static void
go_to(struct relaypolicy *policy, struct asking *asking, const struct envelope *envelope,
	struct wall now)
{
	struct envelope before = {.message = asking->message, .stage = ENVELOPE_ABORT};

	if (policy->is_settled && before.message != 0 && before.message != envelope->message) {
		(void)relay_decide(policy->relay, &before, now);
		policy->counts.broken_off++;
	}
	asking->message = envelope->stage == ENVELOPE_END ? 0 : envelope->message;
}

/* Returns how long the answer is to wait, in microseconds. */
static int64_t
decide(struct relaypolicy *policy, struct asking *asking, const struct policy_request *request)
{
	struct wall now = policy->now(policy->context);
	struct decision decision;
	struct envelope envelope;

	policy->counts.requests++;
	if (!policyenvelope_make(request, &policy->key, &envelope)) {
		policy_answer(&policy->answer, TEXT("DUNNO"));
		return 0;
	}
	policy->counts.asked++;
	policy->is_settled = policy->is_settled || envelope.stage == ENVELOPE_END;
	envelope.is_settled = policy->is_settled;
	if (policy->is_late != NULL && policy->is_late(policy->context)) {
		policy->counts.late++;
		/* What passes since it is late counts, what does not is over. */
		if (envelope.stage == ENVELOPE_END) {
			envelope.stage = policy->fails_closed ? ENVELOPE_ABORT : ENVELOPE_END;
			asking->message = 0;
			(void)relay_decide(policy->relay, &envelope, now);
		}
		policy_answer(&policy->answer,
			policy->fails_closed ? TEXT(RELAYTEXT_BUSY) : TEXT("DUNNO"));
		return 0;
	}
	go_to(policy, asking, &envelope, now);
	decision = relay_decide(policy->relay, &envelope, now);
	policy->counts.shadowed += decision.would != decision.act;
	policy_answer(&policy->answer, action_of(policy, &envelope, &decision, now));
	return decision.slow_us;
}

static int64_t
take(void *context, struct stream *stream, struct text bytes)
{
	struct relaypolicy *policy = context;
	struct asking *asking = stream_state(stream);
	struct policy_request request;
	struct fail fail = {0};
	int64_t n, slow_us = 0;
	size_t at = 0;

	buffer_clear(&policy->answer);
	while (at < bytes.length && slow_us == 0 && policy->answer.length < TURN) {
		struct text rest = {bytes.at + at, bytes.length - at};

		n = policy_read(&asking->reader, rest, &request, &fail);
		if (n < 0)
			return n;
		if (n == 0)
			break;
		at += (size_t)n;
		slow_us = decide(policy, asking, &request);
	}
	stream_answer(stream, policy->answer.at, policy->answer.length);
	if (slow_us > 0) {
		policy->counts.slowed++;
		stream_delay(stream, slow_us);
	} else if (policy->answer.length >= TURN) {
		stream_delay(stream, 0);
	}
	return (int64_t)at;
}

const struct stream_protocol relaypolicy_protocol = {
	.state_bytes = sizeof(struct asking), .take = take};
