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
	static const char *const names[] = {"notice-email-begin.md", "notice-sms-begin.md",
		"notice-letter-begin.md", "notice-email-account.md"};
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
make_of(const struct texts *texts, const struct noticeanswer *of, enum notice_channel channel)
{
	static char text[8192];
	const struct noticemake settings = {.texts = texts,
		.page = &page,
		.portal = TEXT("help.example.net"),
		.from = "help@example.net"};
	struct noticetext *says = xcalloc(1, sizeof(*says));
	struct buffer into;

	buffer_init(&into, sizeof(text) - 1);
	assert_int_equal(noticemake(&settings, of, &contact, channel,
				 (struct wall){INT64_C(1700000000) * WALL_SECOND}, says, &into),
		0);
	assert_int_equal(says->version, 2);
	snprintf(text, sizeof(text), "%s", buffer_string(&into));
	buffer_done(&into);
	free(says);
	return text;
}

static const char *
make(const struct texts *texts, enum notice_channel channel)
{
	return make_of(texts, &one, channel);
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

static void
mail_about_an_account_has_the_pin(void **state)
{
	struct noticeanswer of = one;
	struct texts *texts = some();
	const char *text;

	(void)state;
	of.kind = NOTICE_ACCOUNT;
	text = make_of(texts, &of, NOTICE_EMAIL);
	assert_non_null(strstr(text, "\r\n\r\nPIN 12345678\r\n"));
	assert_non_null(strstr(text, "Message-ID: <account.7K3QD-9XM2B.20231114@example.net>\r\n"));
	(void)texts_free(texts);
}

static bool
may_mail(enum notice_kind kind, const char *account, const char *to)
{
	const struct contacts_row row = {.email = text_of(to)};
	struct noticeanswer of = {.kind = (uint8_t)kind};

	snprintf(of.name, sizeof(of.name), "%s", account);
	return noticemake_may_mail(&of, &row);
}

static void
mail_about_an_account_does_not_go_to_its_own_mailbox(void **state)
{
	(void)state;
	assert_true(may_mail(NOTICE_ACCOUNT, "bob@example.net", "bob@example.org"));
	assert_true(may_mail(NOTICE_ACCOUNT, "bob@example.net", "bobby@example.net"));
	assert_true(may_mail(NOTICE_ACCOUNT, "bobby", "bob@example.net"));
	assert_false(may_mail(NOTICE_ACCOUNT, "Bob@example.net", "bob@Example.NET"));
	assert_false(may_mail(NOTICE_ACCOUNT, "bob@example.net", "bob+spam@example.net"));
	assert_false(may_mail(NOTICE_ACCOUNT, "bob", "Bob@example.net"));
	/* A line is no mailbox, whatever it is called. */
	assert_true(may_mail(NOTICE_BLOCKED, "bob@example.net", "bob@example.net"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mail_has_no_pin),
		cmocka_unit_test(mail_about_an_account_has_the_pin),
		cmocka_unit_test(mail_about_an_account_does_not_go_to_its_own_mailbox),
		cmocka_unit_test(an_sms_has_the_number_and_a_letter_the_address_and_both_the_pin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
