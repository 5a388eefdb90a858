/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/relaypolicy.h"

void
relaypolicy_begin(struct relaypolicy *policy)
{
	buffer_init(&policy->action, REPLY_MOST);
	buffer_init(&policy->answer, 16 * STREAM_READ);
}

void
relaypolicy_done(struct relaypolicy *policy)
{
	buffer_done(&policy->action);
	buffer_done(&policy->answer);
}

static struct text
text_of_answer(struct relaypolicy *policy, const struct guard_ask *ask,
	const struct guard_answer *answer, struct wall now)
{
	struct reply reply = {
		.language = policy->language,
		.stage = ask->stage,
		.limit = (enum limit)answer->limit,
		.why = answer->why,
		.now = now,
		.help = policy->help,
	};

	buffer_clear(&policy->action);
	reply_make(&reply, &policy->action);
	return (struct text){policy->action.at, policy->action.length};
}

static struct text
decide(struct relaypolicy *policy, const struct policy_request *request)
{
	struct wall now = policy->now(policy->context);
	struct guard_answer answer;
	struct responsible who;
	struct guard_ask ask;

	policy->counts.requests++;
	if (!policyask_make(policy->ask, request, &who, &ask))
		return TEXT("DUNNO");
	policy->counts.asked++;
	policy->is_settled = policy->is_settled || ask.stage == GUARD_END;
	ask.is_settled = policy->is_settled;
	answer = guard_ask(policy->guard, &ask, now);
	policy->counts.shadowed += answer.passes && answer.would;
	if (answer.passes)
		return TEXT("DUNNO");
	policy->counts.denied++;
	return text_of_answer(policy, &ask, &answer, now);
}

static int64_t
take(void *context, struct stream *stream, struct text bytes)
{
	struct relaypolicy *policy = context;
	struct policy_reader *reader = stream_state(stream);
	struct policy_request request;
	struct fail fail = {0};
	size_t at = 0;
	int64_t n;

	buffer_clear(&policy->answer);
	while (at < bytes.length) {
		struct text rest = {bytes.at + at, bytes.length - at};

		n = policy_read(reader, rest, &request, &fail);
		if (n < 0)
			return n;
		if (n == 0)
			break;
		at += (size_t)n;
		policy_answer(&policy->answer, decide(policy, &request));
	}
	stream_answer(stream, policy->answer.at, policy->answer.length);
	return (int64_t)at;
}

const struct stream_protocol relaypolicy_protocol = {
	.state_bytes = sizeof(struct policy_reader), .take = take};
