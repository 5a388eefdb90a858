/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/text/json.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>

/* Walks an object and says how it went on: "key:type=text;" for each member, and how it ended. */
static const char *
walk(const char *text)
{
	static const char types[] = "ntf0\"{[";
	static char said[400];
	struct json_walk walk;
	struct json_value value;
	struct text key;
	size_t length = 0;
	int result = json_walk_object(text_of(text), &walk);

	said[0] = '\0';
	while (result >= 0 && (result = json_member(&walk, &key, &value)) == 1)
		length += (size_t)snprintf(said + length, sizeof(said) - length, "%.*s:%c=%.*s;",
			(int)key.length, key.at, types[value.type], (int)value.text.length,
			value.text.at);
	snprintf(said + length, sizeof(said) - length, "%s", result == 0 ? "end" : "bad");
	return said;
}

static void
gives_every_member_as_a_piece_of_the_text(void **state)
{
	assert_string_equal(walk("{}"), "end");
	assert_string_equal(walk(" { \"a\" : 1 , \"b\":-2.5e+3,\"c\":\"x\\\"y\",\"d\":null,"
				 "\"e\":true,\"f\":false}"),
		"a:0=1;b:0=-2.5e+3;c:\"=x\\\"y;d:n=null;e:t=true;f:f=false;end");
	assert_string_equal(walk("{\"a\":{\"b\":[1,{\"}\":\"]\"}]},\"c\":[]}"),
		"a:{={\"b\":[1,{\"}\":\"]\"}]};c:[=[];end");
}

static void
refuses_what_is_cut_or_no_json(void **state)
{
	static const char *const bad[] = {"", "x", "[]", "{", "{\"a\"", "{\"a\":", "{\"a\":1",
		"{\"a\":1,", "{\"a\":1,}", "{\"a\":1 \"b\":2}", "{a:1}", "{\"a\":\"x}",
		"{\"a\":[1}", "{\"a\":[}]}", "{\"a\":\"x\\", "{,}", "{\"a\":}", "{\"a\":nul}",
		"{\"a\":x}"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *said = walk(bad[i]);

		assert_string_equal(said + strlen(said) - 3, "bad");
	}
}

static void
depth_is_bounded(void **state)
{
	char text[3 * JSON_DEPTH + 20] = "{\"a\":";
	size_t length = strlen(text);

	memset(text + length, '[', JSON_DEPTH);
	memset(text + length + JSON_DEPTH, ']', JSON_DEPTH);
	memcpy(text + length + (size_t)2 * JSON_DEPTH, "}", 2);
	assert_true(strstr(walk(text), "end") != NULL);
	memset(text + length, '[', JSON_DEPTH + 1);
	memset(text + length + JSON_DEPTH + 1, ']', JSON_DEPTH + 1);
	memcpy(text + length + (size_t)2 * JSON_DEPTH + 2, "}", 2);
	assert_string_equal(walk(text), "bad");
}

static void
counts_the_items_of_an_array(void **state)
{
	struct json_walk walk;
	struct json_value item;

	assert_int_equal(json_walk_array(TEXT("[\"a\", 2]"), &walk), 0);
	assert_int_equal(json_item(&walk, &item), 1);
	assert_true(text_is(item.text, "a"));
	assert_int_equal(json_item(&walk, &item), 1);
	assert_int_equal(item.type, JSON_NUMBER);
	assert_int_equal(json_item(&walk, &item), 0);
	assert_int_equal(json_walk_array(TEXT("{}"), &walk), -EINVAL);
}

static void
numbers_may_stand_in_strings(void **state)
{
	struct json_value value = {.type = JSON_STRING, .text = TEXT("25")};
	uint64_t port = 0;

	assert_int_equal(json_u64(&value, 65535, &port), 0);
	assert_int_equal(port, 25);
	value = (struct json_value){.type = JSON_NUMBER, .text = TEXT("65536")};
	assert_int_equal(json_u64(&value, 65535, &port), -ERANGE);
	value.text = TEXT("-1");
	assert_int_equal(json_u64(&value, 65535, &port), -EINVAL);
	value.type = JSON_OBJECT;
	assert_int_equal(json_u64(&value, 65535, &port), -EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_every_member_as_a_piece_of_the_text),
		cmocka_unit_test(refuses_what_is_cut_or_no_json),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(counts_the_items_of_an_array),
		cmocka_unit_test(numbers_may_stand_in_strings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
