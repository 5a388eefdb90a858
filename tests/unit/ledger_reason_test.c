/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/reason.h"
#include "unit.h"

#include <errno.h>

static void
a_reason_is_one_short_line_of_text(void **state)
{
	char longest[REASON_MOST + 2];
	struct fail fail = {0};

	(void)state;
	memset(longest, 'x', sizeof(longest));
	assert_int_equal(reason_check((struct text){longest, REASON_MOST}, &fail), 0);
	assert_int_equal(reason_check((struct text){longest, REASON_MOST + 1}, &fail), -EINVAL);
	assert_int_equal(reason_check(TEXT(""), &fail), -EINVAL);
	assert_int_equal(reason_check(TEXT("  "), &fail), -EINVAL);
	assert_int_equal(reason_check(TEXT("two\nlines"), &fail), -EINVAL);
	assert_string_equal(fail.what, "the reason is not one line of text");
	assert_int_equal(reason_check(TEXT("a\xc2\x9b"
					   "31m"),
				 &fail),
		-EINVAL);
	assert_string_equal(fail.what, "the reason is not one line of text");
	assert_int_equal(reason_check(TEXT("a\xff"), &fail), -EINVAL);
	assert_string_equal(fail.what, "the reason is not written in UTF-8");
	assert_int_equal(reason_check(TEXT("N\xc3\xb8"
					   "dkald"),
				 &fail),
		0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reason_is_one_short_line_of_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
