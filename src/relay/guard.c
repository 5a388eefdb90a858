/* SPDX-License-Identifier: BSD-2-Clause */
#include "relay/guardinside.h"

#include <errno.h>
#include <stdlib.h>

/* So many are looked at in one guard_advance. */
#define LOOKS 1024
/* The memory of a change is asked for so many before it is joined. */
#define AHEAD 8

struct guard *
guard_new(const struct guard_settings *settings)
{
	struct guard *guard = xcalloc(1, sizeof(*guard));

	guard->settings = *settings;
	guard->windows = windows_new(settings->keys_most);
	table_init(&guard->table, settings->messages_most);
	guard->message = memory_map(settings->messages_most, sizeof(*guard->message));
	guard->free = NONE;
	for (int i = 0; i < 2; i++)
		guard->line[i] = (struct line){NONE, NONE};
	return guard;
}

struct guard *
guard_free(struct guard *guard)
{
	if (guard == NULL)
		return NULL;
	windows_free(guard->windows);
	table_done(&guard->table);
	memory_unmap(guard->message, guard->settings.messages_most, sizeof(*guard->message));
	free(guard);
	return NULL;
}

void
guard_set(struct guard *guard, const struct rule rule[LIMITS], bool is_shadow)
{
	memcpy(guard->settings.rule, rule, sizeof(guard->settings.rule));
	guard->settings.is_shadow = is_shadow;
}

static void
unlink_message(struct guard *guard, uint32_t at)
{
	struct message *message = &guard->message[at];
	struct line *line = &guard->line[message->is_loose];

	if (message->older != NONE)
		guard->message[message->older].newer = message->newer;
	else
		line->oldest = message->newer;
	if (message->newer != NONE)
		guard->message[message->newer].older = message->older;
	else
		line->newest = message->older;
}

void
guard_link_newest(struct guard *guard, uint32_t at)
{
	struct message *message = &guard->message[at];
	struct line *line = &guard->line[message->is_loose];

	message->older = line->newest;
	message->newer = NONE;
	if (line->newest != NONE)
		guard->message[line->newest].newer = at;
	else
		line->oldest = at;
	line->newest = at;
}

/* One that is over, or of which nothing is counted, may be forgotten. */
bool
guard_is_loose(const struct message *message)
{
	return message->is_over || message->amount.of[RULE_MESSAGES] == 0;
}

static void
sort_message(struct guard *guard, uint32_t at)
{
	struct message *message = &guard->message[at];

	if (message->is_loose == guard_is_loose(message))
		return;
	unlink_message(guard, at);
	message->is_loose = guard_is_loose(message);
	guard_link_newest(guard, at);
	if (message->is_loose)
		guard->counts.open--;
	else
		guard->counts.open++;
}

static const struct rule *
rule_of(const struct guard *guard, const struct responsible *responsible, unsigned i)
{
	if (i == 0 && responsible->has_rule)
		return &responsible->rule;
	return &guard->settings.rule[responsible->of[i].limit];
}

/* Nothing is denied: what would be passed is counted all the same. */
static bool
is_lenient(const struct guard *guard, const struct message *message)
{
	return guard->settings.is_shadow || message->is_free;
}

void
guard_share(struct guard *guard, struct deltas *deltas)
{
	guard->deltas = deltas;
}

/* Others are to hear that so much was counted in the cell of a time, or is not any more: sign is 1 or -1. */
static void
note(struct guard *guard, uint64_t key, uint8_t limit, const struct window_amount *amount,
	const struct window_burst *burst, int sign, struct wall at)
{
	struct delta delta = {.key = key, .limit = limit, .change.cell = window_cell(at)};

	if (guard->deltas == NULL)
		return;
	for (unsigned w = 0; w < RULE_WHATS; w++) {
		delta.change.amount[w] = sign * (int64_t)amount->of[w];
		delta.change.burst.us[w] = sign * burst->us[w];
	}
	deltas_note(guard->deltas, &delta);
}

