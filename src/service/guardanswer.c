/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/guardanswer.h"

#include "control/answer.h"
#include "ledger/case.h"
#include "runtime/channel.h"
#include "runtime/event.h"
#include "service/accountreport.h"

#include <errno.h>
#include <stdio.h>

#define ROW_MOST 8192
#define UNHEARD  "The relay guard has not heard of this account as yet: is the name right?\n"

struct listing {
	const struct guardanswer *of;
	const struct question *question;
	struct answer *answer;
	struct buffer row;
	bool has_names;
	bool is_full;
	size_t listed;
};

/* The name of an account where it is known. */
static bool
find_name(const struct guardanswer *of, uint64_t key, char into[ACCOUNTNAME_MOST + 1])
{
	return of->names != NULL && accountname_find(of->names, of->key, key, into) == 0;
}

/* All that is to be said of one; false if the guard has heard nothing of it. name: as it was given, or empty. */
static bool
gather(const struct guardanswer *of, uint64_t key, const char *name, struct account_report *ret)
{
	struct senders *senders = relay_senders(of->relay);
	struct guard *guard = relay_guard(of->relay);
	struct casetable_slot slot;
	enum limit class = LIMIT_ACCOUNT;

	*ret = (struct account_report){.line = key, .is_shadow = of->is_shadow, .holds = of->holds};
	if (name != NULL && accountname_pseudonym(text_of(name), of->key) == key)
		snprintf(ret->name, sizeof(ret->name), "%s", name);
	else if (name == NULL || !find_name(of, key, ret->name))
		*ret->name = '\0';
	ret->is_known = senders != NULL && senders_facts(senders, key, of->now, &ret->facts) == 0;
	if (ret->is_known)
		class = (enum limit)ret->facts.limit;
	relay_terms(of->relay, key, class, text_of(ret->name), of->now, &ret->terms);
	ret->until = of->until(of->context, key);
	for (int w = 0; w < RULE_WHATS; w++) {
		for (int s = 0; s < RULE_SPANS; s++)
			ret->counted[w][s] = guard_count(
				guard, key, class, (enum rule_what)w, (enum rule_span)s, of->now);
	}
	if (of->cases != NULL && casetable_find(of->cases, key, &slot) == 0) {
		ret->of_case = slot.number;
		ret->state = (enum state)slot.state;
		ret->is_limited = slot.is_limited != 0;
	}
	return ret->is_known;
}

/* Is it under suspicion, denied something, or not as others? */
static bool
is_worth_a_look(const struct guardanswer *of, const struct sender_facts *facts)
{
	struct roster_entry entry;
	struct casetable_slot slot;
	struct relay_terms terms;

	if (facts->is_suspect || facts->denied > 0 || facts->evidence.score > 1)
		return true;
	if (of->roster != NULL && roster_find_key(of->roster, facts->key, of->now, &entry))
		return true;
	if (of->cases != NULL && casetable_find(of->cases, facts->key, &slot) == 0)
		return true;
	relay_terms(of->relay, facts->key, (enum limit)facts->limit, TEXT(""), of->now, &terms);
	return terms.word == RELAY_OF_OPERATOR;
}

static void
list(void *context, const struct sender_facts *facts)
{
	struct listing *listing = context;
	const struct guardanswer *of = listing->of;
	struct account_report report;
	char name[ACCOUNTNAME_MOST + 1];

	if (!listing->question->flag && !is_worth_a_look(of, facts))
		return;
	(void)gather(of, facts->key, NULL, &report);
	if (listing->has_names && find_name(of, facts->key, name))
		snprintf(report.name, sizeof(report.name), "%s", name);
	buffer_clear(&listing->row);
	if (listing->question->is_json)
		account_report_json(&report, &listing->row);
	else
		account_report_row(&report, &listing->row);
	listing->is_full =
		!answer_add(listing->answer, (struct text){listing->row.at, listing->row.length});
	listing->listed += !listing->is_full;
}

/* One after the other, so that the page may end anywhere. */
static void
list_page(struct listing *listing)
{
	struct senders *senders = relay_senders(listing->of->relay);
	size_t at = listing->question->cursor > 0 ? (size_t)listing->question->cursor - 1 : 0;

	for (int i = 0; i < GUARD_ANSWER_SENDERS && senders != NULL; i++) {
		size_t next = senders_each(senders, at, 1, listing->of->now, list, listing);

		if (listing->is_full)
			break;
		at = next;
		if (at == 0)
			return;
		if (listing->question->is_json && listing->listed == GUARD_ANSWER_OBJECTS)
			break;
	}
	listing->answer->cursor = senders != NULL ? at + 1 : 0;
}

