/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/online/whoisanswer.h"
#include "data.h"
#include "unit.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

/* "result range CC for-whom mailboxes". */
static void
says_text(const char *address, enum registry_name registry, struct text text, const char *expected)
{
	char said[2048], range[RANGE_TEXT] = "-";
	enum range_family family;
	struct netanswer answer;
	ipnumber number;
	int at;

	assert_int_equal(range_parse_address(text_of(address), &family, &number), 0);
	answer = whoisanswer_parse(text, registry, family, number);
	if (answer.has_range)
		range_format(family, &answer.range, range);
	at = snprintf(said, sizeof(said), "%s %s %c%c", netanswer_results[answer.result], range,
		answer.country != 0 ? answer.country >> 8 : '-',
		answer.country != 0 ? answer.country & 0xff : '-');
	for (size_t i = 0; i < answer.mailbox_count; i++)
		at += snprintf(said + at, sizeof(said) - (size_t)at, "%s %s",
			i > 0                         ? ""
				: answer.is_for_abuse ? " abuse"
						      : " general",
			answer.mailboxes[i]);
	if (*answer.why != '\0')
		snprintf(said + at, sizeof(said) - (size_t)at, ": %s", answer.why);
	assert_string_equal(said, expected);
}

static void
says(const char *address, enum registry_name registry, const char *text, const char *expected)
{
	says_text(address, registry, text_of(text), expected);
}

static const char apnic[] = "% [whois.apnic.net]\n\n"
			    "inetnum: 192.0.2.0 - 192.0.2.255\ncountry: AU\nmnt-irt: IRT-1\n\n"
			    "inetnum: 192.0.2.0 - 192.0.2.127\nabuse-c: AR1-AP\ncountry: NZ\n\n"
			    "irt: IRT-1\nabuse-mailbox: irt@isp.example\n\n"
			    "role: Desk\nnic-hdl: AR1-AP\nabuse-mailbox: Desk@ISP.example\n\n";

static void
of_rpsl_the_smallest_network_has_the_contact_of_its_rule(void **state)
{
	says("192.0.2.1", REGISTRY_APNIC, apnic,
		"found 192.0.2.0 - 192.0.2.127 NZ abuse Desk@isp.example");
	says("192.0.2.200", REGISTRY_APNIC, apnic,
		"found 192.0.2.0 - 192.0.2.255 AU abuse irt@isp.example");
	says("192.0.3.1", REGISTRY_APNIC, apnic, "wrong - --: the answer has no network");
}

static void
what_the_server_names_counts_for_just_that_network(void **state)
{
	static const char text[] =
		"%% Abuse contact for '192.0.2.0 - 192.0.%s.255' is 'named@isp.example'\n\n"
		"inetnum: 192.0.2.0 - 192.0.2.255\nabuse-c: AR1-RIPE\n\n"
		"role: Desk\nnic-hdl: AR1-RIPE\nabuse-mailbox: desk@isp.example\n\n";
	char filled[512];

	snprintf(filled, sizeof(filled), text, "2");
	says("192.0.2.1", REGISTRY_RIPENCC, filled,
		"found 192.0.2.0 - 192.0.2.255 -- abuse named@isp.example");
	snprintf(filled, sizeof(filled), text, "3");
	says("192.0.2.1", REGISTRY_RIPENCC, filled,
		"found 192.0.2.0 - 192.0.2.255 -- abuse desk@isp.example");
}

static void
an_answer_that_is_cut_is_wrong_wherever_it_is(void **state)
{
	struct text text = TEXT("inetnum: 192.0.2.0 - 192.0.2.255\nabuse-c: AR1-RIPE\n\n"
				"role: Desk\nnic-hdl: AR1-RIPE\nabuse-mailbox: desk@isp.example");

	for (size_t i = 1; i < text.length; i++) {
		struct text part = {.at = text.at, .length = i};

		if (i < 2 || text.at[i - 1] != '\n' || text.at[i - 2] != '\n')
			says_text("192.0.2.1", REGISTRY_RIPENCC, part,
				"wrong - --: the answer is cut");
	}
	says("192.0.2.1", REGISTRY_NONE, "IPv4 Address : 192.0.2.0 - 192.0.2.255\nE-Mail : a@b.ex",
		"wrong - --: the answer is cut");
	says("192.0.2.1", REGISTRY_NONE, "", "wrong - --: the answer is cut");
}

static void
refusals_are_told_apart(void **state)
{
	says("192.0.2.1", REGISTRY_RIPENCC, "%ERROR:101: no entries found\n%\n\n",
		"nothing - --: %ERROR:101: no entries found");
	says("192.0.2.1", REGISTRY_RIPENCC, "%ERROR:201: access denied for 192.0.2.9\n",
		"busy - --: %ERROR:201: access denied for 192.0.2.9");
	says("192.0.2.1", REGISTRY_RIPENCC, "%ERROR:108: bad input\n",
		"refused - --: %ERROR:108: bad input");
	says("192.0.2.1", REGISTRY_LACNIC, "% Query rate limit exceeded. Reduced information.\n",
		"busy - --: % Query rate limit exceeded. Reduced information.");
	says("192.0.2.1", REGISTRY_NONE, "No match!!\n", "nothing - --: No match!!");
}

