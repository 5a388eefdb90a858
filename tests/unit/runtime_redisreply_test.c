/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/redisreply.h"
#include "unit.h"

#include <errno.h>
#include <stdlib.h>

/* All values of the bytes, which come in pieces: how many, or -errno; the last one in *ret. */
static int
read_all(struct text bytes, size_t piece, struct redis_value **ret)
{
	struct redis_reader *reader = redis_reader_new();
	struct redis_value *value;
	int count = 0, r = 0;

	*ret = NULL;
	for (size_t at = 0; at < bytes.length && r >= 0; at += piece) {
		size_t size = bytes.length - at < piece ? bytes.length - at : piece;

		r = redis_reader_feed(reader, bytes.at + at, size);
		while (r >= 0 && (r = redis_reader_next(reader, &value)) == 1) {
			redis_value_free(*ret);
			*ret = value;
			count++;
		}
	}
	redis_reader_free(reader);
	return r < 0 ? r : count;
}

static void
values_come_whole_in_any_pieces(void **state)
{
	static const char stream[] = "*1\r\n*2\r\n$1\r\ns\r\n*1\r\n*2\r\n$3\r\n5-1\r\n*2\r\n$1\r\nd"
				     "\r\n$4\r\na\0\r\n\r\n";

	for (size_t piece = 1; piece < sizeof(stream); piece++) {
		struct redis_value *value;
		const struct redis_value *entry;

		assert_int_equal(
			read_all((struct text){stream, sizeof(stream) - 1}, piece, &value), 1);
		entry = redis_element(redis_element(redis_element(value, 0), 1), 0);
		assert_true(text_is(redis_text(redis_element(entry, 0)), "5-1"));
		assert_true(text_equal(redis_text(redis_element(redis_element(entry, 1), 1)),
			(struct text){"a\0\r\n", 4}));
		assert_null(redis_element(entry, 2));
		assert_int_equal(redis_text(NULL).length, 0);
		redis_value_free(value);
	}
	(void)state;
}

static void
each_kind_is_told_from_the_others(void **state)
{
	static const struct {
		const char *bytes;
		enum redis_kind kind;
	} kinds[] = {{"+OK\r\n", REDIS_STATUS}, {"-ERR no\r\n", REDIS_ERROR},
		{":12\r\n", REDIS_NUMBER}, {"$-1\r\n", REDIS_NIL}, {"*-1\r\n", REDIS_NIL},
		{"*0\r\n", REDIS_ARRAY}, {"$0\r\n\r\n", REDIS_TEXT}};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		struct redis_value *value;

		assert_int_equal(read_all(text_of(kinds[i].bytes), 2, &value), 1);
		assert_true(value != NULL && value->kind == kinds[i].kind);
		redis_value_free(value);
	}
	(void)state;
}

static void
what_is_no_answer_is_refused(void **state)
{
	static const char *const wrong[] = {"HTTP/1.1 400 Bad Request\r\n", "*2000000000\r\n",
		"*9223372036854775807\r\n", "$9223372036854775807\r\n", "$-5\r\n", "*-7\r\n",
		"$1\r\nab\r\n+x\r\n",
		"*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n", ":12a\r\n+OK\r\n",
		"\r\n\r\n"};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct redis_value *value;
		int r = read_all(text_of(wrong[i]), 100, &value);

		/* Some are merely never whole. */
		if (r != -EBADMSG && r != 0)
			fail_msg("'%s' is taken", wrong[i]);
		redis_value_free(value);
	}
	(void)state;
}

static void
an_answer_has_a_largest_size(void **state)
{
	struct redis_value *value;
	struct buffer bytes;

	buffer_init(&bytes, 64 << 20);
	buffer_print(&bytes, "*60000\r\n");
	for (int i = 0; i < 60000; i++)
		buffer_print(&bytes, "*1\r\n:1\r\n");
	assert_int_equal(read_all((struct text){bytes.at, bytes.length}, 65536, &value), -EBADMSG);
	redis_value_free(value);
	buffer_clear(&bytes);
	buffer_print(&bytes, "$60000000\r\n");
	for (int i = 0; i < 1000000; i++)
		buffer_print(&bytes, "%050d", i);
	assert_int_equal(read_all((struct text){bytes.at, bytes.length}, 65536, &value), -EBADMSG);
	redis_value_free(value);
	buffer_done(&bytes);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_come_whole_in_any_pieces),
		cmocka_unit_test(each_kind_is_told_from_the_others),
		cmocka_unit_test(what_is_no_answer_is_refused),
		cmocka_unit_test(an_answer_has_a_largest_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