static void
take(struct guard *guard, const struct responsible *responsible, unsigned i,
	const struct window_ref *ref, const struct rule *rule, const struct window_amount *amount,
	struct wall now)
{
	struct window_burst burst = window_burst_of(rule, amount);

	window_take(ref, rule, amount, now);
	note(guard, responsible->of[i].key, responsible->of[i].limit, amount, &burst, 1, now);
}

static void
untake(struct guard *guard, const struct message *message, unsigned i, const struct window_ref *ref,
	const struct window_amount *amount, const struct window_burst *burst, struct wall now)
{
	const struct rule no_burst = rule_none();

	window_give_back(ref, &no_burst, amount, message->taken, now);
	window_relieve(ref, burst);
	note(guard, message->responsible.of[i].key, message->responsible.of[i].limit, amount, burst,
		-1, message->taken);
}

/* Bursts stay as they are, here and elsewhere. */
static bool
move(struct guard *guard, const struct responsible *responsible, unsigned i,
	const struct window_ref *ref, const struct message *message, struct wall now,
	struct window_answer *why)
{
	static const struct window_burst none;
	bool moved = window_move(
		ref, rule_of(guard, responsible, i), &message->amount, message->taken, now, why);

	/* What stays in its cell is no news. */
	if (moved && window_cell(message->taken) == window_cell(now))
		return true;
	note(guard, responsible->of[i].key, responsible->of[i].limit, &message->amount, &none, -1,
		message->taken);
	if (moved)
		note(guard, responsible->of[i].key, responsible->of[i].limit, &message->amount,
			&none, 1, now);
	return moved;
}

/* The windows of all that is responsible. -ENOSPC: there is no room for one. */
static int
find_windows(struct guard *guard, const struct responsible *responsible, struct wall now,
	struct window_ref ref[RESPONSIBLE_KEYS])
{
	bool is_displaced = false;
	int r = 0;

	for (unsigned i = 0; i < responsible->count && r >= 0; i++) {
		r = windows_make(guard->windows, responsible->of[i].key,
			rule_of(guard, responsible, i), now, &ref[i]);
		is_displaced = is_displaced || r == 1;
	}
	if (r < 0 || !is_displaced)
		return r < 0 ? r : 0;
	/* One that was made may have taken the place of an empty one before it. */
	r = 0;
	for (unsigned i = 0; i < responsible->count && r == 0; i++)
		r = windows_find(guard->windows, responsible->of[i].key,
			rule_of(guard, responsible, i), &ref[i]);
	return r;
}

/* The tightest: what never passes before what passes last. */
static bool
is_tighter(const struct window_answer *a, const struct window_answer *b)
{
	return a->never != b->never ? a->never : a->free.us > b->free.us;
}

static void
deny(struct guard_answer *answer, unsigned limit, const struct window_answer *why)
{
	if (answer->would && !is_tighter(why, &answer->why))
		return;
	answer->would = true;
	answer->is_near = false;
	answer->limit = (uint8_t)limit;
	answer->why = *why;
}

/* The first of a message that comes near a limit is told; which limit, is that of the first key that has one. */
static void
come_near(struct message *message, struct guard_answer *answer, unsigned limit,
	const struct window_answer *why)
{
	if (message->is_near || answer->would)
		return;
	message->is_near = answer->is_near = true;
	answer->limit = (uint8_t)limit;
	answer->why = *why;
}

/* So much more for a message; all of it or nothing. */
static void
take_more(struct guard *guard, struct message *message, const struct window_amount *more,
	struct wall now, struct guard_answer *answer)
{
	struct window_ref ref[RESPONSIBLE_KEYS];
	const struct responsible *responsible = &message->responsible;
	struct window_answer why;

