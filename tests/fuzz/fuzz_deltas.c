/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as a batch of another relay, sealed with our secret: what is refused changes nothing, and what is taken is
 * within its bounds, comes back as it was when it is told again, and leaves a guard that still answers. */
#include "base/bytes.h"
#include "fuzz.h"
#include "relay/guard.h"

#include <errno.h>
#include <stdlib.h>

static const struct hash_key secret = {{1, 2, 3}};

static void
check(const struct batch *batch)
{
	must(batch->count <= BATCH_DELTAS && batch->head.said.us >= 0);
	for (size_t i = 0; i < batch->count; i++) {
		const struct delta *delta = &batch->of[i];

		must(delta->key != 0 && delta->limit < LIMITS);
		must(delta->change.cell <= window_cell(batch->head.said));
		for (unsigned w = 0; w < RULE_WHATS; w++) {
			must(llabs(delta->change.amount[w]) <= UINT32_MAX);
			must(llabs(delta->change.burst.us[w]) <= WINDOW_LONG_US);
		}
	}
}

static void
join(const struct batch *batch)
{
	struct guard_settings settings = {.keys_most = 64, .messages_most = 4};
	struct wall now = {batch->head.said.us + WALL_SECOND};
	struct responsible who = {.count = 1};
	struct guard_ask ask = {.message = 1, .responsible = &who, .stage = GUARD_END};
	struct guard *guard;
	struct fail fail;
	size_t column;

	/* The clock of a machine: cells are numbered up to the year 51,000. */
	if (now.us > INT64_C(10000) * 366 * WALL_DAY)
		return;
	for (int i = 0; i < LIMITS; i++)
		must(rule_parse(TEXT("70000 messages/day burst 9, 100 recipients/hour burst 2"),
			     &settings.rule[i], &column, &fail) == 0);
	guard = guard_new(&settings);
	guard_join(guard, batch->of, batch->count, batch->head.said, now);
	guard_join(guard, batch->of, batch->count, batch->head.said, now);
	must(guard_keys(guard).held <= 64);
	for (size_t i = 0; i < batch->count && i < 8; i++) {
		struct guard_answer answer;

		who.of[0].key = batch->of[i].key;
		who.of[0].limit = batch->of[i].limit;
		answer = guard_ask(guard, &ask, now);
		must(answer.passes || answer.why.never || answer.why.free.us > now.us);
	}
	guard_free(guard);
}

static void
tell_again(const struct batch *batch)
{
	static uint8_t bytes[BATCH_BYTES];
	static struct batch again;
	struct deltas *deltas = deltas_new(BATCH_DELTAS);
	size_t size;

	for (size_t i = 0; i < batch->count; i++)
		deltas_note(deltas, &batch->of[i]);
	while (deltas_counts(deltas).held > 0) {
		size = deltas_encode(deltas, &batch->head, &secret, bytes, 4096);
		must(batch_decode(bytes, size, &secret, &again) == 0);
		must(again.head.relay == batch->head.relay);
		check(&again);
	}
	deltas_free(deltas);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct batch batch;
	uint8_t *copy = xcalloc(1, size + 8);
	struct writer seal = writer_on(copy + size, 8);
	int r;

	if (size > 0)
		memcpy(copy, bytes, size);
	r = batch_decode(copy, size, &secret, &batch);
	must(r == 0 || r == -EBADMSG || r == -EPROTO || r == -EACCES);
	writer_u64(&seal, hash_keyed(&secret, copy, size));
	r = batch_decode(copy, size + 8, &secret, &batch);
	must(r != -EACCES);
	if (r == 0) {
		check(&batch);
		tell_again(&batch);
		join(&batch);
	}
	free(copy);
	return 0;
}
