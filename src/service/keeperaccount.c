/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/keeperaccount.h"

#include "control/answer.h"
#include "control/request.h"
#include "desk/caseexplain.h"
#include "identity/accountname.h"
#include "ledger/reading.h"
#include "relay/rule.h"
#include "service/keeperday.h"

#include <errno.h>
#include <stdio.h>

/* Of a name in a sentence. */
#define SHOWN 80

struct account {
	struct text name; /* as it was given */
	uint64_t line;
	struct ledger_case of;
	bool has_case; /* that is open */
	bool had_case; /* the newest, open or not */
};

static int
shown(struct text name)
{
	return name.length < SHOWN ? (int)name.length : SHOWN;
}

static bool
is_pseudonym(struct text text, uint64_t *ret)
{
	if (text_starts(text, "line-")) {
		text.at += strlen("line-");
		text.length -= strlen("line-");
	}
	return text.length == 16 && text_parse_hex(text, UINT64_MAX, ret) == 0;
}

/* Who is meant, and its newest case. */
static int
find_account(struct ledger *ledger, struct text name, struct account *ret, struct fail *fail)
{
	const struct hash_key *key = ledger_key(ledger);
	int r;

	*ret = (struct account){.name = name};
	if (key == NULL) {
		fail_what(
			fail, "the ledger's key file is not there, so no account can be looked up");
		fail_hint(fail, "put the key file back beside it from where it was saved");
		return -ENOKEY;
	}
	if (!is_pseudonym(name, &ret->line)) {
		ret->line = text_check_line(name) < 0 ? 0 : accountname_pseudonym(name, key);
		if (ret->line == 0) {
			fail_what(fail, "this is no name of an account");
			fail_hint(fail, "names are one line of text of at most %d bytes",
				ACCOUNTNAME_MOST);
			return -EINVAL;
		}
	}
	r = ledger_find_line(ledger, ret->line, &ret->of, fail);
	if (r < 0 && r != -ENOENT)
		return r;
	ret->had_case = r == 0;
	ret->has_case = r == 0 && wall_is_none(ret->of.closed);
	return 0;
}

/* The begin of an answer that the guard goes on with. */
static void
refer(struct answer *answer, const struct account *account)
{
	char digits[20];

	snprintf(digits, sizeof(digits), "%016llx\n", (unsigned long long)account->line);
	must(answer_add(answer, text_of(digits)));
	answer->code = -ESRCH;
}

static int
look(struct ledger *ledger, const struct question *question, struct answer *answer,
	struct fail *fail)
{
	struct account account;
	int r = find_account(ledger, text_of(question->text), &account, fail);

	if (r == 0)
		r = ledger_note(ledger, ACTION_FIND, account.has_case ? account.of.number : 0,
			TEXT("what an account does"), fail);
	if (r == 0)
		refer(answer, &account);
	return r;
}

static int
explain(struct ledger *ledger, const struct question *question, struct answer *answer,
	struct fail *fail)
{
	struct text name = text_of(question->text);
	char digits[20], given[ACCOUNTNAME_MOST + 1];
	struct account account;
	struct buffer text;
	int r;

	name.at += strlen(REQUEST_ACCOUNT);
	name.length -= strlen(REQUEST_ACCOUNT);
	r = find_account(ledger, name, &account, fail);
	if (r == 0)
		r = ledger_note(ledger, ACTION_FIND, account.had_case ? account.of.number : 0,
			TEXT("explanation of an account"), fail);
	if (r < 0)
		return r;
	snprintf(digits, sizeof(digits), "%016llx", (unsigned long long)account.line);
	snprintf(given, sizeof(given), "%.*s", (int)name.length, name.at);
	refer(answer, &account);
	if (!account.had_case)
		return 0;
	buffer_init(&text, sizeof(answer->text) - answer->size);
	r = caseexplain(ledger, &account.of, is_pseudonym(name, &(uint64_t){0}) ? digits : given,
		&text, fail);
	if (r == 0)
		(void)answer_add(answer, (struct text){text.at, text.length});
	buffer_done(&text);
	return r;
}

static int
read_rule(struct text text, char into[ACCOUNT_RULE + 1], struct fail *fail)
{
	struct buffer canonical;
	struct rule rule;
	size_t column = 1;
	int r = rule_parse(text, &rule, &column, fail);

	if (r < 0) {
		fail_where(fail, "limit, column %zu", column);
		fail_hint(fail, "as in: \"100 recipients/hour burst 20, 500 recipients/day\"");
		return -EINVAL;
	}
	buffer_init(&canonical, ACCOUNT_RULE);
	rule_format(&rule, &canonical);
	must(!canonical.failed);
	snprintf(into, ACCOUNT_RULE + 1, "%s", buffer_string(&canonical));
	buffer_done(&canonical);
	return 0;
}

static int
take_threshold(void *context, const struct transition *row)
{
	if (!transition_is_decided(row))
		*(double *)context = row->threshold;
	return 0;
}

