/* SPDX-License-Identifier: BSD-2-Clause */
#include "relay/authpolicy.h"
#include "unit.h"

#include <errno.h>
#include <stdlib.h>

static const struct hash_key key = {{1, 2, 3}};

/* As Dovecot 2.3.19 sends it. */
#define ASKED                                                                                      \
	"{\"device_id\":\"\\\"name\\\" \\\"tester\\\"\",\"login\":\"anna@example.org\","           \
	"\"protocol\":\"imap\",\"pwhash\":\"0d07\",\"remote\":\"192.0.2.9\","                      \
	"\"session_id\":\"USsQri1hxuF/AAAB\",\"tls\":false}"
#define REPORTED(success, refused)                                                                 \
	"{\"device_id\":\"\",\"login\":\"bert\",\"protocol\":\"smtp\",\"pwhash\":\"05fc\","        \
	"\"remote\":\"2001:db8::1\",\"session_id\":\"\",\"success\":" success                      \
	",\"policy_reject\":" refused ",\"tls\":false}"

static int
read_copy(struct authpolicy *policy, struct text body, bool is_report, struct login *login,
	struct fail *fail)
{
	char *copy = malloc(body.length > 0 ? body.length : 1);
	int r;

	assert_non_null(copy);
	if (body.length > 0)
		memcpy(copy, body.at, body.length);
	r = authpolicy_read(policy, (struct text){copy, body.length}, is_report, login, fail);
	/* What is kept does not point there. */
	memset(copy, 'x', body.length);
	free(copy);
	return r;
}

static void
assert_text(struct text text, const char *expected)
{
	assert_int_equal(text.length, strlen(expected));
	if (text.length > 0)
		assert_memory_equal(text.at, expected, text.length);
}

static void
a_question_says_who_and_from_where(void **state)
{
	struct authpolicy policy = {.key = key};
	char address[ADDRESS_TEXT];
	struct login login;

	assert_int_equal(read_copy(&policy, TEXT(ASKED), false, &login, NULL), 0);
	assert_int_equal(login.kind, LOGIN_ASKS);
	assert_text(login.account, "anna@example.org");
	assert_text(login.protocol, "imap");
	assert_string_equal(address_format(&login.client, address), "192.0.2.9");
	assert_true(login.session == hash_keyed(&key, "USsQri1hxuF/AAAB", 16));
	assert_true(login.device == hash_keyed(&key, "\"name\" \"tester\"", 15));
	(void)state;
}

static void
a_report_says_how_it_ended(void **state)
{
	struct authpolicy policy = {.key = key};
	char address[ADDRESS_TEXT];
	struct login login;

	assert_int_equal(
		read_copy(&policy, TEXT(REPORTED("true", "false")), true, &login, NULL), 0);
	assert_int_equal(login.kind, LOGIN_GOOD);
	assert_text(login.account, "bert");
	assert_string_equal(address_format(&login.client, address), "2001:db8::1");
	assert_true(login.session == 0 && login.device == 0);
	assert_int_equal(
		read_copy(&policy, TEXT(REPORTED("false", "false")), true, &login, NULL), 0);
	assert_int_equal(login.kind, LOGIN_BAD);
	assert_int_equal(
		read_copy(&policy, TEXT(REPORTED("false", "true")), true, &login, NULL), 0);
	assert_int_equal(login.kind, LOGIN_REFUSED);
	/* With auth_policy_log_only. */
	assert_int_equal(read_copy(&policy, TEXT(REPORTED("true", "true")), true, &login, NULL), 0);
	assert_int_equal(login.kind, LOGIN_GOOD);
	(void)state;
}

static void
what_dovecot_2_4_says_of_a_failure_is_heard(void **state)
{
	struct authpolicy policy = {.key = key};
	struct login login;

	assert_int_equal(
		read_copy(&policy,
			TEXT("{\"login\":\"a\",\"fail_type\":\"internal\",\"success\":false}"),
			true, &login, NULL),
		0);
	assert_int_equal(login.kind, LOGIN_BROKEN);
	assert_int_equal(
		read_copy(&policy,
			TEXT("{\"login\":\"a\",\"fail_type\":\"credentials\",\"success\":false}"),
			true, &login, NULL),
		0);
	assert_int_equal(login.kind, LOGIN_BAD);
	(void)state;
}

static void
what_need_not_be_there_may_lack_or_be_empty(void **state)
{
	struct authpolicy policy = {.key = key};
	const struct address none = {{0}};
	struct login login;

	assert_int_equal(read_copy(&policy, TEXT("{\"login\":\"a\"}"), false, &login, NULL), 0);
	assert_text(login.account, "a");
	assert_text(login.protocol, "");
	assert_true(address_equal(&login.client, &none));
	/* doveadm auth test knows no client; attributes of one's own may be objects. */
	assert_int_equal(read_copy(&policy,
				 TEXT(" {\"remote\":\"\",\"login\":\"\",\"attrs\":{\"cos\":[1]}} "),
				 false, &login, NULL),
		0);
	assert_text(login.account, "");
	assert_true(address_equal(&login.client, &none));
	(void)state;
}

static void
a_name_that_is_too_long_is_none(void **state)
{
	struct authpolicy policy = {.key = key};
	struct buffer body;
	struct login login;

	for (unsigned length = LOGIN_ACCOUNT; length <= LOGIN_ACCOUNT + 1; length++) {
		buffer_init(&body, 1 << 16);
		buffer_print(&body, "{\"login\":\"%0*d\",\"protocol\":\"%0*d\"}", (int)length, 1,
			LOGIN_PROTOCOL + 1, 1);
		assert_int_equal(read_copy(&policy, (struct text){body.at, body.length}, false,
					 &login, NULL),
			0);
		assert_int_equal(login.account.length, length > LOGIN_ACCOUNT ? 0 : length);
		assert_int_equal(login.protocol.length, 0);
		buffer_done(&body);
	}
	(void)state;
}

