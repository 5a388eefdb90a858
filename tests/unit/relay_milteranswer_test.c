/* SPDX-License-Identifier: BSD-2-Clause */
#include "relay/milteranswer.h"
#include "unit.h"

#include <errno.h>

/* A connection in which a command waits for its answer. */
static struct milter
waiting_for(char command)
{
	struct milter milter;

	milter_init(&milter);
	milter.version = MILTER_VERSION;
	milter.actions = MILTER_ACTION_HEADER | MILTER_ACTION_QUARANTINE;
	milter.is_connected = milter.is_in_message = true;
	milter.waiting = command;
	return milter;
}

static void
check_bytes(struct buffer *into, const char *expected, size_t size)
{
	assert_int_equal(into->length, size);
	assert_memory_equal(into->at, expected, size);
	buffer_clear(into);
}

#define check_written(into, literal) check_bytes(into, literal, sizeof(literal) - 1)

static void
a_verdict_is_a_letter_and_ends_what_it_is_for(void **state)
{
	static const struct {
		char command;
		enum milter_verdict verdict;
		char letter;
		bool is_in_message;
	} rows[] = {
		{'M', MILTER_CONTINUE, 'c', true},
		{'M', MILTER_ACCEPT, 'a', false},
		{'M', MILTER_REJECT, 'r', false},
		{'M', MILTER_TEMPFAIL, 't', false},
		{'R', MILTER_CONTINUE, 'c', true},
		{'R', MILTER_ACCEPT, 'a', false},
		{'R', MILTER_REJECT, 'r', true},
		{'R', MILTER_TEMPFAIL, 't', true},
		{'E', MILTER_CONTINUE, 'c', false},
		{'E', MILTER_ACCEPT, 'a', false},
		{'E', MILTER_REJECT, 'r', false},
		{'E', MILTER_TEMPFAIL, 't', false},
	};
	struct buffer into;

	buffer_init(&into, 4096);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct milter milter = waiting_for(rows[i].command);
		char expected[] = {0, 0, 0, 1, rows[i].letter};

		milter_answer(&milter, rows[i].verdict, &into);
		check_bytes(&into, expected, sizeof(expected));
		assert_int_equal(milter.is_in_message, rows[i].is_in_message);
		milter_answer(&milter, rows[i].verdict, &into);
		assert_int_equal(into.length, 0);
	}
	buffer_done(&into);
	(void)state;
}

static void
a_reply_has_its_code_in_every_line_and_no_single_percent_sign(void **state)
{
	struct milter milter = waiting_for('R');
	struct buffer into;
	struct fail fail = {0};

	buffer_init(&into, 4096);
	assert_int_equal(milter_refuse(&milter, TEXT("450 4.7.0 Later"), &into, &fail), 0);
	check_written(&into, "\0\0\0\021y450 4.7.0 Later\0");
	assert_true(milter.is_in_message);
	assert_int_equal(milter.waiting, 0);
	milter = waiting_for('M');
	assert_int_equal(milter_refuse(&milter, TEXT("550 5.7.1 100%\nb %s\nc"), &into, &fail), 0);
	check_written(&into, "\0\0\0\057y550-5.7.1 100%%\r\n550-5.7.1 b %%s\r\n550 5.7.1 c\0");
	assert_false(milter.is_in_message);
	milter = waiting_for('E');
	assert_int_equal(milter_refuse(&milter, TEXT("450 4.7.0 Later\n"), &into, &fail), 0);
	check_written(&into, "\0\0\0\021y450 4.7.0 Later\0");
	assert_false(milter.is_in_message);
	buffer_done(&into);
	(void)state;
}

static const struct {
	const char *reply;
	const char *says;
} wrongs[] = {
	{"", "three digits"},
	{"450", "enhanced"},
	{"45 4.7.0 x", "three digits"},
	{"4500 4.7.0 x", "three digits"},
	{"250 2.0.0 x", "three digits"},
	{"460 4.7.0 x", "three digits"},
	{"4x0 4.7.0 x", "three digits"},
	{"+50 4.7.0 x", "three digits"},
	{"450 Later", "such as 4.7.0"},
	{"450 5.7.0 x", "such as 4.7.0"},
	{"550 4.7.0 x", "such as 5.7.0"},
	{"450 4.7 x", "such as 4.7.0"},
	{"450 4..0 x", "such as 4.7.0"},
	{"450 4.7.1000 x", "such as 4.7.0"},
	{"450 4.7.0.1 x", "such as 4.7.0"},
	{"450 4.7.0", "empty"},
	{"450 4.7.0 ", "empty"},
	{"450 4.7.0 a\n\nb", "empty"},
	{"450 4.7.0 a\rb", "printable"},
	{"450 4.7.0 a\tb", "printable"},
	{"450 4.7.0 sp\303\244ter", "printable"},
	{"450 4.7.0 a\177", "printable"},
};

static void
what_is_no_reply_is_refused_with_a_reason(void **state)
{
	struct buffer into;

	buffer_init(&into, 4096);
	for (size_t i = 0; i < sizeof(wrongs) / sizeof(*wrongs); i++) {
		struct milter milter = waiting_for('R');
		struct fail fail = {0};

		assert_int_equal(
			milter_refuse(&milter, text_of(wrongs[i].reply), &into, &fail), -EINVAL);
		if (strstr(fail.what, wrongs[i].says) == NULL)
			fail_msg("%zu: %s", i, fail.what);
		assert_int_equal(into.length, 0);
		assert_int_equal(milter.waiting, 'R');
	}
	buffer_done(&into);
	(void)state;
}

