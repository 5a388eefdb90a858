/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as those of a mail server that asks by the policy protocol, whole and in pieces: both give the same
 * requests and the same end, every value lies inside its request, and a relay with little room has an answer. */
#include "fuzz.h"
#include "relay/policyenvelope.h"
#include "relay/relay.h"
#include "relay/reply.h"

#include <errno.h>
#include <stdlib.h>

static const struct hash_key secret = {{1, 2, 3}};

struct outcome {
	struct buffer told;
	int64_t r;
};

static struct relay *
new_relay(void)
{
	struct relay_settings settings = {.keys_most = 64,
		.messages_most = 64,
		.key = secret,
		.holds = true,
		.slow_from = 50};
	struct relay *relay;
	struct fail fail;
	size_t column;

	for (int i = 0; i < LIMITS; i++)
		must(rule_parse(TEXT("3 messages/hour, 9 recipients/day burst 4"),
			     &settings.rule[i], &column, &fail) == 0);
	senders_defaults(&settings.senders);
	settings.senders.most = 64;
	relay = relay_new(&settings);
	return relay;
}

static void
check_inside(struct text text, struct text whole)
{
	must(text.length == 0 ||
		(text.at >= whole.at && text.at + text.length <= whole.at + whole.length));
	must(text.length == 0 || memchr(text.at, '\0', text.length) == NULL);
	must(text.length == 0 || memchr(text.at, '\n', text.length) == NULL);
}

static void
decide(struct buffer *told, struct relay *relay, const struct policy_request *request)
{
	struct wall now = {INT64_C(20000) * WALL_DAY};
	struct decision decision;
	struct envelope envelope;

	if (!policyenvelope_make(request, &secret, &envelope))
		return;
	must(envelope.message != 0 && envelope.stage <= ENVELOPE_ABORT);
	decision = relay_decide(relay, &envelope, now);
	must(decision.act < DECISION_ACTS && decision.would == decision.act);
	must(decision.limit < LIMITS);
	if (decision.act >= DECISION_DEFER && !decision.is_case)
		must(decision.why.never || decision.why.free.us > now.us);
	buffer_print(told, "%d %d %d;", decision.act, decision.limit, decision.why.bound);
}

static void
tell(struct buffer *told, struct relay *relay, const struct policy_request *request,
	struct text whole)
{
	must(request->state <= POLICY_STATES);
	for (int i = 0; i < POLICY_ATTRIBUTES; i++) {
		check_inside(request->value[i], whole);
		buffer_text(told, request->value[i]);
		buffer_add(told, "|", 1);
	}
	buffer_print(told, "%d %u %llu;", request->state, request->recipient_count,
		(unsigned long long)request->size);
	decide(told, relay, request);
}

static void
run(const uint8_t *bytes, size_t size, size_t piece, struct outcome *ret)
{
	struct policy_reader reader = {0};
	struct relay *relay = new_relay();
	struct policy_request request;
	struct fail fail = {0};
	size_t begin = 0, end = 0;

	do {
		struct text rest;
		char *copy;

		end = size - end < piece ? size : end + piece;
		copy = malloc(end - begin + 1);
		must(copy != NULL);
		memcpy(copy, bytes + begin, end - begin);
		rest = (struct text){copy, end - begin};
		while (rest.length > 0 &&
			(ret->r = policy_read(&reader, rest, &request, &fail)) > 0) {
			size_t n = (size_t)ret->r;

			must(n <= rest.length && n <= POLICY_REQUEST && reader.looked == 0);
			tell(&ret->told, relay, &request, (struct text){rest.at, n});
			rest = (struct text){rest.at + n, rest.length - n};
			begin += n;
		}
		must(ret->r >= 0 || ret->r == -EMSGSIZE || ret->r == -EBADMSG);
		must(ret->r >= 0 || fail.what[0] != '\0');
		must(ret->r < 0 || rest.length <= POLICY_REQUEST);
		free(copy);
	} while (ret->r >= 0 && end < size);
	ret->r = ret->r > 0 ? 0 : ret->r;
	relay_free(relay);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct outcome whole = {.r = 0}, cut = {.r = 0};
	uint8_t *ended;

	/* The first byte says into how large pieces the others are cut. */
	if (size == 0)
		return 0;
	buffer_init(&whole.told, 16 << 20);
	buffer_init(&cut.told, 16 << 20);
	/* What is wrong with a request may be found before its end, if that comes in another piece, or at it. */
	ended = xcalloc(1, size + 1);
	memcpy(ended, bytes + 1, size - 1);
	memcpy(ended + size - 1, "\n\n", 2);
	run(ended, size + 1, SIZE_MAX, &whole);
	run(ended, size + 1, 1 + bytes[0], &cut);
	must((whole.r < 0) == (cut.r < 0));
	must(text_equal((struct text){whole.told.at, whole.told.length},
		(struct text){cut.told.at, cut.told.length}));
	buffer_done(&whole.told);
	buffer_done(&cut.told);
	free(ended);
	return 0;
}
