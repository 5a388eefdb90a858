/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/letter/letterreport.h"
#include "letter_fixture.h"

#include <errno.h>
#include <jansson.h>

#define MESSAGE                                                                                    \
	"Received: from x by mx7.agency.example for <juniper@trap.agency.example>\r\n"             \
	"Message-ID: <juniper@spam.example>\r\n"                                                   \
	"From: Juniper <a@spam.example>\r\n"                                                       \
	"To: juniper@trap.agency.example\r\n"                                                      \
	"Subject: Dear juniper, buy\r\n"                                                           \
	"\r\n"                                                                                     \
	"http://spam.example/juniper\r\n"

static const struct text own[] = {{"agency.example", 14}};
static const struct letterredact redact = {.key = {7}, .own = own, .owns = 1};

static char *
report(const struct letterrow *row, bool is_arf)
{
	struct lettercase of = letter_case(row, 1);
	struct fail fail = {0};
	struct buffer into;
	int r;

	of.wants_xarf = true;
	buffer_init(&into, 65536);
	r = is_arf ? letterreport_arf(&of, 0, &redact, &into, &fail)
		   : letterreport_xarf(&of, 0, &redact, &into, &fail);
	if (r < 0)
		fail_msg("%s: %s", fail.where, fail.what);
	return letter_taken(&into);
}

static void
arf_has_its_three_parts(void **state)
{
	struct letterrow row = letter_row("192.0.2.7", LETTER_NEW);
	struct lettertrap trap = letter_trap;
	char *message, *head, *part, *value;
	size_t size;

	(void)state;
	trap.message = TEXT(MESSAGE);
	row.trap = &trap;
	message = report(&row, true);
	letter_assert_lines(message);
	value = letter_field(message, "Content-Type");
	assert_memory_equal(value, "multipart/report; report-type=feedback-report; boundary=", 56);
	free(value);
	value = letter_field(message, "Subject");
	assert_string_equal(value, "Dear redacted.invalid, buy");
	free(value);
	value = letter_field(message, "Message-ID");
	assert_string_equal(value, "<LZ-2026-004711.1.r1@agency.example>");
	free(value);
	value = letter_field(message, "References");
	assert_string_equal(value, "<LZ-2026-004711.1@agency.example>");
	free(value);
	part = letter_part(message, 0, &head, &size);
	assert_non_null(strstr(part, "Address: 192.0.2.7\nPort: 40001\nTime: 2025-11-27T10:00:00"));
	assert_non_null(strstr(part, "STOP"));
	assert_non_null(strstr(part, "[LZ-2026-004711]"));
	free(part);
	free(head);
	part = letter_part(message, 1, &head, &size);
	assert_string_equal(head, "Content-Type: message/feedback-report");
	assert_memory_equal(part,
		"Feedback-Type: abuse\r\nUser-Agent: Lazaret-Census/1\r\nVersion: 1\r\nSource-IP: "
		"192.0.2.7\r\nSource-Port: 40001\r\nArrival-Date: Thu, 27 Nov 2025 10:00:00 "
		"+0000\r\nOriginal-Mail-From: <",
		158);
	assert_non_null(strstr(part, "@spam.example>\r\nOriginal-Rcpt-To: <"));
	assert_non_null(strstr(part, "@redacted.invalid>\r\n"));
	free(part);
	free(head);
	part = letter_part(message, 2, &head, &size);
	assert_string_equal(head, "Content-Type: text/rfc822-headers");
	assert_memory_equal(part, "From: redacted.invalid <", 24);
	assert_non_null(strstr(part, "\r\nSubject: Dear redacted.invalid, buy\r\n"));
	free(part);
	free(head);
	assert_null(letter_part(message, 3, &head, &size));
	assert_null(strcasestr(message, "juniper"));
	assert_null(strstr(message, "trap.agency"));
	assert_null(strstr(message, "bounce-4711"));
	free(message);
}

static void
without_a_message_there_is_no_arf(void **state)
{
	struct letterrow row = letter_row("192.0.2.7", LETTER_NEW);
	struct lettercase of = letter_case(&row, 1);
	struct fail fail = {0};
	struct buffer into;

	(void)state;
	buffer_init(&into, 65536);
	assert_int_equal(letterreport_arf(&of, 0, &redact, &into, &fail), -EINVAL);
	row.trap = &letter_trap;
	assert_int_equal(letterreport_arf(&of, 0, &redact, &into, &fail), -EINVAL);
	assert_string_equal(fail.what, "no trap has a message from this address");
	assert_int_equal(letterreport_xarf(&of, 0, &redact, &into, &fail), -EINVAL);
	assert_string_equal(fail.what, "the contact did not ask for XARF");
	assert_int_equal(into.length, 0);
	buffer_done(&into);
}

static void
xarf_is_the_third_part_where_it_is_asked_for(void **state)
{
	const struct letterrow row = letter_row("192.0.2.7", LETTER_NEW);
	char *message = report(&row, false), *head, *part, *value;
	json_t *json;
	size_t size;

	(void)state;
	letter_assert_lines(message);
	value = letter_field(message, "Subject");
	assert_string_equal(value, "Report of spam");
	free(value);
	part = letter_part(message, 1, &head, &size);
	assert_memory_equal(part, "Feedback-Type: xarf\r\n", 21);
	free(part);
	free(head);
	part = letter_part(message, 2, &head, &size);
	json = json_loadb(part, size, 0, NULL);
	assert_string_equal(json_string_value(json_object_get(json, "type")), "botnet");
	json_decref(json);
	free(part);
	free(head);
	free(message);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arf_has_its_three_parts),
		cmocka_unit_test(without_a_message_there_is_no_arf),
		cmocka_unit_test(xarf_is_the_third_part_where_it_is_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
