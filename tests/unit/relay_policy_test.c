/* SPDX-License-Identifier: BSD-2-Clause */
#include "relay/policy.h"
#include "unit.h"

#include <errno.h>
#include <stdlib.h>

/* As Postfix 3.7 asks at RCPT. */
static const char rcpt[] = "request=smtpd_access_policy\n"
			   "protocol_state=RCPT\n"
			   "protocol_name=ESMTP\n"
			   "client_address=192.0.2.7\n"
			   "client_name=host.example.net\n"
			   "client_port=52314\n"
			   "reverse_client_name=host.example.net\n"
			   "server_address=198.51.100.25\n"
			   "server_port=587\n"
			   "helo_name=laptop\n"
			   "sender=anna@example.org\n"
			   "recipient=bo@example.com\n"
			   "recipient_count=0\n"
			   "queue_id=\n"
			   "instance=5a3f.65f0a1b2.3c4d.0\n"
			   "size=2048\n"
			   "etrn_domain=\n"
			   "stress=\n"
			   "sasl_method=plain\n"
			   "sasl_username=anna=x\n"
			   "sasl_sender=\n"
			   "ccert_subject=\n"
			   "ccert_issuer=\n"
			   "ccert_fingerprint=\n"
			   "ccert_pubkey_fingerprint=\n"
			   "encryption_protocol=TLSv1.3\n"
			   "encryption_cipher=TLS_AES_256_GCM_SHA384\n"
			   "encryption_keysize=256\n"
			   "policy_context=submission\n"
			   "something_of_tomorrow=x\n"
			   "\n";

static int64_t
read_all(const char *bytes, size_t length, struct policy_request *ret, struct fail *fail)
{
	struct policy_reader reader = {0};

	return policy_read(&reader, (struct text){bytes, length}, ret, fail);
}

static void
a_request_of_postfix_is_read(void **state)
{
	struct policy_request request;
	struct fail fail = {0};

	assert_int_equal(read_all(rcpt, sizeof(rcpt) - 1, &request, &fail), sizeof(rcpt) - 1);
	assert_int_equal(request.state, POLICY_RCPT);
	assert_int_equal(request.size, 2048);
	assert_true(text_is(request.value[POLICY_SASL_USERNAME], "anna=x"));
	assert_true(text_is(request.value[POLICY_RECIPIENT], "bo@example.com"));
	assert_true(text_is(request.value[POLICY_POLICY_CONTEXT], "submission"));
	assert_int_equal(request.value[POLICY_SASL_SENDER].length, 0);
	assert_int_equal(request.value[POLICY_TLS_SNI].length, 0);
	(void)state;
}

static void
it_may_come_byte_by_byte_and_several_at_once(void **state)
{
	static char both[2 * sizeof(rcpt)];
	struct policy_reader reader = {0};
	struct policy_request request;
	struct fail fail = {0};
	size_t length = sizeof(rcpt) - 1;

	for (size_t i = 0; i < length; i++)
		assert_int_equal(policy_read(&reader, (struct text){rcpt, i}, &request, &fail), 0);
	assert_int_equal(
		policy_read(&reader, (struct text){rcpt, length}, &request, &fail), length);
	memcpy(both, rcpt, length);
	memcpy(both + length, rcpt, length);
	assert_int_equal(read_all(both, 2 * length, &request, &fail), length);
	assert_int_equal(read_all(both + length, length, &request, &fail), length);
	(void)state;
}

static void
attributes_may_come_in_any_order(void **state)
{
	static char turned[sizeof(rcpt)];
	struct policy_request one, other;
	struct fail fail = {0};
	size_t length = sizeof(rcpt) - 2, to = 0;

	/* Line by line from the end. */
	for (size_t end = length; end > 0;) {
		size_t begin = end - 1;

		while (begin > 0 && rcpt[begin - 1] != '\n')
			begin--;
		memcpy(turned + to, rcpt + begin, end - begin);
		to += end - begin;
		end = begin;
	}
	turned[to++] = '\n';
	assert_int_equal(read_all(rcpt, length + 1, &one, &fail), length + 1);
	assert_int_equal(read_all(turned, to, &other, &fail), length + 1);
	for (int i = 0; i < POLICY_ATTRIBUTES; i++)
		assert_true(text_equal(one.value[i], other.value[i]));
	assert_int_equal(other.state, POLICY_RCPT);
	assert_int_equal(other.size, 2048);
	(void)state;
}

