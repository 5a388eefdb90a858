/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/table.h"
#include "identity/accountname.h"
#include "relay/relay.h"
#include "unit.h"

#include <stdio.h>

#define NOW ((struct wall){INT64_C(20000) * WALL_DAY})

static const struct hash_key key = {.byte = {4, 5, 6}};

struct orders {
	uint64_t key;
	struct rule rule;
	enum relay_standing standing;
};

static bool
limit_of(void *context, uint64_t asked, struct wall now, struct rule *ret)
{
	const struct orders *orders = context;

	(void)now;
	*ret = orders->rule;
	return orders->key == asked;
}

static struct relay_case
case_of(void *context, uint64_t asked)
{
	const struct orders *orders = context;

	return (struct relay_case){
		.standing = orders->key == asked ? orders->standing : RELAY_CLEAR};
}

static struct rule
rule_of(const char *text)
{
	struct fail fail = {0};
	struct rule rule;
	size_t column;

	assert_int_equal(rule_parse(text_of(text), &rule, &column, &fail), 0);
	return rule;
}

static struct relay *
make(struct orders *orders, const struct roster *roster)
{
	struct relay_settings settings = {
		.keys_most = 64,
		.messages_most = 64,
		.slow_from = 100,
		.key = key,
		.roster = roster,
		.limit_of = limit_of,
		.case_of = case_of,
		.context = orders,
	};

	for (int limit = 0; limit < LIMITS; limit++)
		settings.rule[limit] = rule_none();
	settings.rule[LIMIT_ACCOUNT] = rule_of("100 recipients/hour");
	senders_defaults(&settings.senders);
	settings.senders.most = 64;
	settings.senders.warm_up_us = 0;
	return relay_new(&settings);
}

/* How many of so many recipients of one message pass. */
static int
passing(struct relay *relay, const char *account, int recipients)
{
	static uint64_t message;
	int passed = 0;

	message++;
	for (int i = 0; i < recipients; i++) {
		char name[40];
		struct envelope envelope = {
			.message = message,
			.stage = ENVELOPE_RECIPIENT,
			.sender = TEXT("a@example.net"),
			.account = text_of(account),
		};

		snprintf(name, sizeof(name), "r%d@x.example", i);
		envelope.recipient = text_of(name);
		passed += relay_decide(relay, &envelope, NOW).act == DECISION_PASS;
	}
	return passed;
}

static struct roster *
roster_of(const char *text)
{
	struct roster *roster = NULL;
	struct roster_place place;
	struct fail fail = {0};

	assert_int_equal(roster_parse(text_of(text), &key, 100, &roster, &place, &fail), 0);
	return roster;
}

static void
an_operators_limit_stands_before_that_of_the_class(void **state)
{
	struct orders orders = {.key = accountname_pseudonym(TEXT("bob"), &key)};
	struct relay *relay = make(&orders, NULL);

	(void)state;
	orders.rule = rule_of("3 recipients/hour");
	assert_int_equal(passing(relay, "bob", 5), 3);
	assert_int_equal(passing(relay, "anna", 5), 5);
	orders.rule = rule_of("none");
	assert_int_equal(passing(relay, "bob", 200), 200);
	relay_free(relay);
}

static void
it_stands_before_the_roster_and_takes_a_freedom_away(void **state)
{
	struct roster *roster = roster_of("bob account 50 recipients/hour\nboss allow\n");
	struct orders orders = {.key = accountname_pseudonym(TEXT("boss"), &key)};
	struct relay *relay = make(&orders, roster);

	(void)state;
	orders.rule = rule_of("3 recipients/hour");
	assert_int_equal(passing(relay, "boss", 5), 3);
	assert_int_equal(passing(relay, "bob", 60), 50);
	orders.key = accountname_pseudonym(TEXT("bob"), &key);
	orders.rule = rule_of("55 recipients/hour");
	assert_int_equal(passing(relay, "bob", 60), 5);
	orders.key = 0;
	assert_int_equal(passing(relay, "boss", 200), 200);
	relay_free(relay);
	roster_free(roster);
}

static void
terms_say_whose_word_they_are(void **state)
{
	struct roster *roster = roster_of("bob business 50 recipients/hour\nboss allow\n"
					  "@example.net account 7 recipients/hour\n");
	const uint64_t bob = accountname_pseudonym(TEXT("bob"), &key);
	const uint64_t boss = accountname_pseudonym(TEXT("boss"), &key);
	const uint64_t anna = accountname_pseudonym(TEXT("anna@example.net"), &key);
	struct orders orders = {.rule = rule_of("20 recipients/hour")};
	struct relay *relay = make(&orders, roster);
	struct relay_terms terms;

	(void)state;
	relay_terms(relay, 77, LIMIT_ACCOUNT, TEXT(""), NOW, &terms);
	assert_int_equal(terms.word, RELAY_OF_CLASS);
	assert_int_equal(terms.now.most[RULE_RECIPIENTS][RULE_HOUR], 100);
	relay_terms(relay, bob, LIMIT_ACCOUNT, TEXT(""), NOW, &terms);
	assert_int_equal(terms.word, RELAY_OF_ROSTER);
	assert_int_equal(terms.class, LIMIT_BUSINESS);
	assert_int_equal(terms.now.most[RULE_RECIPIENTS][RULE_HOUR], 50);
	relay_terms(relay, boss, LIMIT_ACCOUNT, TEXT(""), NOW, &terms);
	assert_true(terms.is_allowed);
	/* What is said of a domain is found by the name alone. */
	relay_terms(relay, anna, LIMIT_ACCOUNT, TEXT(""), NOW, &terms);
	assert_int_equal(terms.word, RELAY_OF_CLASS);
	relay_terms(relay, anna, LIMIT_ACCOUNT, TEXT("anna@example.net"), NOW, &terms);
	assert_int_equal(terms.now.most[RULE_RECIPIENTS][RULE_HOUR], 7);
	orders.key = boss;
	relay_terms(relay, boss, LIMIT_ACCOUNT, TEXT(""), NOW, &terms);
	assert_int_equal(terms.word, RELAY_OF_OPERATOR);
	assert_false(terms.is_allowed);
	assert_int_equal(terms.rule.most[RULE_RECIPIENTS][RULE_HOUR], 20);
	relay_free(relay);
	roster_free(roster);
}

static void
who_may_be_in_other_hands_has_a_share_of_what_an_operator_says(void **state)
{
	struct orders orders = {.key = 77, .standing = RELAY_MAY_BE};
	struct relay *relay = make(&orders, NULL);
	struct relay_terms terms;

	(void)state;
	orders.rule = rule_of("50 recipients/hour");
	relay_terms(relay, 77, LIMIT_ACCOUNT, TEXT(""), NOW, &terms);
	assert_int_equal(terms.percent, RELAY_SUSPECT);
	assert_int_equal(terms.rule.most[RULE_RECIPIENTS][RULE_HOUR], 50);
	assert_int_equal(terms.now.most[RULE_RECIPIENTS][RULE_HOUR], 15);
	relay_free(relay);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_operators_limit_stands_before_that_of_the_class),
		cmocka_unit_test(it_stands_before_the_roster_and_takes_a_freedom_away),
		cmocka_unit_test(terms_say_whose_word_they_are),
		cmocka_unit_test(who_may_be_in_other_hands_has_a_share_of_what_an_operator_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