static void
a_line_of_a_reply_has_512_bytes_at_most_and_there_are_32(void **state)
{
	struct buffer reply, into;
	struct fail fail = {0};
	struct milter milter = waiting_for('R');

	buffer_init(&reply, 1 << 16);
	buffer_init(&into, 1 << 16);
	buffer_print(&reply, "450 4.7.0 ");
	/* All of the 512 but the code, the enhanced code, their blanks, CR and LF. */
	for (int i = 0; i < 500; i++)
		buffer_add(&reply, "%", 1);
	assert_int_equal(
		milter_refuse(&milter, (struct text){reply.at, reply.length}, &into, &fail), 0);
	assert_int_equal(into.length, 4 + 1 + 10 + 2 * 500 + 1);
	buffer_add(&reply, "x", 1);
	assert_int_equal(milter_check_reply((struct text){reply.at, reply.length}, &fail), -EINVAL);
	buffer_clear(&reply);
	buffer_print(&reply, "450 4.7.0 a");
	for (int i = 1; i < 32; i++)
		buffer_print(&reply, "\na");
	assert_int_equal(milter_check_reply((struct text){reply.at, reply.length}, &fail), 0);
	buffer_print(&reply, "\na");
	assert_int_equal(milter_check_reply((struct text){reply.at, reply.length}, &fail), -EINVAL);
	buffer_done(&reply);
	buffer_done(&into);
	(void)state;
}

static void
a_header_is_inserted_at_the_end_of_a_message(void **state)
{
	struct milter milter = waiting_for('E');
	struct buffer into;
	struct fail fail = {0};

	buffer_init(&into, 4096);
	assert_int_equal(
		milter_insert_header(&milter, 258, TEXT("X-Case"), TEXT("7 %"), &into, &fail), 0);
	check_written(&into, "\0\0\0\020i\0\0\001\002X-Case\0007 %\0");
	assert_int_equal(milter.waiting, 'E');
	milter = waiting_for('R');
	assert_int_equal(
		milter_insert_header(&milter, 0, TEXT("X-Case"), TEXT("7"), &into, &fail), -EPERM);
	assert_non_null(strstr(fail.what, "end of a message"));
	milter = waiting_for('E');
	milter.actions = MILTER_ACTION_QUARANTINE;
	assert_int_equal(
		milter_insert_header(&milter, 0, TEXT("X-Case"), TEXT("7"), &into, &fail), -EPERM);
	assert_non_null(strstr(fail.what, "does not let"));
	assert_int_equal(into.length, 0);
	buffer_done(&into);
	(void)state;
}

static void
a_header_that_would_break_a_message_is_refused(void **state)
{
	static char longer[1000];
	static const struct {
		const char *name, *value;
	} rows[] = {
		{"", "v"},
		{"X Case", "v"},
		{"X:Case", "v"},
		{"X-Case\r\nTo", "v"},
		{"X-C\303\244se", "v"},
		{"X-Case", ""},
		{"X-Case", "a\r\nTo: b"},
		{"X-Case", "a\nb"},
		{"X-Case", "\303\244"},
	};
	struct milter milter = waiting_for('E');
	struct buffer into;
	struct fail fail = {0};

	buffer_init(&into, 4096);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(milter_insert_header(&milter, 0, text_of(rows[i].name),
					 text_of(rows[i].value), &into, &fail),
			-EINVAL);
	memset(longer, 'a', sizeof(longer));
	assert_int_equal(milter_insert_header(
				 &milter, 0, TEXT("X"), (struct text){longer, 996}, &into, &fail),
		-EINVAL);
	assert_int_equal(into.length, 0);
	assert_int_equal(milter_insert_header(
				 &milter, 0, TEXT("X"), (struct text){longer, 995}, &into, &fail),
		0);
	buffer_done(&into);
	(void)state;
}

static void
a_message_is_held_with_a_reason_and_still_answered(void **state)
{
	struct milter milter = waiting_for('E');
	struct buffer into;
	struct fail fail = {0};

	buffer_init(&into, 4096);
	milter_progress(&milter, &into);
	check_written(&into, "\0\0\0\1p");
	assert_int_equal(milter_quarantine(&milter, TEXT(""), &into, &fail), -EINVAL);
	assert_int_equal(milter_quarantine(&milter, TEXT("a\nb"), &into, &fail), -EINVAL);
	assert_int_equal(milter_quarantine(&milter, TEXT("held"), &into, &fail), 0);
	check_written(&into, "\0\0\0\6qheld\0");
	milter_answer(&milter, MILTER_CONTINUE, &into);
	check_written(&into, "\0\0\0\1c");
	assert_int_equal(milter_quarantine(&milter, TEXT("held"), &into, &fail), -EPERM);
	milter = waiting_for('E');
	milter.actions = MILTER_ACTION_HEADER;
	assert_int_equal(milter_quarantine(&milter, TEXT("held"), &into, &fail), -EPERM);
	/* Sendmail takes "progress" for an error at any other time. */
	milter = waiting_for('R');
	milter_progress(&milter, &into);
	assert_int_equal(into.length, 0);
	buffer_done(&into);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_verdict_is_a_letter_and_ends_what_it_is_for),
		cmocka_unit_test(a_reply_has_its_code_in_every_line_and_no_single_percent_sign),
		cmocka_unit_test(what_is_no_reply_is_refused_with_a_reason),
		cmocka_unit_test(a_line_of_a_reply_has_512_bytes_at_most_and_there_are_32),
		cmocka_unit_test(a_header_is_inserted_at_the_end_of_a_message),
		cmocka_unit_test(a_header_that_would_break_a_message_is_refused),
		cmocka_unit_test(a_message_is_held_with_a_reason_and_still_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
