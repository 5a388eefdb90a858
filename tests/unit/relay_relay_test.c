/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/table.h"
#include "identity/accountname.h"
#include "relay/relay.h"
#include "unit.h"

#include <stdio.h>

#define BEGIN (INT64_C(20000) * WALL_DAY)

static const struct hash_key secret = {{5}};

static struct wall
at(int64_t us)
{
	return (struct wall){BEGIN + us};
}

/* Nothing is limited but what accounts send. */
static struct relay_settings
settings_of(const char *account)
{
	struct relay_settings settings = {
		.keys_most = 1000, .messages_most = 1000, .slow_from = 100, .key = secret};
	struct fail fail = {0};
	size_t column;

	for (int i = 0; i < LIMITS; i++)
		settings.rule[i] = rule_none();
	if (rule_parse(text_of(account), &settings.rule[LIMIT_ACCOUNT], &column, &fail) < 0)
		fail_msg("%s", fail.what);
	senders_defaults(&settings.senders);
	settings.senders.most = 1000;
	settings.senders.warm_up_us = 0;
	settings.senders.learnt_multiple = 0;
	return settings;
}

static struct decision
ask(struct relay *relay, const char *account, uint64_t message, enum envelope_stage stage,
	const char *recipient, int64_t now)
{
	const struct envelope envelope = {
		.message = message,
		.account = text_of(account),
		.sender = TEXT("a@x.example"),
		.recipient = text_of(recipient),
		.count = stage == ENVELOPE_END ? 1 : 0,
		.stage = (uint8_t)stage,
		.is_settled = true,
	};

	return relay_decide(relay, &envelope, at(now));
}

/* A message to one recipient: what is said of it. */
static uint8_t
send_one(struct relay *relay, const char *account, uint64_t message, int64_t now)
{
	char recipient[32];
	struct decision decision;

	snprintf(recipient, sizeof(recipient), "r%llu@y.example", (unsigned long long)message);
	decision = ask(relay, account, message, ENVELOPE_RECIPIENT, recipient, now);
	if (decision.act == DECISION_PASS)
		decision = ask(relay, account, message, ENVELOPE_END, "", now);
	return decision.act;
}

static void
answers_grow_harder_when_too_many_wait(void **state)
{
	struct relay_settings settings = settings_of("10 recipients/hour");
	unsigned count[DECISION_ACTS] = {0};
	uint8_t act = DECISION_PASS;
	struct relay *relay;

	settings.holds = true;
	relay = relay_new(&settings);
	for (uint64_t i = 1; i <= 90; i++) {
		uint8_t before = act;

		act = send_one(relay, "anna", i, (int64_t)i);
		assert_true(act >= before);
		count[act]++;
	}
	/* How many wait is an estimate, 20 % off. */
	assert_int_equal(count[DECISION_PASS], 10);
	assert_true(count[DECISION_DEFER] >= 7 && count[DECISION_DEFER] <= 13);
	assert_true(count[DECISION_HOLD] >= 12 && count[DECISION_HOLD] <= 30);
	assert_true(count[DECISION_REJECT] > 30);
	/* Nobody else hears anything of it. */
	assert_int_equal(send_one(relay, "bo", 1000, 100), DECISION_PASS);
	relay_free(relay);
	(void)state;
}

static void
who_tries_again_is_not_punished(void **state)
{
	struct relay_settings settings = settings_of("10 recipients/hour");
	struct relay *relay;

	settings.holds = true;
	relay = relay_new(&settings);
	for (uint64_t i = 1; i <= 10; i++)
		assert_int_equal(send_one(relay, "anna", i, 0), DECISION_PASS);
	for (int64_t i = 0; i < 500; i++)
		assert_int_equal(send_one(relay, "anna", 11, i), DECISION_DEFER);
	assert_int_equal(send_one(relay, "anna", 11, 67 * WALL_MINUTE), DECISION_PASS);
	relay_free(relay);
	(void)state;
}

static void
a_shadow_says_only_what_would_be(void **state)
{
	struct relay_settings settings = settings_of("10 recipients/hour");
	struct decision decision = {0};
	struct relay *relay;

	settings.is_shadow = true;
	relay = relay_new(&settings);
	for (uint64_t i = 1; i <= 100; i++) {
		decision = ask(relay, "anna", i, ENVELOPE_RECIPIENT, "r@y.example", 0);
		assert_int_equal(decision.act, DECISION_PASS);
	}
	assert_int_equal(decision.would, DECISION_DEFER);
	assert_int_equal(relay_counts(relay).shadowed, 90);
	relay_free(relay);
	(void)state;
}

