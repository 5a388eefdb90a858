/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/table.h"
#include "relay/policyenvelope.h"
#include "relay/relay.h"
#include "unit.h"

#include <stdio.h>

static struct relay_settings settings = {
	.key = {{7}}, .keys_most = 64, .messages_most = 64, .slow_from = 100};

/* A request of these lines. */
static bool
asks(const char *lines, struct responsible *who, struct envelope *ret)
{
	static char bytes[1024];
	struct policy_reader reader = {0};
	struct policy_request request;
	struct fail fail = {0};
	struct relay *relay;

	assert_true(snprintf(bytes, sizeof(bytes), "request=smtpd_access_policy\n%s\n", lines) <
		(int)sizeof(bytes));
	if (policy_read(&reader, text_of(bytes), &request, &fail) <= 0)
		fail_msg("%s", fail.what);
	if (!policyenvelope_make(&request, &settings.key, ret))
		return false;
	relay = relay_new(&settings);
	relay_responsible(relay, ret, (struct wall){0}, who);
	relay_free(relay);
	return true;
}

static void
stages_of_one_message_belong_together(void **state)
{
	struct envelope rcpt, end, other;
	struct responsible who;

	assert_true(asks("protocol_state=RCPT\ninstance=1.2.3\nsender=a@example.org\n"
			 "recipient=b@example.net\nsasl_username=anna\n",
		&who, &rcpt));
	assert_int_equal(rcpt.stage, ENVELOPE_RECIPIENT);
	assert_true(text_is(rcpt.recipient, "b@example.net"));
	assert_true(asks("protocol_state=END-OF-MESSAGE\ninstance=1.2.3\nsender=a@example.org\n"
			 "recipient_count=7\nsasl_username=anna\n",
		&who, &end));
	assert_int_equal(end.stage, ENVELOPE_END);
	assert_int_equal(end.count, 7);
	assert_int_equal(end.recipient.length, 0);
	assert_true(end.message == rcpt.message);
	assert_true(
		asks("protocol_state=DATA\ninstance=1.2.4\nsender=a@example.org\n", &who, &other));
	assert_int_equal(other.stage, ENVELOPE_DATA);
	assert_true(other.message != rcpt.message);
	(void)state;
}

static void
who_has_no_recipient_asks_nothing(void **state)
{
	struct envelope ask;
	struct responsible who;

	assert_false(asks("protocol_state=CONNECT\ninstance=1\n", &who, &ask));
	assert_false(asks("protocol_state=MAIL\ninstance=1\n", &who, &ask));
	assert_false(asks("protocol_state=VRFY\ninstance=1\n", &who, &ask));
	assert_false(asks("protocol_state=WINK\ninstance=1\n", &who, &ask));
	assert_false(asks("protocol_state=RCPT\n", &who, &ask));
	(void)state;
}

static const struct {
	const char *lines;
	enum limit limit[4]; /* up to LIMITS */
} cases[] = {
	{"sender=x@y.example\nsasl_username=anna@a.example\nclient_address=192.0.2.1\n",
		{LIMIT_ACCOUNT, LIMIT_DOMAIN, LIMIT_RELAY, LIMITS}},
	{"sender=x@y.example\nsasl_username=anna\nccert_fingerprint=AA:BB\n",
		{LIMIT_ACCOUNT, LIMIT_RELAY, LIMITS}},
	{"sender=x@y.example\nccert_fingerprint=AA:BB\nclient_address=192.0.2.1\n",
		{LIMIT_CERTIFICATE, LIMIT_RELAY, LIMITS}},
	{"sender=x@y.example\nclient_address=192.0.2.1\n", {LIMIT_ADDRESS, LIMIT_RELAY, LIMITS}},
	{"sender=x@y.example\nclient_address=2001:db8::1\n",
		{LIMIT_IPV6_64, LIMIT_IPV6_56, LIMIT_IPV6_48, LIMIT_RELAY}},
	{"sender=\nsasl_username=anna@a.example\n", {LIMIT_BOUNCE, LIMITS}},
	{"sender=x@y.example\nrecipient=c@Home.Example\nsasl_username=anna\n",
		{LIMIT_LOCAL, LIMITS}},
	{"sender=x@y.example\nrecipient=\"a@home.example\"@away.example\nsasl_username=anna\n",
		{LIMIT_ACCOUNT, LIMIT_RELAY, LIMITS}},
};

static void
the_first_that_is_known_answers(void **state)
{
	struct table local;
	struct table_slot *slot;

	table_init_small(&local, 16, 16);
	assert_int_equal(
		table_add(&local, relay_domain(&settings, TEXT("home.example")), &slot), 1);
	settings.local = &local;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char lines[512];
		struct envelope ask;
		struct responsible who;
		unsigned count = 0;

		snprintf(lines, sizeof(lines), "protocol_state=RCPT\ninstance=1\n%s",
			cases[i].lines);
		assert_true(asks(lines, &who, &ask));
		while (count < 4 && cases[i].limit[count] < LIMITS) {
			assert_int_equal(who.of[count].limit, cases[i].limit[count]);
			count++;
		}
		assert_int_equal(who.count, count);
	}
	settings.local = NULL;
	table_done(&local);
	(void)state;
}

static void
keys_are_the_same_again_and_differ_between_kinds(void **state)
{
	struct responsible a, b;
	struct envelope ask;

	assert_true(
		asks("protocol_state=RCPT\ninstance=1\nsender=x\nsasl_username=Anna@A.example\n",
			&a, &ask));
	assert_true(
		asks("protocol_state=RCPT\ninstance=2\nsender=y\nsasl_username=anna@a.EXAMPLE\n",
			&b, &ask));
	assert_true(a.of[0].key == b.of[0].key);
	assert_true(a.of[1].key == b.of[1].key);
	/* An account with the name of a domain. */
	assert_true(asks(
		"protocol_state=RCPT\ninstance=3\nsender=x\nsasl_username=a.example\n", &b, &ask));
	assert_true(b.of[0].key != a.of[1].key);
	/* Bounces count apart. */
	assert_true(asks("protocol_state=RCPT\ninstance=4\nsender=\nsasl_username=anna@a.example\n",
		&b, &ask));
	assert_true(b.of[0].key != a.of[0].key);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stages_of_one_message_belong_together),
		cmocka_unit_test(who_has_no_recipient_asks_nothing),
		cmocka_unit_test(the_first_that_is_known_answers),
		cmocka_unit_test(keys_are_the_same_again_and_differ_between_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
