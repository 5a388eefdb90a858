/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "verdict/explain.h"

static const char *
explained(const struct verdict *verdict)
{
	static char text[4096];
	struct parameters parameters;
	struct buffer into;

	parameters_defaults(&parameters);
	buffer_init(&into, sizeof(text) - 1);
	explain_verdict(verdict, &parameters, "anna@a.example", &into);
	assert_false(into.failed);
	memcpy(text, buffer_string(&into), into.length + 1);
	buffer_done(&into);
	return text;
}

static void
an_account_needs_a_password_and_no_virus_scanner(void **state)
{
	struct verdict verdict = {
		.to = STATE_CONFIRMED,
		.role = ROLE_ACCOUNT,
		.score = 12.6F,
		.threshold = 11.5F,
		.channels = {[CHANNEL_RELAY] = 14},
		.facts = {.attempts = 90,
			.contacts = 60,
			.accepted = 30,
			.failed = 40,
			.refused = 5,
			.networks = 4,
			.role = ROLE_ACCOUNT},
	};
	const char *text = explained(&verdict);

	assert_non_null(strstr(text, "The account anna@a.example is in other hands"));
	assert_non_null(strstr(text, "sent to 90 recipients: 30 were"));
	assert_non_null(strstr(text, "wrote to 60 domains"));
	assert_non_null(strstr(text, "40 do not exist, 5 were refused"));
	assert_non_null(strstr(text, "from up to 4 networks"));
	assert_non_null(strstr(text, "is 14.0, less 1.4"));
	assert_non_null(strstr(text, "a new password"));
	/* Nothing of a line's flows. */
	assert_null(strstr(text, "first contacts"));
	verdict.to = STATE_CLEAR;
	assert_null(strstr(explained(&verdict), "password"));
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_account_needs_a_password_and_no_virus_scanner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
