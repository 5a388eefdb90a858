/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/letter/letter.h"
#include "census/letter/lettercsv.h"
#include "census/outbox/letterlook.h"
#include "letter_fixture.h"
#include "letter_words.h"

#include <zlib.h>

/* On the heap. */
static char *
made(const struct lettercase *of, const struct letterwords *words)
{
	struct letter_bench *bench = letter_bench_new();
	struct letter_made last;
	struct buffer into;
	struct fail fail = {0};

	buffer_init(&into, LETTER_BYTES);
	assert_int_equal(letter_make(bench, of, words, NULL, &into, &last, &fail), 0);
	bench = letter_bench_free(bench);
	return letter_taken(&into);
}

static struct letterlook
looked_within(const char *message, const char *const *texts)
{
	struct prefix prefixes[8];
	size_t count = 0;
	struct letterlook look;
	struct buffer scratch;

	for (; texts != NULL && texts[count] != NULL; count++)
		assert_int_equal(prefix_parse(text_of(texts[count]), &prefixes[count]), 0);
	buffer_init(&scratch, LETTER_BYTES);
	letterlook_read(text_of(message), prefixes, count, &scratch, &look);
	buffer_done(&scratch);
	return look;
}

static struct letterlook
looked(const char *message)
{
	return looked_within(message, NULL);
}

static void
a_letter_is_read_as_it_was_made(void **state)
{
	struct letterrow rows[4] = {letter_row("192.0.2.7", LETTER_NEW),
		letter_row("192.0.2.8", LETTER_STILL), letter_row("192.0.2.9", LETTER_NEW),
		letter_row("2001:db8:0:1::", LETTER_STILL)};
	const struct lettercase of = letter_case(rows, 4);
	struct letterlook look;
	char *message;

	rows[0].country[0] = 'S', rows[0].country[1] = 'E';
	rows[1].country[0] = '\0', rows[1].country[1] = '\0';
	rows[2].netname = TEXT("=cmd,\"x\"\r\n1.2.3.4,");
	message = made(&of, NULL);
	look = looked(message);
	assert_string_equal(look.mailbox, "abuse@provider.example");
	assert_string_equal(look.name, "LZ-2026-004711.1");
	assert_string_equal(look.language, "en");
	assert_string_equal(look.country, "NO");
	assert_int_equal(look.rows, 4);
	assert_false(look.is_damaged);
	assert_false(look.is_within);
	free(message);
}

static void
the_first_language_is_that_of_the_letter(void **state)
{
	const struct letterrow row = letter_row("192.0.2.7", LETTER_NEW);
	struct lettercase of = letter_case(&row, 1);
	struct letterwords *words = letter_words();
	char *message;

	of.language[0] = TEXT("nb");
	of.languages = 1;
	message = made(&of, words);
	assert_string_equal(looked(message).language, "nb");
	free(message);
	words = letterwords_free(words);
}

static void
a_packed_table_is_unpacked(void **state)
{
	size_t count = LETTERCSV_PLAIN + 1;
	struct letterrow *rows = calloc(count, sizeof(*rows));
	struct letterlook look;
	struct lettercase of;
	char *message;

	for (size_t i = 0; i < count; i++) {
		rows[i] = letter_row("192.0.2.7", LETTER_NEW);
		rows[i].address = address_from_v4((uint32_t)(0x0a000000 + i));
	}
	of = letter_case(rows, count);
	message = made(&of, NULL);
	look = looked_within(message, (const char *const[]){"10.0.39.16/32", NULL});
	assert_int_equal(look.rows, count);
	assert_false(look.is_damaged);
	assert_true(look.is_within);
	assert_int_equal(look.within.byte[15], 16);
	/* Cut off. */
	message[strlen(message) / 2] = '\0';
	look = looked(message);
	assert_true(look.is_damaged);
	assert_true(look.rows > 0 && look.rows < count);
	free(message);
	free(rows);
}

