/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/online/rdap.h"
#include "data.h"
#include "unit.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

/* "result range CC mailboxes" of the answer to a question for that address. */
static void
says(const char *address, unsigned status, const char *json, const char *expected)
{
	char said[2048], text[RANGE_TEXT] = "-";
	enum range_family family;
	struct netanswer answer;
	ipnumber number;
	int at;

	assert_int_equal(range_parse_address(text_of(address), &family, &number), 0);
	answer = rdap_parse(text_of(json), status, family, number);
	if (answer.has_range)
		range_format(family, &answer.range, text);
	at = snprintf(said, sizeof(said), "%s %s %c%c", netanswer_results[answer.result], text,
		answer.country != 0 ? answer.country >> 8 : '-',
		answer.country != 0 ? answer.country & 0xff : '-');
	for (size_t i = 0; i < answer.mailbox_count; i++)
		at += snprintf(said + at, sizeof(said) - (size_t)at, " %s", answer.mailboxes[i]);
	if (*answer.why != '\0')
		snprintf(said + at, sizeof(said) - (size_t)at, ": %s", answer.why);
	assert_string_equal(said, expected);
	assert_int_equal(answer.result == NETANSWER_FOUND, answer.mailbox_count > 0);
}

#define NETWORK                                                                                    \
	"\"objectClassName\":\"ip network\",\"startAddress\":\"192.0.2.0\",\"endAddress\":"        \
	"\"192.0.2.255\",\"country\":\"no\""
#define CARD(mailbox)                                                                              \
	"\"vcardArray\":[\"vcard\",[[\"version\",{},\"text\",\"4.0\"],[\"fn\",{},\"text\",\"\"],"  \
	"[\"EMAIL\",{},\"text\",\"" mailbox "\"]]]"

static void
roles_speak_of_the_closest_object(void **state)
{
	says("192.0.2.1", 200,
		"{" NETWORK ",\"entities\":[{\"roles\":[\"technical\"]," CARD(
			"t@isp.example") "},"
					 "{\"roles\":[\"noc\",\"Abuse\"]," CARD(
						 "Abuse@ISP.Example") "}]}",
		"found 192.0.2.0 - 192.0.2.255 NO Abuse@isp.example");
	/* That of a registrant is one of the network, that of a registrar or a technical one is not. */
	says("192.0.2.1", 200,
		"{" NETWORK ",\"entities\":[{\"roles\":[\"registrant\"],\"entities\":[{\"roles\":"
		"[\"abuse\"]," CARD(
			"a@isp.example") "}]},{\"roles\":[\"registrar\"],"
					 "\"entities\":[{\"roles\":[\"abuse\"]," CARD(
						 "b@isp.example") "}]},"
								  "{\"roles\":[\"registrant\","
								  "\"technical\"],\"entities\":[{"
								  "\"roles\":"
								  "[\"abuse\"]," CARD(
									  "c@isp.example") "}]}]}",
		"found 192.0.2.0 - 192.0.2.255 NO a@isp.example");
	/* Where the network has its own, that of a registrant is none. */
	says("192.0.2.1", 200,
		"{" NETWORK ",\"entities\":[{\"roles\":[\"abuse\"]," CARD(
			"a@isp.example") "},{\"roles\":[\"registrant\"],\"entities\":[{\"roles\":["
					 "\"abuse\"]," CARD("b@isp.example") "}]}]}",
		"found 192.0.2.0 - 192.0.2.255 NO a@isp.example");
	says("192.0.2.1", 200,
		"{" NETWORK ",\"entities\":[{\"roles\":[\"registrant\"]," CARD(
			"r@isp.example") ",\"entities\":[{\"roles\":[\"technical\"],\"entities\":[{"
					 "\"roles\":"
					 "[\"abuse\"]," CARD("deep@isp.example") "}]}]}]}",
		"none 192.0.2.0 - 192.0.2.255 NO");
}

static void
several_mailboxes_are_read_and_what_may_not_be_written_to_is_left_out(void **state)
{
	says("192.0.2.1", 200,
		"{" NETWORK ",\"entities\":[{\"roles\":[\"abuse\"],\"vcardArray\":[\"vcard\",["
		"[\"email\",{},\"text\",\"a@isp.example\",\"b@isp.example\"],"
		"[\"email\",{},\"text\",\"a@ISP.example\"],[\"email\",{},\"text\",7],"
		"[\"email\",{},\"text\",\"x@isp.example\\r\\nBcc: y@isp.example\"],"
		"[\"email\",{},\"text\",\"abuse@lacnic.net\"],"
		"[\"email\",{},\"text\",\"REDACTED\"],[\"email\"],7]]}]}",
		"found 192.0.2.0 - 192.0.2.255 NO a@isp.example b@isp.example");
}

