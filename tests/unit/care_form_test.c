/* SPDX-License-Identifier: BSD-2-Clause */
#include "care/form.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

static void
assert_value(const char *body, const char *name, const char *value)
{
	struct form_field field;

	assert_true(form_find(text_of(body), name, &field));
	assert_string_equal(field.value, value);
}

static void
assert_none(const char *body, const char *name)
{
	struct form_field field;

	assert_false(form_find(text_of(body), name, &field));
	assert_string_equal(field.value, "");
}

static void
fields_are_decoded(void **state)
{
	assert_value("code=7K3QD-9XM2B&pin=1234", "pin", "1234");
	assert_value("says=It+is+%C3%A5%20%26%3d%0D%0Amore", "says", "It is \xc3\xa5 &=\r\nmore");
	assert_value("a=1&a=2", "a", "1");
	assert_value("a&b=&c=%41", "a", "");
	assert_value("a&b=&c=%41", "b", "");
	assert_value("a&b=&c=%4a", "c", "J");
	assert_value("x%79=1", "xy", "1");
	assert_none("", "a");
	assert_none("ab=1", "a");
	(void)state;
}

static void
what_cannot_be_shown_is_left_out(void **state)
{
	assert_none("a=%00", "a");
	assert_none("a=%", "a");
	assert_none("a=%4", "a");
	assert_none("a=%4g", "a");
	assert_none("a=%ff", "a");
	assert_none("a=%1b%5b1m", "a");
	assert_none("seventeen-letters=1", "seventeen-letters");
	assert_value("a=%ff&a=2", "a", "2");
	(void)state;
}

static void
a_value_has_its_limit(void **state)
{
	char body[FORM_VALUE + 8] = "a=";

	memset(body + 2, 'x', FORM_VALUE);
	body[2 + FORM_VALUE] = '\0';
	assert_value(body, "a", body + 2);
	body[2 + FORM_VALUE] = 'x';
	body[3 + FORM_VALUE] = '\0';
	assert_none(body, "a");
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_decoded),
		cmocka_unit_test(what_cannot_be_shown_is_left_out),
		cmocka_unit_test(a_value_has_its_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