static void
answer_accounts(
	const struct guardanswer *of, const struct question *question, struct answer *answer)
{
	struct listing listing = {
		.of = of,
		.question = question,
		.answer = answer,
		.has_names = text_is(text_of(question->text), "names"),
	};
	bool is_first = question->cursor == 0;

	buffer_init(&listing.row, ROW_MOST);
	if (is_first && !question->is_json) {
		account_report_heading(&listing.row);
		must(answer_add(answer, (struct text){listing.row.at, listing.row.length}));
	}
	list_page(&listing);
	buffer_done(&listing.row);
	if (!is_first || answer->cursor != 0 || listing.listed > 0 || question->is_json)
		return;
	answer->size = 0;
	(void)answer_add(answer,
		question->flag
			? TEXT("Nobody has sent mail through this relay as yet.\n")
			: TEXT("No account is suspect, was denied anything just now, or has a "
			       "limit of its own.\nlazaret accounts --all lists every one.\n"));
}

static void
tell_unknown(const struct question *question, const char *name, struct answer *answer)
{
	struct fail fail = {0};

	if (question->flag) {
		(void)answer_add(answer,
			question->ask == ASK_ACCOUNT_TERMS
				? TEXT(UNHEARD)
				: TEXT("\nNow: the relay guard knows nothing of it.\n"));
		return;
	}
	fail_what(&fail, "the relay guard knows no account \"%.80s\"", name);
	fail_hint(&fail, "lazaret accounts --all lists those it knows, by pseudonym");
	answer_fail(answer, -ENOENT, &fail);
}

static void
answer_account(const struct guardanswer *of, const struct question *question, struct answer *answer)
{
	struct text rest = text_of(question->text), digits = text_cut(&rest, '\n');
	struct account_report report;
	struct buffer text;
	uint64_t line;
	char name[MESSAGE_TEXT];

	if (digits.length != 16 || text_parse_hex(digits, UINT64_MAX, &line) < 0) {
		answer_fail(answer, -EINVAL, &(struct fail){.what = "this is no pseudonym"});
		return;
	}
	snprintf(name, sizeof(name), "%.*s", (int)rest.length, rest.at);
	if (!gather(of, line, name, &report) && report.terms.word == RELAY_OF_CLASS) {
		tell_unknown(question, name, answer);
		return;
	}
	buffer_init(&text, sizeof(answer->text));
	if (question->ask == ASK_ACCOUNT_TERMS) {
		if (!report.is_known)
			buffer_text(&text, TEXT(UNHEARD));
		account_report_terms(&report, &text);
	} else if (question->is_json) {
		account_report_json(&report, &text);
	} else {
		if (question->flag)
			buffer_text(&text, TEXT("\nNow:\n"));
		account_report_text(&report, &text);
	}
	(void)answer_add(answer, (struct text){text.at, text.length});
	buffer_done(&text);
}

void
guard_answer(const struct guardanswer *of, const struct question *question, struct answer *answer)
{
	struct fail fail = {.what = "the relay guard is not asked this"};

	answer_begin(answer, question);
	if (question->ask == ASK_ACCOUNTS)
		answer_accounts(of, question, answer);
	else if (question->ask == ASK_ACCOUNT_FACTS || question->ask == ASK_ACCOUNT_TERMS)
		answer_account(of, question, answer);
	else
		answer_fail(answer, -EINVAL, &fail);
}

int
guard_hear_desk(const struct guardanswer *of, int channel)
{
	static _Alignas(8) unsigned char body[CHANNEL_BODY];
	static struct answer answer;
	uint16_t type;
	int64_t size = message_receive(channel, &type, body, sizeof(body));

	if (size == -EAGAIN || size == -EPIPE)
		return (int)size;
	if (size < 0 || type != MESSAGE_QUESTION) {
		event(EVENT_BAD_MESSAGE, "peer=desk number=0");
		return 0;
	}
	guard_answer(of, (const struct question *)(const void *)body, &answer);
	(void)channel_send(channel, MESSAGE_ANSWER, &answer, answer_size(&answer));
	return 0;
}
