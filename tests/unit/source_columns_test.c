/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/text/columns.h"
#include "unit.h"

#include <errno.h>

static const struct column known[] = {
	{"port", 0, true, true},
	{"address addr", 1, true, false},
	{"bytes", 2, false, false},
};

static int
find(struct columns *columns, const char *header, const char **missing)
{
	return columns_find(columns, text_of(header), ',', known, 3, missing);
}

static void
finds_columns_by_any_of_their_names_in_any_order(void **state)
{
	struct text fields[3] = {{0}};
	struct columns columns;
	struct columns_cursor cursor = {.rest = TEXT("7,25,x,10.0.0.1,y")};
	const char *missing;

	assert_int_equal(find(&columns, "Bytes, PORT ,other,\"Addr\",more", &missing), 0);
	assert_int_equal(columns.early, 2);
	assert_int_equal(columns.end, 4);
	assert_true(columns_cut(&columns, &cursor, columns.early, fields));
	assert_true(text_is(fields[0], "25"));
	assert_true(text_is(fields[2], "7"));
	assert_int_equal(fields[1].length, 0);
	assert_true(columns_cut(&columns, &cursor, columns.end, fields));
	assert_true(text_is(fields[1], "10.0.0.1"));
}

static void
names_the_column_that_is_missing(void **state)
{
	struct columns columns = {.end = 77};
	const char *missing = "";

	assert_int_equal(find(&columns, "bytes,port", &missing), -ENOENT);
	assert_string_equal(missing, "address addr");
	assert_int_equal(find(&columns, "", &missing), -ENOENT);
	assert_int_equal(columns.end, 77);
	assert_int_equal(find(&columns, "port,addr", &missing), 0);
}

static void
a_line_with_too_few_columns_is_told(void **state)
{
	struct text fields[3] = {{0}};
	struct columns columns;
	struct columns_cursor cursor = {.rest = TEXT("25")};
	const char *missing;

	assert_int_equal(find(&columns, "port,addr", &missing), 0);
	assert_true(columns_cut(&columns, &cursor, columns.early, fields));
	assert_false(columns_cut(&columns, &cursor, columns.end, fields));
	cursor = (struct columns_cursor){.rest = TEXT("25,")};
	assert_true(columns_cut(&columns, &cursor, columns.end, fields));
	assert_int_equal(fields[1].length, 0);
}

static void
columns_far_to_the_right_are_not_looked_at(void **state)
{
	char header[COLUMNS_MOST * 2 + 20];
	struct columns columns;
	const char *missing;

	memset(header, ',', sizeof(header));
	memcpy(header + COLUMNS_MOST, "port,addr", 10);
	assert_int_equal(find(&columns, header, &missing), -ENOENT);
	memcpy(header + COLUMNS_MOST - 2, "port,addr", 10);
	assert_int_equal(find(&columns, header, &missing), 0);
	assert_int_equal(columns.end, COLUMNS_MOST);
}

static void
values_in_quotes_are_read_where_the_names_are_in_quotes(void **state)
{
	struct text fields[3] = {{0}};
	struct columns columns;
	struct columns_cursor cursor = {
		.rest = TEXT("\"a, \"\"b\"\"\",\"25\",7,\"10.0.0.1\",\"cut")};
	const char *missing;

	assert_int_equal(find(&columns, "\"label\",\"port\",\"bytes\",\"addr\"", &missing), 0);
	assert_true(columns_cut(&columns, &cursor, columns.end, fields));
	assert_true(text_is(fields[0], "25"));
	assert_true(text_is(fields[1], "10.0.0.1"));
	assert_true(text_is(fields[2], "7"));
	/* Values that are cut, or empty, or only quotes. */
	for (const char *line = "x,\"25\"x,\"\",\"1\"\"\"\"\"\"2\""; *line; line++) {
		cursor = (struct columns_cursor){.rest = text_of(line)};
		(void)columns_cut(&columns, &cursor, columns.end, fields);
	}
	cursor = (struct columns_cursor){.rest = TEXT("x,\"25")};
	assert_false(columns_cut(&columns, &cursor, columns.end, fields));
	assert_true(text_is(fields[0], "25"));
	/* Elsewhere quotes are letters like others. */
	assert_int_equal(find(&columns, "label,port,bytes,addr", &missing), 0);
	cursor = (struct columns_cursor){.rest = TEXT("\"a,25,7,\"b")};
	assert_true(columns_cut(&columns, &cursor, columns.end, fields));
	assert_true(text_is(fields[0], "25"));
	assert_true(text_is(fields[1], "\"b"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_columns_by_any_of_their_names_in_any_order),
		cmocka_unit_test(names_the_column_that_is_missing),
		cmocka_unit_test(a_line_with_too_few_columns_is_told),
		cmocka_unit_test(values_in_quotes_are_read_where_the_names_are_in_quotes),
		cmocka_unit_test(columns_far_to_the_right_are_not_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
