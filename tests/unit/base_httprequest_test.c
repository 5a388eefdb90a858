/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/httprequest.h"
#include "unit.h"

#include <errno.h>
#include <stdlib.h>

/* As Dovecot 2.3.19 sends it, with auth_policy_server_api_header. */
#define HEAD                                                                                       \
	"POST /?command=allow HTTP/1.1\r\nHost: 127.0.0.1:4001\r\n"                                \
	"Date: Thu, 26 Nov 2026 13:11:21 GMT\r\nUser-Agent: dovecot/auth-policy-client\r\n"        \
	"Content-Length: 14\r\nConnection: Keep-Alive\r\nContent-Type: application/json\r\n"       \
	"Authorization:  Basic Z3VhcmQ6c2VjcmV0\r\n\r\n"
#define BODY "{\"login\":\"an\"}"

/* As a program's. */
static int64_t
read_wanting(struct httprequest_reader *reader, struct text bytes, struct text wanted,
	struct httprequest *ret)
{
	struct httprequest_terms terms = HTTPREQUEST_OF_PROGRAM;

	terms.wanted = wanted;
	return httprequest_read(reader, bytes, &terms, ret);
}

static void
assert_text(struct text text, const char *expected)
{
	assert_int_equal(text.length, strlen(expected));
	if (text.length > 0)
		assert_memory_equal(text.at, expected, text.length);
}

static void
a_request_of_dovecot_is_read(void **state)
{
	struct text bytes = TEXT(HEAD BODY "POST /");
	struct httprequest_reader reader = {0};
	struct httprequest request;

	assert_int_equal(
		read_wanting(&reader, bytes, TEXT("authorization"), &request), bytes.length - 6);
	assert_text(request.target, "/?command=allow");
	assert_text(request.field, "Basic Z3VhcmQ6c2VjcmV0");
	assert_text(request.body, BODY);
	assert_false(request.closes);
	assert_int_equal(
		read_wanting(&reader, bytes, TEXT("X-API-Key"), &request), bytes.length - 6);
	assert_null(request.field.at);
	(void)state;
}

static void
a_request_may_come_byte_by_byte(void **state)
{
	const char whole[] = HEAD BODY;
	struct httprequest_reader reader = {0};
	struct httprequest request;

	for (size_t length = 0; length < sizeof(whole) - 1; length++) {
		/* Nothing behind what has come is looked at. */
		char *come = malloc(length > 0 ? length : 1);

		assert_non_null(come);
		memcpy(come, whole, length);
		assert_int_equal(read_wanting(&reader, (struct text){come, length},
					 (struct text){0}, &request),
			0);
		free(come);
	}
	assert_int_equal(read_wanting(&reader, TEXT(HEAD BODY), (struct text){0}, &request),
		sizeof(whole) - 1);
	assert_text(request.body, BODY);
	(void)state;
}

static void
who_closes_says_so(void **state)
{
	static const struct {
		const char *text;
		bool closes;
	} row[] = {
		{"POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n", false},
		{"POST / HTTP/1.1\r\nConnection: TE,  Close\r\nContent-Length: 0\r\n\r\n", true},
		{"POST / HTTP/1.1\r\nConnection: closed\r\nContent-Length: 0\r\n\r\n", false},
		{"POST / HTTP/1.0\r\nContent-Length: 0\r\n\r\n", true},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct httprequest_reader reader = {0};
		struct httprequest request;

		assert_int_equal(read_wanting(&reader, text_of(row[i].text), TEXT("x"), &request),
			strlen(row[i].text));
		assert_int_equal(request.closes, row[i].closes);
		assert_int_equal(request.body.length, 0);
	}
	(void)state;
}