static void
what_cannot_become_a_request_is_refused_before_its_end(void **state)
{
	static const char bytes[] = "GET / HTTP/1.1\r\n";
	struct policy_request request;
	struct fail fail = {0};

	assert_int_equal(read_all(bytes, sizeof(bytes) - 1, &request, &fail), -EBADMSG);
	assert_int_equal(read_all(bytes, sizeof(bytes) - 2, &request, &fail), 0);
	(void)state;
}

static const struct {
	const char *bytes;
	const char *says;
} wrongs[] = {
	{"\n", "no request="},
	{"request=smtpd_access_policy\nprotocol_state\n\n", "without '='"},
	{"request=junk\nprotocol_state=RCPT\n\n", "no request="},
	{"request=smtpd_access_policy\nsize=1\nsize=2\n\n", "size is there twice"},
	{"request=smtpd_access_policy\nsize=-1\n\n", "no number"},
	{"request=smtpd_access_policy\nrecipient_count=4294967296\n\n", "no number"},
	{"request=smtpd_access_policy\r\nprotocol_state=RCPT\r\n\n\n", "a byte that"},
	{"GET / HTTP/1.1\nHost: x\n\n", "without '='"},
};

static void
what_is_no_request_is_refused_with_a_reason(void **state)
{
	for (size_t i = 0; i < sizeof(wrongs) / sizeof(*wrongs); i++) {
		struct policy_request request;
		struct fail fail = {0};

		assert_int_equal(
			read_all(wrongs[i].bytes, strlen(wrongs[i].bytes), &request, &fail),
			-EBADMSG);
		if (strstr(fail.what, wrongs[i].says) == NULL)
			fail_msg("%zu: %s", i, fail.what);
	}
	(void)state;
}

static void
one_that_does_not_end_is_too_long(void **state)
{
	char *bytes = xcalloc(1, 1 << 20);
	struct policy_request request;
	struct policy_reader reader = {0};
	struct fail fail = {0};

	memset(bytes, 'a', 1 << 20);
	assert_int_equal(
		policy_read(&reader, (struct text){bytes, POLICY_REQUEST - 1}, &request, &fail), 0);
	assert_int_equal(
		policy_read(&reader, (struct text){bytes, POLICY_REQUEST}, &request, &fail),
		-EMSGSIZE);
	memcpy(bytes + (1 << 20) - 2, "\n\n", 2);
	assert_int_equal(read_all(bytes, 1 << 20, &request, &fail), -EMSGSIZE);
	free(bytes);
	(void)state;
}

static void
a_state_of_tomorrow_is_no_mistake(void **state)
{
	static const char bytes[] = "request=smtpd_access_policy\nprotocol_state=WINK\n\n";
	struct policy_request request;
	struct fail fail = {0};

	assert_int_equal(read_all(bytes, sizeof(bytes) - 1, &request, &fail), sizeof(bytes) - 1);
	assert_int_equal(request.state, POLICY_STATES);
	(void)state;
}

static void
an_answer_is_one_line_and_an_empty_one(void **state)
{
	struct buffer into;

	buffer_init(&into, 256);
	policy_answer(&into, TEXT("DUNNO"));
	policy_answer(&into, TEXT("450 4.7.0 later"));
	assert_string_equal(buffer_string(&into), "action=DUNNO\n\naction=450 4.7.0 later\n\n");
	buffer_done(&into);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_of_postfix_is_read),
		cmocka_unit_test(it_may_come_byte_by_byte_and_several_at_once),
		cmocka_unit_test(attributes_may_come_in_any_order),
		cmocka_unit_test(what_cannot_become_a_request_is_refused_before_its_end),
		cmocka_unit_test(what_is_no_request_is_refused_with_a_reason),
		cmocka_unit_test(one_that_does_not_end_is_too_long),
		cmocka_unit_test(a_state_of_tomorrow_is_no_mistake),
		cmocka_unit_test(an_answer_is_one_line_and_an_empty_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