	if (find_windows(guard, responsible, now, ref) < 0) {
		guard->counts.unlimited++;
		return;
	}
	for (unsigned i = 0; i < responsible->count; i++) {
		if (!window_allows(&ref[i], rule_of(guard, responsible, i), more, now, &why))
			deny(answer, responsible->of[i].limit, &why);
		else if (why.is_near)
			come_near(message, answer, responsible->of[i].limit, &why);
	}
	if (answer->would && !is_lenient(guard, message))
		return;
	for (unsigned i = 0; i < responsible->count; i++)
		take(guard, responsible, i, &ref[i], rule_of(guard, responsible, i), more, now);
	if (message->amount.of[RULE_MESSAGES] == 0)
		message->taken = message->first = now;
	for (unsigned w = 0; w < RULE_WHATS; w++)
		message->amount.of[w] += more->of[w];
	message->uncounted = 0;
}

static void
give_back(struct guard *guard, struct message *message, const struct window_amount *amount,
	struct wall now)
{
	const struct responsible *responsible = &message->responsible;
	struct window_ref ref;

	for (unsigned i = 0; i < responsible->count; i++) {
		const struct rule *rule = rule_of(guard, responsible, i);
		struct window_burst burst = window_burst_left(rule, amount, message->first, now);

		if (windows_find(guard->windows, responsible->of[i].key, rule, &ref) == 0)
			untake(guard, message, i, &ref, amount, &burst, now);
	}
	for (unsigned w = 0; w < RULE_WHATS; w++)
		message->amount.of[w] -= amount->of[w];
}

/* Nobody looked at the oldest for minutes: what the next drop touches is asked for. */
static void
prefetch_oldest(const struct guard *guard, const struct line *line)
{
	const struct message *oldest;

	if (line->oldest == NONE)
		return;
	oldest = &guard->message[line->oldest];
	table_prefetch(&guard->table, oldest->id);
	if (oldest->newer != NONE)
		__builtin_prefetch(&guard->message[oldest->newer], 1);
}

static void
drop(struct guard *guard, uint32_t at)
{
	struct message *message = &guard->message[at];

	unlink_message(guard, at);
	prefetch_oldest(guard, &guard->line[message->is_loose]);
	table_remove(&guard->table, table_find(&guard->table, message->id));
	message->newer = guard->free;
	guard->free = at;
	guard->counts.open -= !message->is_loose;
}

/* It is over without having been sent, as far as can be known. */
static void
give_up(struct guard *guard, uint32_t at, struct wall now)
{
	struct message *message = &guard->message[at];
	struct window_amount all = message->amount;

	if (!message->is_over && message->is_settled && all.of[RULE_MESSAGES] > 0) {
		give_back(guard, message, &all, now);
		guard->counts.given_back++;
	}
	drop(guard, at);
}

/* Its own limits may be others now, or not have come with what was restored. What is counted is given back by those by
 * which it was taken. */
static void
renew(struct message *message, const struct responsible *responsible)
{
	struct responsible *is = &message->responsible;

	if (is->of[0].key != responsible->of[0].key || is->of[0].limit != responsible->of[0].limit)
		return;
	if (is->has_rule && message->amount.of[RULE_MESSAGES] > 0)
		return;
	is->has_rule = responsible->has_rule;
	is->rule = responsible->rule;
}

/* Its place, made if it is not known; NONE if there is no room. */
static uint32_t
find_message(struct guard *guard, const struct guard_ask *ask, struct wall now)
{
	struct table_slot *slot;
	struct message *message;
	int r = table_add(&guard->table, ask->message, &slot);
	uint32_t at;

	/* One that may be forgotten gives way. */
	if (r < 0 && guard->line[true].oldest != NONE) {
		drop(guard, guard->line[true].oldest);
		r = table_add(&guard->table, ask->message, &slot);
	}
	if (r < 0)
		return NONE;
	if (r == 0) {
		at = slot->value;
		unlink_message(guard, at);
		renew(&guard->message[at], ask->responsible);
	} else {
		at = guard->free;
		if (at != NONE)
			guard->free = guard->message[at].newer;
		else
			at = guard->used++;
		slot->value = at;
		guard->message[at] =
			(struct message){.id = ask->message, .responsible = *ask->responsible};
		guard->counts.open++;
	}
	message = &guard->message[at];
	message->heard = now;
	message->is_settled = message->is_settled || ask->is_settled;
	guard_link_newest(guard, at);
	return at;
}