static void
lines_of_labels_are_read(void **state)
{
	says("192.0.2.1", REGISTRY_ARIN,
		"NetRange:       192.0.2.0 - 192.0.2.255\nCountry:        US\n"
		"OrgTechEmail:  tech@isp.example\nOrgAbuseEmail:  org@isp.example\n"
		"RAbuseEmail:  net@isp.example\n",
		"found 192.0.2.0 - 192.0.2.255 US abuse net@isp.example");
	says("192.0.2.1", REGISTRY_NONE,
		"Network Information: [Network Information]\r\n"
		"a. [Network Number]             192.0.2.0/24\r\n"
		"m. [Administrative Contact]     XX1JP\r\n"
		"o. [Abuse]                      abuse@isp.example\r\n",
		"found 192.0.2.0 - 192.0.2.255 -- abuse abuse@isp.example");
	says("192.0.2.1", REGISTRY_NONE,
		"   Netname: X\n   Netblock: 192.0.2.0/24\n\n   Administrator contact:\n"
		"      net@isp.example\n",
		"found 192.0.2.0 - 192.0.2.255 -- general net@isp.example");
	/* The contacts of a larger network count until the smaller one names its own; those of another one never do. */
	says("192.0.2.1", REGISTRY_NONE,
		"IPv4 Address : 192.0.2.0 - 192.0.2.255 (/24)\nE-Mail : large@isp.example\n"
		"IPv4 Address : 192.0.2.0 - 192.0.2.63 (/26)\n"
		"IPv4 Address : 192.0.2.128 - 192.0.2.191 (/26)\nE-Mail : other@isp.example\n",
		"found 192.0.2.0 - 192.0.2.63 -- general large@isp.example");
}

static char *
without_tags(const char *html)
{
	char *text = calloc(1, strlen(html) + 2), *end = text;
	bool is_tag = false;

	assert_non_null(text);
	for (; *html != '\0'; html++) {
		is_tag = is_tag || *html == '<';
		if (!is_tag)
			*end++ = *html;
		is_tag = is_tag && *html != '>';
	}
	*end = '\n';
	return text;
}

static json_t *
load(const char *name)
{
	json_t *root = json_load_file(data_path(name), 0, NULL);

	assert_non_null(root);
	return root;
}

/* What the five regional registries really answered. */
static void
real_answers_of_regional_registries(void **state)
{
	static const struct {
		const char *address;
		enum registry_name registry;
		const char *expected;
	} rows[] = {
		{"196.11.240.215", REGISTRY_AFRINIC, "none 196.11.239.0 - 196.11.246.255 ZA"},
		{"62.239.237.1", REGISTRY_RIPENCC,
			"found 62.239.237.0 - 62.239.237.255 GB abuse protect@bt.com"},
		{"210.107.73.73", REGISTRY_APNIC, "none 210.107.0.0 - 210.107.127.255 KR"},
		{"2001:4860:4860::8888", REGISTRY_ARIN,
			"found 2001:4860:: - 2001:4860:ffff:ffff:ffff:ffff:ffff:ffff US abuse "
			"arin-contact@google.com"},
		{"2801:10:c000::", REGISTRY_LACNIC,
			"found 2801:10:c000:: - 2801:10:c000:ffff:ffff:ffff:ffff:ffff CO abuse "
			"sistemas.red@uco.edu.co"},
		{"2a00:2381:ffff::1", REGISTRY_RIPENCC,
			"found 2a00:2381:ffff:: - 2a00:2381:ffff:0:ffff:ffff:ffff:ffff GB abuse "
			"protect@bt.com"},
		{"74.125.225.229", REGISTRY_ARIN,
			"found 74.125.0.0 - 74.125.255.255 US abuse arin-contact@google.com"},
		{"2001:43f8:7b0::", REGISTRY_AFRINIC,
			"none 2001:43f8:7b0:: - 2001:43f8:7b0:ffff:ffff:ffff:ffff:ffff KE"},
		{"200.57.141.161", REGISTRY_LACNIC,
			"found 200.57.128.0 - 200.57.159.255 MX abuse operacion.redes@triara.com"},
		{"2001:240:10c:1::ca20:9d1d", REGISTRY_APNIC,
			"none 2001:240:10c:: - 2001:240:10c:ffff:ffff:ffff:ffff:ffff JP"},
	};
	json_t *root = load("whois/ipwhois/whois.json");

	assert_int_equal(json_object_size(root), sizeof(rows) / sizeof(*rows));
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *text = json_string_value(
			json_object_get(json_object_get(root, rows[i].address), "response"));

		assert_non_null(text);
		says(rows[i].address, rows[i].registry, text, rows[i].expected);
	}
	json_decref(root);
}

/* Those of national ones, as pages of the Web: what their whois servers answer is in them. */
static void
real_answers_of_national_registries(void **state)
{
	json_t *root = load("whois/ipwhois/krnic.json");
	char *text = without_tags(
		json_string_value(json_object_get(json_object_get(root, "115.1.2.3"), "response")));

	says("115.1.2.3", REGISTRY_NONE, text,
		"found 115.1.2.0 - 115.1.2.63 -- general kornet_ip@kt.com");
	says("115.1.2.200", REGISTRY_NONE, text,
		"found 115.0.0.0 - 115.23.255.255 -- general kornet_ip@kt.com");
	free(text);
	json_decref(root);
	root = load("whois/ipwhois/jpnic.json");
	text = without_tags(
		json_string_value(json_object_get(json_object_get(root, "133.1.2.5"), "response")));
	says("133.1.2.5", REGISTRY_NONE, text, "none 133.1.0.0 - 133.1.255.255 --");
	free(text);
	json_decref(root);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_rpsl_the_smallest_network_has_the_contact_of_its_rule),
		cmocka_unit_test(what_the_server_names_counts_for_just_that_network),
		cmocka_unit_test(an_answer_that_is_cut_is_wrong_wherever_it_is),
		cmocka_unit_test(refusals_are_told_apart),
		cmocka_unit_test(lines_of_labels_are_read),
		cmocka_unit_test(real_answers_of_regional_registries),
		cmocka_unit_test(real_answers_of_national_registries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
