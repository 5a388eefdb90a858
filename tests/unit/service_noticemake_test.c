/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/noticemake.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static const struct page_settings page = {.provider = {"Net \"A\"", 7}};
static const struct noticeanswer one = {.version = NOTICEASK_VERSION,
	.kind = NOTICE_BEGIN,
	.of_case = 1,
	.since = {INT64_C(1700000000) * WALL_SECOND},
	.code = "7K3QD-9XM2B",
	.pin = "12345678",
	.name = "192.0.2.7"};
static const struct contacts_row contact = {.email = {"a@example.org", 13},
	.phone = {"+4722334455", 11},
	.language = {"xx", 2},
	.address = {{"Kari \"K\"", 8}, {"", 0}, {"Storgata 1", 10}}};

static struct texts *
some(void)
{
	static const char *const names[] = {
		"notice-email-begin.md", "notice-sms-begin.md", "notice-letter-begin.md"};
	struct texts *texts = texts_new();
	struct fail fail = {0};

	setenv("TZ", "UTC", 1);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_int_equal(texts_add(texts, TEXT("en"), text_of(names[i]),
					 TEXT("title: Limited\nversion: 2\nreviewed: no\n\n## "
					      "Hello\n\nSee {portal}.\n\nPIN {pin}\n"),
					 names[i], &fail),
			0);
	return texts;
}

static const char *
make(const struct texts *texts, enum notice_channel channel)
{
	static char text[8192];
	const struct noticemake settings = {.texts = texts,
		.page = &page,
		.portal = TEXT("help.example.net"),
		.from = "help@example.net"};
	struct noticetext *says = xcalloc(1, sizeof(*says));
	struct buffer into;

	buffer_init(&into, sizeof(text) - 1);
	assert_int_equal(noticemake(&settings, &one, &contact, channel,
				 (struct wall){INT64_C(1700000000) * WALL_SECOND}, says, &into),
		0);
	assert_int_equal(says->version, 2);
	snprintf(text, sizeof(text), "%s", buffer_string(&into));
	buffer_done(&into);
	free(says);
	return text;
}

static void
mail_has_no_pin(void **state)
{
	struct texts *texts = some();
	const char *text = make(texts, NOTICE_EMAIL);

	(void)state;
	assert_non_null(strstr(text, "\r\n\r\nHello\r\n\r\nSee help.example.net.\r\n"));
	assert_non_null(strstr(text, "Message-ID: <begin.7K3QD-9XM2B.20231114@example.net>\r\n"));
	assert_null(strstr(text, "PIN"));
	assert_null(strstr(text, "Kari"));
	(void)texts_free(texts);
}

static void
an_sms_has_the_number_and_a_letter_the_address_and_both_the_pin(void **state)
{
	struct texts *texts = some();

	(void)state;
	assert_string_equal(make(texts, NOTICE_SMS),
		"{\"version\":1,\"id\":\"begin.7K3QD-9XM2B.20231114\",\"channel\":\"sms\","
		"\"kind\":\"begin\",\"case\":\"7K3QD-9XM2B\",\"language\":\"en\","
		"\"phone\":\"+4722334455\",\"provider\":\"Net \\\"A\\\"\","
		"\"text\":\"Hello\\u000a\\u000aSee help.example.net.\\u000a\\u000aPIN "
		"12345678\"}\n");
	assert_string_equal(make(texts, NOTICE_LETTER),
		"{\"version\":1,\"id\":\"begin.7K3QD-9XM2B.20231114\",\"channel\":\"letter\","
		"\"kind\":\"begin\",\"case\":\"7K3QD-9XM2B\",\"language\":\"en\","
		"\"address\":[\"Kari \\\"K\\\"\",\"Storgata 1\"],\"provider\":\"Net \\\"A\\\"\","
		"\"date\":\"14 November 2023\",\"title\":\"Limited\","
		"\"text\":\"## Hello\\u000a\\u000aSee help.example.net.\\u000a\\u000aPIN "
		"12345678\"}\n");
	(void)texts_free(texts);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mail_has_no_pin),
		cmocka_unit_test(an_sms_has_the_number_and_a_letter_the_address_and_both_the_pin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