static void
the_roster_gives_classes_limits_and_freedom(void **state)
{
	static const char lines[] = "vip business\n"
				    "own account 3 recipients/hour\n"
				    "free allow\n";
	struct relay_settings settings = settings_of("5 recipients/hour");
	struct roster *roster = NULL;
	struct roster_place place;
	struct fail fail = {0};
	struct relay *relay;
	size_t column;

	assert_int_equal(rule_parse(TEXT("8 recipients/hour"), &settings.rule[LIMIT_BUSINESS],
				 &column, &fail),
		0);
	assert_int_equal(roster_parse(text_of(lines), &secret, 10, &roster, &place, &fail), 0);
	settings.roster = roster;
	relay = relay_new(&settings);
	for (uint64_t i = 1; i <= 50; i++) {
		assert_int_equal(send_one(relay, "anna", i, 0) == DECISION_PASS, i <= 5);
		assert_int_equal(send_one(relay, "VIP", 100 + i, 0) == DECISION_PASS, i <= 8);
		assert_int_equal(send_one(relay, "own", 200 + i, 0) == DECISION_PASS, i <= 3);
		assert_int_equal(send_one(relay, "free", 300 + i, 0), DECISION_PASS);
	}
	assert_true(relay_counts(relay).allowed == 100);
	relay_free(relay);
	roster_free(roster);
	(void)state;
}

static void
new_senders_have_less_and_old_ones_no_more_than_ever(void **state)
{
	struct relay_settings settings = settings_of("100 recipients/hour, 100 recipients/day");
	struct relay *relay;
	unsigned passed = 0;

	settings.senders.warm_up_us = 10 * WALL_DAY;
	settings.senders.warm_up_percent = 10;
	relay = relay_new(&settings);
	/* While the relay itself is new nobody is. */
	relay_began(relay, at(0));
	for (uint64_t i = 1; i <= 50; i++)
		assert_int_equal(send_one(relay, "anna", i, (int64_t)i), DECISION_PASS);
	for (uint64_t i = 1; i <= 50; i++)
		passed += send_one(relay, "bo", 100 + i, 20 * WALL_DAY) == DECISION_PASS;
	assert_int_equal(passed, 10);
	for (uint64_t i = 1; i <= 50; i++)
		passed += send_one(relay, "bo", 200 + i, 31 * WALL_DAY) == DECISION_PASS;
	assert_int_equal(passed, 60);
	relay_free(relay);
	(void)state;
}

static struct relay_case
case_of(void *context, uint64_t key)
{
	struct relay_case ret = {.standing = RELAY_CLEAR};

	if (key == accountname_pseudonym(TEXT("thief"), &secret))
		ret = (struct relay_case){.standing = RELAY_IS, .number = "17"};
	else if (key == accountname_pseudonym(TEXT("odd"), &secret))
		ret = (struct relay_case){.standing = RELAY_MAY_BE, .number = "18"};
	(void)context;
	return ret;
}

static void
a_case_stops_an_account_and_suspicion_slows_it(void **state)
{
	struct relay_settings settings = settings_of("10 recipients/hour");
	const struct login thief = {.account = TEXT("Thief"), .kind = LOGIN_ASKS},
			   odd = {.account = TEXT("odd"), .kind = LOGIN_ASKS};
	struct decision decision;
	struct relay *relay;
	unsigned passed = 0;

	settings.case_of = case_of;
	relay = relay_new(&settings);
	decision = ask(relay, "Thief", 1, ENVELOPE_RECIPIENT, "r@y.example", 0);
	assert_int_equal(decision.act, DECISION_REJECT);
	assert_true(decision.is_case);
	assert_string_equal(decision.number, "17");
	assert_false(relay_login(relay, &thief, at(0)));
	assert_true(relay_login(relay, &odd, at(0)));
	for (uint64_t i = 1; i <= 10; i++)
		passed += send_one(relay, "odd", 100 + i, 0) == DECISION_PASS;
	assert_int_equal(passed, 3);
	relay_free(relay);
	settings.holds = true;
	relay = relay_new(&settings);
	assert_int_equal(send_one(relay, "thief", 1, 0), DECISION_HOLD);
	relay_free(relay);
	/* A shadow stops nobody. */
	settings.is_shadow = true;
	relay = relay_new(&settings);
	assert_int_equal(send_one(relay, "thief", 1, 0), DECISION_PASS);
	assert_true(relay_login(relay, &thief, at(0)));
	relay_free(relay);
	(void)state;
}

