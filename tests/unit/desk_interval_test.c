/* SPDX-License-Identifier: BSD-2-Clause */
#include "desk/interval.h"
#include "unit.h"

#include <stdio.h>

/* To four places, as the papers print them. */
static const char *
text_of_interval(struct interval of)
{
	static char text[64];

	snprintf(text, sizeof(text), "%.4f %.4f", of.low, of.high);
	return text;
}

/* R. G. Newcombe, Statistics in Medicine 17 (1998), pages 857 to 872, table I, method 3. */
static void
a_share_is_within_what_wilson_says(void **state)
{
	(void)state;
	assert_string_equal(
		text_of_interval(interval_of((struct share){81, 263})), "0.2553 0.3662");
	assert_string_equal(
		text_of_interval(interval_of((struct share){15, 148})), "0.0624 0.1605");
	assert_string_equal(text_of_interval(interval_of((struct share){0, 20})), "0.0000 0.1611");
	assert_string_equal(text_of_interval(interval_of((struct share){1, 29})), "0.0061 0.1718");
	assert_string_equal(text_of_interval(interval_of((struct share){20, 20})), "0.8389 1.0000");
	assert_string_equal(text_of_interval(interval_of((struct share){0, 0})), "0.0000 1.0000");
}

/* The same, pages 873 to 890, table II, method 10. */
static void
a_difference_is_within_what_newcombe_says(void **state)
{
	struct interval of = interval_difference((struct share){48, 80}, (struct share){56, 70});

	(void)state;
	assert_string_equal(text_of_interval(of), "0.0524 0.3339");
	of = interval_difference((struct share){56, 70}, (struct share){48, 80});
	assert_string_equal(text_of_interval(of), "-0.3339 -0.0524");
	of = interval_difference((struct share){3, 10}, (struct share){9, 10});
	assert_string_equal(text_of_interval(of), "0.1705 0.8090");
	of = interval_difference((struct share){0, 10}, (struct share){10, 10});
	assert_string_equal(text_of_interval(of), "0.6075 1.0000");
	of = interval_difference((struct share){0, 0}, (struct share){10, 10});
	assert_string_equal(text_of_interval(of), "-1.0000 1.0000");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_share_is_within_what_wilson_says),
		cmocka_unit_test(a_difference_is_within_what_newcombe_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