static void
what_is_wrong_has_its_fault(void **state)
{
	static const struct {
		const char *text;
		uint8_t fault;
	} row[] = {
		{"\x16\x03\x01", HTTPREQUEST_WRONG}, /* TLS */
		{"\r\nPOST / HTTP/1.1\r\n\r\n", HTTPREQUEST_WRONG},
		{"POST /\r\n\r\n", HTTPREQUEST_WRONG},
		{"POST  / HTTP/1.1\r\n\r\n", HTTPREQUEST_WRONG},
		{"POST http://x/ HTTP/1.1\r\n\r\n", HTTPREQUEST_WRONG},
		{"POST / HTTP/1.1\nContent-Length: 0\r\n\r\n", HTTPREQUEST_WRONG},
		{"POST / HTTP/1.1\r\nContent-Length : 0\r\n\r\n", HTTPREQUEST_WRONG},
		{"POST / HTTP/1.1\r\nContent-Length: 0\r\n folded\r\n\r\n", HTTPREQUEST_WRONG},
		{"POST / HTTP/1.1\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n",
			HTTPREQUEST_WRONG},
		{"POST / HTTP/1.1\r\nContent-Length: +1\r\n\r\n", HTTPREQUEST_WRONG},
		{"POST / HTTP/1.1\r\nContent-Length: 1, 1\r\n\r\n", HTTPREQUEST_WRONG},
		{"POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
			HTTPREQUEST_WRONG},
		{"POST / HTTP/1.1\r\nA: b\rc\r\nContent-Length: 0\r\n\r\n", HTTPREQUEST_WRONG},
		{"POST / HTTP/1.1\r\nKey: 1\r\nkey: 2\r\nContent-Length: 0\r\n\r\n",
			HTTPREQUEST_WRONG},
		{"GET / HTTP/1.1\r\n\r\n", HTTPREQUEST_METHOD},
		{"POST / HTTP/1.1\r\nHost: x\r\n\r\n", HTTPREQUEST_NO_LENGTH},
		{"POST / HTTP/1.1\r\nContent-Length: 65537\r\n\r\n", HTTPREQUEST_LONG_BODY},
		{"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n",
			HTTPREQUEST_EXPECTS},
		{"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
			HTTPREQUEST_CODING},
		{"POST / HTTP/2.0\r\n\r\n", HTTPREQUEST_VERSION},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct httprequest_reader reader = {0};
		struct httprequest request;

		assert_int_equal(read_wanting(&reader, text_of(row[i].text), TEXT("Key"), &request),
			-EBADMSG);
		assert_int_equal(reader.fault, row[i].fault);
		assert_non_null(httprequest_status[reader.fault]);
	}
	(void)state;
}

static void
a_head_has_a_ceiling_whether_it_ends_or_not(void **state)
{
	struct httprequest_reader reader = {0};
	struct httprequest request;
	char bytes[HTTPREQUEST_HEAD + 8];

	memset(bytes, 'A', sizeof(bytes));
	assert_int_equal(read_wanting(&reader, (struct text){bytes, HTTPREQUEST_HEAD - 1},
				 TEXT("x"), &request),
		0);
	assert_int_equal(
		read_wanting(&reader, (struct text){bytes, HTTPREQUEST_HEAD}, TEXT("x"), &request),
		-EBADMSG);
	assert_int_equal(reader.fault, HTTPREQUEST_LONG_HEAD);
	reader = (struct httprequest_reader){0};
	memcpy(bytes + sizeof(bytes) - 4, "\r\n\r\n", 4);
	assert_int_equal(
		read_wanting(&reader, (struct text){bytes, sizeof(bytes)}, TEXT("x"), &request),
		-EBADMSG);
	assert_int_equal(reader.fault, HTTPREQUEST_LONG_HEAD);
	(void)state;
}

static const struct httprequest_terms anybody = {
	.wanted = {"Accept-Language", 15}, .head_most = 4096, .body_most = 16, .is_anybody = true};