/* Old lines of a log, say, of which it is not told where from: who guesses is another one than who knows. */
static void
logins_from_nowhere_have_no_place(void **state)
{
	struct relay_settings settings = settings_of("none");
	struct login login = {.account = TEXT("odd"), .kind = LOGIN_GOOD};
	struct sender_facts facts;
	struct relay *relay;

	relay = relay_new(&settings);
	(void)relay_login(relay, &login, at(0));
	login.kind = LOGIN_BAD;
	for (int i = 0; i < 20; i++)
		(void)relay_login(relay, &login, at(0));
	login.kind = LOGIN_GOOD;
	(void)relay_login(relay, &login, at(0));
	assert_int_equal(senders_facts(relay_senders(relay),
				 accountname_pseudonym(TEXT("odd"), &settings.key), at(0), &facts),
		0);
	assert_int_equal(facts.logins, 2);
	assert_int_equal(facts.logins_wrong, 20);
	assert_int_equal(facts.today[SENDER_ADDRESSES], 0);
	assert_true(facts.evidence.login == 0);
	relay_free(relay);
	(void)state;
}

/* As ask, with an empty sender. */
static struct decision
bounce(struct relay *relay, const char *account, uint64_t message, const char *recipient)
{
	const struct envelope envelope = {.message = message,
		.account = text_of(account),
		.recipient = text_of(recipient),
		.is_settled = true};

	return relay_decide(relay, &envelope, at(0));
}

static void
an_empty_sender_is_no_way_around_a_case(void **state)
{
	struct relay_settings settings = settings_of("10 recipients/hour");
	struct sender_facts facts;
	struct relay *relay;

	settings.case_of = case_of;
	relay = relay_new(&settings);
	assert_int_equal(bounce(relay, "thief", 1, "r@y.example").act, DECISION_REJECT);
	/* And what is sent so is known of whoever sends it. */
	assert_int_equal(bounce(relay, "anna", 2, "r@y.example").act, DECISION_PASS);
	assert_int_equal(senders_facts(relay_senders(relay),
				 accountname_pseudonym(TEXT("anna"), &secret), at(0), &facts),
		0);
	assert_int_equal(facts.attempts, 1);
	relay_free(relay);
	(void)state;
}

static void
held_mail_has_a_limit_too(void **state)
{
	struct relay_settings settings = settings_of("10 recipients/hour");
	struct relay *relay;

	settings.case_of = case_of;
	settings.holds = true;
	relay = relay_new(&settings);
	for (uint64_t i = 1; i <= 10; i++)
		assert_int_equal(ask(relay, "thief", i, ENVELOPE_RECIPIENT, "r@y.example", 0).act,
			DECISION_HOLD);
	assert_int_equal(
		ask(relay, "thief", 11, ENVELOPE_RECIPIENT, "r@y.example", 0).act, DECISION_REJECT);
	relay_free(relay);
	(void)state;
}

static void
an_address_that_leads_elsewhere_is_not_local(void **state)
{
	static const char *const routed[] = {"victim%remote.example@here.example",
		"remote.example!victim@here.example", "\"victim@remote.example\"@here.example",
		"@a.example:victim@here.example"};
	struct relay_settings settings = settings_of("10 recipients/hour");
	struct envelope envelope = {
		.message = 1, .account = TEXT("anna"), .sender = TEXT("a@x.example")};
	struct responsible who;
	struct table_slot *slot;
	struct relay *relay;
	struct table local;

	table_init_small(&local, 16, 16);
	assert_int_equal(
		table_add(&local, relay_domain(&settings, TEXT("here.example")), &slot), 1);
	settings.local = &local;
	relay = relay_new(&settings);
	envelope.recipient = TEXT("bo@Here.example");
	relay_responsible(relay, &envelope, at(0), &who);
	assert_int_equal(who.of[0].limit, LIMIT_LOCAL);
	for (size_t i = 0; i < sizeof(routed) / sizeof(*routed); i++) {
		envelope.recipient = text_of(routed[i]);
		relay_responsible(relay, &envelope, at(0), &who);
		assert_int_equal(who.of[0].limit, LIMIT_ACCOUNT);
	}
	relay_free(relay);
	table_done(&local);
	(void)state;
}

/* A burst is small, and messages are not recipients: what waits is held against the recipients of an hour. */
static void
one_long_list_is_put_off_and_not_refused(void **state)
{
	struct relay_settings settings =
		settings_of("100 messages/hour, 300 recipients/hour burst 100");
	struct relay *relay = relay_new(&settings);
	unsigned deferred = 0;

	for (unsigned i = 1; i <= 460; i++) {
		char recipient[32];

		snprintf(recipient, sizeof(recipient), "r%u@y.example", i);
		deferred += ask(relay, "anna", 1, ENVELOPE_RECIPIENT, recipient, 0).act ==
			DECISION_DEFER;
	}
	assert_int_equal(deferred, 360);
	relay_free(relay);
	(void)state;
}