/* Recipients that are to be counted after this. */
static uint32_t
wanted(const struct message *message, const struct guard_ask *ask)
{
	uint32_t have = message->amount.of[RULE_RECIPIENTS], all = have + message->uncounted;

	if (ask->stage == GUARD_RECIPIENT)
		return ask->recipient == message->recipient && have > 0 ? have : all + 1;
	if (ask->count == 0)
		return all > 0 ? all : 1;
	return ask->count < GUARD_RECIPIENTS ? ask->count : GUARD_RECIPIENTS;
}

/* What was reserved counts as of now; where it does not fit any more, all is given back but for its part of bursts. */
static void
settle(struct guard *guard, struct message *message, struct wall now, struct guard_answer *answer)
{
	const struct responsible *responsible = &message->responsible;
	const struct rule no_burst = rule_none();
	const struct window_burst no_part = {{0}};
	struct window_ref ref[RESPONSIBLE_KEYS];
	struct window_answer why;
	unsigned moved = 0;

	if (find_windows(guard, responsible, now, ref) < 0)
		return;
	for (unsigned i = 0; i < responsible->count; i++) {
		if (move(guard, responsible, i, &ref[i], message, now, &why))
			moved |= 1U << i;
		else
			deny(answer, responsible->of[i].limit, &why);
	}
	message->taken = now;
	if (!answer->would)
		return;
	for (unsigned i = 0; i < responsible->count; i++) {
		bool is_moved = (moved >> i & 1) != 0;

		if (is_lenient(guard, message) && !is_moved)
			take(guard, responsible, i, &ref[i], &no_burst, &message->amount, now);
		else if (!is_lenient(guard, message) && is_moved)
			untake(guard, message, i, &ref[i], &message->amount, &no_part, now);
	}
	if (!is_lenient(guard, message)) {
		message->uncounted += message->amount.of[RULE_RECIPIENTS];
		message->amount = (struct window_amount){{0}};
	}
}

/* Counts what the message is to have now. */
static void
count(struct guard *guard, struct message *message, const struct guard_ask *ask, struct wall now,
	struct guard_answer *answer)
{
	uint32_t have = message->amount.of[RULE_RECIPIENTS], want = wanted(message, ask);
	struct window_amount change = {{0}};

	if (want < have) {
		change.of[RULE_RECIPIENTS] = have - want;
		give_back(guard, message, &change, now);
	}
	/* All of a message is in one cell, so that it is given back where it was taken. */
	if (message->amount.of[RULE_MESSAGES] > 0 &&
		(ask->stage == GUARD_END ||
			(want > have && window_cell(message->taken) != window_cell(now))))
		settle(guard, message, now, answer);
	if (want > have && (!answer->would || is_lenient(guard, message))) {
		change.of[RULE_MESSAGES] = message->amount.of[RULE_MESSAGES] == 0;
		change.of[RULE_RECIPIENTS] = want - have;
		take_more(guard, message, &change, now, answer);
	}
	if (ask->stage == GUARD_RECIPIENT && (!answer->would || is_lenient(guard, message)))
		message->recipient = ask->recipient;
}

/* A message that is denied at its end is not sent: what it had reserved is free, and who asks again is denied again. */
static void
end(struct guard *guard, struct message *message, struct wall now,
	const struct guard_answer *answer)
{
	struct window_amount all = message->amount;

	message->is_over = answer->passes;
	if (answer->passes) {
		guard->counts.messages++;
		guard->counts.recipients += all.of[RULE_RECIPIENTS];
	} else if (all.of[RULE_MESSAGES] > 0) {
		give_back(guard, message, &all, now);
		guard->counts.given_back++;
	}
}