static void
anybody_may_ask_by_any_method_for_anything(void **state)
{
	static const struct {
		const char *text, *method, *target, *host;
		bool closes;
	} row[] = {
		{"GET /generate_204 HTTP/1.1\r\nHost: a.example\r\n\r\n", "GET", "/generate_204",
			"a.example", false},
		{"GET /ncsi.txt HTTP/1.0\r\n\r\n", "GET", "/ncsi.txt", "", true},
		{"HEAD http://a.example/ HTTP/1.1\r\nhost:\r\n\r\n", "HEAD", "http://a.example/",
			"", false},
		{"OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "OPTIONS", "*", "a",
			true},
		{"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab", "POST", "/x", "a",
			false},
		{"POST /x HTTP/1.1\r\nHost: a\r\n\r\n", "POST", "/x", "a", false},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct httprequest_reader reader = {0};
		struct httprequest request;

		assert_int_equal(
			httprequest_read(&reader, text_of(row[i].text), &anybody, &request),
			strlen(row[i].text));
		assert_text(request.method, row[i].method);
		assert_text(request.target, row[i].target);
		assert_text(request.host, row[i].host);
		assert_int_equal(request.closes, row[i].closes);
		assert_null(request.field.at);
	}
	(void)state;
}

static void
what_has_two_readings_is_refused_of_anybody_too(void **state)
{
	static const struct {
		const char *text;
		uint8_t fault;
	} row[] = {
		{"GET / HTTP/1.1\r\n\r\n", HTTPREQUEST_WRONG}, /* no Host */
		{"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", HTTPREQUEST_WRONG},
		{"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", HTTPREQUEST_WRONG},
		{"GET / HTTP/1.1\r\nHost : a\r\n\r\n", HTTPREQUEST_WRONG},
		{"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
			HTTPREQUEST_CODING},
		{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 17\r\n\r\n", HTTPREQUEST_LONG_BODY},
		{"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", HTTPREQUEST_WRONG},
		{"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", HTTPREQUEST_VERSION},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct httprequest_reader reader = {0};
		struct httprequest request;

		assert_int_equal(
			httprequest_read(&reader, text_of(row[i].text), &anybody, &request),
			-EBADMSG);
		assert_int_equal(reader.fault, row[i].fault);
	}
	(void)state;
}

static void
several_requests_may_come_at_once(void **state)
{
	struct text bytes = TEXT("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
				 "POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nGET "
				 "GET /3 HTTP/1.1\r\nHost: a\r\n");
	const char *const targets[] = {"/1", "/2"};
	struct httprequest_reader reader = {0};
	struct httprequest request;

	for (size_t i = 0; i < 2; i++) {
		int64_t n = httprequest_read(&reader, bytes, &anybody, &request);

		assert_true(n > 0);
		assert_text(request.target, targets[i]);
		bytes.at += n;
		bytes.length -= (size_t)n;
	}
	assert_int_equal(httprequest_read(&reader, bytes, &anybody, &request), 0);
	(void)state;
}

static void
a_query_is_found_in_a_target(void **state)
{
	assert_text(httprequest_query(TEXT("/?command=allow"), TEXT("command")), "allow");
	assert_text(httprequest_query(TEXT("/x?a=1&command=report"), TEXT("command")), "report");
	assert_text(httprequest_query(TEXT("/x?a=1&&commands=1&command"), TEXT("command")), "");
	assert_text(httprequest_query(TEXT("/command=allow"), TEXT("command")), "");
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_of_dovecot_is_read),
		cmocka_unit_test(a_request_may_come_byte_by_byte),
		cmocka_unit_test(who_closes_says_so),
		cmocka_unit_test(what_is_wrong_has_its_fault),
		cmocka_unit_test(a_head_has_a_ceiling_whether_it_ends_or_not),
		cmocka_unit_test(anybody_may_ask_by_any_method_for_anything),
		cmocka_unit_test(what_has_two_readings_is_refused_of_anybody_too),
		cmocka_unit_test(several_requests_may_come_at_once),
		cmocka_unit_test(a_query_is_found_in_a_target),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