static void
what_is_given_back_has_a_limit(void **state)
{
	struct relay_settings settings = settings_of("100 recipients/hour");
	const uint64_t anna = accountname_pseudonym(TEXT("anna"), &secret);
	struct relay *relay = relay_new(&settings);
	struct guard *guard = relay_guard(relay);

	for (uint64_t i = 1; i <= 90; i++)
		assert_int_equal(send_one(relay, "anna", i, 0), DECISION_PASS);
	for (uint64_t i = 1; i <= 90; i++)
		relay_refund(relay, anna, LIMIT_ACCOUNT, 1, at(0), at(WALL_MINUTE));
	assert_int_equal(guard_count(guard, anna, LIMIT_ACCOUNT, RULE_RECIPIENTS, RULE_HOUR,
				 at(WALL_MINUTE)),
		90 - GUARD_REFUND_DAY);
	/* The messages were sent. */
	assert_int_equal(
		guard_count(guard, anna, LIMIT_ACCOUNT, RULE_MESSAGES, RULE_HOUR, at(WALL_MINUTE)),
		90);
	assert_int_equal(relay_counts(relay).refunds, GUARD_REFUND_DAY);
	assert_int_equal(relay_counts(relay).refunds_refused, 90 - GUARD_REFUND_DAY);
	relay_free(relay);
	(void)state;
}

static void
keep_sent(void *context, const struct relay_sent *sent)
{
	*(struct relay_sent *)context = *sent;
}

/* What is told of a message to two recipients at its end. */
static struct relay_sent
sent_of(const char *account, const char *sender, const char *const recipient[2], bool is_local)
{
	struct relay_settings settings = settings_of("10 recipients/hour");
	struct relay_sent sent = {.recipients = 77};
	struct envelope envelope = {.message = 1,
		.account = text_of(account),
		.sender = text_of(sender),
		.queue_id = TEXT("4Fq8zk2xYzz5"),
		.is_settled = true,
		.is_local = is_local};
	struct roster *roster = NULL;
	struct roster_place place;
	struct fail fail = {0};
	struct relay *relay;

	assert_int_equal(
		roster_parse(TEXT("free allow\n"), &secret, 10, &roster, &place, &fail), 0);
	settings.roster = roster;
	settings.on_sent = keep_sent;
	settings.context = &sent;
	relay = relay_new(&settings);
	for (int i = 0; i < 2; i++) {
		envelope.recipient = text_of(recipient[i]);
		assert_int_equal(relay_decide(relay, &envelope, at(i)).act, DECISION_PASS);
	}
	/* Of several nobody says at the end whose they are. */
	envelope.stage = ENVELOPE_END;
	envelope.recipient = TEXT("");
	envelope.is_local = false;
	envelope.count = 2;
	assert_int_equal(relay_decide(relay, &envelope, at(WALL_MINUTE)).act, DECISION_PASS);
	relay_free(relay);
	roster_free(roster);
	assert_true(sent.who == accountname_pseudonym(text_of(account), &secret));
	assert_true(sent.class == LIMIT_ACCOUNT);
	return sent;
}

/* What counts for nobody that answers could be given back without ever having counted. */
static void
only_what_counts_for_who_answers_is_told_at_the_end(void **state)
{
	static const char *const two[] = {"r@y.example", "s@y.example"};
	struct relay_sent sent = sent_of("anna", "a@x.example", two, false);

	assert_int_equal(sent.recipients, 2);
	assert_true(text_is(sent.queue_id, "4Fq8zk2xYzz5"));
	assert_int_equal(sent.time.us, at(WALL_MINUTE).us);
	assert_int_equal(sent_of("anna", "", two, false).recipients, 0);
	assert_int_equal(sent_of("anna", "a@x.example", two, true).recipients, 0);
	assert_int_equal(sent_of("free", "a@x.example", two, false).recipients, 0);
	(void)state;
}