static bool
is_local(const struct responsible *responsible)
{
	return responsible->of[0].limit == LIMIT_LOCAL;
}

/* Not all of its recipients are local: then none of them counts as such. */
static void
leave_home(struct guard *guard, struct message *message, const struct responsible *responsible,
	struct wall now)
{
	struct window_amount all = message->amount;

	if (all.of[RULE_MESSAGES] > 0)
		give_back(guard, message, &all, now);
	message->uncounted += all.of[RULE_RECIPIENTS];
	message->responsible = *responsible;
}

static void
abort_message(struct guard *guard, uint64_t id, struct wall now)
{
	struct table_slot *slot = table_find(&guard->table, id);

	if (slot != NULL)
		give_up(guard, slot->value, now);
}

void
guard_prefetch(const struct guard *guard, uint64_t message)
{
	table_prefetch(&guard->table, message);
}

void
guard_prefetch_keys(const struct guard *guard, const struct responsible *responsible)
{
	for (unsigned i = 0; i < responsible->count; i++)
		windows_prefetch(guard->windows, responsible->of[i].key);
}

void
guard_prefetch_windows(const struct guard *guard, const struct responsible *responsible)
{
	for (unsigned i = 0; i < responsible->count; i++)
		windows_prefetch_window(guard->windows, responsible->of[i].key);
}

struct guard_answer
guard_ask(struct guard *guard, const struct guard_ask *ask, struct wall now)
{
	struct guard_answer answer = {.passes = true};
	struct message *message = &guard->unknown;
	uint32_t at;

	if (ask->stage == GUARD_ABORT) {
		abort_message(guard, ask->message, now);
		return answer;
	}
	guard->counts.asked++;
	at = find_message(guard, ask, now);
	if (at != NONE)
		message = &guard->message[at];
	else
		*message = (struct message){.id = ask->message, .responsible = *ask->responsible};
	if (message->is_over && ask->stage != GUARD_RECIPIENT)
		return answer;
	if (message->is_over) {
		/* The next one under the same name. */
		message->is_over = false;
		message->amount = (struct window_amount){{0}};
		message->recipient = 0;
		message->uncounted = 0;
	}
	message->is_free = ask->is_free;
	answer.is_first = message->amount.of[RULE_MESSAGES] == 0;
	if (ask->recipient != 0 && is_local(&message->responsible) && !is_local(ask->responsible))
		leave_home(guard, message, ask->responsible, now);
	count(guard, message, ask, now, &answer);
	answer.would = answer.would && !message->is_free;
	answer.is_near = answer.is_near && !message->is_free;
	answer.passes = !answer.would || guard->settings.is_shadow;
	guard->counts.denied += !answer.passes;
	answer.recipients = message->amount.of[RULE_RECIPIENTS];
	answer.key = message->responsible.of[0].key;
	if (ask->stage == GUARD_END)
		end(guard, message, now, &answer);
	if (at != NONE)
		sort_message(guard, at);
	return answer;
}

void
guard_advance(struct guard *guard, struct wall now)
{
	for (int i = 0; i < LOOKS; i++) {
		uint32_t at = guard->line[true].oldest;

		if (at == NONE || now.us - guard->message[at].heard.us < GUARD_OVER_US)
			break;
		drop(guard, at);
	}
	for (int i = 0; i < LOOKS; i++) {
		uint32_t at = guard->line[false].oldest;

		if (at == NONE || now.us - guard->message[at].heard.us < GUARD_SILENCE_US)
			break;
		guard->counts.silent += guard->message[at].amount.of[RULE_MESSAGES] > 0;
		give_up(guard, at, now);
	}
}

