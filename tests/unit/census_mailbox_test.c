/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/registry/mailbox.h"
#include "unit.h"

#include <stdio.h>

static void
judges(const char *text, enum mailbox_verdict expected)
{
	char into[MAILBOX_MOST];
	struct text small = {.length = 0};
	enum mailbox_verdict verdict = mailbox_check(text_of(text), into, &small);

	if (verdict != expected)
		fail_msg("%s: %s", text, mailbox_verdicts[verdict]);
}

static void
a_mailbox_is_one_and_its_domain_becomes_small(void **state)
{
	char into[MAILBOX_MOST];
	struct text small = {.length = 0};

	assert_int_equal(
		mailbox_check(TEXT("Abuse.Team+x@ISP3.Example"), into, &small), MAILBOX_GOOD);
	assert_true(text_is(small, "Abuse.Team+x@isp3.example"));
	judges("o'brien_{}|~=?^`!#$%&*/-@a-b.c1", MAILBOX_GOOD);
	judges("abuse@1.example", MAILBOX_GOOD);
}

static void
what_is_beside_a_mailbox_makes_it_none(void **state)
{
	static const char *const none[] = {"", "@", "abuse", "@isp.example", "abuse@",
		"abuse@localhost", "abuse@isp@isp.example", "Abuse <abuse@isp.example>",
		"\"abuse desk\"@isp.example", "abuse(desk)@isp.example", "abuse@[192.0.2.1]",
		"abuse@192.0.2.1", ".abuse@isp.example", "abuse.@isp.example", "a..b@isp.example",
		"abuse@isp..example", "abuse@isp.example.", "abuse@-isp.example",
		"abuse@isp-.example", "abuse@my_isp.example", "mailto:abuse@isp.example",
		"a@isp.example,b@isp.example", "a@isp.example;b@isp.example", "a b@isp.example",
		"abuse@isp.example\r\nBcc: all@isp.example", "abus\xe9@isp.example"};

	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		judges(none[i], MAILBOX_NONE);
	assert_int_equal(mailbox_check((struct text){"a@b\0.example", 12}, (char[MAILBOX_MOST]){0},
				 &(struct text){.length = 0}),
		MAILBOX_NONE);
}

/* 64 octets, 63 a label, 254 in all. */
static void
lengths_have_ends(void **state)
{
	char text[400], local[66], label[65];

	memset(local, 'a', sizeof(local));
	local[65] = '\0';
	memset(label, 'b', sizeof(label));
	label[64] = '\0';
	snprintf(text, sizeof(text), "%.64s@isp.example", local);
	judges(text, MAILBOX_GOOD);
	snprintf(text, sizeof(text), "%.65s@isp.example", local);
	judges(text, MAILBOX_NONE);
	snprintf(text, sizeof(text), "abuse@%.63s.example", label);
	judges(text, MAILBOX_GOOD);
	snprintf(text, sizeof(text), "abuse@%.64s.example", label);
	judges(text, MAILBOX_NONE);
	snprintf(text, sizeof(text), "%.61s@%.63s.%.63s.%.63s.c", local, label, label, label);
	assert_int_equal(strlen(text), 255);
	judges(text, MAILBOX_NONE);
	judges(text + 1, MAILBOX_GOOD);
}

static void
placeholders_and_registries_own_are_told_apart(void **state)
{
	judges("unread@ripe.net", MAILBOX_PLACEHOLDER);
	judges("Abuse@LACNIC.net", MAILBOX_PLACEHOLDER);
	judges("REDACTED FOR PRIVACY", MAILBOX_PLACEHOLDER);
	judges("redacted@isp.example", MAILBOX_PLACEHOLDER);
	judges("Please query the RDDS service", MAILBOX_PLACEHOLDER);
	judges("hostmaster@ripe.net", MAILBOX_REGISTRY);
	judges("helpdesk@ops.APNIC.net", MAILBOX_REGISTRY);
	judges("abuse@notripe.net", MAILBOX_GOOD);
	judges("irt@nic.or.kr", MAILBOX_NATIONAL);
	judges("abuse@ops.vnnic.vn", MAILBOX_NATIONAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mailbox_is_one_and_its_domain_becomes_small),
		cmocka_unit_test(what_is_beside_a_mailbox_makes_it_none),
		cmocka_unit_test(lengths_have_ends),
		cmocka_unit_test(placeholders_and_registries_own_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
