/* SPDX-License-Identifier: BSD-2-Clause */
#include "action/coanases.h"
#include "unit.h"

#include <errno.h>

static struct coanases nases;
static size_t line;
static struct fail fail;

static int
parse(const char *text)
{
	fail = (struct fail){.what = ""};
	return coanases_parse(text_of(text), &nases, &line, &fail);
}

static void
rows_have_a_secret_a_profile_and_more(void **state)
{
	assert_int_equal(parse("# NASes\n\n192.0.2.1 se#cret generic.profile\r\n"
			       "  10.0.0.0/8\tx  /etc/p port 1700 rate 50\n2001:db8::1 y p"),
		0);
	assert_int_equal(nases.count, 3);
	assert_true(text_is(nases.row[0].secret, "se#cret"));
	assert_true(text_is(nases.row[0].profile, "generic.profile"));
	assert_int_equal(nases.row[0].port, 0);
	assert_int_equal(nases.row[1].port, 1700);
	assert_int_equal(nases.row[1].rate, 50);
	assert_true(text_is(nases.row[2].profile, "p"));
	(void)state;
}

static void
the_longest_prefix_counts(void **state)
{
	struct address nas;

	assert_int_equal(parse("10.0.0.0/8 a p\n10.1.0.0/16 b p\n10.1.2.3 c p\n"), 0);
	assert_int_equal(address_parse(TEXT("10.1.2.3"), &nas), 0);
	assert_int_equal(coanases_find(&nases, &nas), 2);
	assert_int_equal(address_parse(TEXT("10.1.2.4"), &nas), 0);
	assert_int_equal(coanases_find(&nases, &nas), 1);
	assert_int_equal(address_parse(TEXT("10.2.2.4"), &nas), 0);
	assert_int_equal(coanases_find(&nases, &nas), 0);
	assert_int_equal(address_parse(TEXT("11.2.2.4"), &nas), 0);
	assert_int_equal(coanases_find(&nases, &nas), -1);
	(void)state;
}

static void
what_is_wrong_is_named_with_its_line_and_without_the_secret(void **state)
{
	static const struct {
		const char *text, *what;
		size_t line;
	} rows[] = {
		{"nas1 hunter2 p\n", "no address", 1},
		{"\n192.0.2.1\n", "no secret", 2},
		{"# a\n#b\n192.0.2.1 hunter2\n", "no profile", 3},
		{"192.0.2.1 hunter2 p port 0\n", "no port", 1},
		{"192.0.2.1 hunter2 p port\n", "no port", 1},
		{"192.0.2.1 hunter2 p rate x\n", "no rate", 1},
		{"192.0.2.1 hunter2 p colour red\n", "no word", 1},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(parse(rows[i].text), -EINVAL);
		assert_non_null(strstr(fail.what, rows[i].what));
		assert_null(strstr(fail.what, "hunter2"));
		assert_int_equal(line, rows[i].line);
	}
	assert_int_equal(parse("192.0.2.1 a p\n192.0.2.1/32 b p\n"), -EEXIST);
	assert_int_equal(line, 2);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_have_a_secret_a_profile_and_more),
		cmocka_unit_test(the_longest_prefix_counts),
		cmocka_unit_test(what_is_wrong_is_named_with_its_line_and_without_the_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