static void
what_is_hidden_or_cut_out_is_no_absence(void **state)
{
	says("192.0.2.1", 200,
		"{" NETWORK ",\"entities\":[{\"roles\":[\"abuse\"],\"status\":[\"private\"]," CARD(
			"a@isp.example") "}]}",
		"withheld 192.0.2.0 - 192.0.2.255 NO: its contact is not shown");
	says("192.0.2.1", 200,
		"{" NETWORK ",\"remarks\":[{\"type\":\"object truncated due to authorization\"}]}",
		"withheld 192.0.2.0 - 192.0.2.255 NO: object truncated due to authorization");
	says("192.0.2.1", 200,
		"{" NETWORK ",\"notices\":[{\"type\":\"object truncated due to excessive load\"}]}",
		"busy 192.0.2.0 - 192.0.2.255 NO: object truncated due to excessive load");
	says("192.0.2.1", 200,
		"{" NETWORK ",\"remarks\":[{\"type\":\"object truncated due to authorization\"}],"
		"\"entities\":[{\"roles\":[\"abuse\"]," CARD("a@isp.example") "}]}",
		"found 192.0.2.0 - 192.0.2.255 NO a@isp.example");
}

static void
refusals_are_told_apart(void **state)
{
	says("192.0.2.1", 404, "{\"errorCode\":404,\"title\":\"Not \\nfound\"}",
		"nothing - --: Not  found");
	says("192.0.2.1", 404, "<html>", "nothing - --");
	says("192.0.2.1", 429, "{\"errorCode\":429,\"title\":\"Rate Limit\"}",
		"busy - --: Rate Limit");
	says("192.0.2.1", 503, "", "busy - --");
	says("192.0.2.1", 403, "{}", "refused - --");
	says("192.0.2.1", 200, "{\"errorCode\":404}", "nothing - --");
}

static void
what_is_no_answer_to_the_question_is_wrong(void **state)
{
	says("192.0.2.1", 200, "", "wrong - --: the answer is no JSON object");
	says("192.0.2.1", 200, "[1]", "wrong - --: the answer is no JSON object");
	says("192.0.2.1", 200, "{}", "wrong - --: the answer has no network");
	says("192.0.3.1", 200, "{" NETWORK "}", "wrong - --: the answer is about another network");
	says("2001:db8::1", 200, "{" NETWORK "}", "wrong - --: the answer has no network");
	says("192.0.2.1", 200, "{\"startAddress\":\"0.0.0.0\",\"endAddress\":\"255.255.255.255\"}",
		"nothing - --: the network is no provider's");
	says("192.0.2.1", 200, "{\"startAddress\":\"192.0.2.255\",\"endAddress\":\"192.0.2.0\"}",
		"wrong - --: the answer is about another network");
}

/* What the five registries really answered. */
static void
real_answers_give_networks_and_contacts(void **state)
{
	static const char *const expected[][2] = {
		{"2a00:2381:ffff::1",
			"found 2a00:2381:ffff:: - 2a00:2381:ffff:0:ffff:ffff:ffff:ffff GB "
			"zzdnsr@bt.com steve.a.marshall@bt.com lee.bailey-hague@bt.com"},
		{"2001:240:10c:1::ca20:9d1d",
			"none 2001:240:: - 2001:240:ffff:ffff:ffff:ffff:ffff:ffff JP"},
		{"2001:43f8:7b0::",
			"none 2001:43f8:7b0:: - 2001:43f8:7b0:ffff:ffff:ffff:ffff:ffff KE"},
		{"62.239.237.1",
			"found 62.239.237.0 - 62.239.237.255 GB zzdnsr@bt.com "
			"steve.a.marshall@bt.com lee.bailey-hague@bt.com"},
		{"200.57.141.161",
			"found 200.57.141.161 - 200.57.141.161 MX operacion.redes@triara.com"},
		{"2001:4860:4860::8888",
			"found 2001:4860:: - 2001:4860:ffff:ffff:ffff:ffff:ffff:ffff -- "
			"arin-contact@google.com"},
		{"210.107.73.73", "none 210.107.0.0 - 210.107.127.255 KR"},
		{"2801:10:c000::",
			"found 2801:10:c000:: - 2801:10:c000:: CO sistemas.red@uco.edu.co"},
		{"74.125.225.229", "found 74.125.0.0 - 74.125.255.255 -- arin-contact@google.com"},
		{"196.11.240.215", "none 196.11.239.0 - 196.11.246.255 ZA"},
	};
	json_t *root = json_load_file(data_path("whois/ipwhois/rdap.json"), 0, NULL);

	assert_non_null(root);
	assert_int_equal(json_object_size(root), sizeof(expected) / sizeof(*expected));
	for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++) {
		char *json = json_dumps(
			json_object_get(json_object_get(root, expected[i][0]), "response"), 0);

		assert_non_null(json);
		says(expected[i][0], 200, json, expected[i][1]);
		free(json);
	}
	json_decref(root);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(roles_speak_of_the_closest_object),
		cmocka_unit_test(
			several_mailboxes_are_read_and_what_may_not_be_written_to_is_left_out),
		cmocka_unit_test(what_is_hidden_or_cut_out_is_no_absence),
		cmocka_unit_test(refusals_are_told_apart),
		cmocka_unit_test(what_is_no_answer_to_the_question_is_wrong),
		cmocka_unit_test(real_answers_give_networks_and_contacts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