/* However many accounts there are: each has its own. */
static void
bounces_have_the_limit_of_their_class(void **state)
{
	struct relay_settings settings = settings_of("100 recipients/hour");
	struct fail fail = {0};
	struct relay *relay;
	size_t column;

	assert_int_equal(
		rule_parse(TEXT("3 recipients/hour"), &settings.rule[LIMIT_BOUNCE], &column, &fail),
		0);
	relay = relay_new(&settings);
	for (uint64_t i = 1; i <= 3; i++) {
		assert_int_equal(bounce(relay, "anna", i, "r@y.example").act, DECISION_PASS);
		assert_int_equal(bounce(relay, "bo", 10 + i, "r@y.example").act, DECISION_PASS);
	}
	assert_int_equal(bounce(relay, "anna", 4, "r@y.example").act, DECISION_DEFER);
	assert_int_equal(bounce(relay, "anna", 4, "r@y.example").limit, LIMIT_BOUNCE);
	/* And nothing that is given back to the account makes room for another. */
	relay_refund(relay, accountname_pseudonym(TEXT("anna"), &secret), LIMIT_ACCOUNT, 3, at(0),
		at(0));
	assert_int_equal(bounce(relay, "anna", 5, "r@y.example").act, DECISION_DEFER);
	assert_int_equal(relay_counts(relay).refunds, 0);
	assert_int_equal(relay_counts(relay).refunds_refused, 1);
	relay_free(relay);
	(void)state;
}

static void
what_is_given_back_counted_at_its_end(void **state)
{
	struct relay_settings settings = settings_of("100 recipients/hour");
	const uint64_t anna = accountname_pseudonym(TEXT("anna"), &secret);
	struct relay *relay = relay_new(&settings);
	struct guard *guard = relay_guard(relay);
	const struct wall now = at(90 * WALL_MINUTE);

	for (uint64_t i = 1; i <= 5; i++)
		assert_int_equal(send_one(relay, "anna", i, 0), DECISION_PASS);
	for (uint64_t i = 6; i <= 10; i++)
		assert_int_equal(send_one(relay, "anna", i, now.us - BEGIN), DECISION_PASS);
	/* What was counted then is not in this hour; what is given back as of now is. */
	relay_refund(relay, anna, LIMIT_ACCOUNT, 2, at(0), now);
	assert_int_equal(
		guard_count(guard, anna, LIMIT_ACCOUNT, RULE_RECIPIENTS, RULE_HOUR, now), 5);
	assert_int_equal(
		guard_count(guard, anna, LIMIT_ACCOUNT, RULE_RECIPIENTS, RULE_DAY, now), 8);
	relay_refund(relay, anna, LIMIT_ACCOUNT, 2, now, now);
	assert_int_equal(
		guard_count(guard, anna, LIMIT_ACCOUNT, RULE_RECIPIENTS, RULE_HOUR, now), 3);
	relay_free(relay);
	(void)state;
}

static uint64_t
line_of(void *context, const struct address *client)
{
	(void)context;
	return client->byte[15] == 7 ? 4711 : 0;
}

static void
a_line_answers_before_the_account(void **state)
{
	struct relay_settings settings = settings_of("10 recipients/hour");
	struct envelope envelope = {.message = 1,
		.account = TEXT("anna"),
		.sender = TEXT("a@x.example"),
		.recipient = TEXT("r@y.example")};
	struct responsible who;
	struct relay *relay;

	settings.line_of = line_of;
	relay = relay_new(&settings);
	envelope.client = address_from_v4(0xc0000207);
	relay_responsible(relay, &envelope, at(0), &who);
	assert_int_equal(who.of[0].limit, LIMIT_LINE);
	assert_true(who.of[0].key == 4711);
	envelope.client = address_from_v4(0xc0000208);
	relay_responsible(relay, &envelope, at(0), &who);
	assert_int_equal(who.of[0].limit, LIMIT_ACCOUNT);
	relay_free(relay);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_grow_harder_when_too_many_wait),
		cmocka_unit_test(who_tries_again_is_not_punished),
		cmocka_unit_test(a_shadow_says_only_what_would_be),
		cmocka_unit_test(the_roster_gives_classes_limits_and_freedom),
		cmocka_unit_test(new_senders_have_less_and_old_ones_no_more_than_ever),
		cmocka_unit_test(a_case_stops_an_account_and_suspicion_slows_it),
		cmocka_unit_test(logins_from_nowhere_have_no_place),
		cmocka_unit_test(an_empty_sender_is_no_way_around_a_case),
		cmocka_unit_test(held_mail_has_a_limit_too),
		cmocka_unit_test(an_address_that_leads_elsewhere_is_not_local),
		cmocka_unit_test(one_long_list_is_put_off_and_not_refused),
		cmocka_unit_test(what_is_given_back_has_a_limit),
		cmocka_unit_test(only_what_counts_for_who_answers_is_told_at_the_end),
		cmocka_unit_test(bounces_have_the_limit_of_their_class),
		cmocka_unit_test(what_is_given_back_counted_at_its_end),
		cmocka_unit_test(a_line_answers_before_the_account),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