/* Of which only the sum at the end is missing. */
static void
a_packed_table_without_its_end_is_damaged(void **state)
{
	static const char table[] = "ip,prefix,asn,cc\n192.0.2.7,,,NO\n";
	static const char head[] = "Content-Type: application/gzip\r\n\r\n";
	char message[512];
	z_stream stream = {.next_in = (Bytef *)(uintptr_t)table, .avail_in = sizeof(table) - 1};
	struct buffer scratch;
	size_t length;

	buffer_init(&scratch, sizeof(message));
	memcpy(message, head, sizeof(head) - 1);
	stream.next_out = (Bytef *)message + sizeof(head) - 1;
	stream.avail_out = sizeof(message) - sizeof(head);
	assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, MAX_WBITS + 16, 8, 0), Z_OK);
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
	length = sizeof(head) - 1 + stream.total_out;
	(void)deflateEnd(&stream);
	for (size_t cut = 0; cut <= 8; cut++) {
		struct letterlook look;

		letterlook_read((struct text){message, length - cut}, NULL, 0, &scratch, &look);
		assert_int_equal(look.rows, 1);
		assert_int_equal(look.is_damaged, cut > 0);
	}
	buffer_done(&scratch);
}

static void
networks_that_are_never_written_about_are_found(void **state)
{
	struct letterrow rows[2] = {
		letter_row("192.0.2.7", LETTER_NEW), letter_row("2001:db8:0:1::", LETTER_NEW)};
	const struct lettercase of = letter_case(rows, 2);
	char *message = made(&of, NULL);

	assert_false(looked_within(
		message, (const char *const[]){"192.0.2.8/29", "2001:db8:0:2::/64", NULL})
			     .is_within);
	assert_true(looked_within(message, (const char *const[]){"192.0.2.0/29", NULL}).is_within);
	assert_true(looked_within(message, (const char *const[]){"2001:db8::/48", NULL}).is_within);
	/* One host of the /64. */
	assert_true(looked_within(message, (const char *const[]){"2001:db8:0:1::99/128", NULL})
			    .is_within);
	free(message);
}

/* One of thanks may have none; where its end is missing it may be that the table is. */
static void
a_letter_without_a_table_has_no_rows(void **state)
{
	struct lettercase of = letter_case(NULL, 0);
	struct letterlook look;
	char *message;

	(void)state;
	of.kind = LETTER_THANKS;
	message = made(&of, NULL);
	look = looked_within(message, (const char *const[]){"0.0.0.0/0", NULL});
	assert_string_equal(look.mailbox, "abuse@provider.example");
	assert_string_equal(look.name, "LZ-2026-004711.1");
	assert_string_equal(look.language, "en");
	assert_string_equal(look.country, "??");
	assert_int_equal(look.rows, 0);
	assert_false(look.is_within);
	assert_false(look.is_damaged);
	message[strlen(message) - 3] = '\0';
	assert_true(looked(message).is_damaged);
	free(message);
}

static void
what_is_no_letter_is_damaged(void **state)
{
	static const char *const messages[] = {"", "To: <a@b.example>\r\n\r\nhello\r\n",
		"Content-Type: text/csv\r\n\r\n", "Content-Type: text/csv\r\n\r\nip,prefix",
		"Content-Type: text/csv\r\n\r\nip,prefix,asn,cc\r\nnobody,,,NO\r\n",
		"Content-Type: application/gzip\r\n\r\nno gzip",
		"Content-Type: text/csv\r\nContent-Transfer-Encoding: base64\r\n\r\nab\x01?\r\n"};

	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		struct letterlook look = looked(messages[i]);

		assert_true(look.is_damaged);
		assert_int_equal(look.rows, 0);
		assert_string_equal(look.country, "??");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_letter_is_read_as_it_was_made),
		cmocka_unit_test(the_first_language_is_that_of_the_letter),
		cmocka_unit_test(a_packed_table_is_unpacked),
		cmocka_unit_test(a_packed_table_without_its_end_is_damaged),
		cmocka_unit_test(networks_that_are_never_written_about_are_found),
		cmocka_unit_test(a_letter_without_a_table_has_no_rows),
		cmocka_unit_test(what_is_no_letter_is_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