static void
every_wrong_body_has_its_reason(void **state)
{
	static const struct {
		const char *body;
		bool is_report;
		uint8_t fault;
		const char *what;
	} wrong[] = {
		{"", false, AUTHPOLICY_JSON, "the body is no JSON"},
		{"hello", false, AUTHPOLICY_JSON, "the body is no JSON"},
		{"{\"login\":\"a\"", false, AUTHPOLICY_JSON, "the body is no JSON"},
		{"{\"login\":\"a\"}x", false, AUTHPOLICY_JSON, "the body is no JSON"},
		{"{\"login\":\"\xff\"}", false, AUTHPOLICY_JSON, "the body is no JSON"},
		{"{\"login\":\"a\\u0000b\"}", false, AUTHPOLICY_JSON, "the body is no JSON"},
		{"{\"login\":\"a\",\"n\":1e999}", false, AUTHPOLICY_JSON, "the body is no JSON"},
		{"{\"login\":\"a\",\"login\":\"b\"}", false, AUTHPOLICY_TWICE,
			"a member is there twice"},
		{"[\"login\"]", false, AUTHPOLICY_SHAPE, "the body is no object"},
		{"{\"login\":7}", false, AUTHPOLICY_SHAPE, "\"login\" is no string"},
		{"{\"login\":null}", false, AUTHPOLICY_SHAPE, "\"login\" is no string"},
		{"{\"login\":\"a\",\"protocol\":[]}", false, AUTHPOLICY_SHAPE,
			"\"protocol\" is no string"},
		{"{}", false, AUTHPOLICY_LACK, "there is no \"login\""},
		{"{\"login\":\"a\",\"remote\":\"fe80::1%eth0\"}", false, AUTHPOLICY_REMOTE,
			"\"remote\" is no address"},
		{"{\"login\":\"a\"}", true, AUTHPOLICY_LACK, "there is no \"success\""},
		{"{\"login\":\"a\",\"success\":1}", true, AUTHPOLICY_SHAPE,
			"\"success\" is not true or false"},
		{"{\"login\":\"a\",\"success\":true,\"policy_reject\":\"no\"}", true,
			AUTHPOLICY_SHAPE, "\"policy_reject\" is not true or false"},
		{"[[[[[[[[[", false, AUTHPOLICY_DEEP, "too much is one in the other"},
	};
	struct authpolicy policy = {.key = key};
	struct login login;
	struct fail fail;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(read_copy(&policy, text_of(wrong[i].body), wrong[i].is_report,
					 &login, &fail),
			-EBADMSG);
		assert_int_equal(policy.fault, wrong[i].fault);
		assert_string_equal(fail.what, wrong[i].what);
	}
	assert_int_equal(read_copy(&policy, TEXT(ASKED), false, &login, NULL), 0);
	assert_int_equal(policy.fault, AUTHPOLICY_NO_FAULT);
	(void)state;
}

static void
brackets_in_a_string_are_not_deep(void **state)
{
	struct authpolicy policy = {.key = key};
	struct login login;

	assert_int_equal(
		read_copy(&policy, TEXT("{\"login\":\"\\\"[[[[{{{{[[[[\",\"x\":[[[[[[[]]]]]]]}"),
			false, &login, NULL),
		0);
	assert_text(login.account, "\"[[[[{{{{[[[[");
	assert_int_equal(read_copy(&policy, TEXT("{\"login\":\"\",\"x\":[[[[[[[[]]]]]]]]}"), false,
				 &login, NULL),
		-EBADMSG);
	assert_int_equal(policy.fault, AUTHPOLICY_DEEP);
	(void)state;
}

static void
a_body_has_a_ceiling(void **state)
{
	struct authpolicy policy = {.key = key};
	char *body = calloc(1, AUTHPOLICY_BODY + 1);
	struct login login;

	assert_non_null(body);
	memset(body, ' ', AUTHPOLICY_BODY + 1);
	memcpy(body, "{\"login\":\"a\"}", 13);
	assert_int_equal(
		read_copy(&policy, (struct text){body, AUTHPOLICY_BODY}, false, &login, NULL), 0);
	assert_int_equal(
		read_copy(&policy, (struct text){body, AUTHPOLICY_BODY + 1}, false, &login, NULL),
		-EBADMSG);
	assert_int_equal(policy.fault, AUTHPOLICY_LONG);
	free(body);
	(void)state;
}

static void
an_answer_allows_or_refuses(void **state)
{
	struct buffer into;

	buffer_init(&into, AUTHPOLICY_ANSWER);
	authpolicy_answer(&into, true);
	assert_string_equal(buffer_string(&into), "{\"status\":0,\"msg\":\"\"}");
	buffer_clear(&into);
	authpolicy_answer(&into, false);
	assert_string_equal(buffer_string(&into), "{\"status\":-1,\"msg\":\"\"}");
	buffer_done(&into);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_question_says_who_and_from_where),
		cmocka_unit_test(a_report_says_how_it_ended),
		cmocka_unit_test(what_dovecot_2_4_says_of_a_failure_is_heard),
		cmocka_unit_test(what_need_not_be_there_may_lack_or_be_empty),
		cmocka_unit_test(a_name_that_is_too_long_is_none),
		cmocka_unit_test(every_wrong_body_has_its_reason),
		cmocka_unit_test(brackets_in_a_string_are_not_deep),
		cmocka_unit_test(a_body_has_a_ceiling),
		cmocka_unit_test(an_answer_allows_or_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
