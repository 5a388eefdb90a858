/* SPDX-License-Identifier: BSD-2-Clause */
/* What a relay kept (its guard and its senders) with edits, and a checksum that fits them. The first byte chooses the
 * state, each five bytes after it are an edit: two bytes of offset, how, and a value. What is taken must stand more
 * questions, logins, results and time, and being kept and taken again. */
#include "../unit/memory_stream.h"
#include "base/bytes.h"
#include "edit.h"
#include "fuzz.h"
#include "identity/accountname.h"
#include "relay/relay.h"

#include <stdio.h>

#define START (INT64_C(20000) * WALL_DAY)
#define KINDS 3
#define KEYS  64

static struct memory_stream kept[KINDS];

/* Kind 2 has rules that need wide windows. */
static struct relay *
new_relay(unsigned kind)
{
	struct relay_settings settings = {.keys_most = KEYS,
		.messages_most = 64,
		.key = {{7}},
		.holds = true,
		.slow_from = 80};
	struct fail fail;
	size_t column;

	for (int i = 0; i < LIMITS; i++)
		must(rule_parse(kind == 2 ? TEXT("200000 recipients/day, 90000 messages/hour")
					  : TEXT("6 messages/hour, 20 recipients/day burst 8"),
			     &settings.rule[i], &column, &fail) == 0);
	senders_defaults(&settings.senders);
	settings.senders.most = KEYS;
	return relay_new(&settings);
}

/* Messages of some accounts and addresses: ended, given up, and still on their way. */
static void
live(struct relay *relay, struct wall begin, unsigned messages)
{
	char account[16], recipient[32];

	for (unsigned i = 0; i < messages; i++) {
		struct wall now = {begin.us + i * 7 * WALL_SECOND};
		struct envelope envelope = {.message = 1 + begin.us + i,
			.sender = TEXT("a@example.net"),
			.client = address_from_v4(0x01000000 + i % 5 * 256),
			.is_settled = true};
		struct login login = {
			.client = envelope.client, .kind = (uint8_t)(i % LOGIN_KINDS)};
		struct decision decision;

		snprintf(account, sizeof(account), "account-%u", i % 9);
		if (i % 3 != 0)
			envelope.account = text_of(account);
		for (unsigned n = 0; n <= i % 4; n++) {
			snprintf(
				recipient, sizeof(recipient), "r%u@d%u.example", i * 7 + n, i % 11);
			envelope.recipient = text_of(recipient);
			decision = relay_decide(relay, &envelope, now);
			must(decision.act < DECISION_ACTS);
			must(decision.act < DECISION_DEFER || decision.why.never ||
				decision.why.free.us > now.us);
		}
		envelope.recipient = TEXT("");
		envelope.stage = i % 5 == 0 ? ENVELOPE_ABORT : ENVELOPE_END;
		if (i % 7 != 0)
			(void)relay_decide(relay, &envelope, now);
		login.account = text_of(account);
		(void)relay_login(relay, &login, now);
		/* An operator lets it go on, in the middle of a day. */
		if (i % 13 == 12)
			(void)!senders_clear(relay_senders(relay),
				accountname_pseudonym(login.account, &(struct hash_key){{7}}));
		relay_result(relay, 1 + i % 9, i, (enum sender_result)(i % SENDER_RESULTS), now);
		relay_refund(relay, 1 + i % 9, LIMIT_ACCOUNT, i % 3, begin, now);
	}
	relay_advance(relay, (struct wall){begin.us + WALL_DAY});
}

static void
keep(const struct relay *relay, struct memory_stream *into)
{
	struct save *save = save_new(memory_write, into);

	must(relay_save(relay, save) == 0);
	must(save_end(save) == 0);
	save_free(save);
}

static int
restore(struct relay *relay, struct memory_stream *from, struct wall now)
{
	struct restore *restore = restore_new(memory_read, from);
	struct fail fail = {0};
	int r;

	from->at = 0;
	r = relay_restore(relay, restore, now, &fail);
	if (r == 0)
		r = restore_end(restore, &fail);
	must(r == 0 || fail.what[0] != 0);
	restore_free(restore);
	return r;
}

static void
make_kept(void)
{
	for (unsigned kind = 0; kind < KINDS && kept[kind].size == 0; kind++) {
		struct relay *relay = new_relay(kind);

		live(relay, (struct wall){START}, kind == 1 ? 8 : 120);
		keep(relay, &kept[kind]);
		relay_free(relay);
	}
}

static const uint64_t values[EDIT_VALUES] = {0, 1, UINT64_MAX, INT64_MAX, (uint64_t)INT64_MIN,
	UINT32_MAX, UINT64_C(0x7ff8000000000000), UINT64_C(0x7fc000007fc00000)};

static void
go_on(struct relay *relay, unsigned kind)
{
	struct memory_stream again = {0};
	struct relay *next;

	must(guard_keys(relay_guard(relay)).held <= KEYS);
	live(relay, (struct wall){START + WALL_DAY}, 60);
	live(relay, (struct wall){START + 30 * WALL_DAY}, 60);
	must(guard_keys(relay_guard(relay)).held <= KEYS);
	must(guard_counts(relay_guard(relay)).open <= 64);
	keep(relay, &again);
	next = new_relay(kind);
	must(restore(next, &again, (struct wall){START + 32 * WALL_DAY}) == 0);
	relay_free(next);
	memory_done(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct reader edits = reader_on(bytes, size);
	unsigned kind = reader_u8(&edits) % KINDS;
	struct memory_stream stream = {0};
	struct relay *relay;

	make_kept();
	must(memory_write(&stream, kept[kind].bytes, kept[kind].size) == 0);
	while (reader_left(&edits) >= 5)
		edit(&stream, &edits, values);
	memory_sign(&stream);
	relay = new_relay(kind);
	if (restore(relay, &stream, (struct wall){START + WALL_DAY}) == 0)
		go_on(relay, kind);
	else
		must(size > 1);
	relay_free(relay);
	memory_done(&stream);
	return 0;
}