static void
tell_limit(const struct account *account, const struct account_order *order, struct text until,
	struct buffer *into)
{
	buffer_print(into, "%.*s is limited to: %s", shown(account->name), account->name.at,
		order->rule);
	if (until.length > 0)
		buffer_print(into, ", until the end of %.*s (UTC)", (int)until.length, until.at);
	buffer_text(into, TEXT(".\nThis is in the ledger and holds from now on, over restarts.\n"));
}

static void
tell_release(const struct account *account, const struct account_order *order, bool was_limited,
	struct buffer *into)
{
	buffer_print(into, "%.*s is released: what was held against it counts no more%s.\n",
		shown(account->name), account->name.at,
		was_limited ? ", and the limit that was set for it is gone" : "");
	if (order->of_case != 0)
		buffer_print(into,
			"Case %llu stays open until it has faded, and does not stop its mail, "
			"unless what is\nheld against it anew reaches %.1f.\n",
			(unsigned long long)order->of_case, order->threshold);
	buffer_text(into, TEXT("This is in the ledger and holds from now on, over restarts.\n"));
}

static void
put_order(const struct account_order *order, struct buffer *into)
{
	char until[WALL_TEXT];

	buffer_print(into,
		"{\"type\":\"account-order\",\"number\":%llu,\"line\":\"%016llx\","
		"\"order\":\"%s\",\"rule\":",
		(unsigned long long)order->number, (unsigned long long)order->line,
		order_names[order->kind]);
	if (order->kind == ORDER_LIMIT)
		buffer_json(into, text_of(order->rule));
	else
		buffer_text(into, TEXT("null"));
	if (wall_is_none(order->until))
		buffer_text(into, TEXT(",\"until\":null"));
	else
		buffer_print(into, ",\"until\":\"%s\"", wall_format(order->until, until));
	buffer_print(into, ",\"case\":%llu}\n", (unsigned long long)order->of_case);
}

/* What is to be ordered; nothing was written as yet. */
static int
read_order(struct ledger *ledger, const struct question *question, struct wall now,
	struct account *account, struct account_order *order, struct fail *fail)
{
	struct text rest = text_of(question->text), name = text_cut(&rest, '\n');
	struct text rule = text_cut(&rest, '\n');
	int r = find_account(ledger, name, account, fail);

	*order = (struct account_order){
		.line = account->line,
		.kind = question->flag ? ORDER_RELEASE : ORDER_LIMIT,
		.until = WALL_NONE,
	};
	if (r < 0)
		return r;
	if (!question->flag) {
		r = read_rule(rule, order->rule, fail);
		return r < 0 ? r : keeperday(rest, now, &order->until, fail);
	}
	if (!account->has_case)
		return 0;
	order->of_case = account->of.number;
	return ledger_each_transition(
		ledger, account->of.number, take_threshold, &order->threshold, fail);
}

static int
obey(struct ledger *ledger, const struct question *question, struct wall now, struct answer *answer,
	struct fail *fail)
{
	struct account_order order, before;
	struct account account;
	struct text until = text_of(question->text);
	struct buffer text;
	bool was_limited;
	int r = read_order(ledger, question, now, &account, &order, fail);

	if (r < 0)
		return r;
	r = ledger_find_order(ledger, order.line, ORDER_LIMIT, &before, fail);
	if (r < 0 && r != -ENOENT)
		return r;
	was_limited = r == 0;
	r = ledger_order(ledger, &order, fail);
	if (r < 0)
		return r;
	(void)text_cut(&until, '\n');
	(void)text_cut(&until, '\n');
	buffer_init(&text, sizeof(answer->text) / 2);
	if (question->is_json) {
		put_order(&order, &text);
	} else {
		refer(answer, &account);
		if (question->flag)
			tell_release(&account, &order, was_limited, &text);
		else
			tell_limit(&account, &order, until, &text);
	}
	must(answer_add(answer, (struct text){text.at, text.length}));
	buffer_done(&text);
	return 0;
}

int
keeper_account(struct ledger *ledger, const struct question *question, struct wall now,
	struct answer *answer, struct fail *fail)
{
	if (question->ask == ASK_NAMES)
		return ledger_note(ledger, ACTION_FIND, 0, TEXT("names of accounts"), fail);
	if (question->ask == ASK_ACCOUNT)
		return look(ledger, question, answer, fail);
	if (question->ask == ASK_ORDER)
		return obey(ledger, question, now, answer, fail);
	must(question->ask == ASK_EXPLAIN && text_starts(text_of(question->text), REQUEST_ACCOUNT));
	return explain(ledger, question, answer, fail);
}

static int
show(void *context, const struct account_order *order)
{
	return ordertable_add(context, order) ? 0 : 1;
}

int
keeper_show_orders(struct ledger *ledger, struct ordertable *table, struct fail *fail)
{
	int r;

	ordertable_begin(table);
	r = ledger_each_order(ledger, show, table, fail);
	/* What could not be read is as it was: the guard goes on with what it has. */
	if (r >= 0)
		ordertable_end(table);
	return r < 0 ? r : 0;
}