/* What is given back is counted under a key of its own. */
static bool
may_refund(struct guard *guard, uint64_t key, const struct window_amount *amount, struct wall now)
{
	const uint64_t own = hash_mix(key ^ UINT64_C(0x726566756e646564));
	struct window_answer why;
	struct window_ref ref;
	struct rule rule = rule_none();

	rule.most[RULE_RECIPIENTS][RULE_DAY] = GUARD_REFUND_DAY;
	if (windows_make(guard->windows, own != 0 ? own : 1, &rule, now, &ref) < 0 ||
		!window_allows(&ref, &rule, amount, now, &why))
		return false;
	window_take(&ref, &rule, amount, now);
	return true;
}

bool
guard_refund(struct guard *guard, uint64_t key, enum limit limit, uint32_t recipients,
	struct wall taken, struct wall now)
{
	/* Bursts have run off meanwhile. */
	const struct rule rule = rule_none();
	const struct window_amount amount = {{0, recipients}};
	const struct window_burst burst = {{0, 0}};
	struct window_ref ref;

	if (!may_refund(guard, key, &amount, now))
		return false;
	if (windows_find(guard->windows, key, &guard->settings.rule[limit], &ref) < 0)
		return false;
	window_give_back(&ref, &rule, &amount, taken, now);
	note(guard, key, (uint8_t)limit, &amount, &burst, -1, taken);
	return true;
}

static bool
grows(const struct window_change *change)
{
	return change->amount[RULE_MESSAGES] > 0 || change->amount[RULE_RECIPIENTS] > 0 ||
		change->burst.us[RULE_MESSAGES] > 0 || change->burst.us[RULE_RECIPIENTS] > 0;
}

/* The other may have a wider rule for this key than is known here. */
static bool
is_too_narrow(const struct window_ref *ref, const struct window_change *change, struct wall now)
{
	bool ret = false;

	for (unsigned w = 0; w < RULE_WHATS && ref->narrow != NULL; w++) {
		int64_t count = window_count(ref, (enum rule_what)w, RULE_DAY, now);

		ret = ret || (change->amount[w] > 0 && count + change->amount[w] >= UINT16_MAX);
	}
	return ret;
}

/* Where to count it: -ENOENT if there is nothing that it could shrink. */
static int
find_to_join(
	struct guard *guard, const struct delta *delta, struct wall now, struct window_ref *ref)
{
	const struct rule *rule = &guard->settings.rule[delta->limit];
	struct rule wide = rule_none();
	int r;

	if (!grows(&delta->change))
		return windows_find(guard->windows, delta->key, rule, ref);
	r = windows_make(guard->windows, delta->key, rule, now, ref);
	if (r < 0 || !is_too_narrow(ref, &delta->change, now))
		return r;
	wide.most[RULE_MESSAGES][RULE_DAY] = RULE_MOST;
	return windows_find(guard->windows, delta->key, &wide, ref);
}

void
guard_join(struct guard *guard, const struct delta *delta, size_t count, struct wall said,
	struct wall now)
{
	for (size_t i = 0; i < count; i++) {
		struct window_ref ref;
		int r;

		if (i + AHEAD < count)
			windows_prefetch(guard->windows, delta[i + AHEAD].key);
		if (!window_matters(&delta[i].change, now)) {
			guard->counts.old++;
			continue;
		}
		r = find_to_join(guard, &delta[i], now, &ref);
		guard->counts.unjoined += r == -ENOSPC;
		guard->counts.joined += r != -ENOSPC;
		if (r >= 0)
			guard->counts.ahead +=
				window_join(&ref, &delta[i].change, said, now) == WINDOW_AHEAD;
	}
}

uint32_t
guard_count(struct guard *guard, uint64_t key, enum limit limit, enum rule_what what,
	enum rule_span span, struct wall now)
{
	struct window_ref ref;

	if (windows_find(guard->windows, key, &guard->settings.rule[limit], &ref) < 0)
		return 0;
	return window_count(&ref, what, span, now);
}

struct guard_counts
guard_counts(const struct guard *guard)
{
	return guard->counts;
}

struct windows_counts
guard_keys(const struct guard *guard)
{
	return windows_counts(guard->windows);
}
