/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/reports/authresults.h"
#include "unit.h"

/* Domains that vouch, with blanks between. */
static void
expect_domains(const char *head, const char *wanted)
{
	struct authresults found;
	struct buffer said;

	buffer_init(&said, 65536);
	authresults_read(text_of(head), TEXT("mx.isp.example"), &found);
	for (size_t i = 0; i < found.count; i++) {
		buffer_text(&said, found.domain[i]);
		buffer_text(&said, TEXT(" "));
	}
	assert_string_equal(buffer_string(&said), wanted);
	buffer_done(&said);
}

static void
what_the_own_server_found_counts(void **state)
{
	expect_domains("Authentication-Results: mx.isp.example;\r\n"
		       "\tdkim=pass (2048-bit key; unprotected) header.d=agency.example\r\n"
		       "\theader.i=@agency.example header.b=\"abc; dkim=pass header.d=b\";\r\n"
		       "\tspf=pass smtp.mailfrom=bounce@mail.agency.example\r\n",
		"agency.example mail.agency.example ");
	expect_domains(
		"authentication-results: MX.ISP.example 1; DKIM/1 = PASS header.d = a.example\n"
		"Authentication-Results: mx.isp.example; spf=pass smtp.mailfrom=c.example\n",
		"a.example c.example ");
	(void)state;
}

static void
nothing_else_counts(void **state)
{
	expect_domains(
		"Authentication-Results: mx.evil.example; dkim=pass header.d=agency.example\n", "");
	expect_domains(
		"Authentication-Results: mx.isp.example; dkim=fail header.d=agency.example\n", "");
	expect_domains("Authentication-Results: mx.isp.example; none\n", "");
	expect_domains(
		"Authentication-Results: mx.isp.example; dkim=pass header.i=@agency.example\n", "");
	expect_domains("Authentication-Results: mx.isp.example; spf=fail; x=pass; "
		       "auth=pass smtp.mailfrom=agency.example\n",
		"");
	expect_domains("Authentication-Results: mx.isp.example\n", "");
	expect_domains("Authentication-Results: (mx.isp.example; dkim=pass) mx.evil.example "
		       "(mx.isp.example); dkim=pass header.d=agency.example\n",
		"");
	expect_domains(
		"X-Authentication-Results: mx.isp.example; dkim=pass header.d=a.example\n", "");
	(void)state;
}

static void
without_a_server_nobody_is_believed(void **state)
{
	struct authresults found;

	authresults_read(
		TEXT("Authentication-Results: ; dkim=pass header.d=a.example\n"), TEXT(""), &found);
	assert_int_equal(found.count, 0);
	(void)state;
}

static void
domains_have_an_end(void **state)
{
	assert_true(authresults_is_of(TEXT("Agency.example"), TEXT("agency.EXAMPLE")));
	assert_true(authresults_is_of(TEXT("mail.agency.example"), TEXT("agency.example")));
	assert_false(authresults_is_of(TEXT("notagency.example"), TEXT("agency.example")));
	assert_false(authresults_is_of(TEXT("example"), TEXT("agency.example")));
	assert_false(authresults_is_of(TEXT("agency.example"), TEXT("")));
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_own_server_found_counts),
		cmocka_unit_test(nothing_else_counts),
		cmocka_unit_test(without_a_server_nobody_is_believed),
		cmocka_unit_test(domains_have_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
